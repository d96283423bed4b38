"""The triangle ties to the raw counts."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from regulars.intelligence.analyses import cohorts
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.warehouse.store import Store
from tests.support.warehouse import warehouse

MakeDesk = Callable[..., Desk]


def test_a_hand_counted_triangle(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought = [(who, date(2025, 1, 5), 100) for who in range(1, 41)]
    bought += [(who, date(2025, 2, 27), 100) for who in range(1, 11)] + [(1, date(2025, 2, 28), 100)]
    bought += [(who, date(2025, 3, 1), 100) for who in range(1, 6)] + [(50, date(2025, 2, 1), 100)]
    found = cohorts.run(make_desk(warehouse(tmp_path / "w", bought), date(2025, 3, 31)))
    assert found.whole
    assert [(one["month"], one["back"]) for one in found.cohorts] == [
        ("2025-01-01", [40, 10, 5]),
        ("2025-02-01", [1, 0]),
    ]
    assert [(one["newcomers"], one["back"]) for one in found.curve] == [(41, 10), (40, 5)]
    assert [one["once"] for one in found.cohorts] == [30, 1]
    assert found.next_steps()[0].who.where == {"first_order": "2025-02", "orders": "1"}


def test_a_running_month_is_shown_but_not_averaged(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought = [(who, date(2025, 1, 5), 100) for who in range(1, 41)] + [
        (1, date(2025, 2, 2), 100),
        (2, date(2025, 3, 2), 100),
    ]
    found = cohorts.run(make_desk(warehouse(tmp_path / "w", bought), date(2025, 3, 10)))
    assert found.cohorts[0]["back"] == [40, 1, 1]
    assert [one["after"] for one in found.curve] == [1]


def test_the_interval_is_wilsons() -> None:
    assert cohorts.wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=2e-4)  # Wilson 1927, as in Newcombe 1998
    assert cohorts.wilson(0, 10)[0] == 0


def test_every_cohort_of_online_retail_ties_to_the_file(
    online_retail: Store, real_data: Path, make_desk: MakeDesk
) -> None:
    import duckdb

    file = real_data / "retail_online_retail_II" / "online_retail_II_2009_2010.csv.gz"
    query = """WITH told AS (SELECT DISTINCT cast("Customer ID" AS DOUBLE)::BIGINT AS who, date_trunc('month', cast("InvoiceDate" AS TIMESTAMP))::DATE AS month
                             FROM read_csv(?, all_varchar=true) WHERE "Customer ID" IS NOT NULL AND NOT starts_with("Invoice", 'C')),
               began AS (SELECT who, min(month) AS first FROM told GROUP BY who)
               SELECT first::VARCHAR, date_diff('month', first, month), count(*) FROM told JOIN began USING (who) GROUP BY ALL"""
    raw = {(first, later): count for first, later, count in duckdb.execute(query, [str(file)]).fetchall()}
    found = cohorts.run(make_desk(online_retail, date(2010, 12, 9)))
    told = {(one["month"], later): back for one in found.cohorts for later, back in enumerate(one["back"]) if back}
    assert told == raw
