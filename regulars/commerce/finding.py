"""What search finds of trade: orders by their number, products by name and code, and the customer of an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars.catalogue.models import Product
from regulars.commerce.models import Order
from regulars.commerce.queries import orders_numbered, visible_orders
from regulars.customers.search import number_finder
from regulars.kit import text
from regulars.web import finding
from regulars.web import format as show
from regulars.web.access import User
from regulars.web.finding import Entry

MOST_WORDS: Final = 6


def find_orders(user: User, typed: str, limit: int) -> list[Entry]:
    """Orders whose number begins so, newest first among them."""
    rows = visible_orders(user).filter(orders_numbered(typed)).select_related("customer")
    found = sorted(
        rows[: limit * 4],
        key=lambda order: (order.number.casefold() != typed.casefold(), -order.ordered_at.timestamp()),
    )
    return [_order(order) for order in found[:limit]]


def _order(order: Order) -> Entry:
    details = [
        order.customer.name if order.customer else "",
        show.show_date(order.ordered_at),
        show.show_money(order.amount, order.currency),
    ]
    url = f"{reverse('web:list-orders')}?open={order.pk}"
    return Entry(order.number, url, "receipt", " · ".join(one for one in details if one))


def find_products(user: User, typed: str, limit: int) -> list[Entry]:
    """Products whose name or code holds every word; each leads to the orders that hold it."""
    condition = Q()
    for word in text.fold(typed).split()[:MOST_WORDS]:
        condition &= Q(name__icontains=word) | Q(code__icontains=word)
    rows = Product.objects.filter(condition).order_by("name", "pk")[:limit]
    return [
        Entry(str(one), f"{reverse('web:list-orders')}?product={one.pk}", "tag", " · ".join(part for part in (one.code, one.group) if part))
        for one in rows
    ]  # fmt: skip


@number_finder
def customers_of_orders(numbers: Sequence[str], begins: bool, limit: int) -> Iterable[tuple[int, str]]:
    """The customers of the orders that are called, or begin, like one of ``numbers``."""
    condition = Q()
    for one in numbers:
        condition |= orders_numbered(one) if begins else Q(number=one)
    rows = Order.objects.filter(condition, retracted_in=None, customer__isnull=False)
    return rows.values_list("customer", "number")[:limit]


finding.register(
    finding.Kind(
        "orders",
        _("Orders"),
        "receipt",
        find_orders,
        "customers.view",
        30,
        lambda typed: f"{reverse('web:list-orders')}?q={typed}",
    )
)
finding.register(finding.Kind("products", _("Products"), "tag", find_products, "customers.view", 50))
