"""Days of the simulation as moments of the calendar, at hours when people are awake."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import numpy as np
from django.utils import timezone

from regulars.demo.simulator.arrays import Days, Flags, Floats

# Where in the day (hours) a fraction of the day falls: customers from morning till night, staff in working hours.
_AWAKE: Final = ((0, 0.03, 0.25, 0.42, 0.6, 0.75, 0.95, 1), (7, 8.5, 11.7, 13.2, 16.8, 19.5, 22.5, 23.8))
_AT_WORK: Final = ((0, 0.45, 0.5, 1), (9, 12.2, 13.3, 18.6))

_DUE_HOURS: Final = (10.0, 11.0, 12.0, 14.0, 15.0, 16.0, 17.0, 18.0)


class Calendar:
    """Turns days since ``opened`` into texts, the form in which the loader writes moments (UTC) and dates (local)."""

    def __init__(self, opened: date) -> None:
        midnight = timezone.make_aware(datetime.combine(opened, time()))
        self._midnight = np.datetime64(midnight.astimezone(UTC).replace(tzinfo=None), "s")
        self._opened = np.datetime64(opened, "D")

    def moments(self, days: Days, at_work: Flags | bool = False) -> list[str]:
        """Texts like ``2026-03-01 04:05:06`` (UTC), the order within a day kept; None is never returned."""
        whole = np.floor(days)
        part = days - whole
        hours = np.where(at_work, np.interp(part, *_AT_WORK), np.interp(part, *_AWAKE))
        return self._texts(whole * 86_400 + hours * 3_600)

    def moments_or_none(self, days: Days, at_work: Flags | bool = False) -> list[str | None]:
        """The same with None for NEVER."""
        known = np.isfinite(days)
        texts = self.moments(np.where(known, days, 0.0), at_work)
        return [text if there else None for text, there in zip(texts, known.tolist(), strict=True)]

    def appointments(self, days: Days) -> list[str]:
        """Texts of moments on the days of ``days`` at one of the hours at which things fall due, by the day's fraction."""
        whole = np.floor(days)
        slot = ((days - whole) * len(_DUE_HOURS)).astype(np.int64)
        return self._texts(whole * 86_400 + np.array(_DUE_HOURS)[slot] * 3_600)

    def dates(self, days: Days) -> list[str]:
        """Texts like ``2026-03-01``, local."""
        return [str(day) for day in self._opened + np.floor(days).astype("timedelta64[D]")]

    def _texts(self, seconds: Floats) -> list[str]:
        exact = self._midnight + np.round(seconds).astype("timedelta64[s]")
        return [text.replace("T", " ") for text in np.datetime_as_string(exact, unit="s").tolist()]
