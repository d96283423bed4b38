"""The last cents: each customer's sum is rounded for itself, and the sum of all is the file's."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F

from regulars.commerce.models import Order, OrderLine


def settle(*, batch: int, left: Mapping[int, int], unit: int) -> int:
    """Give the whole cents in the fractions left over to those who are owed most of one; returns how many.

    Args:
        left: fractions by customer (0: nobody), in the same small unit as ``unit``, which is one cent.
    """
    owed = (sum(left.values()) + unit // 2) // unit
    sign = 1 if owed > 0 else -1
    given = 0
    for party in sorted(left, key=lambda party: sign * left[party], reverse=True):
        if given == abs(owed) or sign * left[party] <= 0:
            break
        given += _give(batch, party or None, sign)
    return given


def _give(batch: int, customer: int | None, minor: int) -> bool:
    lines = OrderLine.objects.filter(batch_id=batch, kind="product")
    lines = lines.filter(order__customer=customer) if customer else lines.filter(order__customer__isnull=True)
    last = lines.order_by("-pk").values_list("pk", "order").first()
    if last is None:
        return False
    line, order = last
    OrderLine.objects.filter(pk=line).update(amount=F("amount") + minor)
    Order.objects.filter(pk=order).update(amount=F("amount") + minor, goods=F("goods") + minor)
    return True
