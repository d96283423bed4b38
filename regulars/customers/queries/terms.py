"""The term of a contract: how long it is, which one runs on a day, and where it stands."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from regulars.customers.models import Contract

Standing = Literal["valid", "not_yet", "expired"]


@dataclass(frozen=True, slots=True)
class Term:
    """A stretch of days, both ends included; ``last`` is None where there is no end."""

    first: date
    last: date | None


def standing(contract: Contract, day: date) -> Standing:
    """Where a contract stands on a day. One that renews by itself goes on after ``ends_on`` until somebody ends it."""
    if day < contract.starts_on:
        return "not_yet"
    if contract.ended_on is not None:
        return "valid" if day < contract.ended_on else "expired"
    return "valid" if contract.ends_on is None or contract.renews or day <= contract.ends_on else "expired"


def term_on(contract: Contract, day: date) -> Term:
    """The term that runs on ``day``: the agreed one, or the one of equal length that followed where it renews by itself.

    Before the beginning it is the first, after the end of one that does not renew the last.
    """
    term = Term(contract.starts_on, contract.ends_on)
    while contract.renews and term.last is not None and day > term.last:
        first = term.last + timedelta(days=1)
        term = Term(first, _end_of_equal_length(Term(contract.starts_on, contract.ends_on), first))
    if contract.ended_on is not None and (term.last is None or contract.ended_on <= term.last):
        return Term(term.first, contract.ended_on - timedelta(days=1))
    return term


def same_length_from(contract: Contract, start: date) -> date | None:
    """The last day of a term as long as the contract's that begins at ``start``: whole months where it was whole months."""
    return _end_of_equal_length(Term(contract.starts_on, contract.ends_on), start)


def _end_of_equal_length(term: Term, start: date) -> date | None:
    if term.last is None:
        return None
    following = term.last + timedelta(days=1)
    months = (following.year - term.first.year) * 12 + following.month - term.first.month
    if months > 0 and _months_after(term.first, months) == following:
        return _months_after(start, months) - timedelta(days=1)
    return start + (term.last - term.first)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
