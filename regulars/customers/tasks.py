"""What the worker does for customers when it is too much for one request."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Max
from django_tasks import task

from regulars.customers import actions
from regulars.customers.models import Batch, Erasure
from regulars.customers.queries.retention import due
from regulars.kit import clock

logger = logging.getLogger("regulars.customers")


@task()
def merge_pairs(batch_id: int, pair_ids: list[int], user_id: int | None) -> int:
    """Go on merging these pairs under one batch; pairs that are done already are passed over, so it may be tried again."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        return 0
    by = get_user_model().objects.filter(pk=user_id).first() if user_id else None
    merged = actions.merge_pairs(pair_ids=pair_ids, by=by, batch=batch)
    logger.info("batch %s: %s pairs merged", batch_id, merged)
    return merged


@task()
def keep_rule(rule_id: int) -> int:
    """Carry out one rule of retention; nothing to do when it was done meanwhile or is switched off."""
    return sum(actions.carry_out(rule=rule) for rule in due() if rule.pk == rule_id)


_asked: dict[int, datetime] = {}


def keep_rules_when_due() -> None:
    """Called once a minute: ask for the rules of retention that are due tonight, each once an hour at most."""
    now = clock.now()
    for rule in due():
        if now - _asked.get(rule.pk, now - timedelta(days=1)) > timedelta(hours=1):
            _asked[rule.pk] = now
            keep_rule.enqueue(rule.pk)


_swept_at: list[datetime] = []


def sweep_after_erasures() -> None:
    """Called once a minute: after an erasure, drop what is deleted but still lies in free space of the database."""
    newest = Erasure.objects.aggregate(newest=Max("made_at"))["newest"]
    since = _swept_at[-1] if _swept_at else clock.now() - timedelta(days=1)
    if newest is not None and newest >= since:
        _swept_at[:] = [clock.now()]
        actions.sweep_free_space()
