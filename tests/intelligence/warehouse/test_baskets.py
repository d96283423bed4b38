"""Products sold most and their pairs: the compiled pass comes to what the SQL comes to."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.commerce.facts import LINES
from regulars.intelligence.days import to_day
from regulars.intelligence.warehouse import baskets, definitions, engine
from regulars.intelligence.warehouse.extract import schema_of
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.store import Change, Store
from tests.support.warehouse import parts, seconds, warehouse

TODAY = date(2026, 3, 1)
HORIZON = Horizon(to_day(TODAY), "TWD")


def trade(folder: Path, seed: int, products: int) -> Store:
    """Orders of some products, the same one several times; some are yet to come."""
    dice = random.Random(seed)
    bought = [(1 + dice.randrange(40), TODAY - timedelta(days=dice.randrange(-3, 90)), 100) for _ in range(900)]
    items = [
        (order, 1 + int(products * dice.random() ** 2), 100)
        for order in range(1, 901)
        for _ in range(dice.randrange(7))
    ]
    return warehouse(folder, bought, items=items)


def told(connection: engine.Engine) -> dict[str, list[Any]]:
    order = {"item": "sold DESC, product_id", "pair": "first_id, second_id"}
    return {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY {by}").fetchall()
        + connection.execute(f"DESCRIBE {name}").fetchall()
        for name, by in order.items()
    }


def by_sql(connection: engine.Engine) -> dict[str, list[Any]]:
    for name in definitions.BASKETS:
        definitions.make(connection, name, HORIZON.parameters)
    return told(connection)


@pytest.mark.parametrize(("seed", "products"), [(0, 9), (1, 60), (2, 2_500)])
def test_the_pass_comes_to_what_the_sql_comes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, products: int
) -> None:
    monkeypatch.setattr(baskets, "_ROWS", 211)  # orders go on from one batch to the next
    with engine.opened(trade(tmp_path, seed, products)) as connection:
        expected = by_sql(connection)
        assert baskets.by_pass(connection, HORIZON)
        assert told(connection) == expected
    assert len(expected["pair"]) > 40


def test_corrected_orders_count_as_they_are_now(tmp_path: Path) -> None:
    store, at = trade(tmp_path, 3, 20), seconds(TODAY)
    rows = [
        (order, n, 7, at, product, 1.0, 45, 20, "TWD", "web", 0.0)
        for order in (2, 3)
        for n, product in enumerate((5, 6, 21))
    ]
    changed = pa.concat_tables([schema_of(LINES).empty_table(), *parts(LINES, rows)])
    store.put_in_force(store.amended([Change(LINES, pa.array([2, 3, 4], pa.int64()), changed)], datetime.now(UTC)))
    with engine.opened(store) as connection:
        expected = by_sql(connection)
        assert (5, 21, 2) in expected["pair"]
        assert baskets.by_pass(connection, HORIZON)
        assert told(connection) == expected


def test_nothing_sold_and_ids_too_high_are_left_to_the_sql(tmp_path: Path) -> None:
    with engine.opened(warehouse(tmp_path / "none", [(1, TODAY, 100)])) as connection:
        assert not baskets.by_pass(connection, HORIZON)
    with engine.opened(warehouse(tmp_path / "high", [(1, TODAY, 100)], items=[(1, 2**40, 100)])) as connection:
        assert not baskets.by_pass(connection, HORIZON)
