"""A watch for time: knows for each segment when time next moves somebody, and looks at that segment then."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from regulars.kit import clock
from regulars.marketing.segments import membership, prepared
from regulars.marketing.segments.models import Segment

AGAIN_SECONDS: Final = 1.0
AT_LATEST_SECONDS: Final = 20.0
"""How soon after a change the next moments are found anew, and when they are though nothing is known to have changed
(another process may have followed a change)."""


class Watch:
    """What one process knows of the next moments. ``pass_time`` is called as often as one likes."""

    def __init__(self) -> None:
        self._next: dict[int, datetime] = {}
        self._is_stale = True
        self._found_at = float("-inf")

    def pass_time(self, *, changed: bool) -> int:
        """Look again at whom time has moved since; returns at how many. ``changed``: there are new facts or rules."""
        self._is_stale |= changed
        age = time.monotonic() - self._found_at
        if age >= (AGAIN_SECONDS if self._is_stale else AT_LATEST_SECONDS):
            self._next = prepared.following(_timed())
            self._is_stale, self._found_at = False, time.monotonic()
        now = clock.now()
        due = [pk for pk, moment in self._next.items() if moment <= now]
        if not due:
            return 0
        looked_at = membership.pass_time(due)
        for pk in due:
            del self._next[pk]
        self._next |= prepared.following(_timed().filter(pk__in=due))
        return looked_at


def _timed() -> QuerySet[Segment]:
    return Segment.objects.live().filter(timed=True, asked_at=None)
