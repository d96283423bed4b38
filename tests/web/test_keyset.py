"""Pages by key: every row once, in order, with ties and missing values, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from regulars.staff.models import User
from regulars.web.listing import keyset
from regulars.web.listing.keyset import Order, Position
from tests.web.people import visible

ORDERS = [
    Order(path, descending)
    for path in ("name", "team__name", "team_name", "worth", "created_at", "pk")
    for descending in (False, True)
]


def walk(order: Order, size: int = 7) -> list[User]:
    found: list[User] = keyset.first(keyset.after(visible(None), order), size)
    while True:
        position = keyset.decode(keyset.encode(keyset.position_of(found[-1])))
        assert position is not None
        page = keyset.first(keyset.after(visible(None), order, position), size)
        found += page
        if len(page) < size:
            return found


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_pages_hold_every_row_once_in_order(crowd: list[User], order: Order) -> None:
    walked = walk(order)
    assert sorted(row.pk for row in walked) == sorted(row.pk for row in crowd)
    assert [row.pk for row in walked] == [row.pk for row in keyset.ordered(visible(None), order)]


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_rows_without_a_value_come_last_and_ties_follow_the_key(crowd: list[User], order: Order) -> None:
    positions = [keyset.position_of(row) for row in walk(order)]
    present = [one for one in positions if one.value is not None]
    assert positions[len(present) :] == [one for one in positions if one.value is None]
    assert present == sorted(present, key=lambda one: (one.value, one.pk), reverse=order.descending)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_before_is_the_mirror_of_after(crowd: list[User], order: Order) -> None:
    walked = walk(order)
    for index in (0, 1, 13, len(walked) - 1):
        position = keyset.position_of(walked[index])
        nearest_first = [row.pk for part in keyset.before(visible(None), order, position) for row in part]
        assert nearest_first == [row.pk for row in reversed(walked[:index])]


def test_rows_added_meanwhile_neither_repeat_nor_hide_others(crowd: list[User]) -> None:
    order = Order("name")
    first = keyset.first(keyset.after(visible(None), order), 10)
    User.objects.create(username="early", name="A", role="agent")
    second = keyset.first(keyset.after(visible(None), order, keyset.position_of(first[-1])), 10)
    assert not {row.pk for row in first} & {row.pk for row in second}
    assert len(first + second) == 20


@pytest.mark.parametrize(
    "value",
    [
        None,
        "王小明 & ?",
        3,
        2.5,
        Decimal("1.10"),
        date(2026, 11, 22),
        datetime(2026, 11, 22, 5, 1, 2, 345678, UTC),
        UUID(int=7),
    ],
)
def test_cursor_carries_any_value_there_and_back(value: object) -> None:
    position = Position(value, 42)
    assert keyset.decode(keyset.encode(position)) == position


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "W10", "bnVsbA", "WzEsMl0", "W1sidCIsInllc3RlcmRheSJdLFsidiIsMV1d"])
def test_broken_cursor_says_nothing(cursor: str) -> None:
    assert keyset.decode(cursor) is None


def test_missing_values_are_possible_over_a_nullable_step_only(db: None) -> None:
    people = User.objects.all()
    assert not keyset.may_be_null(people, "name")
    assert keyset.may_be_null(people, "team__name")
    assert not keyset.may_be_null(people.filter(team__isnull=False, team__name__gte=""), "team__name")
    assert keyset.may_be_null(people, "worth")
    assert not keyset.may_be_null(people, "pk")
