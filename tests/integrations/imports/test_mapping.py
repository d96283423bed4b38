"""What the columns mean, guessed and remembered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.integrations.imports import mapping
from regulars.integrations.imports.files import look

from .conftest import ORDERS, Bring

Write = Callable[..., Path]


def guessed(path: Path) -> tuple[str, dict[str, str]]:
    seen = look(path)
    found = mapping.guess(seen)
    return found.kind, {
        column.name: target for column, target in zip(seen.columns, found.targets, strict=True) if target
    }


def test_retail_header_is_understood(write: Write) -> None:
    kind, columns = guessed(write(ORDERS))
    assert kind == "orders"
    assert columns == {
        "Invoice": "number", "StockCode": "product", "Description": "description", "Quantity": "quantity", "InvoiceDate": "ordered_at", "Price": "price",
        "Customer ID": "customer", "Country": "country",
    }  # fmt: skip


def test_chinese_header_is_understood(write: Write) -> None:
    kind, columns = guessed(
        write(
            "訂單編號,訂單日期,客戶編號,客戶姓名,品號,品名,數量,單價,小計\nA1,2024/1/5,C1,王小明,P-01,高山茶,2,600,1200\n"
        )
    )
    assert kind == "orders"
    assert list(columns.values()) == [
        "number",
        "ordered_at",
        "customer",
        "name",
        "product",
        "description",
        "quantity",
        "price",
        "amount",
    ]


def test_chinese_customers_are_understood(write: Write) -> None:
    kind, columns = guessed(
        write(
            "會員編號,姓名,生日,手機,電子信箱,郵遞區號,地址,統一編號\nM1,王小明,79/05/06,0912345678,a@b.tw,100,台北市中山路1號,04595252\n"
        )
    )
    assert kind == "customers"
    assert list(columns.values()) == [
        "customer",
        "name",
        "birth_date",
        "mobile",
        "email",
        "postcode",
        "address",
        "tax_id",
    ]


def test_values_forbid_what_the_name_suggests(write: Write) -> None:
    _kind, columns = guessed(write("Order ID,Date,Amount,Email\n1,not today,2.50,none\n2,nor this,3.00,neither\n"))
    assert "ordered_at" not in columns.values()
    assert "email" not in columns.values()


def test_file_without_header_is_guessed_from_its_values(write: Write) -> None:
    kind, columns = guessed(write("\n".join(ORDERS.strip().split("\n")[1:])))
    assert kind == "orders"
    assert columns == {
        "Column 1": "number", "Column 2": "product", "Column 3": "description", "Column 4": "quantity", "Column 5": "ordered_at", "Column 6": "price",
        "Column 7": "customer",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("InvoiceDate", "invoice_date"),
        ("Customer ID", "customer id"),
        ("property_firstname", "firstname"),
        ("Preço", "preco"),
    ],
)
def test_headers_are_compared_without_their_dress(one: str, other: str) -> None:
    assert mapping.plain(one) == mapping.plain(other)


@pytest.mark.django_db
def test_mapping_and_answer_are_remembered_for_the_same_header(bring: Bring) -> None:
    first = "Nr;When;Who;Sum\n1;02/03/2024;A;10,50\n"
    bring(
        first,
        kind="orders",
        mapping={"number": "Nr", "ordered_at": "When", "customer": "Who", "amount": "Sum"},
        source="till",
        date_order="mdy",
    )
    again = bring(first.replace("1;02/03", "2;04/05"))
    assert again["kind"] == "orders"
    assert again["date_order"] == "mdy"
    assert again["source"] == "till"
    assert again["mapping"] == {"Nr": "number", "When": "ordered_at", "Who": "customer", "Sum": "amount"}
    assert again["first"].startswith("2024-04-04T16:00")


@pytest.mark.parametrize(
    ("path", "kind", "some"),
    [
        ("retail_olist/olist_orders_dataset.csv", "orders", {"order_id": "number", "customer_id": "customer", "order_purchase_timestamp": "ordered_at"}),
        ("retail_olist/olist_customers_dataset.csv", "customers", {"customer_unique_id": "customer", "customer_id": "alias"}),
        ("retail_olist/olist_order_items_dataset.csv", "order_items", {"order_item_id": "line", "freight_value": "shipping"}),
        ("retail_olist/olist_order_payments_dataset.csv", "payments", {"payment_value": "amount", "payment_installments": "instalments"}),
        ("retail_olist/olist_order_reviews_dataset.csv", "events", {"review_score": "score", "review_creation_date": "occurred_at"}),
        ("retail_superstore/superstore.csv", "orders", {"Sales": "amount", "Profit": "profit", "Customer Name": "name"}),
        ("retail_completejourney/transactions.parquet", "orders", {"household_id": "customer", "sales_value": "amount"}),
        ("tw_companies/t187ap03_L_20230831.csv", "customers", {"營利事業統一編號": "tax_id", "公司名稱": "company", "發言人": "post", "出表日期": "reported_on"}),
        ("marketing_ifood/marketing_campaign_semicolon_dmy-dash.csv", "customers", {"ID": "customer", "Dt_Customer": "since"}),
    ],
)  # fmt: skip
def test_real_files_are_understood(real_data: Path, path: str, kind: str, some: dict[str, str]) -> None:
    found, columns = guessed(real_data / path)
    assert found == kind
    assert some.items() <= columns.items()
