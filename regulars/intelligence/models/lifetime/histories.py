"""A customer's purchases as three numbers, and all customers together as small tables.

*Frequency* is the number of repeat purchases (days with a purchase after the first), *recency* the time from the first
purchase to the last, *T* the time from the first purchase to now; the two times in one unit. Times lie on a grid (days,
or weeks counted in days), so every costly function of a time is a table over the grid, and customers who never came
back are a histogram of T.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.lifetime import kernels

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

MOST_PURCHASES: Final = 1_000_000
GRIDS: Final = (1.0, 7.0, 24.0, 168.0)
"""Steps a unit that are tried: whole units, days of weeks, hours of days, hours of weeks."""
_LONGEST_GRID: Final = 1 << 16

_WRONG: Final = {
    kernels.NOT_A_NUMBER: "frequency, recency and T must be finite numbers, none of them negative",
    kernels.NOT_WHOLE: f"frequency must be a whole number of repeat purchases, {MOST_PURCHASES:,} at most",
    kernels.BEYOND: "recency cannot be longer than T: the last purchase lies between the first one and now",
    kernels.NO_REPEAT: "recency must be 0 for whoever has not come back (frequency 0)",
}


@dataclass(frozen=True)
class Histories:
    """All customers, ready to be fitted to.

    Attributes:
        x, t, T: of each customer who came back: repeat purchases, grid places of recency and of T.
        weight: of each of those; empty when all count once.
        times: the time at each place of the grid.
        once: by place of T, how many customers never came back.
        everybody: by place of T, how many customers there are; ``purchases`` how many repeat purchases they made.
        more_than: by k = 0, 1, …: how many customers came back more than k times.
    """

    x: Codes
    t: Codes
    T: Codes
    weight: Floats
    times: Floats
    once: Floats
    everybody: Floats
    purchases: Floats
    more_than: Floats

    @property
    def customers(self) -> float:
        """How many (the sum of weights)."""
        return float(self.everybody.sum())

    @property
    def repeaters(self) -> float:
        """How many came back at all."""
        return float(self.more_than[0]) if len(self.more_than) else 0.0

    @property
    def scale(self) -> float:
        """A time typical of the record: the mean T."""
        return float(self.everybody @ self.times) / max(self.customers, 1e-300)


def histories(frequency: Any, recency: Any, T: Any, weights: Any = None) -> Histories:  # noqa: N803 -- as the field writes it
    """Read the three columns (and how many customers each row stands for).

    Raises:
        ValueError: the columns contradict themselves; says how.
    """
    x, t, age = columns(frequency, recency, T)
    weight = np.empty(0) if weights is None else np.ascontiguousarray(weights, np.float64).ravel()
    if weights is not None and (weight.shape != x.shape or not np.isfinite(weight).all() or (weight < 0).any()):
        raise ValueError("weights must be finite numbers, none of them negative, one for each row")
    if not x.size:
        nothing = np.zeros(1)
        return _packed(np.empty((3, 0), np.int32), weight, nothing, np.zeros((3, 1)), np.zeros(1))
    most = int(min(np.nanmax(x), MOST_PURCHASES)) if np.isfinite(x).any() else 0
    longest = float(age.max()) if np.isfinite(age).all() else 0.0
    for steps in GRIDS:
        size = int(longest * steps + 0.5) + 1 if longest * steps < _LONGEST_GRID else 0
        if not size:
            break
        room, tables, by_x = np.empty((3, x.size), np.int32), np.zeros((3, size)), np.zeros(most + 1)
        status, kept = kernels.pack((x, t, age, weight), steps, room, tables, by_x)
        if status == kernels.FINE:
            return _packed(room[:, :kept], _of_repeaters(weight, x), np.arange(size) / steps, tables, by_x)
        if status != kernels.OFF_GRID:
            raise ValueError(_WRONG[status])
    return _off_grid(x, t, age, weight, most)


def _off_grid(x: Floats, t: Floats, age: Floats, weight: Floats, most: int) -> Histories:
    """Times on no grid: each different time is a place of its own."""
    times, places = np.unique(np.concatenate([t, age, [0.0]]), return_inverse=True)
    room, tables, by_x = np.empty((3, x.size), np.int32), np.zeros((3, len(times))), np.zeros(most + 1)
    at_t, at_age = places[: x.size].astype(np.float64), places[x.size : -1].astype(np.float64)
    status, kept = kernels.pack((x, np.where(x > 0, at_t, 0.0), at_age, weight), 1.0, room, tables, by_x)
    wrong = kernels.NO_REPEAT if (t[x == 0] != 0).any() else status
    if wrong != kernels.FINE:
        raise ValueError(_WRONG[wrong])
    return _packed(room[:, :kept], _of_repeaters(weight, x), times, tables, by_x)


def _packed(room: Codes, weight: Floats, times: Floats, tables: Floats, by_x: Floats) -> Histories:
    more_than = np.ascontiguousarray(np.cumsum(by_x[::-1])[::-1][1:])
    return Histories(room[0], room[1], room[2], weight, times, tables[0], tables[1], tables[2], more_than)


def _of_repeaters(weight: Floats, x: Floats) -> Floats:
    return weight[x > 0] if weight.size else weight


def columns(frequency: Any, recency: Any, T: Any) -> tuple[Floats, Floats, Floats]:  # noqa: N803 -- as the field writes it
    """Three columns of one length as floating numbers.

    Raises:
        ValueError: they are not.
    """
    made = [np.ascontiguousarray(column, np.float64).ravel() for column in (frequency, recency, T)]
    if len({column.size for column in made}) != 1:
        raise ValueError("frequency, recency and T must be of one length")
    return made[0], made[1], made[2]
