"""Orders: who, what, returns, fees, duplicates, sums."""

from decimal import Decimal

import pytest

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine, Return, ReturnLine, Shipment
from regulars.customers.models import CustomerSummary, Event, Identifier, Party, PartyRole

from .conftest import ORDERS, Bring

pytestmark = pytest.mark.django_db
HEAD = ORDERS.split("\n", 1)[0] + "\n"


def test_every_row_is_accounted_for_and_the_sum_ties_out(bring: Bring) -> None:
    found = bring(ORDERS, currency="GBP")
    assert (found["rows"], found["accepted"], found["known"], found["rejected"]) == (9, 9, 0, 0)
    assert (found["customers_created"], found["orders_created"], found["returns"]) == (2, 5, 1)
    assert (found["anonymous"], found["duplicates"], found["fee_lines"]) == (1, 1, 1)
    assert found["revenue"] == "80.75"
    total = sum(Order.objects.values_list("amount", flat=True)) + sum(Return.objects.values_list("amount", flat=True))
    assert total == 8075
    assert found["errors_file"] is None
    assert found["currency"] == "GBP"


def test_customers_are_known_by_number_and_called_by_it_until_named(bring: Bring) -> None:
    bring(ORDERS, source="shop")
    identifier = Identifier.objects.get(system="shop", external_id="501")
    assert identifier.party.name == "#501"
    assert identifier.party.country == "Taiwan"
    assert PartyRole.objects.get(party=identifier.party).role == "customer"


def test_summary_and_timeline_follow(bring: Bring) -> None:
    bring(ORDERS)
    party = Identifier.objects.get(external_id="501").party
    summary = CustomerSummary.objects.get(party=party)
    assert (summary.orders, summary.returns, summary.revenue) == (2, 1, 1125)
    kinds = list(Event.objects.filter(customer=party).order_by("occurred_at").values_list("kind", "amount"))
    assert kinds == [("commerce.order_placed", 1125), ("commerce.order_placed", 700), ("commerce.goods_returned", -700)]
    assert Event.objects.filter(customer=None).count() == 0


def test_return_finds_the_latest_order_of_the_same_quantity(bring: Bring) -> None:
    bring(ORDERS)
    entry = Return.objects.get()
    assert entry.order is not None
    assert entry.order.number == "1004"
    line = ReturnLine.objects.get()
    assert line.order_line is not None
    assert (line.order_line.order.number, line.quantity, line.amount) == ("1004", -2, -700)


def test_return_never_undoes_a_later_order_nor_one_line_twice(bring: Bring) -> None:
    bring(
        HEAD
        + "1,20001,MUG,2,2024-01-05,3.50,7,TW\nC2,20001,MUG,-2,2024-01-06,3.50,7,TW\nC3,20001,MUG,-2,2024-01-07,3.50,7,TW\n4,20001,MUG,2,2024-01-08,3.50,7,TW\n"
    )
    assert dict(Return.objects.values_list("number", "order__number")) == {"C2": "1", "C3": None}


def test_return_written_before_its_order_in_the_file_is_matched_all_the_same(bring: Bring) -> None:
    bring(HEAD + "C2,20001,MUG,-1,2024-01-06,3.50,7,TW\n1,20001,MUG,4,2024-01-05,3.50,7,TW\n")
    assert Return.objects.get().order is not None


def test_cancellations_with_positive_numbers_are_turned_round(bring: Bring) -> None:
    found = bring(HEAD + "1,20001,MUG,2,2024-01-05,3.50,7,TW\nC2,20001,MUG,2,2024-01-06,3.50,7,TW\n")
    assert found["returns"] == 1
    assert found["revenue"] == "0.00"


def test_fees_are_no_products_and_the_rule_can_be_changed(bring: Bring) -> None:
    rows = HEAD + "".join(f"{n},2000{n},MUG,1,2024-01-05,1,7,TW\n" for n in range(1, 9))
    odd = (
        rows
        + "90,POST,POSTAGE,1,2024-01-05,5,7,TW\n91,BANK CHARGES,Bank Charges,1,2024-01-05,5,7,TW\n92,PARTYBAG,GIRLS PARTY BAG,1,2024-01-05,5,7,TW\n93,M,Manual,1,2024-01-05,5,7,TW\n"
    )
    odd += "94,POSTCARD1,A CARD,1,2024-01-05,5,7,TW\n"
    found = bring(odd)
    assert found["fee_lines"] == 3
    assert not Product.objects.filter(code__in=["POST", "BANK CHARGES", "M"]).exists()
    assert Product.objects.filter(code__in=["PARTYBAG", "POSTCARD1"]).count() == 2
    assert dict(OrderLine.objects.filter(product=None).values_list("order__number", "kind")) == {
        "90": "fee",
        "91": "fee",
        "93": "adjustment",
    }
    again = bring(odd, source="other", fee_codes="PARTY*, POSTCARD1", product_codes="M")
    assert again["fee_lines"] == 4


def test_exact_duplicates_are_kept_or_dropped_by_the_rule(bring: Bring) -> None:
    dropped = bring(ORDERS, duplicates="drop")
    assert (dropped["accepted"], dropped["known"], dropped["duplicates"], dropped["revenue"]) == (8, 1, 1, "68.00")
    again = bring(ORDERS, duplicates="drop")
    assert (again["accepted"], again["known"]) == (0, 9)


def test_additional_lines_of_a_known_order_are_added_and_its_entry_is_corrected(bring: Bring) -> None:
    bring(ORDERS)
    more = bring(ORDERS + "1002,20002,BLUE MUG,1,2024-01-09 11:30:00,4.25,502.0,Taiwan\n")
    assert (more["accepted"], more["known"], more["orders_created"], more["revenue"]) == (1, 9, 0, "4.25")
    order = Order.objects.get(number="1002")
    assert (order.amount, order.line_count) == (2525, 2)
    assert list(
        Event.objects.live().filter(object_type="order", object_id=order.pk).values_list("amount", flat=True)
    ) == [2525]


def test_second_identical_line_in_a_longer_file_is_new(bring: Bring) -> None:
    row = "1,20001,MUG,2,2024-01-05,3.50,7,TW\n"
    bring(HEAD + row)
    more = bring(HEAD + row + row)
    assert (more["accepted"], more["known"]) == (1, 1)


def test_fractions_of_a_cent_are_carried_so_that_the_sum_is_right(bring: Bring) -> None:
    rows = HEAD + "".join(f"{n},20001,MUG,1,2024-01-05,0.004,7,TW\n" for n in range(1, 1001))
    found = bring(rows)
    assert found["revenue"] == "4.00"
    assert sum(OrderLine.objects.values_list("amount", flat=True)) == 400
    assert set(OrderLine.objects.values_list("unit_price", flat=True)) == {4000}


def test_order_of_two_customers_keeps_the_first(bring: Bring) -> None:
    found = bring(HEAD + "1,20001,MUG,2,2024-01-05,3.50,7,TW\n1,20002,CUP,2,2024-01-05,3.50,8,TW\n")
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert found["first_rejects"][0]["row"] == 3
    assert "belongs to customer 7" in found["first_rejects"][0]["problem"]


def test_customer_number_of_two_names_is_one_customer_with_a_warning(bring: Bring) -> None:
    found = bring(
        "Order,Date,Customer ID,Customer Name,Amount\n1,2024-01-05,7,Anna Bell,10\n2,2024-01-06,7,Carl Dorn,20\n3,2024-01-07,7,anna  bell,5\n"
    )
    assert found["customers_created"] == 1
    assert Party.objects.get().name == "Anna Bell"
    assert any("two names" in warning and "7: Anna Bell / Carl Dorn" in warning for warning in found["warnings"])


def test_warning_of_two_names_shows_the_name_that_is_here_as_it_is_written(bring: Bring) -> None:
    head = "Order,Date,Customer ID,Customer Name,Amount\n"
    bring(head + "1,2024-01-05,7,Anna BELL,10\n")
    found = bring(head + "2,2024-01-06,7,Carl Dorn,20\n")
    assert any("7: Anna BELL / Carl Dorn" in warning for warning in found["warnings"])


def test_orders_without_numbers_get_one_that_is_the_same_next_time(bring: Bring) -> None:
    text = "customer id,date,qty,amount\n1,2024-01-05,1,9.99\n1,2024-01-05,1,9.99\n2,2024-01-06,3,30\n"
    assert bring(text)["orders_created"] == 3
    assert bring(text)["known"] == 3


def test_state_shipping_and_delivery_are_kept(bring: Bring) -> None:
    bring(
        "order id,customer id,order date,status,freight,product id,quantity,price,ship date,delivered at\n"
        "1,7,2024-01-05,delivered,5.50,A-1,1,10,2024-01-06,2024-01-08\n1,7,2024-01-05,delivered,5.50,A-2,1,20,2024-01-06,2024-01-08\n2,7,2024-01-07,canceled,0,A-1,1,10,,\n"
    )
    order = Order.objects.get(number="1")
    assert (order.amount, order.goods, order.line_count) == (3550, 3000, 3)
    assert Order.objects.get(number="2").state == "cancelled"
    assert Shipment.objects.get().order == order
    assert set(Event.objects.values_list("kind", flat=True)) == {
        "commerce.order_placed",
        "commerce.order_cancelled",
        "commerce.order_shipped",
        "commerce.order_delivered",
    }


def test_profit_gives_the_cost_and_margin(bring: Bring) -> None:
    bring(
        "order id,order date,customer id,product id,quantity,sales,profit\n1,2024-01-05,7,A-1,2,100,30\n2,2024-01-06,7,A-2,1,50,-20\n"
    )
    assert dict(Order.objects.values_list("number", "cost")) == {"1": 7000, "2": 7000}
    assert CustomerSummary.objects.get().margin == 1000


def test_discount_lowers_the_price(bring: Bring) -> None:
    found = bring(
        "order id,order date,customer id,product id,quantity,unit price,discount\n1,2024-01-05,7,A-1,2,100,0.15\n2,2024-01-06,7,A-2,1,50,20%\n"
    )
    assert Decimal(found["revenue"]) == Decimal("210.00")


def test_customers_in_two_sources_are_kept_apart(bring: Bring) -> None:
    bring(ORDERS, source="shop")
    assert bring(ORDERS, source="erp")["customers_created"] == 2
    assert Identifier.objects.filter(external_id="501").count() == 2
