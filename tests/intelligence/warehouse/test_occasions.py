"""Purchase occasions: the compiled pass comes to what the SQL comes to, and complaints fall where they were made."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.commerce.facts import ORDERS
from regulars.intelligence.days import to_day
from regulars.intelligence.warehouse import engine, ledger, occasions
from regulars.intelligence.warehouse.extract import schema_of
from regulars.intelligence.warehouse.store import Change, Store
from tests.support.warehouse import parts, seconds, warehouse

TODAY = date(2026, 3, 1)
Complaint = tuple[int, date, date | None]


def trade(folder: Path, seed: int, first_id: int = 1) -> tuple[Store, list[Complaint]]:
    """Orders in any order of days, several a day; negative, in other currencies, anonymous, of strangers, to come; some corrected."""
    dice = random.Random(seed)

    def day() -> date:
        return TODAY - timedelta(days=dice.choice([-3, 0, 1, 2, 3, 5, 8, 40, 41, 300, dice.randrange(900)]))

    def someone() -> int:
        return first_id + dice.randrange(60)

    bought = [(someone(), day(), dice.choice([-100, 0, 100, 2**33])) for _ in range(700)]
    complaints = [
        (someone(), opened, dice.choice([None, opened, opened + timedelta(days=dice.randrange(-1, 90))]))
        for opened in (day() for _ in range(90))
    ]
    store = warehouse(folder, bought, complaints=complaints, others=[first_id + 400])
    rows = [
        (number, who, at, 90, goods, None, 2, 1.0, "", currency, at)
        for number, who, at, goods, currency in [
            (5, None, seconds(TODAY), 5, "TWD"), (6, someone(), seconds(TODAY), 5, "USD"), (7, first_id + 999, seconds(TODAY), 5, "TWD"),
            (8, first_id + 61, seconds(TODAY), 5, "TWD"), *((n, someone(), seconds(day()), 7, "TWD") for n in range(9, 120, 3)),
        ]
    ]  # fmt: skip
    keys = pa.array([row[0] for row in rows], pa.int64())
    changed = pa.concat_tables([schema_of(ORDERS).empty_table(), *parts(ORDERS, rows)])
    store.put_in_force(store.amended([Change(ORDERS, keys, changed)], datetime.now(UTC)))
    return store, complaints


def told(connection: engine.Engine) -> tuple[Any, list[Any]]:
    types = connection.execute("DESCRIBE purchase").fetchall()
    return [row[:2] for row in types], connection.execute("SELECT * FROM purchase ORDER BY customer_id, day").fetchall()


@pytest.mark.parametrize("first_id", [1, 2**40])
@pytest.mark.parametrize("seed", range(3))
def test_the_pass_comes_to_what_the_sql_comes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, first_id: int
) -> None:
    store, _ = trade(tmp_path, seed, first_id)
    with engine.opened(store) as connection:
        ledger.prepare(connection, today=to_day(TODAY))
        expected, by_sql = told(connection), ledger.purchases(connection)
        customers = connection.execute("SELECT * FROM customer").fetchall()
    monkeypatch.setattr(ledger, "PAYS_FROM", 0)
    with engine.opened(store) as connection:
        passed = ledger.group(connection, ledger.look(connection, to_day(TODAY)))
        assert passed is not None
        assert passed["day"].dtype == np.int16
        assert told(connection) == expected
        assert connection.execute("SELECT * FROM customer").fetchall() == customers
        ids, columns = ledger.purchases(connection, passed)
    assert len(columns["day"]) > 200
    assert ids.tolist() == by_sql[0].tolist()
    for name, column in by_sql[1].items():
        assert columns[name].tolist() == column.tolist(), name
        assert name == "at" or columns[name].dtype == column.dtype, name


def test_an_occasion_knows_of_complaints(tmp_path: Path) -> None:
    store, complaints = trade(tmp_path, 4)
    with engine.opened(store) as connection:
        ledger.prepare(connection, today=to_day(TODAY))
        ids, read = ledger.purchases(connection)
    days: dict[int, list[int]] = {}
    for customer, day in zip(ids[read["customer"]].tolist(), read["day"].tolist(), strict=True):
        days.setdefault(customer, []).append(day)
    expected = []
    for customer, bought in days.items():
        made = [(to_day(a), to_day(b) if b else 10**6) for who, a, b in complaints if who == customer]
        for day, after in zip(bought, [*bought[1:], 10**6], strict=True):
            between = [opened for opened, _ in made if day < opened < after]
            expected.append((any(a <= day < b for a, b in made), min(between, default=-1)))
    found = list(zip(read["complaint_open"].tolist(), read["complaint_day"].tolist(), strict=True))
    assert found == expected
    assert sum(one for one, _ in found) > 20
    assert sum(day > 0 for _, day in found) > 20


@pytest.mark.parametrize("complaints", [[], [(1, TODAY, None), (9, TODAY, None)]])
def test_nobody_bought(tmp_path: Path, complaints: list[Complaint]) -> None:
    with engine.opened(warehouse(tmp_path, [], others=[1], complaints=complaints)) as connection:
        horizon = ledger.prepare(connection, today=to_day(TODAY))
        assert occasions.by_pass(connection, horizon) is None
        ids, read = ledger.purchases(connection)
    assert len(ids) == len(read["day"]) == 0


def test_ids_far_apart_are_left_to_the_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PAYS_FROM", 0)
    with engine.opened(warehouse(tmp_path, [(1, TODAY, 10), (10**9, TODAY, 10)])) as connection:
        assert ledger.group(connection, ledger.look(connection, to_day(TODAY))) is None
        assert connection.execute("SELECT count(*) FROM purchase").fetchone() == (2,)


def test_a_state_that_knows_too_little_is_noticed(tmp_path: Path) -> None:
    days = [(1, TODAY - timedelta(days=n), 10) for n in range(3)]
    with engine.opened(warehouse(tmp_path, days)) as connection:
        horizon = ledger.prepare(connection, today=to_day(TODAY))
        for said in (2, 4):
            connection.execute(f"UPDATE state SET purchases = {said}")
            assert occasions.by_pass(connection, horizon) is None
        connection.execute("UPDATE state SET purchases = 3")
        assert occasions.by_pass(connection, horizon) is not None
