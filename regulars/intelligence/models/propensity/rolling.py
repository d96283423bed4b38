"""A propensity learned, tried on the last four cut-offs, and said of today: each time from what was known then.

At a cut-off, the model has learned from two earlier snapshots, whose windows were over by then, and was calibrated on
the latest complete window; it is compared with what came and with the naive forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models import backtest
from regulars.intelligence.models.propensity.additive import AdditiveModel
from regulars.intelligence.models.propensity.columns import rows
from regulars.intelligence.models.propensity.snapshot import Snapshot

Floats = NDArray[np.float64]
FEWEST: Final = 100
"""Customers to learn from, and …"""
FEWEST_DID: Final = 10
"""… of each kind: who did it and who did not."""


@dataclass(frozen=True)
class Task:
    """What is to be foretold.

    Attributes:
        features: the columns to use.
        among: which customers of a snapshot it is asked of (a mark for each).
        outcome: whether each did it, once the window is over.
        naive: the one feature by which the naive forecast goes: recency.
        window: days that the outcome takes at most.
    """

    features: tuple[str, ...]
    among: Callable[[Snapshot], Any]
    outcome: Callable[[Snapshot], Any]
    naive: str
    window: int


@dataclass(frozen=True)
class Tried:
    """A back-test with what was foretold and came; ``psi`` is the drift of the score against the cut-off before."""

    origin: backtest.Origin
    chance: Floats
    came: Floats
    psi: float | None


@dataclass(frozen=True)
class Foretold:
    """The model in force, whom it is asked of today, and how it did before; ``model`` is None when there is too little."""

    model: AdditiveModel | None
    today: Snapshot | None = None
    chance: Floats = field(default_factory=lambda: np.empty(0))
    low: Floats = field(default_factory=lambda: np.empty(0))
    high: Floats = field(default_factory=lambda: np.empty(0))
    tried: tuple[Tried, ...] = ()
    cases: int = 0

    def deciles(self) -> list[backtest.Band]:
        """Foretold beside come, over all cut-offs."""
        said = np.concatenate([one.chance for one in self.tried] or [np.empty(0)])
        return backtest.deciles(said, np.concatenate([one.came for one in self.tried] or [np.empty(0)]))


def foretell(task: Task, take: Callable[[int], Snapshot], today: int, first: int) -> Foretold:
    """Learn, try, and say.

    Args:
        take: the snapshot of a day; asked for the same day several times.
        today: day number of the present.
        first: first day of the record.
    """
    kept: dict[int, Snapshot] = {}

    def asked(cut: int) -> Snapshot:
        if cut not in kept:
            whole = take(cut)
            kept[cut] = whole.of(task.among(whole))
        return kept[cut]

    model, cases = _learned(task, asked, today, first)
    if model is None:
        return Foretold(None, cases=cases)
    now = asked(today)
    score = model.score(now.columns) if len(now.ids) else np.empty(0)
    low, high = model.calibration_.interval(score) if model.calibration_ else (score, score)
    return Foretold(model, now, model.chance(score), low, high, _tried(task, asked, today, first), cases)


def _learned(task: Task, asked: Callable[[int], Snapshot], cut: int, first: int) -> tuple[AdditiveModel | None, int]:
    """The model that was to be had at the end of ``cut``, and from how many cases."""
    days = [day for day in (cut - 2 * task.window, cut - 3 * task.window // 2) if day - first >= task.window]
    newest = asked(cut - task.window) if cut - task.window > first else None
    if not days or newest is None:
        return None, 0
    parts = [asked(day) for day in days]
    columns = {name: np.concatenate([one.columns[name] for one in parts]) for name in task.features}
    did = np.concatenate([np.asarray(task.outcome(one), float) for one in parts])
    latest = np.asarray(task.outcome(newest), float)
    if min(len(did), len(latest)) < FEWEST or min(did.sum(), len(did) - did.sum(), latest.sum()) < FEWEST_DID:
        return None, len(did)
    model = AdditiveModel(trees=80, rate=0.12).fit(columns, did)
    return model.calibrate(rows(newest.columns, slice(None)), latest), len(did) + len(latest)


def _tried(task: Task, asked: Callable[[int], Snapshot], today: int, first: int) -> tuple[Tried, ...]:
    found: list[Tried] = []
    before: Floats | None = None
    for cut in backtest.cutoffs(
        first, today, horizon=task.window, history=3 * task.window, step=max(task.window // 4, 1)
    ):
        model, _ = _learned(task, asked, cut, first)
        people = asked(cut)
        if model is None or not len(people.ids):
            continue
        chance, came = model.predict(people.columns), np.asarray(task.outcome(people), float)
        guess = _naive(task, asked(cut - task.window)).predict(people.columns)
        origin = backtest.measure(cut, task.window, chance, came, guess, chances=True)
        psi = None if before is None else backtest.drift(before, chance)
        found.append(Tried(_squared(origin, chance, guess, came), chance, came, psi))
        before = chance
    return tuple(found)


def _naive(task: Task, newest: Snapshot) -> AdditiveModel:
    """The share who did it among those of like recency, in the latest complete window."""
    return AdditiveModel("evidence").fit({task.naive: newest.columns[task.naive]}, task.outcome(newest))


def _squared(origin: backtest.Origin, chance: Floats, guess: Floats, came: Floats) -> backtest.Origin:
    """The errors of probabilities are squared ones (Brier): the absolute ones reward certainty, not truth."""
    errors = [float(((said - came) ** 2).mean()) for said in (chance, guess)]
    return replace(origin, mae=errors[0], naive_mae=errors[1])
