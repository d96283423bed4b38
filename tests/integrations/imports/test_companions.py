"""Files that belong to others: lines, payments, products, and what happened."""

import pytest

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, Payment
from regulars.customers.models import CustomerSummary, Event, Party

from .conftest import Bring

pytestmark = pytest.mark.django_db
ORDERS = "order_id,customer_id,order_status,order_purchase_timestamp\nO1,C1,delivered,2018-01-05 10:00:00\nO2,C2,canceled,2018-01-06 10:00:00\n"


def test_several_files_become_one_history(bring: Bring) -> None:
    bring("customer_id,customer_unique_id,customer_city\nC1,U1,Recife\nC2,U2,Natal\nC3,U1,Olinda\n", source="olist")
    bring("product_id,product_category_name\nP1,perfumaria\n", source="olist")
    bring(ORDERS + "O3,C3,delivered,2018-02-05 10:00:00\n", source="olist")
    lines = bring(
        "order_id,order_item_id,product_id,price,freight_value\nO1,1,P1,10.50,2.25\nO1,2,P1,10.50,2.25\nO3,1,P1,5,1\n",
        source="olist",
        currency="BRL",
    )
    assert (lines["kind"], lines["accepted"], lines["revenue"]) == ("order_items", 3, "31.50")
    bring(
        "order_id,payment_sequential,payment_type,payment_installments,payment_value\nO1,1,credit_card,8,20.50\nO1,2,voucher,1,5.00\n",
        source="olist",
    )
    reviews = bring(
        "review_id,order_id,review_score,review_comment_message,review_creation_date\nR1,O1,5,Ótimo,2018-01-20\n",
        source="olist",
    )
    assert reviews["kind"] == "events"
    assert Party.objects.count() == 2
    first = CustomerSummary.objects.get(orders=2)
    assert first.revenue == 3150
    order = Order.objects.get(number="O1")
    assert (order.amount, order.goods, order.line_count) == (2550, 2100, 4)
    assert Payment.objects.filter(order=order).count() == 2
    assert Product.objects.get().group == "perfumaria"
    review = Event.objects.get(kind="imports.review")
    assert (review.customer, review.quantity, review.body.text) == (first.party, 5.0, "Ótimo")
    assert Event.objects.live().filter(kind="commerce.order_placed").count() == 2


@pytest.mark.parametrize(
    "text",
    [
        "order_id,order_item_id,product_id,price\nO1,1,P1,10\n",
        "order_id,payment_sequential,payment_type,payment_value\nO1,1,cash,10\n",
        "product_id,product_category_name\nP1,perfumaria\n",
        "order_id,review_score,review_comment_message,review_creation_date\nO1,5,Ótimo,2018-01-20\n",
    ],
)
def test_companion_twice_changes_nothing(bring: Bring, text: str) -> None:
    bring(ORDERS)
    assert bring(text)["accepted"] == 1
    again = bring(text)
    assert (again["accepted"], again["known"]) == (0, 1)


def test_calls_and_notes_become_entries_of_their_kind(bring: Bring) -> None:
    bring(ORDERS)
    found = bring(
        "date,customer id,event type,subject,notes\n2018-03-01 09:00,C1,Call,About the mug,Wants two more\n2018-03-02,C2,Fair,Met at the fair,\n2018-03-03,C9,Call,Nobody,\n"
    )
    assert (found["accepted"], found["rejected"]) == (2, 1)
    assert dict(Event.objects.exclude(kind__startswith="commerce").values_list("kind", "channel")) == {
        "channels.call_logged": "phone",
        "imports.entry": "",
    }
    assert Event.objects.get(kind="channels.call_logged").body.subject == "About the mug"
    called = CustomerSummary.objects.get(party__identifiers__external_id="C1")
    assert called.last_contact_channel == "phone"


def test_event_finds_its_customer_by_address(bring: Bring) -> None:
    bring("customer id,name,email,mobile\n1,Anna,anna@example.com,0912345678\n")
    found = bring(
        "date,email,phone,event type,text\n2024-01-05,ANNA@example.com,,Note,one\n2024-01-06,,+886 912 345 678,Note,two\n2024-01-07,other@example.com,,Note,three\n"
    )
    assert (found["accepted"], found["rejected"]) == (2, 1)


def test_product_keeps_what_the_file_does_not_say(bring: Bring) -> None:
    bring("product code,product name,price,cost\nA-1,Mug,3.50,2.00\n")
    found = bring("product code,product name,price,cost\nA-1,,4.00,\n")
    product = Product.objects.get()
    assert (found["accepted"], product.name, product.price, product.cost) == (1, "Mug", 400, 200)
