"""Recommenders that score an item by a weighted sum over what the customer has bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from threadpoolctl import threadpool_limits

from regulars.intelligence.models.patterns.rules import wilson_low

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_ITEMS: Final = 5_000
"""Weights are a square of items; of more than these, only the most bought are learned."""
_ROWS: Final = 2_000


@dataclass(frozen=True)
class Because:
    """Why: of the ``both_of`` customers who bought the item ``bought``, ``share`` bought the one offered too (at least ``share_low``)."""

    bought: int
    share: float
    share_low: float
    both: int
    both_of: int


class _Linear:
    """Shared by all: the customers' purchases as a sparse matrix of ones, and ``weights_`` between items.

    Learned:
        items_: item codes that are scored; ``bought_``: customers × those items; ``together_``: customers who bought both.
        weights_: what having bought the item of the row adds to the score of the item of the column.
    """

    items_: Ints
    bought_: sparse.csr_array
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
        who, what = np.divmod(
            np.unique(np.asarray(customer, np.int64) * (int(item.max()) + 1) + item), int(item.max()) + 1
        )
        buyers = np.bincount(what)
        best = np.argsort(-buyers, kind="stable")[: self.most_items]
        self.items_ = np.sort(best[buyers[best] > 0])
        place = np.full(len(buyers), -1, np.int64)
        place[self.items_] = np.arange(len(self.items_))
        kept = place[what] >= 0
        shape = (int(who.max()) + 1, len(self.items_))
        self.bought_ = sparse.csr_array((np.ones(int(kept.sum())), (who[kept], place[what][kept])), shape=shape)
        self.together_ = (self.bought_.T @ self.bought_).toarray()
        self.weights_ = self._weights(self.together_)
        return self

    def _weights(self, together: Floats) -> Floats:
        raise NotImplementedError

    def scores(self, customers: NDArray[Any]) -> Floats:
        """Score of every one of ``items_`` for each of those customers; higher is likelier, the unit is the model's own."""
        return np.asarray(self.bought_[customers] @ self.weights_)

    def discover(self, customers: NDArray[Any], count: int) -> tuple[Ints, Floats]:
        """The ``count`` best items that each customer has never bought, the best first.

        Returns:
            Item codes (−1 where there is none) and scores, both of shape (customers, count). Equal scores: the lower code first.
        """
        size = min(count, len(self.items_))
        items = np.full((len(customers), count), -1, np.int64)
        best = np.full((len(customers), count), -np.inf)
        for start in range(0, len(customers), _ROWS):
            block = np.asarray(customers[start : start + _ROWS])
            scores = np.round(self.scores(block), 9)
            owner, owned = self.bought_[block].nonzero()
            scores[owner, owned] = -np.inf
            near = np.sort(np.argpartition(-scores, size - 1, axis=1)[:, :size], axis=1)
            found = np.take_along_axis(scores, near, axis=1)
            order = np.argsort(-found, axis=1, kind="stable")
            found = np.take_along_axis(found, order, axis=1)
            chosen = self.items_[np.take_along_axis(near, order, axis=1)]
            items[start : start + len(block), :size] = np.where(np.isfinite(found), chosen, -1)
            best[start : start + len(block), :size] = found
        return items, best

    def because(self, customer: int, item: int) -> Because | None:
        """The one purchase that speaks most for ``item``; None when none does."""
        bought, both, of = (int(one[0, 0]) for one in self.becauses(np.array([customer]), np.array([[item]])))
        if bought < 0:
            return None
        return Because(bought, both / of, float(wilson_low(np.array([both]), np.array([of]))[0]), both, of)

    def becauses(self, customers: NDArray[Any], items: Ints) -> tuple[Ints, Ints, Ints]:
        """The one purchase of each customer that speaks most for each of the items beside him, shape (customers, items).

        Returns:
            Item code bought (−1: none speaks for it), customers who bought both, customers who bought it. Equal ones: the lower code.
        """
        rows = self.bought_[customers]
        rows.sort_indices()
        lengths = np.diff(rows.indptr)
        bought, both, of = (np.full(items.shape, -1, np.int64) for _ in range(3))
        some = np.flatnonzero(lengths)
        starts = rows.indptr[:-1][some]
        for place in range(items.shape[1]):
            at = np.minimum(np.searchsorted(self.items_, items[:, place]), len(self.items_) - 1)
            weight = self.weights_[rows.indices, np.repeat(at, lengths)]
            best = np.maximum.reduceat(weight, starts) if len(some) else weight
            here = np.flatnonzero(weight == np.repeat(best, lengths[some]))
            first = here[np.searchsorted(here, starts)]
            speaks = (best > 0) & (self.items_[at[some]] == items[some, place])
            who, had, offered = some[speaks], rows.indices[first[speaks]], at[some][speaks]
            bought[who, place] = self.items_[had]
            both[who, place], of[who, place] = self.together_[had, offered], self.together_[had, had]
        return bought, both, of


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
