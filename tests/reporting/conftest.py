"""A small trade in the database."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from regulars.commerce.actions import rebuild_trade
from regulars.commerce.models import Order
from regulars.customers.actions import ensure_summaries
from regulars.customers.models import Party, PartyRole
from regulars.kit import clock

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)  # noon in Taipei

Sell = Callable[..., Party]


@pytest.fixture(autouse=True)
def _noon(db: None) -> object:
    with clock.stopped_at(NOW):
        yield


@pytest.fixture
def sell(db: None) -> Sell:
    """`sell("Ann", days=(90, 60, 30))`: orders so many days before TODAY, at ten in the morning company time."""

    def make(
        name: str, *, days: tuple[int, ...] = (), amount: int = 100_000, cost: int | None = None, currency: str = "TWD"
    ) -> Party:
        party, _ = Party.objects.get_or_create(name=name)
        PartyRole.objects.get_or_create(
            party=party, role="prospect", valid_to=None, defaults={"valid_from": date(2020, 1, 1)}
        )
        Order.objects.bulk_create(
            Order(
                source="test",
                number=f"{name}-{ago}",
                customer=party,
                currency=currency,
                amount=amount,
                goods=amount,
                cost=cost,
                ordered_at=datetime.combine(TODAY - timedelta(days=ago), time(2), UTC),
                line_count=1,
                quantity=1,
                channel="web",
            )
            for ago in days
        )
        ensure_summaries()
        rebuild_trade()
        return party

    return make


@pytest.fixture
def trade(sell: Sell) -> dict[str, Party]:
    """30 monthly buyers, one who stopped half a year ago, a newcomer and a stranger."""
    for n in range(30):
        sell(f"Regular {n:02}", days=tuple(range(5 + n % 20, 500, 30)), amount=50_000 + 1_000 * n)
    return {
        "gone": sell("Gone", days=tuple(range(200, 600, 30)), amount=300_000),
        "new": sell("New", days=(3,)),
        "stranger": sell("Stranger"),
        "regular": Party.objects.get(name="Regular 07"),
    }
