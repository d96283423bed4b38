"""Customers in experiments, and what the keeper does in a moment."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.commerce.models import Order, Return
from regulars.customers.models import CustomerSummary, Party
from regulars.kit import clock
from regulars.marketing.effect import keeping
from regulars.marketing.effect.actions import declare
from regulars.marketing.effect.models import Experiment, Sum, UnitOutcome

LONG_AGO = timedelta(days=30)


def make_parties(count: int) -> list[int]:
    """So many customers, quickly; their numbers."""
    made = Party.objects.bulk_create(Party(name=f"客{n}", fold=f"客{n}") for n in range(count))
    CustomerSummary.objects.bulk_create(CustomerSummary(party=one) for one in made)
    return [one.pk for one in made]


_numbers = iter(range(1, 10_000_000))


def buys(party: int, amount: int = 100_000, *, at: datetime | None = None, cost: int | None = None) -> Order:
    """An order in the record."""
    return Order.objects.create(
        source="shop", number=f"N{next(_numbers)}", customer_id=party, ordered_at=at or clock.now(), currency="TWD",
        amount=amount, goods=amount, cost=cost,
    )  # fmt: skip


def sends_back(order: Order, amount: int, *, at: datetime | None = None) -> Return:
    """A return of an order."""
    return Return.objects.create(
        source="shop", number=f"R{next(_numbers)}", customer_id=order.customer_id, order=order, returned_at=at or clock.now(),
        currency="TWD", amount=-amount, goods=-amount,
    )  # fmt: skip


def follow() -> None:
    """What the keeper does in a moment."""
    while keeping.catch_up():
        pass


def sums_of(experiment: Experiment) -> set[Any]:
    """Every half hour that holds anything."""
    rows = Sum.objects.filter(experiment=experiment)
    return {
        (one.arm, one.measure, one.moment, one.sums)
        for one in rows
        if any((one.n, one.y, one.yy, one.x, one.xx, one.xy))
    }


def outcomes_of(experiment: Experiment) -> set[Any]:
    """Every step of every unit."""
    return set(UnitOutcome.objects.filter(experiment=experiment).values_list("unit", "measure", "moment", "y"))


def arms_of(told: dict[int, str | None], arm: str | None) -> list[int]:
    """Who is in an arm."""
    return [party for party, one in told.items() if one == arm]


@pytest.fixture
def make(db: None) -> Callable[..., Experiment]:
    """Declare an experiment: `make(control_share=5_000)`."""

    def made(**facts: Any) -> Experiment:
        asked: dict[str, Any] = {
            "origin": f"test:{Experiment.objects.count()}", "name": "Spring", "measure": "revenue", "control_share": 5_000,
            "days": 14, "expected_units": 200, "by": None,
        }  # fmt: skip
        return declare(**{**asked, **facts})

    return made


def each(numbers: Iterable[int]) -> list[int]:
    return sorted(numbers)
