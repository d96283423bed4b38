"""Lines, products and contracts in the warehouse: read whole, patched by what has changed, the same both ways."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from regulars.catalogue.models import Product
from regulars.commerce.models import Order, OrderLine, Return, ReturnLine
from regulars.customers.models import Contract, Party
from regulars.intelligence.days import to_day
from regulars.intelligence.warehouse import engine
from regulars.reporting import load
from regulars.reporting.models import FactChange
from tests.reporting.conftest import NOW

Shop = dict[str, Any]


def line(order: Order, key: str, product: Product | None, **rest: Any) -> OrderLine:
    facts = {"quantity": 2, "unit_price": 50_000_000, "amount": 10_000, "cost": 6_000} | rest
    return OrderLine.objects.create(order=order, line_key=key, product=product, **facts)


@pytest.fixture
def shop() -> Shop:
    """Two customers and somebody unknown, who bought tea and a cup, with freight; a membership."""
    tea, cup = (
        Product.objects.create(code=code, name=code.title(), group="Kitchen > Drinks", price=5_000, currency="TWD")
        for code in ("tea", "cup")
    )
    ann, ben = Party.objects.create(name="Ann"), Party.objects.create(name="Ben")
    orders = [
        Order.objects.create(
            source="shop",
            number=str(n),
            customer=who,
            ordered_at=NOW - timedelta(days=n),
            channel="web",
            currency="TWD",
        )
        for n, who in enumerate((ann, ben, None))
    ]
    lines = [line(order, str(n), product) for n, product in enumerate((cup, tea)) for order in orders]
    line(orders[0], "9", None, kind="fee", amount=8_000)
    Contract.objects.create(
        party=ann, kind="membership", title="Club", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    return {"tea": tea, "cup": cup, "ann": ann, "ben": ben, "orders": orders, "lines": lines}


def held(name: str) -> list[dict[str, Any]]:
    """The rows of a table as they lie in the warehouse, in its order."""
    with engine.opened(load.warehouse()) as connection:
        rows: list[dict[str, Any]] = connection.execute(f"SELECT * FROM {name}").to_arrow_table().to_pylist()
        return rows


def test_lines_of_goods_come_down_with_their_order(shop: Shop) -> None:
    load.facts_down(load.warehouse())
    rows = held("lines")
    assert [(row["order_id"], row["line_id"]) for row in rows] == sorted(
        (one.order_id, one.pk) for one in shop["lines"]
    )
    assert [row["customer_id"] for row in rows] == [shop["ann"].pk] * 2 + [shop["ben"].pk] * 2 + [None] * 2
    assert rows[0] == {
        "order_id": shop["orders"][0].pk, "line_id": shop["lines"][0].pk, "customer_id": shop["ann"].pk,
        "ordered_at": int(NOW.timestamp()), "product_id": shop["cup"].pk, "quantity": 2.0, "amount": 10_000, "cost": 6_000,
        "currency": "TWD", "channel": "web", "returned": 0.0, "day": to_day(NOW.date()),
    }  # fmt: skip


def test_products_and_contracts_come_down(shop: Shop) -> None:
    load.facts_down(load.warehouse())
    assert [(row["code"], row["name"], row["category"], row["price"], row["cost"]) for row in held("products")] == [
        ("tea", "Tea", "Kitchen > Drinks", 5_000, None),
        ("cup", "Cup", "Kitchen > Drinks", 5_000, None),
    ]
    (contract,) = held("contracts")
    assert (contract["customer_id"], contract["kind"], contract["ended_day"]) == (shop["ann"].pk, "membership", None)
    assert (contract["starts_day"], contract["ends_day"]) == (to_day(date(2026, 1, 1)), to_day(date(2026, 12, 31)))


def send_back(shop: Shop) -> None:
    back = Return.objects.create(
        source="shop", number="R1", customer=shop["ben"], order=shop["orders"][1], returned_at=NOW, currency="TWD"
    )
    ReturnLine.objects.create(
        entry=back,
        line_key="1",
        order_line=shop["lines"][1],
        product=shop["cup"],
        quantity=-1,
        unit_price=0,
        amount=-5_000,
    )


def take_return_back(shop: Shop) -> None:
    send_back(shop)
    load.reached(load.facts_down(load.warehouse()))
    ReturnLine.objects.update(retracted_in=1)
    Return.objects.update(retracted_in=1)


def recost(shop: Shop) -> None:
    OrderLine.objects.filter(product=shop["tea"]).update(cost=F("cost") + 1)


def move_line(shop: Shop) -> None:
    OrderLine.objects.filter(pk=shop["lines"][0].pk).update(order=shop["orders"][2], line_key="moved")


def drop_order(shop: Shop) -> None:
    shop["orders"][2].delete()


def give_away(shop: Shop) -> None:
    Order.objects.filter(customer=shop["ann"]).update(customer=shop["ben"])


def rename(shop: Shop) -> None:
    Product.objects.filter(code="tea").update(name="Oolong")


def end_contract(shop: Shop) -> None:
    Contract.objects.update(ended_on=date(2026, 6, 1))


def bulk(shop: Shop) -> None:
    more = [
        OrderLine(order=order, line_key=f"b{n}", product=shop["tea"], quantity=1, unit_price=0, amount=n)
        for order in shop["orders"]
        for n in range(3)
    ]
    OrderLine.objects.bulk_create(more)


@pytest.mark.parametrize(
    ("act", "tables"),
    [
        (send_back, {"returns", "return_lines", "lines"}), (take_return_back, {"returns", "return_lines", "lines"}),
        (recost, {"lines"}), (move_line, {"lines"}), (drop_order, {"orders", "lines"}), (give_away, {"orders", "lines"}),
        (rename, {"products"}), (end_contract, {"contracts"}), (bulk, {"lines"}),
    ],
)  # fmt: skip
def test_what_has_changed_is_patched_and_equals_a_full_load(
    shop: Shop, act: Callable[[Shop], None], tables: set[str]
) -> None:
    store = load.warehouse()
    load.reached(load.facts_down(store))
    before = store.manifest().tables
    act(shop)
    loaded = load.facts_down(store)
    load.reached(loaded)
    assert not loaded.whole
    assert not FactChange.objects.exists()
    after = store.manifest().tables
    assert tables <= {name for name in after if after[name] != before[name]} <= tables | {"orders"}
    patched = {table.name: held(table.name) for table in load.TABLES}
    load.facts_down(store, whole=True)
    for table in load.TABLES:
        key = [name for name in ("order_id", "return_id", "line_id", "return_line_id") if name in table.columns] or [
            table.key
        ]

        def place(row: dict[str, Any], key: list[str] = key) -> list[int]:
            return [row[name] or 0 for name in key]

        assert sorted(patched[table.name], key=place) == sorted(held(table.name), key=place)
    assert patched["lines"]
    assert len(patched["lines"]) == OrderLine.objects.filter(kind="product").count()


def test_whoever_bought_a_changed_line_is_taken_up(shop: Shop) -> None:
    load.reached(load.facts_down(load.warehouse()))
    recost(shop)
    assert load.facts_down(load.warehouse()).parties == {shop["ann"].pk, shop["ben"].pk}


def test_a_table_defined_anew_is_read_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    load.reached(load.facts_down(load.warehouse()))
    assert not load.facts_down(load.warehouse()).whole
    changed = tuple(
        replace(table, sql=f"{table.sql} AND 1 = 1") if table.name == "lines" else table for table in load.TABLES
    )
    monkeypatch.setattr(load, "TABLES", changed)
    assert load.facts_down(load.warehouse()).whole
