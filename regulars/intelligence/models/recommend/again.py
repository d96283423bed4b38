"""Own repeats: what a customer has bought most often he will buy again; no other list of old acquaintances is better."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.recommend import kernels

Ints = NDArray[np.int64]


class OwnRepeats:
    """Items by in how many of the customer's own baskets they were; equal ones by how many customers have bought them.

    Learned, one row per (customer, item), each customer's best first:
        customer_, item_, times_ (baskets), last_ (time of the last one).
    """

    customer_: Ints
    item_: Ints
    times_: Ints
    last_: Ints

    def fit(
        self, customer: NDArray[Any], item: NDArray[Any], time: NDArray[Any], *, buyers: NDArray[Any] | None = None
    ) -> Self:
        """Count; lines of one customer at one ``time`` (a day, the number of an order) are one basket.

        ``buyers``: how many customers have bought each item, where these are not all of them.
        """
        who, what, when = (np.asarray(column, np.int64) for column in (customer, item, time))
        if not kernels.is_sorted(who, what, when):
            order = np.lexsort((when, what, who))
            who, what, when = who[order], what[order], when[order]
        starts, times, last = kernels.habits(who, what, when)
        who, what = who[starts], what[starts]
        known = np.bincount(what) if buyers is None else np.asarray(buyers, np.int64)
        by = kernels.most_first(who, times, known[what])
        self.customer_, self.item_, self.times_, self.last_ = who[by], what[by], times[by], last[by]
        return self

    def reorder(self, customers: NDArray[Any], count: int) -> tuple[Ints, Ints]:
        """The ``count`` items that each customer has bought most often, and how often: shape (customers, count), −1 and 0 where there are fewer."""
        begin = np.searchsorted(self.customer_, customers)
        end = np.searchsorted(self.customer_, customers, side="right")
        place = begin[:, None] + np.arange(count)
        held = place < end[:, None]
        safe = np.minimum(place, max(len(self.customer_) - 1, 0))
        if not len(self.customer_):
            return np.full(place.shape, -1), np.zeros(place.shape, np.int64)
        return np.where(held, self.item_[safe], -1), np.where(held, self.times_[safe], 0)
