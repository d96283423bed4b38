"""Own repeats: what a customer has bought most often he will buy again; no other list of old acquaintances is better."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

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

    def fit(self, customer: NDArray[Any], item: NDArray[Any], time: NDArray[Any]) -> Self:
        """Count; lines of one customer at one ``time`` (a day, the number of an order) are one basket."""
        who, what, when = (np.asarray(column, np.int64) for column in (customer, item, time))
        order = np.lexsort((when, what, who))
        who, what, when = who[order], what[order], when[order]
        new_pair = np.r_[True, (np.diff(who) != 0) | (np.diff(what) != 0)] if len(who) else np.zeros(0, bool)
        new_basket = new_pair | (np.r_[True, np.diff(when) != 0] if len(who) else new_pair)
        starts = np.flatnonzero(new_pair)
        times = np.add.reduceat(new_basket.astype(np.int64), starts) if len(starts) else np.zeros(0, np.int64)
        last = when[np.r_[starts[1:], len(who)] - 1] if len(starts) else when
        who, what = who[starts], what[starts]
        buyers = np.bincount(what)[what] if len(what) else what
        by = np.lexsort((what, -buyers, -times, who))
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
