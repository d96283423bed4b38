"""What is learned from all customers together, once a month: rhythm, leaving and how much purchases vary.

A calibration holds from its day on. Keeping them makes a replay of the past use what was known then, so that a
rebuilt history agrees with the one written night by night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from regulars.intelligence.days import month_start
from regulars.intelligence.models.journey import NEVER, Calibration, Purchases
from regulars.intelligence.models.leaving import STEPS, Leaving, LeavingModel, step_of
from regulars.intelligence.models.rhythm import MEMORY, RhythmModel, RhythmPrior

MODEL: Final = "gamma intervals, 1"
"""What a kept calibration belongs to; those of another model are not read."""
_DEFAULT_VARIANCE = 0.4


def calibrate(bought: Purchases, today: int, *, since: int = -NEVER) -> Calibration:
    """Fit everything to the purchases up to ``today``; with too few, the defaults stand."""
    if not len(bought.customer):
        return Calibration(since=since, fitted_on=today)
    from regulars.intelligence.models.customer_sums import evidence, starts  # noqa: PLC0415 -- compiled code, only for whoever learns

    begins = starts(bought.customer)
    counts = np.diff(begins)
    rhythm = RhythmModel().fit(evidence(begins, bought.day))
    silence = np.maximum(today - bought.day[begins[1:] - 1], 0).astype(float)
    survival = rhythm.prior_.predict(evidence(begins, bought.day, MEMORY)).survival(silence)
    leaving = LeavingModel().fit(_returned(counts), counts, survival).leaving_
    return Calibration(since, rhythm.prior_, leaving, _amount_variance(bought, begins), today, len(bought.day))


def renewed(kept: Sequence[Calibration], bought: Purchases, today: int) -> list[Calibration]:
    """The calibrations to use on ``today``: those kept, with a new one on the first run of a month.

    The very first holds from the beginning of time. When the past itself has changed by more than a tenth (an old
    file was imported, an import undone), what was learned from it no longer stands, and it starts again with one.
    """
    calibrations = list(kept)
    if any(_rewritten(one, bought) for one in calibrations):
        calibrations = []
    if not is_due(calibrations, today):
        return calibrations
    begins = month_start(today)
    return [*calibrations, replace(calibrate(bought, today), since=begins if calibrations else -NEVER)]


def is_due(calibrations: Sequence[Calibration], today: int) -> bool:
    """Whether the month of ``today`` has none of its own yet."""
    return not calibrations or max(calibrations[-1].since, month_start(calibrations[-1].fitted_on)) < month_start(today)


def _rewritten(calibration: Calibration, bought: Purchases) -> bool:
    now = int((bought.day <= calibration.fitted_on).sum())
    return abs(now - calibration.purchases) > 0.1 * max(calibration.purchases, 10)


def as_dict(calibration: Calibration) -> dict[str, Any]:
    """For keeping as JSON."""
    return {
        "model": MODEL,
        "prior": calibration.prior.as_dict(),
        "leaving": list(calibration.leaving.shares),
        "amount_variance": calibration.amount_variance,
        "fitted_on": calibration.fitted_on,
        "purchases": calibration.purchases,
    }


def from_dict(since: int, kept: dict[str, Any]) -> Calibration:
    """What ``as_dict`` kept."""
    prior, leaving = RhythmPrior.from_dict(kept["prior"]), Leaving(tuple(kept["leaving"]))
    return Calibration(
        since, prior, leaving, float(kept["amount_variance"]), int(kept["fitted_on"]), int(kept["purchases"])
    )


def _returned(counts: Any) -> Any:
    """By pool of ``STEPS``, how many purchases were followed by another."""
    at_least = np.cumsum(np.bincount(counts)[::-1])[::-1]
    return np.bincount(step_of(np.arange(1, len(at_least) - 1)), weights=at_least[2:], minlength=len(STEPS))


def _amount_variance(bought: Purchases, begins: Any) -> float:
    from regulars.intelligence.models.customer_sums import squares  # noqa: PLC0415 -- as above

    freedom = int(len(bought.goods) - (len(begins) - 1))
    if freedom < 30:
        return _DEFAULT_VARIANCE
    return float(max(squares(begins, np.log(bought.goods)).sum() / freedom, 0.01))
