"""A month's orders in two files that cut orders and returns in the middle: together they are the whole, and each can be taken back."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.customers.actions import undo_batch
from regulars.customers.models import Batch, Event
from regulars.customers.queries.stream import stream_customers
from regulars.integrations.imports import commands

pytestmark = pytest.mark.django_db
HEAD = "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID\n"
Take = Callable[[str, list[str]], dict[str, Any]]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Import rows as a file of that name."""

    def run(name: str, rows: list[str]) -> dict[str, Any]:
        path = tmp_path / name
        path.write_text(HEAD + "".join(rows))
        return commands.import_file(path)

    return run


@pytest.fixture
def rows() -> list[str]:
    """Lines of orders and returns of 12 customers, mixed."""
    rng, found = random.Random(3), []
    for number in range(120):
        sign, mark = (-1, "C") if number % 6 == 5 else (1, "")
        for line in range(4):
            code, quantity = 20_000 + number * 4 + line, sign * rng.randint(1, 9)
            found.append(
                f"{mark}{5000 + number},{code},{quantity},2024-0{1 + number % 9}-11,{rng.randint(1, 99)}.25,{number % 12 + 700}\n"
            )
    rng.shuffle(found)
    return found


def _figures() -> dict[str, Any]:
    return {
        row["identifiers"][0]["id"]: [row[key] for key in ("orders", "returns", "revenue", "first_order", "last_order")]
        for row in stream_customers()
    }


def _told() -> list[tuple[Any, ...]]:
    entries = Event.objects.live().filter(object_type__in=["order", "return"])
    return sorted(entries.values_list("customer__identifiers__external_id", "object_type", "amount", "occurred_at"))


def _undo(batch: int) -> None:
    undo_batch(batch=Batch.objects.get(pk=batch), by=None)


def test_second_part_taken_back_leaves_the_first_as_it_was(take: Take, rows: list[str]) -> None:
    take("first.csv", rows[:240])
    figures, told = _figures(), _told()
    second = take("second.csv", rows[240:])
    assert _figures() != figures
    _undo(second["batch"])
    assert _figures() == figures
    assert _told() == told


def test_both_parts_taken_back_leave_nobody_and_may_come_again(take: Take, rows: list[str]) -> None:
    whole = take("whole.csv", rows)
    figures = _figures()
    _undo(whole["batch"])
    first, second = take("first.csv", rows[:240]), take("second.csv", rows[240:])
    assert _figures() == figures
    for part in (second, first):
        _undo(part["batch"])
    assert _figures() == {}
    assert _told() == []
    again = take("whole.csv", rows)
    assert (again["accepted"], again["customers_created"]) == (480, 12)
    assert _figures() == figures
