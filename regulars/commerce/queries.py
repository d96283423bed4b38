"""Reading trade: whose orders a user sees, and what a customer buys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from regulars.commerce.models import LineKind, Order, OrderLine, OrderState
from regulars.customers.models import Party
from regulars.customers.queries.search import find_parties
from regulars.customers.queries.seen import of_seen
from regulars.customers.search.engine import begins
from regulars.kit import text

if TYPE_CHECKING:
    from regulars.staff.models import User

FAVOURITES = 5


def visible_orders(user: User | Any) -> QuerySet[Any]:
    """The live orders of the customers whom ``user`` sees; anonymous trade too for whoever sees all customers."""
    rows: QuerySet[Any] = Order.objects.filter(retracted_in=None)
    return of_seen(rows, user, "customer")


def find_orders(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """``rows`` narrowed to those whose number begins with ``typed`` or whose customer may be meant by it."""
    if not text.fold(typed):
        return rows
    return rows.filter(orders_numbered(typed) | Q(customer__in=find_parties(Party.objects.live(), typed)))


def orders_numbered(typed: str) -> Q:
    """Those whose number begins with ``typed``, as it stands or in capitals: an index answers it."""
    bare = text.clean(typed).removeprefix("#")[:80]
    condition = Q()
    for one in dict.fromkeys((bare, bare.upper())):
        condition |= begins("number", one)
    return condition


@dataclass(frozen=True, slots=True)
class Favourite:
    """A product that a customer buys: in how many orders, for how much (minor units), when last."""

    name: str
    orders: int
    amount: int
    last_at: datetime


def favourites(customer: Party) -> list[Favourite]:
    """What ``customer`` buys most, by money. One query over their own orders."""
    lines = OrderLine.objects.filter(
        order__customer=customer, order__retracted_in=None, order__state=OrderState.PLACED, retracted_in=None,
        kind=LineKind.PRODUCT, product__isnull=False,
    )  # fmt: skip
    rows = (
        lines.values("product__name", "product__code")
        .annotate(orders=Count("order", distinct=True), amount=Sum("amount"), last_at=Max("order__ordered_at"))
        .order_by("-amount", "product__code")[:FAVOURITES]
    )
    return [
        Favourite(row["product__name"] or row["product__code"], row["orders"], row["amount"], row["last_at"])
        for row in rows
    ]
