"""Estimates are told no finer than they are known."""

from datetime import date

import duckdb
import pytest

from regulars.intelligence import told
from regulars.intelligence.days import to_date, to_day


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, 0), (0.4, 0), (7.6, 8), (43, 43), (99.6, 100), (1_249, 1_200), (1_250, 1_200), (987_654, 990_000)],
)
def test_two_digits_are_kept(amount, said):
    assert duckdb.execute(f"SELECT {told.two_digits(str(amount))}").fetchone() == (said,)


@pytest.mark.parametrize(("rank", "said"), [(1, 1), (100, 100), (101, 100), (1_249, 1_200), (123_456, 120_000)])
def test_the_first_hundred_keep_their_rank(rank, said):
    assert duckdb.execute(f"SELECT {told.RANK} FROM (SELECT {rank} AS value_rank)").fetchone() == (said,)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (date(2026, 6, 20), date(2026, 6, 20)),   # overdue
        (date(2026, 7, 14), date(2026, 7, 14)),   # within two weeks
        (date(2026, 7, 15), date(2026, 7, 13)),   # the Monday before
        (date(2026, 10, 29), date(2026, 10, 1)),
    ],
)  # fmt: skip
def test_a_day_far_off_is_told_by_week_or_month(expected, said):
    today = to_day(date(2026, 6, 30))
    row = f"(SELECT {to_day(expected)} - 5 AS last_day, 5.2 AS expected_days)"
    assert to_date(duckdb.execute(f"SELECT {told.due(today)} FROM {row}").fetchone()[0]) == said


def test_nothing_expected_is_nothing_told():
    assert duckdb.execute(
        f"SELECT {told.due(20_000)} FROM (SELECT NULL AS last_day, NULL AS expected_days)"
    ).fetchone() == (None,)
