"""What trade hangs on a party, and what it keeps of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.commerce.actions import rebuild_trade
from regulars.commerce.models import Order, Return
from regulars.customers.merging.registry import Holding, How, after_moving, declare

_LIVE = Q(retracted_in=None)

declare(
    Holding(Order, "customer", How.MOVE, label=_("orders"), source="source", counted=_LIVE),
    Holding(Order, "seller", How.MOVE, label=_("orders sold by them"), counted=_LIVE),
    Holding(Return, "customer", How.MOVE, label=_("returns"), source="source", counted=_LIVE),
)


@after_moving
def rebuild_sums(party_ids: Sequence[int]) -> None:
    """Orders, revenue and margin of these parties."""
    rebuild_trade(customer_ids=party_ids)
