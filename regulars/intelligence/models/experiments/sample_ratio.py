"""Whether the arms came out as large as they were meant to be.

If not, something took units away from one arm (a send that failed, a merge, a filter applied after assignment), and any
difference may be due to that: the report is to be blocked until it is understood.

Source: Fabijan et al., Diagnosing sample ratio mismatch in online controlled experiments, KDD 2019; Pearson 1900.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ALARM: Final = 0.001
_FEWEST_EXPECTED: Final = 5.0


@dataclass(frozen=True)
class SampleRatio:
    """Chi-square test of the arms' sizes.

    Attributes:
        expected: units that each arm should have.
        p: None while an arm is expected to have fewer than five units, or there is one arm only.
        alarm: p is below 0.001.
    """

    expected: tuple[float, ...]
    statistic: float
    p: float | None

    @property
    def alarm(self) -> bool:
        """Whether the report is to be blocked."""
        return self.p is not None and self.p < ALARM


def sample_ratio(counts: Sequence[int], shares: Sequence[float]) -> SampleRatio:
    """Compare units per arm with their shares (relative: they need not sum to one).

    Raises:
        ValueError: not one positive share for each arm, or a negative count.
    """
    if len(counts) != len(shares) or min(shares, default=0) <= 0 or min(counts, default=0) < 0:
        raise ValueError("each arm needs a count and a positive share")
    units, total = sum(counts), sum(shares)
    expected = tuple(units * share / total for share in shares)
    if len(counts) < 2 or min(expected) < _FEWEST_EXPECTED:
        return SampleRatio(expected, 0.0, None)
    statistic = math.fsum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return SampleRatio(expected, statistic, chi_square_tail(statistic, len(counts) - 1))


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(χ² > statistic) for a whole number of degrees of freedom: the incomplete gamma function, two steps at a time."""
    half = statistic / 2.0
    odd = freedom % 2
    tail = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    for degrees in range(1 if odd else 2, freedom, 2):
        tail += math.exp(degrees / 2.0 * math.log(half) - half - math.lgamma(degrees / 2.0 + 1.0)) if half else 0.0
    return min(tail, 1.0)
