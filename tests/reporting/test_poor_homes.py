"""Houses whose records allow no answer, walked through the real pages: a sentence everywhere, never a confident number."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine
from regulars.customers.models import Party
from regulars.intelligence import analyses
from regulars.reporting import actions, queries
from regulars.reporting.insight.page import page_of
from regulars.reporting.models import CustomerForecast
from tests.reporting.conftest import NOW

Sell = Callable[..., Party]
BROKEN = re.compile(r"\b(nan|inf|None|NaN|Infinity)\b")


def nothing(sell: Sell) -> None:
    sell("Nobody yet")


def one_customer(sell: Sell) -> None:
    sell("Only", days=tuple(range(0, 700, 30)))


def one_order_each(sell: Sell) -> None:
    for n in range(40):
        sell(f"Once {n:02}", days=(9 * n,))


def all_on_one_day(sell: Sell) -> None:
    for n in range(40):
        sell(f"That day {n:02}", days=(5,))


def a_giant(sell: Sell) -> None:
    sell("Giant", days=tuple(range(0, 600, 7)), amount=10**12)
    for n in range(20):
        sell(f"Small {n:02}", days=(30 * n, 40 + n), amount=1_000)


def currencies_mixed(sell: Sell) -> None:
    for n in range(30):
        sell(f"Here {n:02}", days=tuple(range(n, 400, 35)))
        if n < 10:
            sell(f"There {n:02}", days=tuple(range(n, 400, 50)), amount=7_000_000, currency="JPY")


def in_the_future(sell: Sell) -> None:
    """Dates mistyped by years: they have not come yet, so nothing was bought."""
    for n in range(40):
        sell(f"Later {n:02}", days=(-400 - 9 * n, -700 - n))


def negative_totals(sell: Sell) -> None:
    """Only credit notes, written as orders below zero."""
    for n in range(40):
        sell(f"Credit {n:02}", days=tuple(range(n, 400, 45)), amount=-50_000)


def fourteen_months(sell: Sell) -> None:
    """Too short for a yearly season: half of them buy once a year, the others each month."""
    for n in range(40):
        sell(f"Yearly {n:02}", days=(20 + n, 385 + n % 30))
        sell(f"Monthly {n:02}", days=tuple(range(n % 28, 425, 30)))


def products_renumbered(sell: Sell) -> None:
    """Everything got a new number a hundred days ago: nothing sold before is sold now, and nothing sold now was bought before."""
    parties = [sell(f"Buyer {n:03}", days=tuple(range(n % 28, 400, 30))) for n in range(110)]
    goods = [
        Product.objects.create(code=f"{age}-{n}", currency="TWD", name=f"Thing {n}", group="Things")
        for age in "ab"
        for n in range(12)
    ]
    orders: list[tuple[int, Any]] = [
        (place, order) for place, party in enumerate(parties) for order in Order.objects.filter(customer=party)
    ]
    lines = [
        OrderLine(
            order=order, line_key=str(step), product=goods[12 * (order.ordered_at > NOW - timedelta(days=100)) + (place + step) % 12],
            quantity=1, unit_price=50_000, amount=50_000,
        )
        for place, order in orders for step in (0, 1)
    ]  # fmt: skip
    OrderLine.objects.bulk_create(lines)


HOMES = (
    nothing, one_customer, one_order_each, all_on_one_day, a_giant, currencies_mixed, in_the_future, negative_totals, fourteen_months,
    products_renumbered,
)  # fmt: skip
FORETOLD = ("lifetime", "churn", "leads", "types", "next_offer", "wallet", "survival", "basket", "sequence")


@pytest.mark.parametrize("home", HOMES)
def test_every_page_of_a_poor_house_says_something_sound(
    home: Callable[[Sell], None], sell: Sell, make_user: Callable[..., Any]
) -> None:
    home(sell)
    actions.refresh()
    for language in ("en", "zh-hant"):
        client = Client()
        client.force_login(make_user(role="owner", username=f"owner-{language}", language=language))
        for path in ("insight", "insight-trust"):
            assert client.get(reverse(f"reporting:{path}")).status_code == 200
        for name in analyses.names():
            answer = client.get(reverse("reporting:insight-page", args=[name]))
            shown = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
            assert answer.status_code == 200, name
            assert not BROKEN.search(shown), (name, BROKEN.search(shown))
    for name in analyses.names():
        page = page_of(name, {})
        assert page is not None
        assert page.said, name
        assert all(chart.rows or chart.cells for chart in page.charts), name


def believed(name: str) -> bool:
    """Whether an analysis answers, and any model behind it may be believed."""
    page = page_of(name, {})
    assert page is not None
    return page.result["enough"] and any(model.verdict.trusted for model in page.models)


@pytest.mark.parametrize(
    "home", [nothing, one_customer, one_order_each, all_on_one_day, in_the_future, negative_totals]
)
def test_a_poor_house_is_foretold_nothing(home: Callable[[Sell], None], sell: Sell) -> None:
    home(sell)
    actions.refresh()
    for name in FORETOLD:
        page = page_of(name, {})
        assert page is not None
        assert not believed(name), name
        assert page.result["enough"] or not (page.charts or page.sure), name


def test_a_year_foretold_from_fourteen_months_promises_no_money(sell: Sell) -> None:
    """Whoever buys once a year was seen to do so once: no back-test of a year fits in the record."""
    fourteen_months(sell)
    actions.refresh()
    page = page_of("lifetime", {})
    assert page is not None
    assert all(row.n < 100 or row.cut_off > "2025-10-01" for model in page.models for row in model.verdict.rows)
    assert not any(model.verdict.amounts for model in page.models if model.trust.unit == "money")


def test_renumbered_products_are_not_told_again(sell: Sell) -> None:
    """What is not sold any more is not offered, and a list that met nothing is not believed."""
    products_renumbered(sell)
    actions.refresh()
    sold = {product.pk for product in Product.objects.filter(code__startswith="b-")}
    lists = [queries.offers(row) for row in CustomerForecast.objects.all()]
    told = [one["product"] for offered in lists for one in (*offered["again"], *offered["new"])]
    assert told
    assert set(told) <= sold
    assert queries.latest("sequence").result["steps"] == []  # type: ignore[union-attr]  # one group alone
