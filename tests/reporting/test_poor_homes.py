"""Houses whose records allow no answer, walked through the real pages: a sentence everywhere, never a confident number."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.customers.models import Party
from regulars.intelligence import analyses
from regulars.reporting import actions
from regulars.reporting.insight.page import page_of

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


HOMES = (nothing, one_customer, one_order_each, all_on_one_day, a_giant, currencies_mixed)


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


@pytest.mark.parametrize("home", [nothing, one_customer, one_order_each, all_on_one_day])
def test_a_poor_house_is_foretold_nothing(home: Callable[[Sell], None], sell: Sell) -> None:
    home(sell)
    actions.refresh()
    for name in ("lifetime", "churn", "leads", "types", "next_offer", "wallet", "survival", "basket", "sequence"):
        page = page_of(name, {})
        assert page is not None
        believed = [model.verdict.trusted for model in page.models]
        assert not (page.result["enough"] and any(believed)), name
        assert page.result["enough"] or not (page.charts or page.sure), name
