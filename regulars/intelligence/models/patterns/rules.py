"""Who buys X also buys Y: confidence and lift, each with the lower end of its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.patterns.baskets import Codes, Ints
from regulars.intelligence.models.patterns.itemsets import Itemsets

Floats = NDArray[np.float64]
ADVERTISED: Final = 20
"""Rarer than this, a rule is chance more often than knowledge, whatever its lift."""
Z: Final = 1.959963984540054
_SEED: Final = 20040404


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in labels: of those who bought all of ``antecedent``, the share ``confidence`` also bought ``consequent``."""

    antecedent: tuple[Any, ...]
    consequent: Any
    count: int
    confidence: float
    lift: float
    lift_low: float


@dataclass(frozen=True)
class Rules:
    """Rules as columns; iterating gives ``Rule`` in labels.

    Attributes:
        items, offsets: item codes of the left sides, and where each begins, with the end.
        consequent: item code of the right side.
        count: baskets with both sides; ``antecedent_count`` and ``consequent_count``: with one side.
        support, confidence, lift: shares and ratio as observed.
        confidence_low: lower end of the 95 % Wilson interval.
        lift_low: lower end of the 95 % interval of the lift (see ``lower_lift``).
        labels: what each item code stands for.
    """

    items: Codes
    offsets: Ints
    consequent: Codes
    count: Ints
    antecedent_count: Ints
    consequent_count: Ints
    support: Floats
    confidence: Floats
    confidence_low: Floats
    lift: Floats
    lift_low: Floats
    labels: Any = None

    def __len__(self) -> int:
        return len(self.count)

    def __iter__(self) -> Iterator[Rule]:
        name = (lambda code: code) if self.labels is None else self.labels.__getitem__
        for at, right in enumerate(self.consequent.tolist()):
            left = self.items[self.offsets[at] : self.offsets[at + 1]].tolist()
            figures = (column[at].item() for column in (self.count, self.confidence, self.lift, self.lift_low))
            yield Rule(tuple(map(name, left)), name(right), *figures)

    def take(self, chosen: NDArray[Any]) -> Self:
        """The rules at those positions, in that order."""
        sizes = np.diff(self.offsets)[chosen]
        offsets = np.r_[0, np.cumsum(sizes)]
        places = np.repeat(self.offsets[:-1][chosen] - offsets[:-1], sizes) + np.arange(offsets[-1])
        columns = {one.name: getattr(self, one.name)[chosen] for one in fields(self)[2:-1]}
        return type(self)(self.items[places], offsets, labels=self.labels, **columns)


def association_rules(
    itemsets: Itemsets, *, min_confidence: float = 0.0, min_count: int = ADVERTISED, min_lift_low: float = 0.0
) -> Rules:
    """Rules with one item on the right side, the surest lift first.

    Ranked by the lower end of the lift's interval, so that what happened three times does not stand above what happened
    three hundred times. Equal ones stand by count, then by the codes of their items.

    Args:
        itemsets: complete down to ``min_count`` (mined with ``min_count`` or less).
        min_confidence: least share of the left side's baskets that hold the right side too.
        min_count: least number of baskets with both; 20 by default, and nothing rarer ought to be advertised.
        min_lift_low: least lower end of the lift; 1 leaves those that beat chance.

    Returns:
        Rules whose left side is never empty.
    """
    left, right, whole, before, after = _splits(itemsets)
    count, first = itemsets.counts[whole], itemsets.counts[before]
    second = itemsets.counts[after]
    confidence, n = count / first, itemsets.total
    low = lower_lift(count, first, second, n)
    keep = (count >= min_count) & (confidence >= min_confidence - 1e-12) & (low >= min_lift_low)
    sizes = itemsets.sizes[whole] - 1
    every = Rules(
        left, np.r_[0, np.cumsum(sizes)], right, count, first, second, count / n, confidence,
        wilson_low(count, first), count * n / (first * second), low, itemsets.labels,
    )  # fmt: skip
    kept = np.flatnonzero(keep)
    return every.take(kept[np.lexsort((right[kept], before[kept], -count[kept], -low[kept]))])


def lower_lift(both: Ints, first: Ints, second: Ints, baskets: int, *, z: float = Z) -> Floats:
    """Lower end of the interval of lift = both · n / (first · second), all four counts being random.

    Delta method on the logarithm under multinomial sampling: variance = 1/both − 1/first − 1/second + (2 lift − 1)/n, and
    never less than 1/(both + 1), which keeps rare certainties humble.
    """
    joint, left, right = (np.asarray(column, np.float64) for column in (both, first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = joint * baskets / (left * right)
        variance = 1 / joint - 1 / left - 1 / right + (2 * lift - 1) / baskets
        low: Floats = lift * np.exp(-z * np.sqrt(np.maximum(variance, 1 / (joint + 1))))
    return np.where(joint > 0, low, 0.0)


def wilson_low(successes: Ints, trials: Ints, *, z: float = Z) -> Floats:
    """Lower end of Wilson's interval of a share (Wilson, JASA 22, 1927)."""
    share, n = np.asarray(successes) / np.asarray(trials), np.asarray(trials, np.float64)
    middle = share + z**2 / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low: Floats = (middle - spread) / (1 + z**2 / n)
    return np.maximum(low, 0.0)


def _splits(itemsets: Itemsets) -> tuple[Codes, Codes, Ints, Ints, Ints]:
    """Every set of two items or more with each of its items as the right side.

    Returns:
        Items of the left sides, right sides, and the positions among ``itemsets`` of whole set, left side, right side.
    """
    codes = int(itemsets.items.max()) + 1 if len(itemsets.items) else 0
    marks = np.random.default_rng(_SEED).integers(1, 2**62, codes, np.int64)
    return _split(itemsets.items, itemsets.offsets, marks)


@compiled
def _indexed(items: Codes, offsets: Ints, marks: Ints) -> tuple[Ints, Ints]:
    """Sum of the marks of each set, and a hash table from that sum to the set's position."""
    number, slots = len(offsets) - 1, 16
    while slots < 2 * number:
        slots *= 2
    table, sums = np.full(slots, -1, np.int64), np.zeros(number, np.int64)
    for at in range(number):
        for place in range(offsets[at], offsets[at + 1]):
            sums[at] += marks[items[place]]
        slot = (sums[at] ^ (sums[at] >> 31)) & (slots - 1)
        while table[slot] >= 0:
            slot = (slot + 1) & (slots - 1)
        table[slot] = at
    return sums, table


@compiled
def _split(items: Codes, offsets: Ints, marks: Ints) -> tuple[Codes, Codes, Ints, Ints, Ints]:
    sums, table = _indexed(items, offsets, marks)
    slots = len(table)
    single = np.full(len(marks), -1, np.int64)
    sizes = np.diff(offsets)
    for at in np.flatnonzero(sizes == 1):
        single[items[offsets[at]]] = at
    larger = np.flatnonzero(sizes > 1)
    rules = sizes[larger].sum()
    left, right = np.empty((sizes[larger] * (sizes[larger] - 1)).sum(), np.int32), np.empty(rules, np.int32)
    whole, before, after = np.empty(rules, np.int64), np.empty(rules, np.int64), np.empty(rules, np.int64)
    rule, top = 0, 0
    for at in larger:
        for out in range(offsets[at], offsets[at + 1]):
            wanted = sums[at] - marks[items[out]]
            slot = (wanted ^ (wanted >> 31)) & (slots - 1)
            while sums[table[slot]] != wanted:
                slot = (slot + 1) & (slots - 1)
            whole[rule], before[rule], after[rule], right[rule] = at, table[slot], single[items[out]], items[out]
            rule += 1
            for place in range(offsets[at], offsets[at + 1]):
                if place != out:
                    left[top] = items[place]
                    top += 1
    return left, right, whole, before, after
