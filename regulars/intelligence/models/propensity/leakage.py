"""Which features know the future?

A feature that is filled in, or changes, because the outcome came about makes a model brilliant in the laboratory and
useless on the day: the length of the sales call, the reason for cancelling, the tag that says "closed". Such a feature
gives itself away: alone it tells as much as all the others together, or without it twice as much goes wrong.

Source: Kaufman, Rosset, Perlich & Stitelman, Leakage in data mining, ACM TKDD 6 (2012).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from regulars.intelligence.models import backtest
from regulars.intelligence.models.propensity.additive import AdditiveModel
from regulars.intelligence.models.propensity.columns import Columns, rows, without
from regulars.intelligence.models.propensity.evaluate import cross_validated

GIVES_AWAY: Final = 0.95
"""An AUC that no single honest feature reaches."""
WORTH_ASKING: Final = 0.70
"""Features that tell less than this alone are not asked."""
NEARLY: Final = 0.02
"""So much less than all others together still counts as much as they."""
_MOST: Final = 30_000
_ROUNDS: Final = 5


@dataclass(frozen=True)
class Leak:
    """A feature that knows the future.

    Attributes:
        why: ``later``: it was recorded after the cut-off; ``alone``: alone it tells as much as all others together;
            ``carries``: without it the error (1 − AUC) at least doubles; ``certain``: alone it nearly decides.
        alone: cross-validated AUC of this feature alone; None when it was found by its dates.
        others: that of all the others together.
        late: share of customers for whom it was recorded after the cut-off.
    """

    name: str
    why: Literal["later", "alone", "carries", "certain"]
    alone: float | None = None
    others: float | None = None
    late: float = 0.0


def find_leakage(
    columns: Columns, truth: Any, *, known_on: Mapping[str, Any] | None = None, cut_off: Any = None
) -> list[Leak]:
    """Name the features that must not be used.

    Args:
        columns: feature → one value a customer.
        truth: whether each did it.
        known_on: feature → day on which each value came to be known, as far as that is on record.
        cut_off: the day (one, or one a customer) as of which is predicted; needed with ``known_on``.
    """
    dated = (known_on or {}).items()
    late = {name: float(np.mean(np.asarray(days) > np.asarray(cut_off))) for name, days in dated}
    found = [Leak(name, "later", late=share) for name, share in late.items() if share > 0]
    did = np.asarray(truth, float)
    if not 0 < did.sum() < did.size:
        return found
    step = max(1, len(did) // _MOST)
    did = did[::step]
    left = rows(without(columns, *(one.name for one in found)), slice(None, None, step))
    alone = {name: _told({name: values}, did, "evidence") for name, values in left.items()}
    for _ in range(_ROUNDS):
        name = max(left, key=lambda one: alone[one], default="")
        if not name or alone[name] < WORTH_ASKING or len(left) < 2:
            break
        others, whole = _told(without(left, name), did, "auto"), _told(left, did, "auto")
        why = _suspicion(alone[name], others, whole)
        if why is None:
            break
        found.append(Leak(name, why, alone[name], others))
        left = without(left, name)
    return found


def _suspicion(alone: float, others: float, whole: float) -> Literal["alone", "carries", "certain"] | None:
    if alone >= GIVES_AWAY:
        return "certain"
    if alone >= others - NEARLY:
        return "alone"
    return "carries" if 1 - others >= 2 * (1 - whole) else None


def _told(columns: Columns, did: Any, method: Literal["auto", "evidence"]) -> float:
    def make() -> AdditiveModel:
        return AdditiveModel(method, trees=100, rate=0.1)

    return backtest.auc(cross_validated(make, columns, did, folds=3), did > 0) or 0.5
