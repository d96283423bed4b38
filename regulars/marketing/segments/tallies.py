"""How often and for how much everybody did something, within many windows at once.

All windows end now. So the entries of a kind are read once, from now backwards in stretches from one window's beginning to the
next; what has been counted when a window's beginning is reached answers all that is asked of that window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Value
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from regulars.customers.models import Event
from regulars.marketing.segments import numbers
from regulars.marketing.segments.conditions import Counted
from regulars.web.resources import Rows


def counted(
    asked: Iterable[Counted], now: datetime, size: int, between: Callable[[], object]
) -> Iterator[tuple[Counted, NDArray[np.bool_]]]:
    """For each that is asked, by the numbers of the customers below ``size``, whether it holds.

    ``between`` is called after every statement.
    """
    by_kind: dict[str, dict[timedelta | None, list[Counted]]] = defaultdict(lambda: defaultdict(list))
    for one in asked:
        by_kind[one.kind][one.window].append(one)
    for kind, by_window in by_kind.items():
        times, amounts, end = np.zeros(size, np.int32), np.zeros(size, np.int64), now
        for window in sorted(by_window, key=lambda window: timedelta.max if window is None else window):
            begin = None if window is None else now - window
            customers, sums = numbers.read(_entries(kind, begin, end), 2).T
            known = customers < size
            np.add.at(times, customers[known], 1)
            np.add.at(amounts, customers[known], sums[known])
            for one in by_window[window]:
                reached = (amounts if one.of_amounts else times) >= one.least
                yield one, ~reached if one.below else reached
            between()
            end = begin or end


def _entries(kind: str, begin: datetime | None, end: datetime) -> Rows:
    """Customer and amount of the entries after ``begin``, up to and with ``end``."""
    within: dict[str, Any] = (
        {"occurred_at__lte": end} if begin is None else {"occurred_at__lte": end, "occurred_at__gt": begin}
    )
    entries = Event.objects.live().filter(kind=kind, customer__isnull=False, **within)
    return entries.values_list("customer_id", Coalesce("amount", Value(0)))
