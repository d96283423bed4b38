"""How finely estimates are told: no finer than they are known, in the engine's SQL.

A chance of 0.8731 or an order expected in 143 days moves a little every night without meaning anything. Told as 87 % and
"about the first of April" they stay as they are, and a refresh writes only the customers of whom something is new.
"""

from __future__ import annotations

from typing import Final

EXACT_RANKS: Final = 100
"""The first so many by revenue are told their very rank, the others two digits of it."""
_DAYS_EXACT, _DAYS_BY_WEEK = 14, 90


def two_digits(amount: str) -> str:
    """A number, 0 or more, to two significant digits."""
    unit = f"pow(10, greatest(floor(log10(greatest({amount}, 1))) - 1, 0))"
    return f"(round_even({amount} / {unit}, 0) * {unit})"


RANK: Final = f"CASE WHEN value_rank <= {EXACT_RANKS} THEN value_rank ELSE {two_digits('value_rank')}::BIGINT END"
PERCENTILE: Final = """CASE WHEN value_percentile < 1 THEN round_even(value_percentile, 2)
    WHEN value_percentile < 10 THEN round_even(value_percentile, 1) ELSE round_even(value_percentile, 0) END"""
GONE: Final = "round_even(gone, 2)"


def due(today: int) -> str:
    """The day number on which the next purchase is expected, seen from ``today``: to the day within two weeks, then the
    Monday of its week, after a quarter the first of its month. NULL where nothing is expected.
    """
    day = "(last_day + round_even(expected_days, 0)::BIGINT)"
    return f"""CASE WHEN {day} - {today} <= {_DAYS_EXACT} THEN {day}
        WHEN {day} - {today} <= {_DAYS_BY_WEEK} THEN {_first_day("week", day)} ELSE {_first_day("month", day)} END"""


def _first_day(span: str, day: str) -> str:
    return f"date_diff('day', DATE '1970-01-01', date_trunc('{span}', DATE '1970-01-01' + ({day})::INTEGER)::DATE)"
