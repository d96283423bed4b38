"""Edges of time: the moments at which somebody enters or leaves though nothing happens.

An edge says who was moved by a stretch of time that has passed, and when the next one will be. Both are looked up in an index;
nothing is stored per customer.
"""

from __future__ import annotations

from collections.abc import Iterable
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


class Edge(Protocol):
    """Where time alone moves somebody."""

    def passed(self, stretch: Stretch) -> Rows:
        """The customers whom this stretch may have moved."""

    def following(self, moment: datetime) -> datetime | None:
        """The first moment after ``moment`` that may move somebody; None where none is in sight."""


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

    def following(self, moment: datetime) -> datetime | None:
        """When the next of the kept moments lies that far back."""
        coming = self.rows.filter(**{f"{self.column}__gt": moment - self.later}).order_by(self.column)
        first = coming.values_list(self.column, flat=True).first()
        return None if first is None else first + self.later


def earliest(edges: Iterable[Edge], after: datetime) -> datetime | None:
    """The first moment after ``after`` at which any of the edges may move somebody."""
    coming = [moment for edge in edges if (moment := edge.following(after)) is not None]
    return min(coming, default=None)
