"""Which of what a customer would take is worth offering."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def by_worth(
    items: Ints,
    chance: Floats,
    *,
    margin: NDArray[Any] | None = None,
    available: NDArray[Any] | None = None,
    count: int,
) -> tuple[Ints, Floats]:
    """The ``count`` offers of each customer that bring most: chance × margin, of what is to be had.

    Args:
        items: item codes, shape (customers, candidates); −1 is nothing.
        chance: how likely each is bought, same shape.
        margin: of one purchase of each item code, in minor units; where it is unknown (NaN) the middle of the known ones.
            Without it the chance alone counts. What brings nothing or less is not offered.
        available: whether each item code can be delivered.

    Returns:
        Item codes and expected margin (or chance), the best first; −1 and 0 where there are fewer. Equal ones stay as given.
    """
    safe = np.maximum(items, 0)
    worth = np.where(items >= 0, chance, 0.0)
    if margin is not None:
        known = np.asarray(margin, np.float64)
        middle = float(np.nanmedian(known)) if np.isfinite(known).any() else 1.0
        worth = worth * np.where(np.isfinite(known), known, middle)[safe]
    if available is not None:
        worth = np.where(np.asarray(available, bool)[safe], worth, 0.0)
    order = np.argsort(-worth, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(worth, order, axis=1)
    return np.where(best > 0, np.take_along_axis(items, order, axis=1), -1), np.maximum(best, 0.0)
