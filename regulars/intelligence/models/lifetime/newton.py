"""Climb a likelihood to its peak: damped Newton in the logarithms of the parameters, inside walls that are soft."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Evaluate = Callable[[Floats], tuple[float, Floats, Floats]]
"""Parameters → log-likelihood, gradient, Hessian, all in the parameters themselves."""

MOST_CONDITION: Final = 1e8
"""Of the Hessian in log-parameters: beyond, some combination of parameters is not told by the data."""
_WALL_WIDTH: Final = 0.5
_LONGEST_STEP: Final = 1.5
_MOST_ROUNDS: Final = 60


@dataclass(frozen=True)
class Peak:
    """Where the climb ended.

    Attributes:
        at: the parameters.
        value: the log-likelihood there, without the walls' penalty.
        covariance: of the logarithms of the parameters (inverse of the negative Hessian, walls included).
        condition: condition number of that Hessian.
        walled: which parameters have been stopped by a wall, so that the data alone would carry them on.
        evaluations: how often the likelihood was computed.
        converged: whether no further gain is to be expected.
    """

    at: Floats
    value: float
    covariance: Floats
    condition: float
    walled: NDArray[np.bool_]
    evaluations: int
    converged: bool

    @property
    def standard_errors(self) -> Floats:
        """Of the parameters themselves (delta method)."""
        return np.asarray(self.at * np.sqrt(np.maximum(np.diag(self.covariance), 0.0)), float)

    @property
    def identified(self) -> bool:
        """Whether the data alone decide every parameter."""
        return self.converged and not self.walled.any() and self.condition <= MOST_CONDITION


def maximise(
    evaluate: Evaluate,
    start: Sequence[float] | Floats,
    walls: Sequence[tuple[float, float]],
    *,
    tolerance: float = 1e-9,
) -> Peak:
    """The peak of a log-likelihood over positive parameters.

    Between the walls the likelihood counts alone, so that published maxima are met to the last digit. Beyond a wall a
    quadratic penalty in the logarithm grows: the weak prior that keeps what the data do not tell within reason.

    Args:
        tolerance: stop when half the Newton decrement, the gain still to be had, is smaller.
    """
    limits = np.log(np.asarray(walls, float))
    place = np.log(np.asarray(start, float))
    value, penalty, slope, curve = _look(evaluate, place, limits)
    evaluations, converged = 1, False
    for _ in range(_MOST_ROUNDS):
        step, gain = _direction(slope, curve)
        if gain < tolerance:
            converged = True
            break
        step *= min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
        promised = float(slope @ step)
        for _ in range(30):
            there = _look(evaluate, place + step, limits)
            evaluations += 1
            if there[0] - there[1] >= value - penalty + 1e-4 * promised - 1e-11 * abs(value):
                break
            step, promised = step / 3.0, promised / 3.0
        else:
            break
        place = place + step
        value, penalty, slope, curve = there
    spread, covariance = np.linalg.eigvalsh(-curve), _inverse(-curve)
    condition = float(spread[-1] / spread[0]) if spread[0] > 0 else float("inf")
    walled = (place < limits[:, 0]) | (place > limits[:, 1])
    return Peak(np.exp(place), value, covariance, condition, walled, evaluations, converged)


def _look(evaluate: Evaluate, place: Floats, limits: Floats) -> tuple[float, float, Floats, Floats]:
    """Value, penalty, and slope and curvature of their difference, in log-parameters."""
    at = np.exp(place)
    value, gradient, hessian = evaluate(at)
    slope = at * gradient
    curve = at[:, None] * hessian * at
    out = (np.maximum(place - limits[:, 1], 0.0) + np.minimum(place - limits[:, 0], 0.0)) / _WALL_WIDTH
    slope_with = slope - out / _WALL_WIDTH
    curve[np.diag_indices(len(at))] += slope - (out != 0.0) / _WALL_WIDTH**2
    return value, 0.5 * float(out @ out), slope_with, curve


def _direction(slope: Floats, curve: Floats) -> tuple[Floats, float]:
    """An uphill step, and the gain that it promises; where the surface is not concave, each axis is walked up."""
    sizes, axes = np.linalg.eigh(-curve)
    sizes = np.maximum(np.abs(sizes), 1e-10 * max(float(np.abs(sizes).max()), 1e-8))
    along = axes.T @ slope
    return axes @ (along / sizes), 0.5 * float(along @ (along / sizes))


def _inverse(information: Floats) -> Floats:
    """The inverse of a symmetric matrix; what it does not tell becomes a very large, but finite, variance."""
    sizes, axes = np.linalg.eigh(information)
    floor = max(float(sizes.max()), 1e-8) * 1e-12
    return np.asarray((axes / np.maximum(sizes, floor)) @ axes.T, float)


def named(names: Sequence[str], values: Any) -> dict[str, float]:
    """Parameters by name."""
    return {name: float(value) for name, value in zip(names, values, strict=True)}
