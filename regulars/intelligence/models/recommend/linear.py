"""Recommenders that score an item by a weighted sum over what the customer has bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from threadpoolctl import threadpool_limits

from regulars.intelligence.models.patterns.rules import wilson_low
from regulars.intelligence.models.recommend import kernels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_ITEMS: Final = 5_000
"""Weights are a square of items; of more than these, only the most bought are learned."""


@dataclass(frozen=True)
class Because:
    """Why: of the ``both_of`` customers who bought the item ``bought``, ``share`` bought the one offered too (at least ``share_low``)."""

    bought: int
    share: float
    share_low: float
    both: int
    both_of: int


@dataclass(frozen=True)
class Owned:
    """What customers have, in compressed rows: ``places`` among the items that are scored, ascending, each once."""

    starts: Ints
    places: Ints

    @classmethod
    def of_pairs(cls, customer: Ints, item: Ints, items: Ints, customers: int) -> Self:
        """The rows of ``customers`` customers from pairs sorted by customer and item, each once; only ``items`` (codes, ascending) count."""
        place = _places(items, item)
        kept = place >= 0
        return cls(np.r_[0, np.cumsum(np.bincount(customer[kept], minlength=customers))], place[kept])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, customers: NDArray[Any]) -> Owned:
        """The rows of some customers."""
        lengths = np.diff(self.starts)[customers]
        starts = np.r_[0, np.cumsum(lengths)].astype(np.int64)
        return Owned(
            starts, self.places[np.arange(starts[-1]) + np.repeat(self.starts[:-1][customers] - starts[:-1], lengths)]
        )

    def together(self, items: int) -> Floats:
        """How many customers have both of two items, on the diagonal how many have one: the upper half of a square of ``items``."""
        counts = np.zeros((items, items))
        kernels.count_together(self.starts, self.places, counts)
        return counts


def _places(items: Ints, wanted: Ints) -> Ints:
    """Where codes stand among ``items`` (ascending); −1: not there, or no code (−1)."""
    table = np.full(max(int(items.max(initial=-1)), int(wanted.max(initial=-1))) + 2, -1, np.int64)  # the last: of −1
    table[items] = np.arange(len(items))
    found: Ints = table[wanted]
    return found


def most_bought(buyers: Ints, most: int) -> Ints:
    """The codes of the items that most customers have bought, ascending, at most so many; equal ones: the lower code first."""
    best = np.argsort(-buyers, kind="stable")[:most]
    return np.sort(best[buyers[best] > 0])


class _Linear:
    """Shared by all: what the customers have bought, and ``weights_`` between items.

    Learned:
        items_: item codes that are scored; ``bought_``: who has which of them (after ``fit``); ``together_``: customers who bought both.
        weights_: what having bought the item of the row adds to the score of the item of the column.
    """

    items_: Ints
    bought_: Owned
    together_: Floats
    weights_: Floats

    def __init__(self, *, most_items: int = MOST_ITEMS) -> None:
        self.most_items = most_items

    def fit(self, customer: NDArray[Any], item: NDArray[Any]) -> Self:
        """Learn from who bought what: codes from 0, one or more lines per purchase; how often does not matter.

        Raises:
            ValueError: there is nothing to learn from.
        """
        if not len(item):
            raise ValueError("nobody has bought anything")
        codes = int(item.max()) + 1
        who, what = np.divmod(np.unique(np.asarray(customer, np.int64) * codes + item), codes)
        self.items_ = most_bought(np.bincount(what), self.most_items)
        self.bought_ = Owned.of_pairs(who, what, self.items_, int(who.max()) + 1)
        return self.learn(self.items_, self.bought_.together(len(self.items_)))

    def learn(self, items: Ints, together: Floats) -> Self:
        """Learn from what is counted: of ``items`` (codes, ascending) the upper half of ``Owned.together``, summed over all customers."""
        self.items_ = items
        self.together_ = np.triu(together) + np.triu(together, 1).T
        self.weights_ = self._weights(self.together_)
        return self

    def _weights(self, together: Floats) -> Floats:
        raise NotImplementedError

    def owned(self, customer: Ints, item: Ints, customers: int) -> Owned:
        """What customers have of what is scored (``Owned.of_pairs``)."""
        return Owned.of_pairs(customer, item, self.items_, customers)

    def scores(self, customers: NDArray[Any]) -> Floats:
        """Score of every one of ``items_`` for each of those customers; higher is likelier, the unit is the model's own."""
        rows = self.bought_.of(np.asarray(customers))
        who = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
        found = np.zeros((len(rows), len(self.items_)))
        np.add.at(found, who, self.weights_[rows.places])
        return found

    def discover(self, customers: NDArray[Any], count: int) -> tuple[Ints, Floats]:
        """The ``count`` best items that each customer has never bought, the best first.

        Returns:
            Item codes (−1 where there is none) and scores, both of shape (customers, count). Equal scores: the lower code first.
        """
        return self.discover_for(self.bought_.of(np.asarray(customers)), count)

    def discover_for(self, owned: Owned, count: int) -> tuple[Ints, Floats]:
        """As ``discover``, for customers who need not be among those learned from."""
        found, scores = kernels.best_new(owned.starts, owned.places, self.weights_, count)
        return self._codes(found), scores

    def because(self, customer: int, item: int) -> Because | None:
        """The one purchase that speaks most for ``item``; None when none does."""
        rows = self.bought_.of(np.array([customer]))
        bought, both, of = (int(one[0, 0]) for one in self.becauses(rows, np.array([[item]])))
        if bought < 0:
            return None
        return Because(bought, both / of, float(wilson_low(np.array([both]), np.array([of]))[0]), both, of)

    def becauses(self, owned: Owned, items: Ints) -> tuple[Ints, Ints, Ints]:
        """The one purchase of each customer that speaks most for each of the items beside him, shape (customers, items).

        Returns:
            Item code bought (−1: none speaks for it), customers who bought both, customers who bought it (−1: as before). Equal
            ones: the lower code.
        """
        offered = _places(self.items_, items)
        had = kernels.speaks_most(owned.starts, owned.places, self.weights_, offered)
        if not len(self.items_):
            return had, had, had
        both, of = (np.where(had >= 0, self.together_[had, other], -1).astype(np.int64) for other in (offered, had))
        return self._codes(had), both, of

    def _codes(self, places: Ints) -> Ints:
        if not len(self.items_):
            return places
        return np.where(places >= 0, self.items_[places], -1)


class EASE(_Linear):
    """Items regressed on each other, none on itself: the best linear guess of a basket's missing item, in closed form.

    With G = XᵀX + λI and P = G⁻¹ the weights are −P(i, j) / P(j, j), and 0 on the diagonal.

    Source: Steck, Embarrassingly shallow autoencoders for sparse data, WWW 2019.
    """

    def __init__(self, *, penalty: float = 300.0, most_items: int = MOST_ITEMS) -> None:
        super().__init__(most_items=most_items)
        if not penalty > 0:
            raise ValueError("penalty must be above 0")
        self.penalty = penalty

    def _weights(self, together: Floats) -> Floats:
        with threadpool_limits(1):  # the same sums in the same order on every machine
            lower, _ = linalg.cho_factor(together + self.penalty * np.eye(len(together)), lower=True, overwrite_a=True)
            inverse, _ = linalg.lapack.dpotri(lower, lower=1, overwrite_c=1)
        whole = np.tril(inverse) + np.tril(inverse, -1).T
        weights: Floats = -whole / np.diag(whole)
        np.fill_diagonal(weights, 0.0)
        return weights


class ItemItem(_Linear):
    """Cosine between the customers of two items, shrunk towards 0 where they are few: G(i, j) / (√(G(i, i) G(j, j)) + shrink).

    Source: Sarwar, Karypis, Konstan & Riedl, WWW 2001.
    """

    def __init__(self, *, shrink: float = 20.0, most_items: int = MOST_ITEMS) -> None:
        super().__init__(most_items=most_items)
        if shrink < 0:
            raise ValueError("shrink must not be below 0")
        self.shrink = shrink

    def _weights(self, together: Floats) -> Floats:
        length = np.sqrt(np.diag(together))
        weights: Floats = together / (np.outer(length, length) + self.shrink)
        np.fill_diagonal(weights, 0.0)
        return weights
