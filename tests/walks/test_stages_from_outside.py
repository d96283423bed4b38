"""Stages as a shopkeeper would say them: customers whose habits are plain, from a file of orders to the stage and its reasons."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.queries.stream import stream_customers
from regulars.integrations.imports import commands
from regulars.kit import clock
from regulars.reporting.actions import refresh

pytestmark = pytest.mark.django_db
LAST = date(2026, 6, 20)
Amount = Callable[[int], float]


class Shop:
    """Draws orders; each customer's number says what he is."""

    def __init__(self) -> None:
        self.rng = random.Random(11)
        self.rows: list[str] = []

    def sell(self, customer: str, days_ago: int, amount: float) -> None:
        """One order so many days before the last day."""
        self.rows.append(f"S{len(self.rows):05},{LAST - timedelta(days=days_ago)},{customer},{amount:.2f}\n")

    def visits(self, customer: str, begin: int, end: int, every: int, amount: Amount, *, spread: int = 1) -> None:
        """Orders at a pace, from ``begin`` to ``end`` days ago."""
        for place, ago in enumerate(range(begin, end - 1, -every)):
            self.sell(customer, max(ago + self.rng.randint(-spread, spread), end), amount(place))


def _steady(amount: float) -> Amount:
    return lambda place: amount * (1 + place % 3 / 10)


def _draw() -> str:
    shop = Shop()
    for n in range(12):
        shop.visits(f"weekly {n}", 500 + n % 5, n % 5, 7, _steady(300))
        shop.visits(f"weekly silent {n}", 570, 70, 7, _steady(300))
        shop.visits(f"monthly {n}", 721 + n, n, 30, _steady(1200), spread=4)
        shop.visits(f"traveller {n}", 1550 + n, 90 + n, 365, _steady(40_000), spread=0)
        shop.visits(f"growing {n}", 400, 0, 20, lambda place: 500 * 1.12**place, spread=3)
        shop.visits(f"shrinking {n}", 400, 3, 20, lambda place: 5000 * 0.86**place, spread=3)
        shop.visits(f"back {n}", 900, 500, 14, _steady(700), spread=2)
        shop.sell(f"back {n}", 5, 700)
        shop.sell(f"new {n}", 2 + n % 5, 500)
    for n in range(40):
        shop.sell(f"once {n}", 500 + 7 * n, 500)
    shop.rng.shuffle(shop.rows)
    return "order,date,customer,amount\n" + "".join(shop.rows)


@pytest.fixture
def shop(tmp_path: Path) -> None:
    """The shop's orders and ten prospects, imported and analysed as of the last day."""
    with clock.stopped_at(_evening(LAST)):
        for name, text in (
            ("orders.csv", _draw()),
            (
                "prospects.csv",
                "customer no,name,email\n"
                + "".join(f"prospect {n},Prospect {n},p{n}@example.com\n" for n in range(10)),
            ),
        ):
            path = tmp_path / name
            path.write_text(text)
            commands.import_file(path)
        refresh()


def _evening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 13, tzinfo=UTC)


def _rows() -> dict[str, dict[str, Any]]:
    return {row["identifiers"][0]["id"]: row for row in stream_customers()}


def test_plain_habits_have_the_stage_a_shopkeeper_would_say(shop: None) -> None:
    expected = {
        "weekly": ("account_management", "every 7 days"),
        "weekly silent": ("divorce", "every 7 days"),
        "monthly": ("account_management", "Buys about every"),
        "traveller": ("account_management", "every"),
        "growing": ("intensify", "more"),
        "shrinking": ("pre_divorce", "less"),
        "back": ("recovery", "Bought again"),
        "new": ("welcome", "First purchase"),
        "once": ("divorce", "One purchase"),
        "prospect": ("recruit", "No purchase"),
    }
    wrong = []
    for number, row in _rows().items():
        stage, words = expected[number.rpartition(" ")[0]]
        reasons = " ".join(row["stage_reasons"])
        if row["stage"] != stage or words not in reasons:
            wrong.append((number, row["stage"], reasons))
    assert not wrong


def test_nights_without_news_never_lead_back(shop: None) -> None:
    ways: dict[str, list[str]] = {}
    for night in range(10):
        with clock.stopped_at(_evening(LAST + timedelta(days=night))):
            refresh()
        for number, row in _rows().items():
            way = ways.setdefault(number, [])
            if not way or way[-1] != row["stage"]:
                way.append(row["stage"])
    assert any(len(way) > 1 for way in ways.values()), "weekly buyers who stay away are missed within ten days"
    assert all(len(way) == len(set(way)) for way in ways.values())


def test_second_refresh_changes_nothing(shop: None) -> None:
    before = _rows()
    with clock.stopped_at(_evening(LAST)):
        assert refresh()["moves"] == 0
    assert _rows() == before
