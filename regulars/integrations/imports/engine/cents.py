"""The last cents: each customer's sum is rounded for itself, and the sum of all is the file's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import F

from regulars.commerce.models import Order, OrderLine, TradeQuerySet

EVERYBODY: Final = -1
"""Fractions of customers who became too many to be kept apart, in one pot."""


def settle(*, batch: int, left: Mapping[int, int], unit: int) -> int:
    """Give the whole cents in the fractions left over to those who are owed most of one; returns how many.

    What nobody can take (the pot of everybody, customers without product lines) goes to the last lines of the batch.

    Args:
        left: fractions by customer (0: nobody), in the same small unit as ``unit``, which is one cent.
    """
    owed = (sum(left.values()) + unit // 2) // unit
    sign = 1 if owed > 0 else -1
    lines = OrderLine.objects.filter(batch_id=batch, kind="product")
    given = 0
    for party in sorted(left.keys() - {EVERYBODY}, key=lambda party: sign * left[party], reverse=True):
        if given == abs(owed) or sign * left[party] <= 0:
            break
        given += _give(lines.filter(order__customer=party or None), 1, sign)
    return given + _give(lines, abs(owed) - given, sign)


def _give(lines: TradeQuerySet, count: int, minor: int) -> int:
    """Add ``minor`` to each of the last ``count`` lines and to their orders; returns how many there were."""
    last = list(lines.order_by("-pk").values_list("pk", "order")[:count]) if count else []
    for line, order in last:
        OrderLine.objects.filter(pk=line).update(amount=F("amount") + minor)
        Order.objects.filter(pk=order).update(amount=F("amount") + minor, goods=F("goods") + minor)
    return len(last)
