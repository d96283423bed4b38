"""How much a customer could spend with us and others together: an estimate by like customers, with wide limits.

Nobody's wallet is seen. What the best of like customers spend here is taken as what the wallet of such a customer allows:
the ``best`` quantile of the yearly amounts among peers, its 80 % interval from order statistics of the peers, and at
least what the customer spends himself. The limits are those of the peers' quantile and of the choice of quantile; they
are wide because so little is known.

Sources: Perlich, Rosset, Lawrence & Zadrozny, High-quantile modeling for customer wallet estimation, KDD 2007; interval
of a quantile: Thompson 1936.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST: Final = 20
_Z: Final = 1.2815515655446004
_NEIGHBOURS: Final = (-0.1, 0.06)
"""By how much the quantile may be chosen differently: the lower and the upper limit."""


@dataclass(frozen=True)
class Wallets:
    """One row a customer, in the unit of what was spent: the wallet, its limits, our share of it, and how many peers.

    NaN for whom there are fewer than ``FEWEST`` peers, or whose best peers all spend the same: they show no limit of a wallet.
    """

    size: Floats
    low: Floats
    high: Floats
    share: Floats
    peers: NDArray[np.int64]


def wallets(spent: Any, peers: Any, *, best: float = 0.85) -> Wallets:
    """Estimate every customer's wallet.

    Args:
        spent: what each spent here in a year (≥ 0).
        peers: number of the group of like customers each belongs to.
        best: quantile of the peers' spending that stands for a whole wallet.
    """
    amounts = np.asarray(spent, float)
    groups, which = np.unique(np.asarray(peers), return_inverse=True)
    found = np.full((4, len(amounts)), np.nan)
    counts = np.bincount(which, minlength=len(groups))
    for group in np.flatnonzero(counts >= FEWEST):
        here = which == group
        ordered = np.sort(amounts[here])
        low, size, high = (
            _quantile(ordered, q, tail)
            for q, tail in zip((best + _NEIGHBOURS[0], best, min(best + _NEIGHBOURS[1], 0.99)), (-1, 0, 1), strict=True)
        )
        if low == high:
            continue
        own = amounts[here]
        found[0, here], found[1, here], found[2, here] = (np.maximum(value, own) for value in (size, low, high))
    found[3] = np.where(found[0] > 0, amounts / np.where(found[0] > 0, found[0], 1.0), np.nan)
    return Wallets(found[0], found[1], found[2], found[3], counts[which])


def _quantile(ordered: Floats, q: float, tail: int) -> float:
    """The quantile (``tail`` 0), or the lower (−1) or upper (1) end of its interval, from order statistics."""
    n = len(ordered)
    place = q * (n - 1) + tail * _Z * float(np.sqrt(n * q * (1 - q)))
    return float(np.interp(np.clip(place, 0, n - 1), np.arange(n), ordered))
