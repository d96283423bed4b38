"""The warehouse on disk: generations in force at once, old ones swept, a crash harmless; and up to when facts count."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from regulars.commerce.facts import ORDERS
from regulars.intelligence.days import month_start, months_back, to_date, to_day
from regulars.intelligence.warehouse import engine, ledger
from regulars.intelligence.warehouse.frames import ranges
from regulars.intelligence.warehouse.store import Store
from regulars.intelligence.warehouse.tables import FactTable
from tests.support.warehouse import warehouse

DAY = date(2026, 3, 1)


def test_a_new_generation_replaces_the_old_and_the_one_before_is_swept(tmp_path: Path) -> None:
    for n in range(1, 4):
        store = warehouse(tmp_path, [(who, DAY, 100) for who in range(n)])
    manifest = store.manifest()
    assert (manifest.generation, manifest.tables["orders"].rows) == (3, 3)
    assert manifest.tables["orders"].watermark == int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
    assert manifest.tables["orders"].grain == ORDERS.grain
    assert sorted(path.name for path in (tmp_path / "orders").iterdir()) == ["00000002.parquet", "00000003.parquet"]


def test_a_load_that_breaks_leaves_the_old_generation_in_force(tmp_path: Path) -> None:
    store = warehouse(tmp_path, [(1, DAY, 100)])

    def broken() -> object:
        raise OSError("disk full")
        yield

    with pytest.raises(OSError, match="disk full"):
        store.replace([(ORDERS, broken())], datetime.now(UTC))  # type: ignore[list-item]
    with engine.opened(store) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (1,)


def test_empty_tables_can_be_read(tmp_path: Path) -> None:
    with engine.opened(warehouse(tmp_path, [])) as connection:
        horizon = ledger.prepare(connection, today=to_day(DAY))
        assert (horizon.orders, horizon.currency, horizon.margin_rate) == (0, "", None)
        assert ledger.last_day_of_record(connection, to_day(DAY)) == (to_day(DAY), False)


def test_a_record_that_ends_long_ago_is_judged_as_of_its_end(tmp_path: Path) -> None:
    bought = [(who, DAY + timedelta(days=30 * n), 100) for who in range(20) for n in range(4)]
    last = to_day(DAY) + 90
    with engine.opened(warehouse(tmp_path, bought)) as connection:
        assert ledger.last_day_of_record(connection, last + 60) == (last + 60, False)
        assert ledger.last_day_of_record(connection, last + 61) == (last, True)


def test_facts_of_the_future_do_not_count(tmp_path: Path) -> None:
    store = warehouse(tmp_path, [(1, DAY, 100), (1, DAY + timedelta(days=5), 100)])
    with engine.opened(store) as connection:
        ledger.prepare(connection, today=to_day(DAY))
        assert connection.execute("SELECT purchases, revenue FROM customer").fetchall() == [(1, 100)]


def test_orders_in_other_currencies_are_counted_and_left_out(tmp_path: Path) -> None:
    warehouse(tmp_path, [(1, DAY, 100), (2, DAY, 200)])
    with engine.opened(Store(tmp_path)) as connection:
        connection.execute(
            "CREATE TEMP TABLE all_orders AS SELECT * REPLACE (CASE customer_id WHEN 2 THEN 'USD' ELSE currency END AS currency) FROM orders"
        )
        connection.execute(
            "CREATE OR REPLACE TEMP VIEW orders AS SELECT * FROM all_orders UNION ALL SELECT * REPLACE (9 AS order_id) FROM all_orders WHERE currency = 'TWD'"
        )
        horizon = ledger.prepare(connection, today=to_day(DAY))
    assert (horizon.currency, horizon.orders, horizon.other_currency) == ("TWD", 2, 1)


def test_sql_is_said_in_the_words_of_each_database() -> None:
    table = FactTable("t", "one", {"at": "moment"}, "SELECT epoch(x.at) FROM x", "at")
    assert table.sql_for("sqlite") == "SELECT CAST(strftime('%s', x.at) AS INTEGER) FROM x"
    assert "extract(epoch FROM x.at)" in table.sql_for("postgresql")
    with pytest.raises(ValueError, match="oracle"):
        table.sql_for("oracle")


def test_days_and_months() -> None:
    assert to_date(to_day(DAY)) == DAY
    assert to_date(month_start(to_day(date(2026, 2, 28)))) == date(2026, 2, 1)
    assert [to_date(day) for day in months_back(to_day(date(2026, 1, 15)), 3)] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


def test_ranges_cover_every_row_once_and_hold_about_as_many_as_wanted(tmp_path: Path) -> None:
    with engine.opened(warehouse(tmp_path, [(1, DAY, 100)])) as connection:
        connection.execute("CREATE TEMP TABLE few AS SELECT range * range AS n FROM range(5000) UNION ALL SELECT NULL")
        cuts = ranges(connection, "few", "n", 700)
        sizes = [
            connection.execute("SELECT count(*) FROM few WHERE n >= ? AND n < ?", [low, high]).fetchone()[0]
            for low, high in cuts
        ]
        assert sum(sizes) == 5_000
        assert all(size <= 700 for size in sizes)
        assert len(sizes) <= 9
        assert all(low < high <= after for (low, high), (after, _) in pairwise(cuts))
        assert ranges(connection, "(SELECT n FROM few WHERE n < 0)", "n", 700) == []
