"""Columns cut into bins: numbers by quantiles, words as they are; what is missing or was never seen has bin 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int16]
Columns = Mapping[str, Any]
"""Feature → one value a customer; numbers (NaN: missing), booleans or words. All are equally long."""


@dataclass(frozen=True)
class Bins:
    """How one column is cut.

    Attributes:
        edges: ascending upper limits of the bins of a number, each of its bin; the last bin has none. Empty for words.
        words: the words that have a bin of their own, from bin 1 on.
    """

    edges: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    words: tuple[str, ...] = ()

    @property
    def categorical(self) -> bool:
        """Whether the column holds words."""
        return bool(self.words)

    @property
    def size(self) -> int:
        """How many bins there are, that of the missing included."""
        return (len(self.words) if self.words else len(self.edges) + 1) + 1

    def code(self, values: Any) -> Codes:
        """The bin of each value."""
        if self.words:
            return self._of_words(np.asarray(values))
        numbers = np.asarray(values, float)
        codes = np.searchsorted(self.edges, numbers, side="left").astype(np.int16)
        codes += 1
        codes[np.isnan(numbers)] = 0
        return codes

    def _of_words(self, values: Any) -> Codes:
        told, which = np.unique(values.astype(str), return_inverse=True)
        place = {word: number for number, word in enumerate(self.words, 1)}
        return np.array([place.get(str(word), 0) for word in told], np.int16)[which]

    @classmethod
    def of(cls, values: Any, *, most: int = 255, least: int = 1) -> Bins:
        """Cut a column into ``most`` bins at most; words seen fewer than ``least`` times share bin 0."""
        column = np.asarray(values)
        if column.dtype.kind in "OUS":
            told, counts = np.unique(column.astype(str), return_counts=True)
            frequent = sorted(np.argsort(-counts, kind="stable")[:most].tolist())
            words = tuple(str(told[number]) for number in frequent if counts[number] >= least)
            return cls(words=words or (str(told[0]) if told.size else "",))
        numbers = column.astype(float)
        known = np.unique(numbers[~np.isnan(numbers)])
        if len(known) > most:
            ordered = np.sort(numbers[~np.isnan(numbers)])
            at = (np.arange(1, most) * ordered.size) // most
            return cls(edges=np.unique(ordered[at]))
        return cls(edges=known[:-1].astype(float))


def coded(bins: Mapping[str, Bins], columns: Columns) -> dict[str, Codes]:
    """Every column of ``bins`` in bins.

    Raises:
        KeyError: a column is missing.
    """
    return {name: one.code(columns[name]) for name, one in bins.items()}


def rows(columns: Columns, which: Any) -> dict[str, Any]:
    """Some of the customers: by position or by mark."""
    return {name: np.asarray(values)[which] for name, values in columns.items()}


def without(columns: Columns, *names: str) -> dict[str, Any]:
    """All columns but these."""
    return {name: values for name, values in columns.items() if name not in names}
