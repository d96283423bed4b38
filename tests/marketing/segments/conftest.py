"""Customers who buy, and segments that follow them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.customers import actions, timeline
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.segments import membership, queries
from regulars.marketing.segments.actions import make_segment
from regulars.marketing.segments.models import Member, Segment

ORDERED = "commerce.order_placed"


def event(measure: str = "at_least", *, kind: str = ORDERED, days: str = "30", **more: str) -> dict[str, Any]:
    return {"is": "event", "kind": kind, "measure": measure, "times": "1", "days": days, **more}


def fact(name: str, value: str) -> dict[str, Any]:
    return {"is": f"is_{name}", "value": value}


def all_of(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"match": "all", "parts": list(parts)}


def any_of(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"match": "any", "parts": list(parts)}


def none_of(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"match": "none", "parts": list(parts)}


def buys(party: Party, *, days_ago: float = 0, amount: int = 100_000) -> Any:
    """An order's entry on the timeline."""
    return timeline.record(
        kind=ORDERED, customer=party, occurred_at=clock.now() - timedelta(days=days_ago), amount=amount, currency="TWD"
    )


def follow() -> None:
    """What the worker does in a moment."""
    while membership.catch_up():
        pass
    membership.pass_time()
    while membership.work_out_next():
        pass


def names(segment: Segment, at: Any = None) -> set[str]:
    return set(queries.members(segment, at).values_list("name", flat=True))


def stay(segment: Segment, party: Party) -> Member:
    found = Member.objects.filter(segment=segment, party=party).order_by("-pk").first()
    assert found is not None
    return found


@pytest.fixture
def owner(make_user: Callable[..., Any]) -> Any:
    return make_user(role="owner")


@pytest.fixture
def people(db: None) -> dict[str, Party]:
    """Three persons, by name."""
    return {name: actions.create_party(by=None, name=name) for name in ("王小明", "陳大文", "林美玉")}


@pytest.fixture
def make(owner: Any) -> Callable[..., Segment]:
    """Make a segment whose members are worked out: `make(all_of(...))`."""

    def made(rule: dict[str, Any], name: str = "") -> Segment:
        segment = make_segment(name=name or f"Segment {Segment.objects.count()}", rule=rule, by=owner)
        follow()
        segment.refresh_from_db()
        return segment

    return made
