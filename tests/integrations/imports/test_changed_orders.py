"""A later export of orders that are here: what differs becomes a dated change, and undo brings everything back."""

from typing import Any

import pytest

from regulars.commerce.models import Order, OrderLine, Return, Shipment
from regulars.customers.actions import erase_person, undo_batch
from regulars.customers.models import Batch, CustomerSummary, Event, Party, Revision

from .conftest import ORDERS, Bring

pytestmark = pytest.mark.django_db

FIRST = """Order No,Order date,Customer ID,Product code,Quantity,Amount,Status
1001,2024-01-05 10:00:00,501,A,2,100.00,Pending
1001,2024-01-05 10:00:00,501,B,1,50.00,Pending
1002,2024-01-06 10:00:00,502,A,1,60.00,Pending
"""


def record() -> dict[str, Any]:
    """What matters, without ids and times of recording."""
    return {
        "orders": list(Order.objects.order_by("number").values_list("number", "state", "amount", "goods", "quantity", "line_count", "customer__name", "payload")),
        "lines": sorted(OrderLine.objects.live().values_list("order__number", "line_key", "quantity", "amount")),  # type: ignore[attr-defined]
        "shipments": sorted(Shipment.objects.live().values_list("order__number", "shipped_at", "delivered_at"), key=str),  # type: ignore[attr-defined]
        "sums": sorted(CustomerSummary.objects.filter(party__trashed_at=None).values_list("party__name", "orders", "revenue")),
        "timeline": sorted(
            Event.objects.live().filter(source="commerce").values_list("kind", "amount", "customer__name", "object_id"), key=str
        ),
    }  # fmt: skip


def both(bring: Bring, file: str, **told: Any) -> dict[str, Any]:
    """Preview and import, which say the same."""
    said, done = bring(file, dry_run=True, **told), bring(file, **told)
    names = ("accepted", "known", "rejected", "orders_created", "orders_changed", "customers_created", "revenue")
    assert {name: said[name] for name in names} == {name: done[name] for name in names}
    return done


def undone(done: dict[str, Any]) -> dict[str, Any]:
    """The record after the import was taken back."""
    undo_batch(batch=Batch.objects.get(pk=done["batch"]), by=None)
    return record()


def test_cancelled_order_leaves_the_sums_and_comes_back_with_undo(bring: Bring) -> None:
    bring(FIRST)
    before = record()
    done = both(bring, FIRST.replace("502,A,1,60.00,Pending", "502,A,1,60.00,Cancelled"))
    assert (done["orders_changed"], done["accepted"], done["known"]) == (1, 1, 2)
    order = Order.objects.get(number="1002")
    assert (order.state, CustomerSummary.objects.get(party__name="#502").orders) == ("cancelled", 0)
    assert Event.objects.live().get(object_id=order.pk, source="commerce").kind == "commerce.order_cancelled"
    told = Event.objects.get(kind="imports.order_changed")
    assert told.payload["changes"] == [["state", "Pending", "Cancelled"]]
    kept = Revision.objects.get(batch=done["batch"], object_id=order.pk)
    assert (kept.before["state"], kept.after["state"]) == ("placed", "cancelled")
    assert undone(done) == before
    assert CustomerSummary.objects.get(party__name="#502").revenue == 6000


def test_state_that_alters_no_sum_is_told_with_its_day_once(bring: Bring) -> None:
    bring(FIRST)
    later = FIRST.replace("Pending", "Paid")
    done = both(bring, later)
    assert (done["orders_changed"], done["accepted"], done["known"]) == (2, 2, 1)
    assert [one.payload["changes"] for one in Event.objects.filter(kind="imports.order_changed")] == [
        [["state", "Pending", "Paid"]]
    ] * 2
    assert bring(later)["orders_changed"] == 0


def test_amount_that_differs_replaces_the_line_instead_of_adding_one(bring: Bring) -> None:
    bring(FIRST)
    before = record()
    later = FIRST.replace("501,A,2,100.00", "501,A,3,150.00")
    done = both(bring, later)
    assert (done["orders_changed"], done["accepted"], done["revenue"]) == (1, 1, "50.00")
    order = Order.objects.get(number="1001")
    assert (order.amount, order.quantity, order.line_count) == (20000, 4.0, 2)
    assert CustomerSummary.objects.get(party__name="#501").revenue == 20000
    assert Event.objects.live().get(object_id=order.pk, source="commerce").amount == 20000
    assert Event.objects.get(kind="imports.order_changed").payload["changes"] == [["amount", 15000, 20000]]
    assert both(bring, later)["known"] == 3
    assert undone(done) == before


def test_line_with_a_number_of_its_own_is_changed_by_it(bring: Bring) -> None:
    file = "Order No,Line No,Order date,Customer ID,Product code,Quantity,Amount\n1,1,2024-01-05,5,A,2,100\n1,2,2024-01-05,5,A,1,50\n"
    bring(file)
    done = both(bring, file.replace("5,A,1,50", "5,A,2,95"))
    assert (done["orders_changed"], Order.objects.get().amount) == (1, 19500)
    assert list(OrderLine.objects.order_by("line_key").values_list("line_key", "amount")) == [
        ("#1", 10000),
        ("#2", 9500),
    ]


def test_order_of_another_customer_moves_with_all_that_is_told_of_it(bring: Bring) -> None:
    file = "Order No,Order date,Customer ID,Amount,Ship date\n1001,2024-01-05,501,100,2024-01-07\n1002,2024-01-06,502,60,\n"
    bring(file)
    before = record()
    done = both(bring, file.replace("1001,2024-01-05,501", "1001,2024-01-05,503"))
    assert (done["orders_changed"], done["customers_created"], done["rejected"]) == (1, 1, 0)
    new, old = Party.objects.get(name="#503"), Party.objects.get(name="#501")
    assert (Order.objects.get(number="1001").customer, CustomerSummary.objects.get(party=new).revenue) == (new, 10000)
    assert CustomerSummary.objects.get(party=old).orders == 0
    kinds = Event.objects.live().filter(source="commerce", customer=new).values_list("kind", flat=True)
    assert sorted(kinds) == ["commerce.order_placed", "commerce.order_shipped"]
    assert not Event.objects.live().filter(source="commerce", customer=old).exists()
    assert Event.objects.filter(kind="imports.order_changed", customer__in=(new, old)).count() == 2
    assert undone(done) == before


def test_shipment_that_happened_since_is_told_and_taken_back(bring: Bring) -> None:
    file = "Order No,Order date,Customer ID,Amount,Ship date,Delivery date\n1001,2024-01-05,501,100,%s,%s\n"
    bring(file % ("", ""))
    before = record()
    shipped = both(bring, file % ("2024-01-07", ""))
    assert shipped["orders_changed"] == 1
    middle = record()
    delivered = both(bring, file % ("2024-01-07", "2024-01-09"))
    assert delivered["orders_changed"] == 1
    kinds = Event.objects.live().filter(source="commerce").values_list("kind", flat=True)
    assert sorted(kinds) == ["commerce.order_delivered", "commerce.order_placed", "commerce.order_shipped"]
    assert undone(delivered)["shipments"] == middle["shipments"]
    assert undone(shipped) == before


def test_anonymous_order_that_is_somebodys_after_all_is_a_change(bring: Bring) -> None:
    bring(ORDERS)
    before = record()
    done = both(bring, ORDERS.replace("5.00,,Taiwan", "5.00,504.0,Taiwan"))
    assert (done["orders_changed"], done["customers_created"]) == (1, 1)
    assert CustomerSummary.objects.get(party__name="#504").revenue == 500
    assert undone(done) == before


def test_return_of_another_customer_moves_too(bring: Bring) -> None:
    bring(ORDERS)
    before = record()
    done = both(bring, ORDERS.replace("-2,2024-02-03 12:00:00,3.50,501.0", "-2,2024-02-03 12:00:00,3.50,502.0"))
    assert (done["orders_changed"], done["rejected"]) == (1, 0)
    entry = Return.objects.get()
    assert entry.customer is not None
    assert entry.customer.name == "#502"
    assert Event.objects.live().get(kind="commerce.goods_returned").customer == entry.customer
    assert undone(done) == before


def test_one_file_that_gives_an_order_to_two_is_still_refused(bring: Bring) -> None:
    done = bring(FIRST.replace("501,B", "502,B"))
    assert done["rejected"] == 1
    assert "belongs to customer 501" in done["first_rejects"][0]["problem"]


def test_orders_of_somebody_who_was_erased_are_given_to_nobody_again(bring: Bring) -> None:
    bring(FIRST)
    person = Party.objects.get(name="#502")
    erase_person(party=person, by=None, reason="asked")
    done = both(bring, FIRST)
    assert (done["rejected"], done["orders_changed"], done["customers_created"]) == (1, 0, 0)
    assert "asked to be erased" in done["first_rejects"][0]["problem"]
    assert Order.objects.get(number="1002").customer == person
