"""What is learned from all customers together, once a month: rhythm, leaving and how much purchases vary.

A calibration holds from its day on. Keeping them makes a replay of the past use what was known then, so that a
rebuilt history agrees with the one written night by night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from regulars.intelligence.models.journey import NEVER, Calibration, Purchases, evidence, weight_after
from regulars.intelligence.models.leaving import STEPS, LeavingModel, step_of
from regulars.intelligence.models.rhythm import MEMORY, Evidence, RhythmModel, RhythmPrior

_DEFAULT_VARIANCE = 0.4


def calibrate(bought: Purchases, today: int, *, since: int = -NEVER) -> Calibration:
    """Fit everything to the purchases up to ``today``; with too few, the defaults stand."""
    if not len(bought.customer):
        return Calibration(since=since)
    rhythm = RhythmModel().fit(evidence(bought))
    ordinal = _ordinals(bought)
    counts = np.bincount(bought.customer)
    last = np.cumsum(counts) - 1
    survival = rhythm.prior_.predict(remembered(bought, counts)).survival(np.maximum(today - bought.day[last], 0).astype(float))
    followed = np.delete(ordinal, last)
    returned = np.bincount(step_of(followed), minlength=len(STEPS))
    leaving = LeavingModel().fit(returned, counts, survival).leaving_
    return Calibration(since, rhythm.prior_, leaving, _amount_variance(bought, counts))


def remembered(bought: Purchases, counts: Any) -> Evidence:
    """Everybody's intervals with older ones fading (``MEMORY``), one row per customer."""
    same = bought.customer[1:] == bought.customer[:-1]
    who = bought.customer[1:][same]
    age = counts[who] - 1 - _ordinals(bought)[1:][same] + 1
    logs = np.log(np.diff(bought.day)[same].astype(float))
    weight = MEMORY**age
    size = len(counts)
    return Evidence.of(
        [weight_after(int(n)) for n in counts - 1] if size < 1_000 else (1.0 - MEMORY ** (counts - 1)) / (1.0 - MEMORY),
        np.bincount(who, weights=weight * logs, minlength=size),
        np.bincount(who, weights=weight * logs**2, minlength=size),
    )


def due(calibrations: Sequence[Calibration], month_begins: int) -> bool:
    """Whether a new calibration is to be made for the month that begins on that day."""
    return not calibrations or calibrations[-1].since < month_begins


def follow(calibrations: Sequence[Calibration], fitted: Calibration, month_begins: int) -> list[Calibration]:
    """The calibrations with a new one in force from ``month_begins``; the very first holds from the beginning of time."""
    return [*calibrations, replace(fitted, since=month_begins if calibrations else -NEVER)]


def as_dict(calibration: Calibration) -> dict[str, Any]:
    """For keeping as JSON."""
    return {
        "prior": calibration.prior.as_dict(),
        "leaving": list(calibration.leaving.shares),
        "amount_variance": calibration.amount_variance,
    }


def from_dict(since: int, kept: dict[str, Any]) -> Calibration:
    """What ``as_dict`` kept."""
    from regulars.intelligence.models.leaving import Leaving

    return Calibration(since, RhythmPrior(**kept["prior"]), Leaving(tuple(kept["leaving"])), float(kept["amount_variance"]))


def _ordinals(bought: Purchases) -> Any:
    """1 for a customer's first purchase, 2 for the second …"""
    counts = np.bincount(bought.customer)
    return np.arange(len(bought.customer)) - np.repeat(np.cumsum(counts) - counts, counts) + 1


def _amount_variance(bought: Purchases, counts: Any) -> float:
    logs = np.log(bought.goods)
    mean = np.bincount(bought.customer, weights=logs) / counts
    freedom = int((counts - 1).sum())
    if freedom < 30:
        return _DEFAULT_VARIANCE
    return float(max(((logs - mean[bought.customer]) ** 2).sum() / freedom, 0.01))
