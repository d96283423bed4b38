"""Lift of every pair among the most frequent items: one pass over the baskets fills one small matrix."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.patterns.baskets import Baskets, Codes, Ints, as_baskets
from regulars.intelligence.models.patterns.mining import distinct_counts
from regulars.intelligence.models.patterns.rules import ADVERTISED, Floats, lower_lift

TOP: Final = 1_000
"""A matrix of so many items squared stays in the processor's cache."""


@dataclass(frozen=True)
class Pairs:
    """Pairs as columns, the surest lift first.

    Attributes:
        left, right: item codes, the more frequent one left.
        count: baskets with both; ``left_count`` and ``right_count``: with one.
        lift, lift_low: as observed, and the lower end of its 95 % interval.
        baskets: how many there are in all.
        labels: what each item code stands for.
    """

    left: Codes
    right: Codes
    count: Ints
    left_count: Ints
    right_count: Ints
    lift: Floats
    lift_low: Floats
    baskets: int
    labels: Any = None

    def __len__(self) -> int:
        return len(self.count)


def pair_lift(baskets: Baskets | Iterable[Iterable[Hashable]], *, top: int = TOP, min_count: int = ADVERTISED) -> Pairs:
    """Pairs bought together in ``min_count`` baskets or more, among the ``top`` items that most baskets hold.

    Raises:
        ValueError: ``min_count`` or ``top`` is below 1.
    """
    if min_count < 1 or top < 1:
        raise ValueError("min_count and top must be at least 1")
    given = as_baskets(baskets)
    counts = distinct_counts(given.items, given.offsets, given.codes)
    best = np.argsort(-counts, kind="stable")[:top]
    rank = np.full(len(counts), -1, np.int32)
    rank[best] = np.arange(len(best), dtype=np.int32)
    together = _together(given.items, given.offsets, rank, len(best))
    first, second = np.nonzero(together >= min_count)
    count = together[first, second].astype(np.int64)
    left, right = best[first], best[second]
    lift = count * len(given) / (counts[left] * counts[right]) if len(count) else np.zeros(0)
    low = lower_lift(count, counts[left], counts[right], len(given))
    by = np.lexsort((right, left, -count, -low))
    return Pairs(
        left[by].astype(np.int32), right[by].astype(np.int32), count[by], counts[left][by], counts[right][by], lift[by], low[by],
        len(given), given.labels,
    )  # fmt: skip


@compiled
def _together(items: Codes, offsets: Ints, rank: Codes, top: int) -> Codes:
    """How many baskets hold each pair of ranks, the lower rank first."""
    counts = np.zeros((top, top), np.int32)
    last = np.full(top, -1, np.int64)
    held = np.empty(top, np.int32)
    for row in range(len(offsets) - 1):
        many = 0
        for place in range(offsets[row], offsets[row + 1]):
            at = rank[items[place]]
            if at >= 0 and last[at] != row:
                last[at] = row
                held[many] = at
                many += 1
        for one in range(many):
            for other in range(one):
                low, high = min(held[one], held[other]), max(held[one], held[other])
                counts[low, high] += 1
    return counts
