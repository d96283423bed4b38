"""Edges of time: the moments at which somebody enters or leaves though nothing happens.

An edge says who was moved by a stretch of time that has passed, and when the next one will be. Both are looked up in an index;
nothing is stored per customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from regulars.customers.models import Party
from regulars.web.resources import Rows


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time that has passed: after ``begin``, up to and with ``end``."""

    begin: datetime
    end: datetime


class ClockEdge(Protocol):
    """Where the clock moves somebody, whatever is recorded."""

    def passed(self, stretch: Stretch) -> Rows:
        """The customers whom this stretch may have moved."""

    def following(self, moment: datetime) -> datetime:
        """The first moment after ``moment`` that may move somebody."""


@dataclass(frozen=True, slots=True)
class MomentEdge:
    """A moment that is kept in ``column`` moves its customer so much ``later`` (negative: before it comes).

    ``party`` is the column of ``rows`` that names the customer.
    """

    rows: Rows
    column: str
    later: timedelta = timedelta()
    party: str = "pk"

    def passed(self, stretch: Stretch) -> Rows:
        """The customers whose moment lies that far back now, and did not when the stretch began."""
        begin, end = stretch.begin - self.later, stretch.end - self.later
        due = self.rows.filter(**{f"{self.column}__gt": begin, f"{self.column}__lte": end})
        return Party.objects.filter(pk__in=due.values(self.party))

    def coming(self, moment: datetime) -> Rows:
        """The next of the kept moments to lie that far back after ``moment``: one row of one column, or none."""
        coming = self.rows.filter(**{f"{self.column}__gt": moment - self.later}).order_by(self.column)
        return coming.values_list(self.column, flat=True)[:1]


Edge = MomentEdge | ClockEdge
"""Where time alone moves somebody."""
