"""What reporting adds to the list of customers: forecasts, what was bought, and whom an analysis names one by one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine
from regulars.customers.reasons import action_label
from regulars.customers.timeline import channel_label
from regulars.intelligence import analyses
from regulars.reporting import queries, sentences
from regulars.reporting.models import AnalysisSlice, Picked
from regulars.web.access import User
from regulars.web.resources import Choice, Rows

ACTIONS = (
    "settle_complaint", "call", "write", "win_back", "reacquaint", "welcome", "second_purchase", "deepen", "grow", "remind",
    "review_terms",
)  # fmt: skip
MOST_PICKED = 10_000


def with_forecast(rows: Rows) -> Rows:
    """The rows with their forecast, but for its lists."""
    read: Rows = rows.select_related("forecast").defer(
        "forecast__again", "forecast__new", "forecast__reasons", "forecast__openings"
    )
    return read


def actions(_user: User) -> Sequence[Choice]:
    """The next steps there are."""
    return [Choice(key, action_label(key)) for key in ACTIONS]


def channels(_user: User) -> Sequence[Choice]:
    """The channels through which anybody ordered."""
    found = Order.objects.exclude(channel="").order_by("channel").values_list("channel", flat=True).distinct()
    return [Choice(key, channel_label(key)) for key in found]


def bought_by(rows: Rows, channel: str) -> Rows:
    """Whoever placed an order through a channel."""
    return rows.filter(Exists(_orders().filter(channel=channel)))


def bought_group(rows: Rows, group: str) -> Rows:
    """Whoever bought goods of a product group."""
    return rows.filter(Exists(_lines().filter(product__group=group)))


def bought(rows: Rows, numbers: str) -> Rows:
    """Whoever bought each of the products."""
    for number in numbers.split(","):
        if not number.strip().isdigit():
            return rows.none()
        rows = rows.filter(Exists(_lines().filter(product=int(number))))
    return rows


def together(rows: Rows, numbers: str) -> Rows:
    """Whoever has an order with each of the products in it."""
    asked = numbers.split(",")
    if not all(number.strip().isdigit() for number in asked):
        return rows.none()
    first, *rest = (OrderLine.objects.filter(product=int(one), retracted_in=None, kind="product") for one in asked)
    orders = Order.objects.filter(
        retracted_in=None, state="placed", customer__isnull=False, pk__in=first.values("order")
    )
    for lines in rest:
        orders = orders.filter(Exists(lines.filter(order=OuterRef("pk"))))
    return rows.filter(pk__in=orders.values("customer"))


def not_bought(rows: Rows, number: str) -> Rows:
    """Whoever never bought the product."""
    if not number.strip().isdigit():
        return rows.none()
    return rows.filter(~Exists(_lines().filter(product=int(number))))


def named_products(numbers: str) -> str:
    """The products of these numbers by name."""
    wanted = [int(number) for number in numbers.split(",") if number.strip().isdigit()]
    names = dict(Product.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return " + ".join(names.get(number) or str(number) for number in wanted) or numbers


def named_analysis(value: str) -> str:
    """The analysis that names customers under ``value``, as it is called."""
    name = value.partition(".")[0]
    return str(sentences.about(name).title) if name in analyses.names() else value


def picked(rows: Rows, value: str) -> Rows:
    """Whom the last run of an analysis names under a key: ``churn.warned``."""
    return rows.filter(pk__in=picked_ids(value))


def picked_ids(value: str) -> list[int]:
    """Their ids, best first: of everybody (``churn.warned``) or of a slice (``churn.warned.channel.web``)."""
    name, key, dimension, part = (*value.split(".", 3), "", "", "", "")[:4]
    run = queries.last_done()
    if run is None:
        return []
    if dimension:
        of = AnalysisSlice.objects.filter(run=run, name=name, dimension=dimension, value=part)
        found = (of.values_list("result__picked", flat=True).first() or {}).get(key)
    else:
        found = Picked.objects.filter(run=run, name=name, key=key).values_list("parties", flat=True).first()
    return list(found or [])[:MOST_PICKED]


def _orders() -> Rows:
    return Order.objects.filter(customer=OuterRef("pk"), retracted_in=None, state="placed")


def _lines() -> Rows:
    of = {"order__customer": OuterRef("pk"), "order__retracted_in": None, "order__state": "placed"}
    return OrderLine.objects.filter(**of, retracted_in=None, kind="product")
