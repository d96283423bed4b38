"""Estimates are told no finer than they are known."""

from datetime import date

import duckdb
import numpy as np
import pytest

from regulars.intelligence import told
from regulars.intelligence.analyses import offers
from regulars.intelligence.days import to_date, to_day


@pytest.mark.parametrize(
    ("amount", "is_told"),
    [
        (0, 0),
        (0.4, 0),
        (7.6, 8),
        (13, 12),
        (43, 45),
        (99.6, 100),
        (1_249, 1_200),
        (26_700, 25_000),
        (987_654, 1_000_000),
    ],
)
def test_money_is_told_as_one_says_it(amount, is_told):
    assert duckdb.execute(f"SELECT {told.about(str(amount))}").fetchone() == (is_told,)


@pytest.mark.parametrize(
    ("rank", "is_told"), [(1, 1), (100, 100), (101, 100), (1_249, 1_200), (9_999, 10_000), (123_456, 100_000)]
)
def test_the_first_hundred_keep_their_rank(rank, is_told):
    assert duckdb.execute(f"SELECT {told.RANK} FROM (SELECT {rank} AS value_rank)").fetchone() == (is_told,)


@pytest.mark.parametrize(
    ("percentile", "is_told"),
    [(0.123, 0.13), (3.3, 3.5), (20.0, 20), (700 / 35, 20), (20.1, 25), (71.8, 75), (99.9, 100)],
)
def test_a_place_far_behind_is_told_in_steps_of_five(percentile, is_told):
    row = f"(SELECT {percentile}::DOUBLE AS value_percentile)"
    assert duckdb.execute(f"SELECT {told.PERCENTILE} FROM {row}").fetchone() == (pytest.approx(is_told),)


@pytest.mark.parametrize(("gone", "is_told"), [(0.023, 0.02), (0.12, 0.1), (0.78, 0.8), (0.934, 0.93)])
def test_a_chance_is_told_finely_only_where_it_is_small_or_near_certain(gone, is_told):
    row = f"(SELECT {gone}::DOUBLE AS gone)"
    assert duckdb.execute(f"SELECT {told.GONE} FROM {row}").fetchone() == (pytest.approx(is_told),)


@pytest.mark.parametrize(("number", "is_told"), [(0, 0), (0.26, 0.3), (0.98, 1), (2.7, 3), (13.2, 14)])
def test_fewer_than_one_are_told_by_tenths(number, is_told):
    assert duckdb.execute(f"SELECT {told.few(f'{number}::DOUBLE')}").fetchone() == (pytest.approx(is_told),)


@pytest.mark.parametrize(("amount", "is_told"), [(0, 0), (4_820_000, 5_000_000), (-4_820_000, -5_000_000), (7, 7)])
def test_money_keeps_its_sign(amount, is_told):
    assert duckdb.execute(f"SELECT {told.money(f'({amount})::DOUBLE')}").fetchone() == (is_told,)


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


def test_small_numbers_by_fixed_steps_are_told_as_by_powers_of_ten():
    row = "(SELECT unnest(range(10_000)) / 7.0 AS n)"
    differ = f"SELECT count(*) FILTER (n >= 1 AND {told.few('n')} <> {told.about('n')}) FROM {row}"
    assert duckdb.execute(differ).fetchone() == (0,)


def test_chances_of_offers_are_told_in_steps():
    shares = np.array([0.004, 0.013, 0.024, 0.06, 0.08, 0.12, 0.13, 0.97, np.nan])
    assert offers._coarse(shares).tolist()[:-1] == [0, 1, 2, 5, 10, 10, 15, 95]
    assert np.isnan(offers._coarse(shares)[-1])
