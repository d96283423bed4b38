"""Whom and what a rule of retention concerns, and when rules are due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from regulars.customers.models import Contract, EventBody, Kind, Party, RetentionAct, RetentionRule
from regulars.customers.privacy import keeping
from regulars.kit import clock

AT_HOUR: Final = 3
"""The hour of the company's day from which the night's rules are carried out."""


def affected(rule: RetentionRule) -> QuerySet[Any]:
    """The parties (for texts, the texts; for what another room declared, its rows) that the rule would touch now."""
    cutoff = clock.now() - timedelta(days=rule.days)
    if kept := keeping.of(rule.act):
        return kept.over(cutoff)
    match rule.act:
        case RetentionAct.ERASE_PERSON:
            return _silent_since(cutoff, rule.stages)
        case RetentionAct.PURGE_TRASH:
            return Party.objects.trashed().filter(trashed_at__lt=cutoff, erasure=None).order_by("pk")
        case _:
            texts = EventBody.objects.filter(event__occurred_at__lt=cutoff)
            return texts.filter(event__customer__summary__stage__in=rule.stages) if rule.stages else texts


def _silent_since(cutoff: datetime, stages: list[str]) -> QuerySet[Party]:
    """People without dealings since: no order, no contact, nothing open, no contract that runs."""
    today = timezone.localdate(clock.now())
    running = Contract.objects.filter(party=OuterRef("pk"), ended_on=None).filter(
        Q(ends_on=None) | Q(ends_on__gte=today)
    )
    silent = (
        Party.objects.live()
        .filter(kind=Kind.PERSON, erasure=None, created_at__lt=cutoff)
        .filter(Q(summary__last_order_at=None) | Q(summary__last_order_at__lt=cutoff))
        .filter(Q(summary__last_contact_at=None) | Q(summary__last_contact_at__lt=cutoff))
        .exclude(summary__open_tasks__gt=0)
        .exclude(Exists(running))
    )
    return (silent.filter(summary__stage__in=stages) if stages else silent).order_by("pk")


def due() -> list[RetentionRule]:
    """Active rules that have not been carried out since this night began."""
    now = timezone.localtime(clock.now())
    night = now.replace(hour=AT_HOUR, minute=0, second=0, microsecond=0)
    if now < night:
        return []
    return list(
        RetentionRule.objects.filter(active=True).filter(Q(last_run_at=None) | Q(last_run_at__lt=night)).order_by("pk")
    )
