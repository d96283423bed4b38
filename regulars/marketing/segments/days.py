"""Edges at midnight: what is counted in whole days is left behind when a day begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from regulars.customers.models import Party
from regulars.marketing.segments.edges import Stretch
from regulars.web import format as show
from regulars.web.resources import Rows


@dataclass(frozen=True, slots=True)
class DayEdge:
    """The day of a moment that is kept in ``column`` is left behind at a midnight, ``span`` days later.

    ``party`` is the column of ``rows`` that names the customer; ``of_days``: the column holds days.
    """

    rows: Rows
    column: str
    span: int
    party: str = "pk"
    of_days: bool = False

    def passed(self, stretch: Stretch) -> Rows:
        """Those whose day the span has left behind; nobody within a day."""
        begin, end = (show.local_day(one) - timedelta(days=self.span) for one in (stretch.begin, stretch.end))
        if begin == end:
            return Party.objects.none()
        bounds: tuple[Any, Any] = (begin, end) if self.of_days else (midnight(begin), midnight(end))
        due = self.rows.filter(**{f"{self.column}__gte": bounds[0], f"{self.column}__lt": bounds[1]})
        return Party.objects.filter(pk__in=due.values(self.party))

    def following(self, moment: datetime) -> datetime:
        """The next midnight."""
        return midnight(show.local_day(moment) + timedelta(days=1))


def midnight(day: date) -> datetime:
    """The moment at which a day of the company begins."""
    return timezone.make_aware(datetime.combine(day, time()))
