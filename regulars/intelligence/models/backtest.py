"""How well a model would have done: it is put back to earlier days, predicts, and is compared with what came.

A forecast is made again as of several past days (*cut-offs*), each time from what was known then, and measured over the
*horizon* that followed: its level (``bias``), its error beside that of a naive guess (``mae``), whether it puts the right
customers first (``auc``, ``top_lift``), whether what it says is what happens (``calibration``, ``deciles``, ``ece``), how
often the truth lay within its interval (``coverage``) and whether today's customers are still like those it learned from
(``drift``). ``Bands`` makes intervals out of those errors, so that they contain the error of the model as well.

Whatever cannot be measured (nobody bought, everybody bought) is None, never NaN.

Sources: Tashman, Out-of-sample tests of forecasting accuracy, IJF 16 (2000); Cox, Biometrika 45 (1958) on calibration
slope; Naeini, Cooper & Hauskrecht, AAAI 2015 (ECE); Siddiqi, Credit Risk Scorecards (2006) on PSI; Vovk, Gammerman &
Shafer, Algorithmic Learning in a Random World (2005), Papadopoulos et al., ECML 2002 (split conformal prediction).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CUTOFFS: Final = 4
MOST_DRIFT: Final = 0.25
"""From this stability index on, a population counts as another one (Siddiqi)."""


def cutoffs(first: int, last: int, *, horizon: int, history: int, step: int, count: int = CUTOFFS) -> list[int]:
    """The days as of which to predict, ascending: at most ``count``, the newest a whole horizon before the end.

    Args:
        first: first day of the record.
        last: last day of the record.
        horizon: days predicted after each cut-off.
        history: days of record that a model needs before a cut-off.
        step: days between cut-offs.
    """
    newest, oldest = last - horizon, first + history - 1
    days = [newest - step * back for back in range(count)]
    return sorted(day for day in days if day >= oldest)


def bias(predicted: Any, actual: Any) -> float | None:
    """Σ predicted / Σ actual − 1: +0.2 says one fifth too much. None when nothing came."""
    total = float(np.sum(actual))
    return float(np.sum(predicted)) / total - 1.0 if total > 0 else None


def mae(predicted: Any, actual: Any) -> float | None:
    """Mean absolute error, in the unit of what is predicted. None for nobody."""
    wrong = np.abs(_floats(predicted) - _floats(actual))
    return float(wrong.mean()) if wrong.size else None


def auc(score: Any, truth: Any) -> float | None:
    """Probability that one of whom it is true scores higher than one of whom it is not; equal scores count half."""
    marked = np.asarray(truth, bool)
    right, wrong = int(marked.sum()), int((~marked).sum())
    if not right or not wrong:
        return None
    _, which, counts = np.unique(_floats(score), return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2.0)[which]
    return float((rank[marked].sum() - right * (right + 1) / 2.0) / (right * wrong))


def top_lift(score: Any, actual: Any, share: float = 0.1) -> float | None:
    """Mean of what came among the ``share`` with the highest scores, over the mean of all.

    Customers of one score at the border are taken in part, so that their order does not matter.
    """
    scores, came = _floats(score), _floats(actual)
    if not came.size or not came.sum() > 0:
        return None
    levels, which, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    wanted = share * came.size
    before = np.cumsum(counts) - counts
    taken = np.clip((wanted - before) / counts, 0.0, 1.0)
    top = float((np.bincount(which, weights=came, minlength=len(levels)) * taken).sum()) / wanted
    return top / float(came.mean())


def coverage(low: Any, high: Any, actual: Any) -> float | None:
    """Share of customers whose truth lies within their interval, ends included."""
    came = _floats(actual)
    return float(((came >= _floats(low)) & (came <= _floats(high))).mean()) if came.size else None


def slope(predicted: Any, actual: Any) -> float | None:
    """By how much more comes where one more is predicted (least squares): 1 is right, below 1 the model exaggerates."""
    said, came = _floats(predicted), _floats(actual)
    if said.size < 3:
        return None
    centred = said - said.mean()
    spread = float(centred @ centred)
    return float(centred @ came) / spread if spread > 1e-12 * said.size else None


def calibration(chance: Any, truth: Any) -> tuple[float, float] | None:
    """Intercept and slope of the truth on the log-odds of what was said (Cox 1958): 0 and 1 are right.

    None when the truth is the same for all, when all chances are the same, or when a line divides the two perfectly.
    """
    said = np.clip(_floats(chance), 1e-9, 1.0 - 1e-9)
    came = np.asarray(truth, float)
    odds = np.log(said / (1.0 - said))
    if said.size < 3 or came.min() == came.max() or odds.max() - odds.min() < 1e-9:
        return None
    design = np.column_stack([np.ones_like(odds), odds])
    line = np.array([0.0, 1.0])
    for _ in range(50):
        fitted = 1.0 / (1.0 + np.exp(-np.clip(design @ line, -35.0, 35.0)))
        weight = fitted * (1.0 - fitted)
        curvature = design.T @ (design * weight[:, None])
        if np.linalg.cond(curvature) > 1e14:
            return None
        change = np.linalg.solve(curvature, design.T @ (came - fitted))
        line += np.clip(change, -2.0, 2.0)
        if np.abs(change).max() < 1e-10:
            return float(line[0]), float(line[1])
    return None


@dataclass(frozen=True)
class Band:
    """Customers of like scores: how many, what was predicted of them on average, and what came on average."""

    customers: int
    predicted: float
    actual: float

    def as_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


def deciles(predicted: Any, actual: Any, bands: int = 10) -> list[Band]:
    """Predicted beside actual in bands of as many customers each, the lowest scores first.

    Customers of one score stay together, so there may be fewer bands than asked for.
    """
    said, came = _floats(predicted), _floats(actual)
    if not said.size:
        return []
    which = bands_of(said, edges(said, bands))
    counts = np.bincount(which)
    means = [np.bincount(which, weights=values) / np.maximum(counts, 1) for values in (said, came)]
    return [Band(int(n), float(mean), float(true)) for n, mean, true in zip(counts, *means, strict=True) if n]


def ece(predicted: Any, actual: Any, bands: int = 10) -> float | None:
    """Expected calibration error: mean distance of predicted and actual over the bands of ``deciles``."""
    found = deciles(predicted, actual, bands)
    people = sum(one.customers for one in found)
    return sum(one.customers * abs(one.predicted - one.actual) for one in found) / people if people else None


def drift(before: Any, now: Any, bands: int = 10) -> float | None:
    """Population stability index: Σ (now − before) ln(now / before) over bands of ``before``; below 0.1 nothing happened.

    Half a customer is added to each band, so that an empty one does not make it infinite.
    """
    old, new = _floats(before), _floats(now)
    if not old.size or not new.size:
        return None
    limits = edges(old, bands)
    shares = []
    for values in (old, new):
        counts = np.bincount(bands_of(values, limits), minlength=len(limits) + 1) + 0.5
        shares.append(counts / counts.sum())
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def edges(values: Any, bands: int = 10) -> Floats:
    """The inner limits of bands of as many values each; equal limits fall together."""
    ordered = np.sort(_floats(values))
    at = (np.arange(1, bands) * ordered.size) // bands
    return np.unique(ordered[at]) if ordered.size else np.empty(0)


def bands_of(values: Any, limits: Floats) -> Ints:
    """Which band each value is in; a limit belongs to the band above it."""
    return np.searchsorted(limits, _floats(values), side="right").astype(np.int64)


@dataclass(frozen=True)
class Origin:
    """One line of a back-test: how a forecast made on the day ``cutoff`` for ``horizon`` days did.

    Attributes:
        cutoff: the day as of which was predicted.
        customers: how many were predicted.
        predicted: sum over all, ``actual`` what came.
        mae: mean absolute error; ``naive_mae`` of the naive guess for the same customers.
        auc: of being active at all; ``naive_auc`` of the naive order.
        slope: see ``slope`` (amounts) or ``calibration`` (chances).
        lift: see ``top_lift``.
        coverage: share within the interval, whose nominal share is ``level``.
        ece: see ``ece``; in the unit of what is predicted.
    """

    cutoff: int
    horizon: int
    customers: int
    predicted: float
    actual: float
    bias: float | None
    mae: float | None
    naive_mae: float | None
    auc: float | None
    naive_auc: float | None
    slope: float | None
    lift: float | None
    ece: float | None
    coverage: float | None = None
    level: float | None = None

    @property
    def wins(self) -> bool:
        """Whether its error is smaller than that of the naive guess."""
        return self.mae is not None and self.naive_mae is not None and self.mae < self.naive_mae

    def as_dict(self) -> dict[str, Any]:
        """As it is stored, with ``wins``."""
        return {**asdict(self), "wins": self.wins}


def measure(
    cutoff: int, horizon: int, predicted: Any, actual: Any, naive: Any, *, chances: bool = False,
    interval: tuple[Any, Any, float] | None = None,
) -> Origin:  # fmt: skip
    """Compare a forecast with what came and with a naive guess, one element a customer.

    Args:
        naive: the same quantity guessed naively (own rate so far; share of buyers so far).
        chances: ``predicted`` are probabilities and ``actual`` whether it happened; otherwise both are amounts.
        interval: low, high, and the share that they are meant to contain.
    """
    said, came = _floats(predicted), _floats(actual)
    line = calibration(said, came) if chances else None
    low, high, level = interval or (None, None, None)
    return Origin(
        cutoff=int(cutoff),
        horizon=int(horizon),
        customers=int(said.size),
        predicted=float(said.sum()),
        actual=float(came.sum()),
        bias=bias(said, came),
        mae=mae(said, came),
        naive_mae=mae(naive, came),
        auc=auc(said, came > 0),
        naive_auc=auc(naive, came > 0),
        slope=line and line[1] if chances else slope(said, came),
        lift=top_lift(said, came),
        ece=ece(said, came),
        coverage=None if level is None else coverage(low, high, came),
        level=level,
    )


class Bands:
    """Intervals out of past errors (split conformal), for amounts that grow with what is predicted: counts and money.

    An error counts in units of its usual size: √(predicted + 1) for counts, predicted + typical amount for money. Its
    lower and upper quantiles are taken apart and within bands of like predictions, each of ``least`` customers or more,
    because many small buyers would otherwise decide the intervals of the few large ones. A new customer who resembles
    those of the back-tests then lies within the interval with probability ``level`` or more, whatever the model is worth.

    Attributes:
        level_: the share meant to lie within.
        limits_: inner limits of the bands of predictions.
        low_: lower quantile of errors by band, in units; ``high_`` the upper one.
        unit_: the typical amount; None for counts.
    """

    level_: float
    limits_: Floats
    low_: Floats
    high_: Floats
    unit_: float | None

    def fit(
        self, predicted: Any, actual: Any, *, level: float = 0.8, money: bool = False, bands: int = 10, least: int = 50
    ) -> Self:
        """Learn from predictions and what came of them; no predictions at all are refused.

        Raises:
            ValueError: there are none.
        """
        said, came = _floats(predicted), _floats(actual)
        if not said.size:
            raise ValueError("intervals cannot be learned from no predictions")
        self.level_ = level
        self.unit_ = max(float(np.abs(came).mean()), 1e-9) if money else None
        self.limits_ = edges(said, max(min(bands, said.size // least), 1))
        which = bands_of(said, self.limits_)
        errors = (came - said) / self._size(said)
        tail = (1.0 - level) / 2.0
        groups = [np.sort(errors[which == band]) for band in range(len(self.limits_) + 1)]
        whole = np.sort(errors)
        self.low_ = np.array([-_upper(-(group if group.size else whole)[::-1], 1.0 - tail) for group in groups])
        self.high_ = np.array([_upper(group if group.size else whole, 1.0 - tail) for group in groups])
        return self

    def interval(self, predicted: Any) -> tuple[Floats, Floats]:
        """Low and high of each prediction, not below 0 and around it; whole numbers for counts."""
        said = _floats(predicted)
        which, size = bands_of(said, self.limits_), self._size(said)
        low, high = np.maximum(said + self.low_[which] * size, 0.0), said + self.high_[which] * size
        if self.unit_ is None:
            said, low, high = np.rint(said), np.ceil(low - 1e-9), np.floor(high + 1e-9)
        return np.minimum(low, said), np.maximum(high, said)

    def _size(self, said: Floats) -> Floats:
        return np.sqrt(said + 1.0) if self.unit_ is None else said + self.unit_


def _upper(ordered: Floats, share: float) -> float:
    """The conformal quantile of ascending errors: the ⌈(n + 1) share⌉th, the largest when there are too few."""
    place = math.ceil((len(ordered) + 1) * share)
    return float(ordered[min(place, len(ordered)) - 1])


def total_band(
    predicted: Sequence[float], actual: Sequence[float], *, level: float = 0.8
) -> tuple[float, float] | None:
    """By which factors a sum over all customers may be missed, from the sums of two or more back-tests.

    The logarithms of actual / predicted are taken as a sample; the factors are the prediction interval of one more
    (Student's t, so that few back-tests make it wide). None with fewer than two usable sums.
    """
    from scipy import special  # noqa: PLC0415 -- heavy, and only needed here

    logs = np.array([math.log(a / p) for p, a in zip(predicted, actual, strict=True) if p > 0 and a > 0])
    if logs.size < 2:
        return None
    wide = (
        float(special.stdtrit(logs.size - 1, 0.5 + level / 2.0))
        * float(logs.std(ddof=1))
        * math.sqrt(1 + 1 / logs.size)
    )
    return math.exp(float(logs.mean()) - wide), math.exp(float(logs.mean()) + wide)


def _floats(values: Any) -> Floats:
    return np.asarray(values, np.float64)
