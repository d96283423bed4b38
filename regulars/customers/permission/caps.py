"""How many messages in how many days: of each channel and of all together, whatever campaign they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Counts = Mapping[tuple[str, date], int]
"""Messages by channel and day."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``most`` messages in any ``days`` days running by ``channel``; an empty channel means all together."""

    channel: str
    most: int
    days: int

    def as_dict(self) -> dict[str, Any]:
        """As the company's rules keep it."""
        return {"channel": self.channel, "most": self.most, "days": self.days}


def first_day(caps: Sequence[Cap], counts: Counts, channel: str, day: date, *, more: int = 1) -> date:
    """The first day from ``day`` on, on which ``more`` messages by ``channel`` keep every cap.

    A message belongs to every stretch of days that holds its day: what is reserved for later days counts as well.
    With ``more`` 0 the message is among ``counts`` already.
    """
    mine = [(cap, _by_day(counts, cap.channel)) for cap in caps if cap.channel in {"", channel}]
    near = [(cap, held) for cap, held in mine if sum(held.values()) + max(more, 1) > cap.most]
    wanted = day
    while any(not _keeps(cap, held, wanted, more) for cap, held in near):
        wanted += timedelta(days=1)
        more = max(more, 1)  # on another day it is one more there
    return wanted


def _by_day(counts: Counts, channel: str) -> dict[date, int]:
    held: dict[date, int] = {}
    for (one, day), n in counts.items():
        if channel in {"", one}:
            held[day] = held.get(day, 0) + n
    return held


def _keeps(cap: Cap, held: Mapping[date, int], day: date, more: int) -> bool:
    return all(
        sum(held.get(last - timedelta(days=back), 0) for back in range(cap.days)) + more <= cap.most
        for last in (day + timedelta(days=ahead) for ahead in range(cap.days))
    )


def longest(caps: Iterable[Cap]) -> int:
    """The longest stretch of days that any cap looks at."""
    return max((cap.days for cap in caps), default=0)
