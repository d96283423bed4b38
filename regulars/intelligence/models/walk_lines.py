"""What the compiled walk looks up: everything about a number of purchases and a calibration that costs more than arithmetic.

Whatever numpy or scipy rounds in its own way is worked out here by them, once for each number of purchases and calibration
that anybody was in, so that the compiled loop is left with sums, products and comparisons.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from scipy import special

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.journey import NEVER, Calibration, Purchases, weight_after
from regulars.intelligence.models.leaving import Leaving
from regulars.intelligence.models.rhythm import REGULARITIES, Evidence, RhythmPrior, factor
from regulars.intelligence.models.stage_rules import Rules

_BESIDE: Final = 1e-7
"""How far (as a share) from a line a survival must lie to be called without working it out."""


CONSTANT, WEIGHT, KNOWN, SETTLED, USUAL, LATE, GONE, DEEP, _, TARDY, _ = range(11)
FIRST, VARIANCE, _, BEGINS, ENDS, SCALE = range(6)


class Lines(NamedTuple):
    """Few arrays, as the loop counts references to each.

    ``row``: intervals, calibration → row of ``table``, whose second index is the regularity and whose third one of: ``CONSTANT``
    and ``WEIGHT`` make the likelihood; ``KNOWN``: the rhythm is known (``SETTLED``: −1 when that depends on the regularity,
    else 0 or 1); ``USUAL``, ``LATE``, ``GONE``: quantiles of scale 1; ``DEEP`` and ``TARDY``, two each: below the first and above the second
    a survival is less or more than the line for sure. ``by`` calibration: the regularity of who has no interval, variances of
    amounts and intervals, begin, end, scale of each regularity.
    """

    row: Any
    table: Any
    by: Any


@compiled
def _reach(customer: Any, day: Any, since: Any, today: int, longest: int, met: Any) -> int:
    """Mark intervals and calibrations that come together; the most purchases of anybody. With ``met`` empty, only count."""
    k, c, most = 0, 0, 0
    for n in range(len(customer)):
        new = n == 0 or customer[n] != customer[n - 1]
        k, c = (0, 0) if new else (k + 1, c)
        most = max(most, k + 1)
        if not longest:
            continue
        while c < len(since) and since[c] <= day[n]:
            c += 1
        same = n + 1 < len(customer) and customer[n + 1] == customer[n]
        until, last = day[n + 1] if same else today, c
        met[k, c] = True
        while last < len(since) and since[last] <= until:
            last += 1
            met[k, last] = True
    return most


def lines(bought: Purchases, calibrations: list[Calibration], today: int, rules: Rules) -> Lines:
    """The tables for everybody's walk."""
    since = np.array([one.since for one in calibrations[1:]], np.int64)
    met = np.zeros((0, len(calibrations)), bool)
    longest = _reach(bought.customer, bought.day, since, today, 0, met)
    met = np.zeros((longest, len(calibrations)), bool)
    _reach(bought.customer, bought.day, since, today, longest, met)
    row = np.full(met.shape, -1, np.int64)
    row[met] = np.arange(met.sum())
    table = np.zeros((int(met.sum()), len(REGULARITIES), 11))
    weights = np.array([weight_after(k) for k in range(longest)])
    for number, one in enumerate(calibrations):
        ks = np.flatnonzero(met[:, number])
        here = row[ks, number]
        known = _known(one.prior, weights[ks], ks, rules)
        table[here, :, KNOWN] = known
        table[here, :, SETTLED] = np.where(known.all(axis=1), 1, np.where(known.any(axis=1), -1, 0))[:, None]
        for column, values in _by_number(one, weights[ks], ks, rules).items():
            table[here, :, column] = values
        for column, line in ((DEEP, rules.deep), (TARDY, rules.late)):
            table[here, :, column : column + 2] = _around(table[here, :, WEIGHT], line)
    nobody = Evidence.of(0.0, np.zeros(2), np.zeros(2))
    by = [
        (one.prior.regularity(nobody)[0], one.amount_variance, one.prior.log_variance(), begin, end, *one.prior.days / REGULARITIES)
        for one, begin, end in zip(calibrations, [-NEVER, *since], [*since, NEVER], strict=True)
    ]  # fmt: skip
    return Lines(row, table, np.array(by, float))


def _known(prior: RhythmPrior, weights: Any, ks: Any, rules: Rules) -> Any:
    error = 1.0 / np.sqrt(prior.shape + weights[:, None] * REGULARITIES)
    return (error <= rules.pace_within) & (ks >= 2)[:, None]


def _by_number(one: Calibration, weights: Any, ks: Any, rules: Rules) -> dict[int, Any]:
    """Rows of one calibration for so many intervals."""
    shape, nu = one.prior.shape, REGULARITIES
    n = weights[:, None]
    weight = shape + n * nu
    late, gone = silences(one.leaving, ks + 1, rules)
    return {
        WEIGHT: weight,
        CONSTANT: shape * np.log(one.prior.days / nu) - special.gammaln(shape) + special.gammaln(weight)
        - n * special.gammaln(nu) + np.log(np.asarray(one.prior.shares)),
        USUAL: factor(nu, weight, 0.5),
        LATE: factor(nu, weight, late[:, None]),
        GONE: factor(nu, weight, gone[:, None]),
    }  # fmt: skip


def silences(leaving: Leaving, purchases: Any, rules: Rules) -> tuple[Any, Any]:
    """The survivals of the silences at which customers of so many purchases are late, and gone."""
    late = leaving.survival_when_gone(purchases, rules.likely_leaving)
    gone = leaving.survival_when_gone(purchases, rules.gone)
    return (
        np.minimum(np.maximum(late, rules.improbable), rules.late),
        np.minimum(np.maximum(gone, 0.002), rules.beyond),
    )


def _around(weight: Any, line: float) -> Any:
    """Below the first the survival is less than ``line`` for sure, above the second more; all that is between is unsure."""
    at = special.betaincinv(weight, REGULARITIES, line)
    below, above = at * (1.0 - _BESIDE), at * (1.0 + _BESIDE)
    sure = (special.betainc(weight, REGULARITIES, below) < line) & (
        special.betainc(weight, REGULARITIES, np.minimum(above, 1.0)) > line
    )
    return np.stack((np.where(sure, below, -1.0), np.where(sure, above, 2.0)), axis=-1)
