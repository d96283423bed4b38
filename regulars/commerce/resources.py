"""What trade shows in lists and menus: the orders."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.commerce import panels  # noqa: F401 -- registers itself
from regulars.commerce.models import Order, OrderLine, OrderState
from regulars.commerce.queries import find_orders, visible_orders
from regulars.customers.choices import all_channels, channel_name
from regulars.customers.filters import customer_filter
from regulars.web.access import User
from regulars.web.resources import (
    Badge,
    Column,
    Empty,
    Filter,
    Link,
    Panel,
    Preset,
    Resource,
    Rows,
    each_of,
    register,
)  # fmt: skip


def _orders(user: User) -> Rows:
    return visible_orders(user).select_related("customer", "seller")


def _customer(order: Any) -> Link | None:
    return Link(order.customer.name, order.customer.get_absolute_url()) if order.customer else None


def _state(order: Any) -> Badge | None:
    return Badge(order.get_state_display(), "warn") if order.state == OrderState.CANCELLED else None


def _channel(order: Any) -> str:
    return channel_name(order.channel)


def _of_product(rows: Rows, value: str) -> Rows:
    if not value.isdigit():
        return rows.none()
    lines = OrderLine.objects.filter(product=int(value), retracted_in=None)
    return rows.filter(pk__in=lines.values("order"))


def _anonymous(rows: Rows, wanted: bool) -> Rows:
    return rows.filter(customer__isnull=wanted)


def _panel(request: HttpRequest, order: Order) -> Panel:
    """The order with its lines, returns, payments and shipments. Five queries."""
    context = {
        "order": order,
        "lines": order.lines.filter(retracted_in=None).select_related("product").order_by("pk"),
        "returns": order.returns.filter(retracted_in=None).order_by("returned_at"),
        "payments": order.payments.filter(retracted_in=None).order_by("paid_at", "pk"),
        "shipments": order.shipments.filter(retracted_in=None).order_by("shipped_at", "pk"),
        "channel": _channel(order),
    }
    return Panel("commerce/order.html", context, title=order.number)


ORDERS = register(
    Resource(
        key="orders",
        label=_("Orders"),
        one=pgettext_lazy("count", "order"),
        many=pgettext_lazy("count", "orders"),
        icon="receipt",
        path="orders/",
        rule="customers.view",
        order=30,
        chord="g o",
        queryset=_orders,
        columns=(
            Column("number", _("Number"), "number", sort="number", phone="primary"),
            Column("ordered", _("Ordered"), "ordered_at", "datetime", sort="ordered_at", phone="secondary"),
            Column("customer", _("Customer"), _customer, "link", sort="customer__fold", width="l", phone="secondary"),
            Column("amount", _("Amount"), "amount", "money", sort="amount", total=True, currency="currency", phone="amount"),
            Column("lines", _("Lines"), "line_count", "number", sort="line_count"),
            Column("quantity", _("Quantity"), "quantity", "number", sort="quantity"),
            Column("channel", _("Channel"), _channel, sort="channel"),
            Column("state", _("State"), _state, "badge", sort="state"),
            Column("goods", _("Goods"), "goods", "money", sort="goods", total=True, currency="currency", default=False, hint=_("Without fees")),
            Column("cost", _("Cost"), "cost", "money", sort="cost", total=True, currency="currency", default=False),
            Column("seller", _("Sold through"), "seller", "person", sort="seller__fold", default=False),
            Column("source", _("Source"), "source", sort="source", default=False),
        ),
        filters=(
            Filter("state", _("State"), "choice", field="state", choices=each_of(OrderState)),
            Filter("channel", _("Channel"), "multi", field="channel", choices=all_channels),
            Filter("ordered", _("Ordered"), "date_range", field="ordered_at"),
            Filter("month", _("Ordered in"), "month", field="ordered_at"),
            Filter("amount", _("Amount"), "money_range", field="amount"),
            customer_filter("customer"),
            Filter("product", _("Product"), "text", apply=_of_product, hint=_("The number of a product")),
            Filter("anonymous", _("Without a customer"), "flag", apply=_anonymous),
        ),
        default_sort="-ordered",
        search=find_orders,
        panel=_panel,
        in_palette=False,
        export_rule="customers.export",
        presets=(
            Preset("cancelled", _("Cancelled"), "state=cancelled"),
            Preset("recent", _("Last 30 days"), "ordered=last30"),
        ),
        empty=Empty(_("Orders come in with an import, or from the systems that take them."), icon="receipt"),
    )
)  # fmt: skip
