"""Sufficient statistics of an arm: all that has to be kept of its units to know the effect.

``y`` is the outcome of a unit since it entered the experiment, ``x`` what was known of it before (nothing, one or
several covariates). All are whole numbers, money in minor units: half hours add up exactly, in any order, and a unit
that turns out to be contaminated is taken out again without a trace. Σy² must grow by the *unit's* square, not by the
purchase's: somebody who had spent 100 and now spends 50 more changes it by 150² − 100². So what a half hour holds is::

    change = Sums.unit(150, x) - Sums.unit(100, x)      # n stays, Σy + 50, Σy² + 12,500, Σxy + 50 x

Sums of a half hour may therefore be negative; those of an arm may not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST: Final = 2**63 - 1


@dataclass(frozen=True)
class Sums:
    """n, Σy, Σy² and for each covariate Σx, Σxy; Σxx for each pair of covariates.

    Attributes:
        xx: upper triangle row by row: (x₁x₁, x₁x₂, …, x₂x₂, …); one covariate has just Σx².
    """

    n: int = 0
    y: int = 0
    yy: int = 0
    x: tuple[int, ...] = ()
    xx: tuple[int, ...] = ()
    xy: tuple[int, ...] = ()

    @classmethod
    def unit(cls, y: int, *x: int) -> Self:
        """One unit."""
        squares = tuple(one * other for one, other in combinations_with_replacement(x, 2))
        return cls(1, y, y * y, x, squares, tuple(one * y for one in x))

    @classmethod
    def of(cls, y: Any, *x: Any) -> Self:
        """Many units: columns of integers or booleans, one value a unit. Exact, however large they are.

        Raises:
            TypeError: a column of fractions; money is counted in minor units, a score in thousandths.
            ValueError: columns of unequal length.
        """
        outcome, known = _column(y), [_column(one) for one in x]
        if any(len(one) != len(outcome) for one in known):
            raise ValueError("each unit has one outcome and one value of each covariate")
        pairs = combinations_with_replacement(known, 2)
        return cls(
            len(outcome),
            _total(outcome),
            _product(outcome, outcome),
            tuple(_total(one) for one in known),
            tuple(_product(one, other) for one, other in pairs),
            tuple(_product(one, outcome) for one in known),
        )

    def __add__(self, other: Sums) -> Sums:
        return self._with(other, 1)

    def __sub__(self, other: Sums) -> Sums:
        return self._with(other, -1)

    def _with(self, other: Sums, sign: int) -> Sums:
        if len(self.x) != len(other.x):
            raise ValueError("sums with different covariates cannot be added")

        def added(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(first + sign * second for first, second in zip(one, two, strict=True))

        return Sums(
            self.n + sign * other.n,
            self.y + sign * other.y,
            self.yy + sign * other.yy,
            added(self.x, other.x),
            added(self.xx, other.xx),
            added(self.xy, other.xy),
        )

    @property
    def mean(self) -> float:
        """Mean outcome of a unit."""
        return self.y / self.n

    @property
    def variance(self) -> float:
        """Variance of a unit's outcome (n − 1), free of cancellation.

        Raises:
            ValueError: fewer than two units, or sums that no units can have.
        """
        if self.n < 2:
            raise ValueError("a variance needs two units")
        centred = self.n * self.yy - self.y * self.y
        if centred < 0:
            raise ValueError("Σy² is too small for Σy: these are not the sums of an arm")
        return centred / (self.n * (self.n - 1))

    @property
    def events(self) -> float:
        """How many events the outcome rests on: (Σy)² / Σy², or the rarer side of a yes or no.

        It counts those who did it when y is 0 or 1, and fewer where a few large amounts make the sum.
        """
        if self.yy <= 0:
            return 0.0
        return float(min(self.y, self.n - self.y)) if self.y == self.yy else self.y * self.y / self.yy


def merged(parts: Iterable[Sums]) -> Sums:
    """All of them together: half hours of an arm, or arms.

    Raises:
        ValueError: parts with different covariates.
    """
    found = list(parts)
    total = found[0] if found else Sums()
    for part in found[1:]:
        total += part
    return total


def per_arm(arm: Any, arms: int, y: Any, *x: Any) -> tuple[Sums, ...]:
    """The sums of each arm: ``arm`` is its place of each unit, 0 to ``arms`` − 1; others (held out) are left out."""
    import numpy as np  # noqa: PLC0415 -- heavy, and only needed for many

    place, outcome, known = np.asarray(arm), np.asarray(y), [np.asarray(one) for one in x]
    return tuple(
        Sums.of(outcome[chosen], *(one[chosen] for one in known)) for chosen in (place == one for one in range(arms))
    )


def _column(values: Any) -> NDArray[Any]:
    """As int64, or as Python's own integers where these do not fit."""
    import numpy as np  # noqa: PLC0415 -- heavy, and only needed for many

    column = np.asarray(values)
    if not column.size:
        return column.astype(np.int64)
    if column.dtype.kind == "O" and all(isinstance(one, int) for one in column.tolist()):
        return column
    if column.dtype.kind not in "biu":
        raise TypeError("whole numbers are needed: money in minor units, a score in thousandths")
    return column.astype(np.int64) if int(column.max()) <= _MOST else column.astype(object)


def _largest(column: NDArray[Any]) -> int:
    return max(abs(int(column.max())), abs(int(column.min()))) if column.size else 0


def _total(column: NDArray[Any]) -> int:
    safe = _largest(column) * max(len(column), 1) <= _MOST
    return int(column.sum()) if safe else sum(column.tolist())


def _product(one: NDArray[Any], other: NDArray[Any]) -> int:
    safe = _largest(one) * _largest(other) * max(len(one), 1) <= _MOST
    return int((one * other).sum()) if safe else sum(a * b for a, b in zip(one.tolist(), other.tolist(), strict=True))
