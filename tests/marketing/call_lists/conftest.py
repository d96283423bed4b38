"""Customers who may be called, an agent, and a list."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from regulars.customers import actions as customers
from regulars.customers.models import CustomerSummary, Party
from regulars.kit import clock
from regulars.marketing.call_lists import actions
from regulars.marketing.call_lists.models import CallList

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
"""Noon in Taipei."""


def callable_customer(name: str, number: str, *, revenue: int = 0, consent: bool = True) -> Party:
    party = customers.create_party(by=None, name=name, country="Taiwan", contact_points=[("mobile", number)])
    CustomerSummary.objects.filter(party=party).update(revenue_12m=revenue, at_stake=1_000_000 - revenue)
    if consent:
        customers.record_consent(party=party, channel="phone", state="granted", by=None, evidence="asked")
    return party


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.stopped_at(NOON):
        yield


@pytest.fixture
def agent(make_user: Callable[..., Any]) -> Any:
    return make_user(role="agent")


@pytest.fixture
def other(make_user: Callable[..., Any]) -> Any:
    return make_user(role="agent")


@pytest.fixture
def people(db: None) -> list[Party]:
    """Four, the best first by revenue: three may be called, the second said no."""
    return [
        callable_customer("王小明", "0912000001", revenue=400_000),
        callable_customer("陳大文", "0912000002", revenue=300_000, consent=False),
        callable_customer("林美玉", "0912000003", revenue=200_000),
        callable_customer("張志強", "0912000004", revenue=100_000),
    ]


@pytest.fixture
def call_list(people: list[Party], make_user: Callable[..., Any]) -> CallList:
    return actions.make(
        origin="", name="Spring", script=None, party_ids=[one.pk for one in people], not_after=None, by=make_user(role="marketer")
    )  # fmt: skip
