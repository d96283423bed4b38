"""Fractions of a cent, however many customers have them: each is right to the cent, and the sum of all is the file's."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.commerce.models import Order, OrderLine, Return
from regulars.customers.models import CustomerSummary
from regulars.integrations.imports import actions
from regulars.integrations.imports.engine import run, trade
from regulars.integrations.imports.models import ImportJob

from .conftest import Bring

pytestmark = pytest.mark.django_db
HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID\n"
HALF = Decimal("0.5")


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


def mixed(customers: int, lines: int) -> tuple[str, dict[str, Decimal]]:
    """Lines of customers in turn, each with another fraction of a cent, and what each customer spent."""
    rows, spent = ["order,date,customer,quantity,price"], defaultdict(Decimal)
    for number in range(lines):
        customer = f"C{number % customers}"
        price = Decimal(1000 + 7 * (number % customers) + number % 5) / 10_000
        spent[customer] += price
        rows.append(f"O{number},2024-01-05,{customer},1,{price}")
    return "\n".join(rows) + "\n", dict(spent)


def off(spent: dict[str, Decimal]) -> dict[str, Decimal]:
    """By how many cents the record differs from the file, by customer."""
    kept = CustomerSummary.objects.values_list("party__identifiers__external_id", "revenue")
    return {customer: abs(revenue - 100 * spent[customer]) for customer, revenue in kept}


def stored() -> int:
    """Everything in the record, in cents."""
    return sum(Order.objects.values_list("amount", flat=True)) + sum(Return.objects.values_list("amount", flat=True))


def test_customers_do_not_get_the_fractions_of_their_neighbours(bring: Bring) -> None:
    text, spent = mixed(customers=13, lines=390)
    found = bring(text)
    total = round(100 * sum(spent.values()))
    assert int(Decimal(found["revenue"]) * 100) == stored() == total
    differences = off(spent)
    assert len(differences) == 13
    assert max(differences.values()) < 1
    assert sum(difference > HALF for difference in differences.values()) <= 2


def test_fractions_survive_a_failure_and_a_replay(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    text, spent = mixed(customers=13, lines=390)
    bring(text)
    whole = off(spent)
    actions.undo_import(job=ImportJob.objects.get(), by=None)
    monkeypatch.setattr(run, "CHUNK", 50)
    write, calls = trade.TradeWriter.write, [0]

    def failing(self: trade.TradeWriter, chunk: object) -> None:
        calls[0] += 1
        if calls[0] == 5:
            raise OverflowError("on the way")
        write(self, chunk)  # type: ignore[arg-type]

    monkeypatch.setattr(trade.TradeWriter, "write", failing)
    with pytest.raises(actions.ImportFailedError):
        bring(text)
    assert len(ImportJob.objects.latest("pk").checkpoint["carry"]) <= 13
    monkeypatch.undo()
    assert bring(text)["accepted"] == 390
    assert off(spent) == whole
    assert bring(text)["known"] == 390
    assert off(spent) == whole


def test_real_file_with_four_decimals_is_right_for_each_customer(bring: Bring, real_data: Path) -> None:
    path = real_data / "retail_superstore" / "superstore.csv"
    spent: dict[str, Decimal] = defaultdict(Decimal)
    with path.open(encoding="latin-1", newline="") as file:
        for row in csv.DictReader(file):
            spent[row["Customer ID"]] += Decimal(row["Sales"])
    found = bring(path)
    assert (found["revenue"], stored()) == ("2297200.86", 229720086)
    differences = off(spent)
    assert len(differences) == 793
    assert max(differences.values()) <= HALF
