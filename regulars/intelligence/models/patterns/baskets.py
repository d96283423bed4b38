"""Order lines as baskets of items: one flat column of items, cut where each basket begins."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Baskets:
    """Baskets in compressed rows.

    Attributes:
        items: item codes from 0, basket after basket; an item may be repeated in a basket and counts once.
        offsets: where each basket begins in ``items``, and the end: one more than there are baskets.
        labels: what each code stands for; by default the code itself.
    """

    items: Codes
    offsets: Ints
    labels: Sequence[Any] | NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def codes(self) -> int:
        """One more than the highest item code."""
        if self.labels is not None:
            return len(self.labels)
        return int(self.items.max()) + 1 if len(self.items) else 0

    @classmethod
    def from_lists(cls, baskets: Iterable[Iterable[Hashable]]) -> Self:
        """Baskets given as lists of anything that can be told apart; labels in the order of first appearance."""
        rows = [one if isinstance(one, list | tuple) else tuple(one) for one in baskets]
        sizes = np.fromiter(map(len, rows), np.int64, len(rows))
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        labels = list(dict.fromkeys(chain.from_iterable(rows)))
        code = dict(zip(labels, range(len(labels)), strict=True))
        items = np.fromiter(map(code.__getitem__, chain.from_iterable(rows)), np.int32, int(offsets[-1]))
        return cls(items, offsets, labels)

    @classmethod
    def from_lines(cls, basket: NDArray[Any], item: NDArray[Any], labels: Sequence[Any] | None = None) -> Self:
        """One line per (basket, item), in any order of baskets.

        Args:
            basket: number of each line's basket.
            item: code of each line's item, from 0; with ``labels`` None any integers, which become the labels.
        """
        named: Any = labels
        if named is None:
            codes, item = np.unique(item, return_inverse=True)
            named = codes.tolist()
        if len(basket) and (basket[1:] < basket[:-1]).any():
            by_basket = np.argsort(basket, kind="stable")
            basket, item = basket[by_basket], item[by_basket]
        starts = np.flatnonzero(np.r_[True, basket[1:] != basket[:-1]]) if len(basket) else np.zeros(0, np.int64)
        return cls(np.asarray(item, np.int32), np.r_[starts, len(basket)].astype(np.int64), named)


@dataclass(frozen=True)
class Histories:
    """Customers as rows of baskets in the order of time.

    Attributes:
        baskets: all baskets, customer after customer, each customer's in the order of time.
        starts: which basket is each customer's first, and the end.
        times: when each basket was bought, in any whole unit (days); by default its number among the customer's.
    """

    baskets: Baskets
    starts: Ints
    times: Ints | None = None

    def __len__(self) -> int:
        return len(self.starts) - 1

    @classmethod
    def from_lists(cls, customers: Iterable[Iterable[Any]]) -> Self:
        """Customers given as lists of baskets; a basket that is no list, tuple or set is the one item it holds."""
        rows = [[one if isinstance(one, list | tuple | set) else (one,) for one in customer] for customer in customers]
        starts = np.cumsum([0, *map(len, rows)])
        return cls(Baskets.from_lists(chain.from_iterable(rows)), starts.astype(np.int64))

    @classmethod
    def from_lines(
        cls, customer: NDArray[Any], time: NDArray[Any], item: NDArray[Any], labels: Sequence[Any] | None = None
    ) -> Self:
        """One line per item bought, in any order; lines of one customer at one time are one basket."""
        order = np.lexsort((time, customer))
        customer, time, item = customer[order], np.asarray(time, np.int64)[order], item[order]
        new_customer = np.r_[True, np.diff(customer) != 0] if len(order) else np.zeros(0, bool)
        new_basket = new_customer | np.r_[True, np.diff(time) != 0] if len(order) else new_customer
        baskets = Baskets.from_lines(np.cumsum(new_basket), item, labels)
        starts = np.r_[np.flatnonzero(new_customer[new_basket]), new_basket.sum()].astype(np.int64)
        return cls(baskets, starts, time[new_basket])


@dataclass(frozen=True)
class Patterns:
    """Sets or orders of items with their counts; iterating gives pairs of a tuple of labels and its count.

    Attributes:
        items: item codes of all patterns one after the other.
        offsets: where each begins in ``items``, and the end.
        counts: in how many baskets (of how many customers) each was found.
        total: how many there are in all, empty ones too.
        labels: what each item code stands for.
    """

    items: Codes
    offsets: Ints
    counts: Ints
    total: int
    labels: Any = None

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[tuple[tuple[Any, ...], int]]:
        names = self.items.tolist() if self.labels is None else [self.labels[code] for code in self.items.tolist()]
        ends = self.offsets.tolist()
        for since, until, count in zip(ends, ends[1:], self.counts.tolist(), strict=False):
            yield tuple(names[since:until]), count

    @property
    def sizes(self) -> Ints:
        """How many items each has."""
        return np.diff(self.offsets)


def as_baskets(baskets: Baskets | Iterable[Iterable[Hashable]]) -> Baskets:
    """``baskets`` as they are, or made from lists."""
    return baskets if isinstance(baskets, Baskets) else Baskets.from_lists(baskets)


def as_histories(customers: Histories | Iterable[Iterable[Any]]) -> Histories:
    """``customers`` as they are, or made from lists."""
    return customers if isinstance(customers, Histories) else Histories.from_lists(customers)
