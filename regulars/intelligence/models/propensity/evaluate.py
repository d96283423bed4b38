"""How good a model is, twice: on customers drawn at random, and on the latest ones, as it will be used.

Shuffled folds let a model learn from the future of its own test: what was special last autumn helps to guess last autumn.
The figure that counts is the forward one; the two stand side by side, so that nobody quotes the flattering one alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models import backtest
from regulars.intelligence.models.propensity.additive import AdditiveModel
from regulars.intelligence.models.propensity.columns import Columns, rows

Floats = NDArray[np.float64]
Make = Callable[[], AdditiveModel]


@dataclass(frozen=True)
class Quality:
    """AUC, Brier score, expected calibration error, lift of the top tenth; foretold and actual share. None: not to be told."""

    customers: int
    auc: float | None
    brier: float | None
    ece: float | None
    lift: float | None
    foretold: float
    actual: float

    @classmethod
    def of(cls, chance: Any, truth: Any) -> Quality:
        """Compare probabilities with what came."""
        said, came = np.asarray(chance, float), np.asarray(truth, float)
        brier = float(((said - came) ** 2).mean()) if said.size else None
        return cls(
            int(said.size), backtest.auc(said, came > 0), brier, backtest.ece(said, came), backtest.top_lift(said, came),
            float(said.mean()) if said.size else 0.0, float(came.mean()) if came.size else 0.0,
        )  # fmt: skip


@dataclass(frozen=True)
class Report:
    """``shuffled``: cross-validated at random. ``forward``: learned from the earlier, tried on the latest."""

    shuffled: Quality
    forward: Quality


def cross_validated(make: Make, columns: Columns, truth: Any, *, folds: int = 5, seed: int = 0) -> Floats:
    """Out-of-fold probabilities; each fold has its part of those who did it."""
    did = np.asarray(truth, float)
    fold = np.empty(len(did), int)
    rng = np.random.default_rng(seed)
    for one in (0.0, 1.0):
        members = rng.permutation(np.flatnonzero(did == one))
        fold[members] = np.arange(len(members)) % folds
    chance = np.empty(len(did))
    for number in range(folds):
        test = fold == number
        chance[test] = make().fit(rows(columns, ~test), did[~test]).predict(rows(columns, test))
    return chance


def report(make: Make, columns: Columns, truth: Any, *, order: Any, newest: float = 0.2, folds: int = 5) -> Report:
    """Both figures.

    Args:
        order: what tells earlier customers from later ones (a day, a running number).
        newest: share of customers, the latest, that the forward figure is measured on.
    """
    did, when = np.asarray(truth, float), np.argsort(np.asarray(order), kind="stable")
    border = int(len(when) * (1 - newest))
    early, late = when[:border], when[border:]
    ahead = make().fit(rows(columns, early), did[early]).predict(rows(columns, late))
    return Report(
        Quality.of(cross_validated(make, columns, did, folds=folds), did),
        Quality.of(ahead, did[late]),
    )
