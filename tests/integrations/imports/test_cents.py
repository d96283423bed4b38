"""Fractions of a cent, however many customers have them."""

import pytest

from regulars.commerce.models import Order, OrderLine
from regulars.integrations.imports.engine import run

from .conftest import Bring

pytestmark = pytest.mark.django_db
HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID\n"


@pytest.mark.parametrize("most", [5, 20_000])
@pytest.mark.parametrize(("price", "revenue", "minor"), [("0.004", "1.60", 160), ("0.006", "2.40", 240)])
def test_sum_ties_out_for_more_customers_than_are_kept_apart(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, most: int, price: str, revenue: str, minor: int
) -> None:
    monkeypatch.setattr(run, "CHUNK", 30)
    monkeypatch.setattr(run, "_MOST_CARRIED", most)
    found = bring(HEAD + "".join(f"{n},20001,PIN,1,2024-01-05,{price},{n}\n" for n in range(1, 401)))
    assert found["revenue"] == revenue
    assert sum(OrderLine.objects.values_list("amount", flat=True)) == minor
    assert sum(Order.objects.values_list("amount", flat=True)) == minor
    assert set(OrderLine.objects.values_list("amount", flat=True)) <= {0, 1, 2}
