"""What the worker does for customers when it is too much for one request."""

from __future__ import annotations

import logging

from django.contrib.auth import get_user_model
from django_tasks import task

from regulars.customers import actions
from regulars.customers.models import Batch

logger = logging.getLogger("regulars.customers")


@task()
def merge_pairs(batch_id: int, pair_ids: list[int], user_id: int | None) -> int:
    """Go on merging these pairs under one batch; pairs that are done already are passed over, so it may be tried again."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        return 0
    by = get_user_model().objects.filter(pk=user_id).first()
    merged = actions.merge_pairs(pair_ids=pair_ids, by=by, batch=batch)
    logger.info("batch %s: %s pairs merged", batch_id, merged)
    return merged
