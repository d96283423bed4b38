"""How finely estimates are told: no finer than they are known, in the engine's SQL.

A chance of 0.8731 or an order expected in 143 days moves a little every night without meaning anything. Told as 85 % and
"about the first of April" they stay as they are, and a refresh writes only the customers of whom something is new.
"""

from __future__ import annotations

from typing import Final

EXACT_RANKS: Final = 100
"""The first so many by revenue are told their very rank, the next two digits of it, those far behind one."""
_TWO_DIGITS: Final = 10_000
_FEW: Final = ((10, 1), (20, 2), (50, 5), (100, 10), (200, 20), (500, 50), (1_000, 100))
"""The steps of ``about`` for small numbers: below which number, to which step."""
_DAYS_EXACT, _DAYS_BY_WEEK = 14, 90


def _digits(amount: str, kept: int) -> str:
    """A number, 0 or more, to so many significant digits; what is below that many digits stays whole."""
    unit = f"pow(10, greatest(floor(log10(greatest({amount}, 1))) - {kept - 1}, 0))"
    return f"(round_even({amount} / {unit}, 0) * {unit})"


def about(amount: str) -> str:
    """A number, 0 or more, as one says it: 10, 12, 14 … 20, 25 … 50, 60 … 100, 120; below ten whole."""
    tenth = f"pow(10, greatest(floor(log10(greatest({amount}, 1))), 1))"
    step = f"""(CASE WHEN {amount} < 10 THEN 1 WHEN {amount} < 2 * {tenth} THEN {tenth} / 5
        WHEN {amount} < 5 * {tenth} THEN {tenth} / 2 ELSE {tenth} END)"""
    return f"(round_even({amount} / {step}, 0) * {step})"


def chance(share: str) -> str:
    """A probability to a twentieth, near 0 and 1 to the whole per cent."""
    return (
        f"CASE WHEN {share} BETWEEN 0.1 AND 0.9 THEN round_even({share} * 20, 0) / 20 ELSE round_even({share}, 2) END"
    )


def few(number: str) -> str:
    """A number of things, 0 or more: below one to a tenth, else as one says it.

    The usual ones go by fixed steps: powers and logarithms cost four times as much.
    """
    steps = " ".join(f"WHEN {number} < {below} THEN round_even({number} / {step}, 0) * {step}" for below, step in _FEW)
    return f"CASE WHEN {number} < 1 THEN round_even({number}, 1) {steps} ELSE {about(number)} END"


def money(amount: str) -> str:
    """Money, which may be below 0, as one says it."""
    return f"(sign({amount}) * {about(f'abs({amount})')})::BIGINT"


RANK: Final = f"""CASE WHEN value_rank <= {EXACT_RANKS} THEN value_rank WHEN value_rank < {_TWO_DIGITS}
    THEN {_digits("value_rank", 2)}::BIGINT ELSE {_digits("value_rank", 1)}::BIGINT END"""
PERCENTILE: Final = """CASE WHEN value_percentile < 1 THEN ceil(value_percentile * 100 - 1e-9) / 100
    WHEN value_percentile < 10 THEN ceil(value_percentile * 2 - 1e-9) / 2 ELSE ceil(value_percentile / 5 - 1e-9) * 5 END"""
"""Upwards, so that who is told to be among the first 20 % is."""
GONE: Final = chance("gone")


def due(today: int) -> str:
    """The day number on which the next purchase is expected, seen from ``today``: to the day within two weeks, then the
    Monday of its week, after a quarter the first of its month. NULL where nothing is expected.
    """
    day = "(last_day + round_even(expected_days, 0)::BIGINT)"
    return f"""CASE WHEN {day} - {today} <= {_DAYS_EXACT} THEN {day}
        WHEN {day} - {today} <= {_DAYS_BY_WEEK} THEN {_first_day("week", day)} ELSE {_first_day("month", day)} END"""


def _first_day(span: str, day: str) -> str:
    return f"date_diff('day', DATE '1970-01-01', date_trunc('{span}', DATE '1970-01-01' + ({day})::INTEGER)::DATE)"
