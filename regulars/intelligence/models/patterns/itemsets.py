"""Every set of items that at least so many baskets hold, with exact counts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np

from regulars.intelligence.models.patterns import mining
from regulars.intelligence.models.patterns.baskets import Baskets, Patterns, as_baskets

_NO_LIMIT = np.iinfo(np.int32).max


class Itemsets(Patterns):
    """What ``frequent_itemsets`` found: sets of labels, and how many of the ``total`` baskets hold each."""


def frequent_itemsets(
    baskets: Baskets | Iterable[Iterable[Hashable]], min_count: int, *, max_length: int | None = None
) -> Itemsets:
    """Every non-empty set of items held by ``min_count`` baskets or more.

    Args:
        baskets: in compressed rows, or as lists; an item repeated within a basket counts once.
        min_count: number of baskets, at least 1.
        max_length: the most items a set may have; by default any number.

    Returns:
        The sets, the rarest item of each first, always in the same order; their counts are exact.

    Raises:
        ValueError: ``min_count`` or ``max_length`` is below 1.

    Source: LCM (Uno et al., FIMI 2004) with its occurrence deliver; see ``mining``.
    """
    if min_count < 1 or (max_length is not None and max_length < 1):
        raise ValueError("min_count and max_length must be at least 1")
    given = as_baskets(baskets)
    counts = mining.distinct_counts(given.items, given.offsets, given.codes)
    by_count = np.argsort(-counts, kind="stable")
    order = by_count[: int((counts >= min_count).sum())]
    rank = np.full(len(counts), -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rows, deepest = mining.arranged(given.items, given.offsets, rank, counts[order])
    found = mining.mine(rows, deepest, counts[order], min_count, max_length or _NO_LIMIT)
    return Itemsets(order.astype(np.int32)[found.items], found.ends, found.counts, len(given), given.labels)
