"""Days as whole numbers since 1970-01-01, which is how the warehouse counts them."""

from __future__ import annotations

from datetime import date, timedelta

_EPOCH = date(1970, 1, 1)


def to_date(day: int) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=int(day))


def to_day(value: date) -> int:
    """The day number of a date."""
    return (value - _EPOCH).days


def month_start(day: int) -> int:
    """The day number of the first of the month in which ``day`` lies."""
    return to_day(to_date(day).replace(day=1))


def months_back(day: int, months: int) -> list[int]:
    """The first days of so many months, ascending, the last being the month in which ``day`` lies."""
    here = to_date(day)
    count = here.year * 12 + here.month - 1
    return [to_day(date(n // 12, n % 12 + 1, 1)) for n in range(count - months + 1, count + 1)]
