"""Segments of new facts: appended, never written again for the sake of few, read from a mark on."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.commerce.facts import ORDERS
from regulars.intelligence.warehouse import engine, store
from regulars.intelligence.warehouse.extract import schema_of
from regulars.intelligence.warehouse.store import Change, Held, Store
from tests.support.warehouse import parts, seconds, warehouse

DAY = date(2026, 3, 1)


def amend(here: Store, keys: list[int], amounts: dict[int, int]) -> Held:
    """Say that the orders ``keys`` have changed, and what those of them amount to that are there."""
    at = seconds(DAY)
    rows: list[tuple[Any, ...]] = [
        (one, 7, at, amount, amount, None, 1, 1.0, "", "TWD", at + one) for one, amount in amounts.items()
    ]
    table = pa.concat_tables([schema_of(ORDERS).empty_table(), *parts(ORDERS, rows)])
    here.put_in_force(here.amended([Change(ORDERS, pa.array(keys, pa.int64()), table)], datetime.now(UTC)))
    return here.manifest().tables["orders"]


def amounts(here: Store) -> list[tuple[int, int]]:
    with engine.opened(here) as connection:
        found: list[tuple[int, int]] = connection.execute("SELECT order_id, amount FROM orders").fetchall()
    return found


def test_new_facts_are_a_segment_and_old_ones_a_patch(tmp_path: Path) -> None:
    here = warehouse(tmp_path, [(1, DAY, 100), (2, DAY, 200)])
    held = amend(here, [1, 3, 4], {1: 111, 3: 300})
    assert amounts(here) == [(2, 200), (3, 300), (1, 111)]
    assert (len(held.segments), held.ends, held.last, held.rows) == (2, (2, 4), 4, 3)
    assert held.patch is not None
    assert held.patch.size == 1
    assert held.watermark == seconds(DAY) + 3


def test_what_lies_above_a_mark_is_read_as_it_is_now(tmp_path: Path) -> None:
    here = warehouse(tmp_path, [(1, DAY, 100), (2, DAY, 200)])
    amend(here, [3, 4], {3: 300, 4: 400})
    amend(here, [1, 4, 5, 6], {1: 111, 4: 444, 5: 500, 6: 600})
    amend(here, [6], {})

    def above(mark: int) -> list[tuple[int, int]]:
        rows = here.above("orders", mark, ["amount", "order_id"])
        return sorted(zip(rows["order_id"].to_pylist(), rows["amount"].to_pylist(), strict=True))

    assert above(0) == sorted(amounts(here)) == [(1, 111), (2, 200), (3, 300), (4, 444), (5, 500)]
    assert above(1) == [(2, 200), (3, 300), (4, 444), (5, 500)]
    assert above(3) == [(4, 444), (5, 500)]
    assert above(4) == [(5, 500)]
    assert above(6) == []
    assert here.above("orders", 6, ["amount"]).schema.names == ["amount"]


def test_small_segments_are_put_together_and_the_large_one_stays(tmp_path: Path) -> None:
    here = warehouse(tmp_path, [(1, DAY, 100)] * 400)
    base = here.manifest().tables["orders"].segments[0]
    for number in range(401, 461):
        held = amend(here, [number], {number: number})
        assert held.segments[0] == base
        assert len(held.segments) == len(held.ends) <= store.MOST_SEGMENTS
    assert [order for order, _ in amounts(here)] == list(range(1, 461))
    assert held.rows == 460
    assert {path.name for path in (tmp_path / "orders").iterdir()} >= {Path(one).name for one in held.segments}
    assert here.above("orders", 459, ["order_id"])["order_id"].to_pylist() == [460]
