from datetime import UTC, datetime

import pytest

from regulars.commerce.actions import rebuild_trade
from regulars.commerce.models import Order, Return
from regulars.customers import actions
from regulars.customers.models import CustomerSummary

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def order(party, number, amount, *, day=1, cost=None, **fields):
    return Order.objects.create(
        source="t",
        number=number,
        customer=party,
        ordered_at=DAY.replace(day=day),
        currency="GBP",
        amount=amount,
        goods=amount,
        cost=cost,
        **fields,
    )


@pytest.mark.parametrize("only_these", [True, False])
def test_rebuild_trade_sums_what_counts(only_these):
    party = actions.create_party(by=None, name="A")
    other = actions.create_party(by=None, name="B")
    order(party, "1", 1_000, cost=600)
    order(party, "2", 500, day=5)
    order(party, "3", 9_999, state="cancelled")
    order(party, "4", 9_999, retracted_in=1)
    order(None, "5", 9_999)
    Return.objects.create(
        source="t", number="C1", customer=party, returned_at=DAY, currency="GBP", amount=-200, goods=-200
    )
    rebuild_trade(customer_ids=[party.pk, other.pk] if only_these else None)
    row = CustomerSummary.objects.get(party=party)
    assert (row.orders, row.returns, row.revenue, row.margin, row.currency) == (2, 1, 1_300, 400, "GBP")
    assert (row.first_order_at.day, row.last_order_at.day) == (1, 5)
    nothing = CustomerSummary.objects.get(party=other)
    assert (nothing.orders, nothing.revenue, nothing.margin, nothing.currency) == (0, 0, None, "TWD")
