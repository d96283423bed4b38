"""The definitions: said completely, and the same on DuckDB and on a cluster of Spark."""

import math
import random
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.commerce.facts import LINES, ORDERS
from regulars.intelligence.days import to_day
from regulars.intelligence.warehouse import definitions, distributed, engine, ledger
from regulars.intelligence.warehouse.extract import schema_of
from regulars.intelligence.warehouse.store import Change, Store
from regulars.intelligence.warehouse.tables import FactTable
from tests.support.warehouse import parts, seconds, warehouse
from tools import spark

TODAY = date(2026, 3, 1)
MORE = ("rfm", "cohort", *definitions.BASKETS)
GIVEN = {"numbers", "orders", "returns", "lines", "parties", "contacts", "complaints"}


def sample(folder: Path) -> Store:
    """Three hundred customers with everything in it: returns, complaints, ties, anonymous trade, a patch."""
    dice = random.Random(7)
    bought = [
        (dice.randrange(300), TODAY - timedelta(days=dice.randrange(-5, 1_100)), dice.randrange(-3, 50) * 100)
        for _ in range(3_000)
    ]
    store = warehouse(
        folder, bought, returned=[(who, day, -50) for who, day, _ in bought[:100]], cost_share=0.6,
        complaints=[(n, TODAY - timedelta(days=9), None) for n in range(5)],
        items=[(order, dice.randrange(1_200), 100) for order in range(1, 3_001) for _ in range(dice.randrange(4))],
    )  # fmt: skip
    at = seconds(TODAY)
    orders = [(2, 7, at, 90, 90, 40, 2, 1.0, "web", "TWD", at), (9_001, None, at, 5, 5, None, 1, 1.0, "", "TWD", at)]
    lines = [(2, n, 7, at, n, 1.0, 45, 20, "TWD", "web", 0.0) for n in (3, 4)]
    patched: list[tuple[FactTable, list[int], list[Any]]] = [(ORDERS, [1, 2, 9_001], orders), (LINES, [1, 2], lines)]
    changes = [
        Change(
            table, pa.array(keys, pa.int64()), pa.concat_tables([schema_of(table).empty_table(), *parts(table, rows)])
        )
        for table, keys, rows in patched
    ]
    store.put_in_force(store.amended(changes, datetime.now(UTC)))
    return store


@pytest.mark.parametrize("name", definitions.names())
def test_every_definition_says_grain_inputs_and_owner(name: str) -> None:
    one = definitions.get(name)
    assert one.grain
    assert one.owner
    assert set(one.inputs) <= GIVEN | set(definitions.names())
    for table in one.inputs:
        assert f" {table}" in one.sql
    assert one.parameters <= {"today", "currency", "margin_rate"}


def made_by_duckdb(store: Store) -> tuple[ledger.Horizon, dict[str, list[tuple[Any, ...]]]]:
    with engine.opened(store) as connection:
        horizon = ledger.prepare(connection, today=to_day(TODAY))
        for name in MORE:
            definitions.make(connection, name, horizon.parameters)
        rows = {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for name in (*definitions.SHARED, *MORE)
        }
    return horizon, rows


def test_scores_and_cohorts_tie_to_raw_counts(tmp_path: Path) -> None:
    bought = [(who, date(2025, 12, 1 + who % 20), 100 * who) for who in range(1, 11)]
    bought += [(who, date(2026, 1, 5), 100) for who in range(1, 5)] + [(1, date(2026, 2, 28), 100)]
    horizon, rows = made_by_duckdb(warehouse(tmp_path, bought))
    december = 12 * 55 + 11
    assert rows["cohort"] == [(december, 0, 10), (december, 1, 4), (december, 2, 1)]
    frequency = {customer: score for customer, _, score, *_ in rows["rfm"]}
    assert frequency == {1: 5, 2: 4, 3: 4, 4: 4} | dict.fromkeys(range(5, 11), 1)
    assert horizon.today == to_day(TODAY)


def test_an_item_on_two_lines_of_an_order_is_there_once(tmp_path: Path) -> None:
    items = [(1, 5, 10), (1, 5, 10), (1, 6, 10), (2, 5, 10)]
    _, rows = made_by_duckdb(warehouse(tmp_path, [(1, TODAY, 30), (2, TODAY, 10)], items=items))
    assert rows["pair"] == [(5, 5, 2), (5, 6, 1), (6, 6, 1)]


@pytest.mark.slow
def test_a_cluster_of_spark_comes_to_what_duckdb_comes_to(tmp_path: Path) -> None:
    if lacking := spark.lacking():
        pytest.skip(f"Spark: {lacking}")
    store = sample(tmp_path)
    horizon, expected = made_by_duckdb(store)
    with (
        spark.private_cluster() as url,
        distributed.session(url, store, **{"spark.executor.memory": "512m"}) as session,
    ):
        made = distributed.make(session, (*definitions.SHARED, *MORE), horizon.parameters, tmp_path / "made")
    assert made.keys() == expected.keys()
    with engine.opened(store) as connection:
        for name, pattern in made.items():
            rows = connection.execute(f"SELECT * FROM read_parquet('{pattern}') ORDER BY ALL").fetchall()
            assert len(rows) == len(expected[name]) > 0, name
            for here, there in zip(rows, expected[name], strict=True):
                for one, other in zip(here, there, strict=True):
                    same = math.isclose(one, other, rel_tol=1e-9) if isinstance(one, float) else one == other
                    assert same, (name, here, there)


def test_what_a_cluster_has_made_is_laid_before_the_analyses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = sample(tmp_path)
    horizon, expected = made_by_duckdb(store)

    def made(_spark: object, names: tuple[str, ...], _parameters: object, into: Path) -> dict[str, str]:
        with engine.opened(store) as other:
            ledger.prepare(other, today=to_day(TODAY))
            for name in names:
                (into / name).mkdir(parents=True)
                other.execute(f"COPY (FROM {name} ORDER BY random()) TO '{into / name}/part.parquet' (FORMAT parquet)")
        return {name: str(into / name / "*.parquet") for name in names}

    monkeypatch.setattr(distributed, "session", lambda *_: nullcontext())
    monkeypatch.setattr(distributed, "make", made)
    with engine.opened(store) as connection:
        assert distributed.lay(connection, "spark://somewhere:7077", store, horizon) == definitions.SHARED
        ledger.group(connection, horizon, made=definitions.SHARED)
        for name in definitions.SHARED:
            assert connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() == expected[name]
        customers = [row[0] for row in connection.execute("SELECT customer_id FROM customer").fetchall()]
    assert customers == sorted(customers)
    assert not (store.folder / "distributed").exists()


def test_without_spark_the_setting_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed, "find_java", lambda: None)
    with (
        pytest.raises(distributed.Missing, match="Java 17"),
        distributed.session("spark://local[1]", warehouse(tmp_path, [])),
    ):
        pass
