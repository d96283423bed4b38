"""How long something lasts when its end is seen or still to come: Kaplan–Meier, and Cox's proportional hazards.

A duration is the time until the end, or, where there was none yet, until now (*censored*). ``entry`` is the age at which
something came under observation, for contracts older than the record.

Sources: Kaplan & Meier, JASA 53 (1958), intervals by Greenwood on the log-log scale; Cox, JRSS B 34 (1972), ties by
Efron, JASA 72 (1977).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_Z: Final = 1.959963984540054
_MOST_ROUNDS: Final = 50
_VAGUE: Final = 10.0
"""A standard error, for one standard deviation of a trait, from which on the trait tells nothing."""


class KaplanMeier:
    """The share that lasts longer than t, without any assumption of its shape.

    Attributes:
        times_: the times at which something ended, ascending.
        survival_: share that lasts longer than each, ``low_`` and ``high_`` its 95 % interval.
        at_risk_, ended_: how many were under observation just before, and how many ended then.
        median_: the first time by which half have ended; None when it is not reached.
    """

    times_: Floats
    survival_: Floats
    low_: Floats
    high_: Floats
    at_risk_: Floats
    ended_: Floats
    median_: float | None

    def fit(self, duration: Any, ended: Any, weights: Any = None, entry: Any = None) -> Self:
        """Learn from durations (not negative), whether each ended, how many each stands for, and from what age on it was seen.

        Raises:
            ValueError: a duration is not a number or shorter than its entry.
        """
        lasted, over, count = _read(duration, ended, weights)
        begun = np.full(lasted.size, -np.inf) if entry is None else np.asarray(entry, float).ravel()
        if (begun > lasted).any():
            raise ValueError("nothing can end before it came under observation")
        times, place = np.unique(lasted[over], return_inverse=True)
        died = np.bincount(place, weights=count[over], minlength=len(times)).astype(float)
        risk = _at_or_after(lasted, count, times) - _at_or_after(begun, count, times)
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.cumprod(1.0 - died / risk)
            variance = np.cumsum(died / (risk * (risk - died)))
            wide = _Z * np.sqrt(variance) / np.abs(np.log(kept))
            low, high = kept ** np.exp(wide), kept ** np.exp(-wide)
        gone = kept <= 0.0
        self.times_, self.survival_, self.at_risk_, self.ended_ = times, np.asarray(kept, np.float64), risk, died
        self.low_, self.high_ = np.where(gone, 0.0, low), np.where(gone, 0.0, high)
        below = np.flatnonzero(kept <= 0.5 + 1e-12)
        self.median_ = float(times[below[0]]) if below.size else None
        return self

    def survival(self, times: Any) -> Floats:
        """Share that lasts longer than each of ``times``."""
        place = np.searchsorted(self.times_, np.asarray(times, float), side="right")
        return np.concatenate([[1.0], self.survival_])[place]

    def mean_until(self, limit: float) -> float:
        """Mean duration, each counted up to ``limit`` (the area under the curve)."""
        inside = self.times_[self.times_ < limit]
        steps = np.diff(np.concatenate([[0.0], inside, [limit]]))
        return float(steps @ self.survival(np.concatenate([[0.0], inside])))


class CoxPH:
    """By which factor each trait raises or lowers the risk of ending, whatever the risk is at each age.

    Attributes:
        names_: of the traits.
        params_: logarithm of the factor for one unit more of each trait; ``standard_errors_`` of it.
        log_likelihood_: partial log-likelihood (Efron); ``null_log_likelihood_`` with no traits.
        concordance_: share of comparable pairs in which the one who ended first had the higher risk.
        times_, baseline_: cumulated baseline hazard at each time of an end, for the mean of all traits.
        identified_: False when a trait divides those who ended perfectly or repeats another.
    """

    names_: tuple[str, ...]
    params_: dict[str, float]
    standard_errors_: dict[str, float]
    covariance_: Floats
    log_likelihood_: float
    null_log_likelihood_: float
    concordance_: float | None
    times_: Floats
    baseline_: Floats
    identified_: bool

    def fit(self, traits: Any, duration: Any, ended: Any, names: Sequence[str] | None = None) -> Self:
        """Learn from one row of traits each, durations, and whether each ended.

        Raises:
            ValueError: lengths differ, or something is not a number.
        """
        lasted, over, _ = _read(duration, ended, None)
        design = np.asarray(traits, float)
        design = design[:, None] if design.ndim == 1 else design
        if len(design) != len(lasted) or not np.isfinite(design).all():
            raise ValueError("traits must be numbers, one row for each duration")
        self.names_ = tuple(names or (f"x{number}" for number in range(design.shape[1])))
        rows = max(len(design), 1)
        self._mean = design.sum(axis=0) / rows
        spread = np.sqrt(((design - self._mean) ** 2).sum(axis=0) / rows)
        unit = np.where(spread > 0, spread, 1.0)
        order = np.lexsort((~over, -lasted))
        known = _Ordered((design - self._mean)[order] / unit, lasted[order], over[order])
        line = np.zeros(design.shape[1])
        value, slope, curve = known.look(line)
        self.null_log_likelihood_, converged = value, False
        for _ in range(_MOST_ROUNDS):
            step = np.linalg.lstsq(-curve, slope, rcond=1e-10)[0]
            if float(slope @ step) < 1e-10:
                converged = True
                break
            there = known.look(line + step)
            while there[0] < value - 1e-12 * abs(value) and np.abs(step).max() > 1e-12:
                step = step / 2.0
                there = known.look(line + step)
            line = line + step
            value, slope, curve = there
        self.covariance_ = np.linalg.pinv(-curve, rcond=1e-10) / np.outer(unit, unit)
        told = np.linalg.eigvalsh(-curve)
        self.identified_ = bool(converged and told.size and told[0] > max(1e-10 * told[-1], 1.0 / _VAGUE**2))
        self.log_likelihood_, self._line = value, line / unit
        self.params_ = dict(zip(self.names_, map(float, self._line), strict=True))
        errors = np.sqrt(np.maximum(np.diag(self.covariance_), 0.0))
        self.standard_errors_ = dict(zip(self.names_, map(float, errors), strict=True))
        self.times_, self.baseline_ = known.baseline(line)
        self.concordance_ = _concordance(design @ self._line, lasted, over)
        return self

    def hazard_ratio(self, traits: Any) -> Floats:
        """Risk of each beside that of one with the mean of all traits."""
        design = np.asarray(traits, float).reshape(-1, len(self.names_))
        return np.asarray(np.exp((design - self._mean) @ self._line), float)

    def survival(self, traits: Any, times: Any) -> Floats:
        """Share of those like each row that lasts longer than each time: one row a row, one column a time."""
        place = np.searchsorted(self.times_, np.asarray(times, float), side="right")
        hazard = np.concatenate([[0.0], self.baseline_])[place]
        return np.asarray(np.exp(-np.outer(self.hazard_ratio(traits), hazard)), float)


class _Ordered:
    """Rows from the longest duration down, so that those at risk are always a prefix."""

    def __init__(self, design: Floats, lasted: Floats, over: NDArray[np.bool_]) -> None:
        self.design, self.over = design, over
        ends = np.flatnonzero(over)
        self.times, first, counts = np.unique(-lasted[ends], return_index=True, return_counts=True)
        self.groups = [ends[begin : begin + n] for begin, n in zip(first, counts, strict=True)]
        self.at_risk = [int(np.searchsorted(-lasted, time, side="right")) for time in self.times]

    def look(self, line: Floats) -> tuple[float, Floats, Floats]:
        """Partial log-likelihood with its gradient and Hessian, ties by Efron."""
        score = self.design @ line
        weight = np.exp(score - score.max(initial=0.0))
        first = np.cumsum(weight[:, None] * self.design, axis=0)
        second = np.cumsum(weight[:, None, None] * self.design[:, :, None] * self.design[:, None, :], axis=0)
        whole, size = np.cumsum(weight), len(line)
        value, slope, curve = 0.0, np.zeros(size), np.zeros((size, size))
        for group, reached in zip(self.groups, self.at_risk, strict=True):
            own = weight[group]
            s0, s1 = own.sum(), own @ self.design[group]
            s2 = self.design[group].T @ (own[:, None] * self.design[group])
            value += float(score[group].sum() - len(group) * score.max(initial=0.0))
            slope += self.design[group].sum(axis=0)
            for tied in range(len(group)):
                share = tied / len(group)
                total = whole[reached - 1] - share * s0
                mean = (first[reached - 1] - share * s1) / total
                value -= float(np.log(total))
                slope -= mean
                curve -= (second[reached - 1] - share * s2) / total - np.outer(mean, mean)
        return value, slope, curve

    def baseline(self, line: Floats) -> tuple[Floats, Floats]:
        """Times of ends, ascending, and the hazard cumulated until each (Efron), for traits of 0."""
        weight = np.exp(self.design @ line)
        whole, steps = np.cumsum(weight), []
        for group, reached in zip(self.groups, self.at_risk, strict=True):
            share = np.arange(len(group)) / len(group)
            steps.append(float((1.0 / (whole[reached - 1] - share * weight[group].sum())).sum()))
        return -self.times[::-1], np.cumsum(np.array(steps)[::-1])


def _read(duration: Any, ended: Any, weights: Any) -> tuple[Floats, NDArray[np.bool_], Floats]:
    lasted, over = np.asarray(duration, float).ravel(), np.asarray(ended, bool).ravel()
    count = np.ones(lasted.size) if weights is None else np.asarray(weights, float).ravel()
    if not (lasted.size == over.size == count.size):
        raise ValueError("durations, ends and weights must be of one length")
    if not (np.isfinite(lasted).all() and (lasted >= 0).all() and np.isfinite(count).all() and (count >= 0).all()):
        raise ValueError("durations and weights must be numbers, none of them negative")
    return lasted, over, count


def _at_or_after(values: Floats, count: Floats, times: Floats) -> Floats:
    """Weight of the values at each of ``times`` or later."""
    order = np.argsort(values, kind="stable")
    after = np.concatenate([np.cumsum(count[order][::-1])[::-1], [0.0]])
    return np.asarray(after[np.searchsorted(values[order], times, side="left")], float)


def _concordance(risk: Floats, lasted: Floats, over: NDArray[np.bool_]) -> float | None:
    """Harrell's C: of pairs of which one is seen to end first, the share in which that one had the higher risk."""
    right = pairs = 0.0
    for place in np.flatnonzero(over):
        later = (lasted > lasted[place]) | ((lasted == lasted[place]) & ~over)
        pairs += float(later.sum())
        right += float((risk[place] > risk[later]).sum() + 0.5 * (risk[place] == risk[later]).sum())
    return right / pairs if pairs else None
