"""Bad input: each gets a sentence, nothing is half-imported, what was good is kept."""

import csv
from pathlib import Path

import pytest

from regulars.commerce.models import Order
from regulars.customers.models import Batch, Party
from regulars.integrations.imports.models import ImportJob
from regulars.kit.errors import UserError

from .conftest import ORDERS, Bring

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\0\0\0\r", b"%PDF-1.4", bytes(range(256)) * 50, b"just one line of prose\n"]
)
def test_refused_file_leaves_nothing_behind(bring: Bring, content: bytes) -> None:
    with pytest.raises(UserError):
        bring(content)
    assert not ImportJob.objects.exists()
    assert not Batch.objects.exists()


def test_prose_is_not_taken_for_customers(bring: Bring) -> None:
    with pytest.raises(UserError, match=r"recognised|missing"):
        bring("Dear customer\nwe thank you\nfor your order\n")
    assert not Party.objects.exists()


def test_ambiguous_dates_are_asked_once_and_remembered(bring: Bring) -> None:
    text = "order,date,customer,amount\n1,02/03/2024,A,5\n2,04/05/2024,B,6\n"
    with pytest.raises(UserError, match="day/month or month/day"):
        bring(text)
    assert not Order.objects.exists()
    assert bring(text, date_order="dmy")["date_order"] == "dmy"
    later = bring(text.replace("\n1,", "\n11,").replace("\n2,", "\n12,"))
    assert later["accepted"] == 2
    assert Order.objects.get(number="12").ordered_at.isoformat() == "2024-05-03T16:00:00+00:00"


def test_day_that_does_not_exist_is_rejected_with_row_column_and_value(bring: Bring) -> None:
    found = bring("order,date,customer,amount\n1,25/02/2024,A,5\n2,31/02/2024,B,6\n")
    assert (found["accepted"], found["rejected"]) == (1, 1)
    [reject] = found["first_rejects"]
    assert (reject["row"], reject["column"], reject["value"]) == (3, "date", "31/02/2024")
    assert "29 days" in reject["problem"]


def test_amounts_in_three_styles_are_read_where_clear_and_rejected_where_not(bring: Bring) -> None:
    found = bring(
        'order;date;customer;amount\n1;2024-01-05;A;"1,234.50"\n2;2024-01-05;A;"1.234,50"\n3;2024-01-05;A;"1 234,50"\n4;2024-01-05;A;"1,234"\n5;2024-01-05;A;7\n'
    )
    assert dict(Order.objects.values_list("number", "amount")) == {"1": 123450, "2": 123450, "3": 123450, "5": 700}
    [reject] = found["first_rejects"]
    assert "both ways" in reject["problem"]


def test_identifiers_as_floats_are_the_same_customers(bring: Bring) -> None:
    bring("order,date,customer id,amount\n1,2024-01-05,13085.0,5\n")
    assert bring("order,date,customer id,amount\n2,2024-01-06,13085,5\n")["customers_created"] == 0


def test_quantity_in_words_is_rejected(bring: Bring) -> None:
    found = bring(ORDERS.replace("RED MUG,6,", "RED MUG,six,").replace("TEA TOWEL,1,", "TEA TOWEL,十二,"))
    assert (found["accepted"], found["rejected"]) == (7, 2)
    assert all("digits" in reject["problem"] for reject in found["first_rejects"])


def test_column_twice_is_noted(bring: Bring) -> None:
    found = bring("order,date,customer,amount,amount\n1,2024-01-05,A,5,6\n")
    assert Order.objects.get().amount == 500
    assert any("more than once" in note for note in found["warnings"])


def test_rejects_can_be_corrected_and_dropped_in_again(bring: Bring, tmp_path: Path) -> None:
    found = bring(ORDERS.replace("RED MUG,6,", "RED MUG,six,").replace("RED MUG", "=RED()"), source="shop")
    assert found["errors_file"]
    with open(found["errors_file"], encoding="utf-8-sig", newline="") as file:
        [head, row] = list(csv.reader(file))
    assert head[-4:] == ["import row", "import column", "import value", "import problem"]
    assert row[-4:-1] == ["4", "Quantity", "six"]
    assert row[2] == "'=RED()"
    row[3] = "6"
    corrected = tmp_path / "corrected.csv"
    with corrected.open("w", newline="") as file:
        csv.writer(file).writerows([head, row])
    again = bring(corrected)
    assert (again["accepted"], again["rejected"], again["source"]) == (1, 0, "shop")
    order = Order.objects.get(number="1002")
    assert order.amount == 2100
    assert order.lines.get().description == "=RED()"
    assert bring(ORDERS.replace("RED MUG", "=RED()"), source="shop")["accepted"] == 0


def test_file_of_rejects_is_private(bring: Bring) -> None:
    found = bring(ORDERS.replace("RED MUG,6,", "RED MUG,six,"))
    path = Path(found["errors_file"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.with_name("source").stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_missing_column_is_said(bring: Bring) -> None:
    with pytest.raises(UserError, match="Order date"):
        bring("order,customer,amount,quantity,product code\n1,A,5,1,X1\n", kind="orders")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"date_order": "ydm"}, "cannot be"), ({"nonsense": "1"}, "no option"), ({"currency": "pounds"}, "currency code"), ({"mapping": {"number": "Nope"}}, "no column"),
        ({"mapping": {"nope": "Invoice"}}, "no field"), ({"kind": "cakes"}, "no kind"),
    ],
)  # fmt: skip
def test_wrong_options_are_said(bring: Bring, told: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        bring(ORDERS, **told)
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    ("header", "row"),
    [("order,customer,price", "O1,C1,12.50"), ("訂單編號,客戶編號,客戶姓名,小計", "O1,C1,王小明,1200"), ("Invoice,Customer ID,Amount,Notes", "1,7,5,x")],
)  # fmt: skip
def test_orders_without_a_date_are_asked_for_it_and_not_taken_for_customers(
    bring: Bring, header: str, row: str
) -> None:
    with pytest.raises(UserError, match="Order date"):
        bring(f"{header}\n{row}\n")
    assert not Party.objects.exists()
    assert bring(f"{header}\n{row}\n", kind="customers")["customers_created"] == 1


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_quotation_mark_open_at_the_end_of_the_file_rejects_its_row(bring: Bring, end: str) -> None:
    found = bring(f'order,date,customer,amount\n1,2024-01-05,A,"7.00"\n2,2024-01-06,B,"12.5{end}')
    assert (found["accepted"], found["rejected"]) == (1, 1)
    [reject] = found["first_rejects"]
    assert reject["row"] == 3
    assert "never closed" in reject["problem"]
    assert found["revenue"] == "7.00"


def test_quotation_mark_open_over_the_last_lines_costs_its_own_line_only(bring: Bring) -> None:
    found = bring('order,date,customer,amount,note\n1,2024-01-05,A,7,"open\n2,2024-01-06,B,8,x\n3,2024-01-07,C,9,y')
    assert (found["accepted"], found["rejected"], found["first_rejects"][0]["row"]) == (2, 1, 2)


def test_last_line_without_its_end_is_whole_when_its_quotes_are_closed(bring: Bring) -> None:
    found = bring('order,date,customer,amount\n1,2024-01-05,A,7\n2,2024-01-06,B,"12.50"')
    assert (found["accepted"], found["rejected"], found["revenue"]) == (2, 0, "19.50")


def test_quantity_in_words_in_most_rows_is_not_left_aside(bring: Bring) -> None:
    rows = "1,2024-01-05,A,three,2\n2,2024-01-05,B,a dozen,2\n3,2024-01-05,C,two,2\n4,2024-01-05,D,6,2\n"
    found = bring(f"order,date,customer,quantity,price\n{rows}")
    assert (found["accepted"], found["rejected"], found["revenue"]) == (1, 3, "12.00")
    assert all((one["column"], "digits" in one["problem"]) == ("quantity", True) for one in found["first_rejects"])


def test_unknown_order_of_lines_and_payments_is_rejected(bring: Bring) -> None:
    lines = bring("order_id,product_id,quantity,price\nX1,A-1,1,10\n", kind="order_items")
    assert "import the orders first" in lines["first_rejects"][0]["problem"]
    payments = bring("order_id,payment_type,payment_value\nX1,cash,10\n", kind="payments")
    assert (payments["accepted"], payments["rejected"]) == (0, 1)
