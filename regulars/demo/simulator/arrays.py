"""Names for the arrays and small helpers that every part of the simulator uses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.float64]
"""Moments as days since the company opened; the fraction orders them within the day."""

NEVER = np.inf


def choose(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Draw ``size`` indices with probabilities proportional to ``weights`` (one dimension)."""
    edges = np.cumsum(weights / weights.sum())
    drawn: Ints = np.searchsorted(edges, rng.random(size), side="right")
    return drawn.clip(max=len(weights) - 1)


def choose_rows(rng: np.random.Generator, weights: Floats) -> Ints:
    """Draw one column index per row of ``weights``; rows need not sum to one but must not be all zero."""
    edges = np.cumsum(weights, axis=1)
    passed: Ints = (rng.random(len(weights))[:, None] * edges[:, -1:] >= edges).sum(axis=1)
    return passed.clip(max=weights.shape[1] - 1)


def starts_of(counts: Ints) -> Ints:
    """Where each run begins when runs of ``counts`` elements are laid end to end."""
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else np.zeros(0, np.int64)


def within(counts: Ints) -> Ints:
    """The position of each element within its run: counts (2, 3) give 0 1 0 1 2."""
    return np.arange(counts.sum(), dtype=np.int64) - np.repeat(starts_of(counts), counts)
