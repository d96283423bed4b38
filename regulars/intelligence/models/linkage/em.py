"""Finding what the levels of agreement mean, from counts of comparison vectors alone (EM, no examples).

Three classes (Larsen & Rubin 2001): the same party, another party under the same roof, strangers. Within a class the
fields are taken as independent. Each pass looks at the pairs that agree on one key; what the key decides is left out
of that pass and learned from the others (as Winkler and Splink do), each pass with its own shares of the classes, all
with common figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.linkage.spec import MISSING, Model
from regulars.intelligence.models.linkage.weights import declared, declared_roof

Floats = NDArray[np.float64]
Table = list[Floats]
"""Per comparison the probability of each level, summing to 1."""

SAME, ROOF, STRANGERS = 0, 1, 2
_WORTH_SAME: Final = 50.0
_WORTH_ROOF: Final = 60.0
_WORTH_STRANGERS: Final = 10_000.0
_MOST_STEPS: Final = 300
_STILL: Final = 1e-6
_TINY: Final = 1e-300


@dataclass(frozen=True)
class Counted:
    """How often each comparison vector occurs: ``levels`` (vectors × comparisons), ``count``; ``fixed`` by the key."""

    levels: NDArray[np.int8]
    count: Floats
    fixed: frozenset[int] = frozenset()


@dataclass
class Parameters:
    """Probability of each level in each class, and the shares of the classes among all pairs of records."""

    same: Table
    roof: Table
    strangers: Table
    share_same: float
    share_roof: float


def expected(model: Model) -> Parameters:
    """What the declaration expects before any data are seen."""
    start = declared(model)
    same, strangers = (
        [np.array(table[one.field]) for one in model.comparisons] for table in (start.same, start.strangers)
    )
    return Parameters(same, _roofs(model, strangers), strangers, model.prior, model.prior)


def _roofs(model: Model, strangers: Table) -> Table:
    pairs = zip(model.comparisons, strangers, strict=True)
    return [np.array(declared_roof(comparison, unlike.tolist())) for comparison, unlike in pairs]


def _normal(values: Floats) -> Floats:
    shares: Floats = values / values.sum()
    return shares


def strangers_from(model: Model, sample: Counted, weight: Floats | None = None) -> Table:
    """How far strangers agree, from random pairs; ``weight`` is each vector's chance of being strangers.

    The declared figures count as some thousand pairs, so that a level never seen is neither impossible nor likely.
    """
    count = sample.count if weight is None else sample.count * weight
    tables = []
    for place, comparison in enumerate(model.comparisons):
        seen = _tally(sample.levels[:, place], count, len(comparison.levels))
        declared = _normal(np.array([level.u for level in comparison.levels]))
        total = seen.sum()
        floor = np.minimum(declared, 0.3 / max(total, 1.0))
        tables.append(_normal(np.maximum((seen + _WORTH_STRANGERS * declared) / (total + _WORTH_STRANGERS), floor)))
    return tables


def _tally(levels: NDArray[np.int8], count: Floats, size: int) -> Floats:
    known = levels != MISSING
    tally: Floats = np.bincount(levels[known].astype(np.int64), count[known], minlength=size).astype(np.float64)
    return tally


def _log_likelihood(table: Table, counted: Counted) -> Floats:
    total = np.zeros(len(counted.count))
    for place, shares in enumerate(table):
        if place in counted.fixed:
            continue
        levels = counted.levels[:, place]
        total += np.where(levels == MISSING, 0.0, np.log(np.maximum(shares, _TINY))[levels])
    return total


def _posterior(parameters: Parameters, counted: Counted, shares: Floats) -> Floats:
    """Chance of each class (rows) for each vector (columns)."""
    tables = (parameters.same, parameters.roof, parameters.strangers)
    logs = np.stack([_log_likelihood(table, counted) for table in tables]) + np.log(np.maximum(shares, _TINY))[:, None]
    logs -= logs.max(axis=0)
    chance = np.exp(logs)
    result: Floats = chance / chance.sum(axis=0)
    return result


def fit(model: Model, passes: list[Counted], strangers: Table) -> Parameters:
    """The figures of *same* and *roof* that make the passes most likely, held to the declaration by some pairs' worth."""
    declared = expected(model)
    found = Parameters(declared.same, _roofs(model, strangers), strangers, model.prior, model.prior)
    start_roof = found.roof
    shares = [np.array([0.2, 0.05, 0.75]) for _ in passes]
    for _ in range(_MOST_STEPS):
        before = found
        tallies_same = [_WORTH_SAME * table for table in declared.same]
        tallies_roof = [_WORTH_ROOF * table for table in start_roof]
        for number, counted in enumerate(passes):
            chance = _posterior(found, counted, shares[number]) * counted.count
            shares[number] = _normal(chance.sum(axis=1) + 1.0)
            for place, comparison in enumerate(model.comparisons):
                if place in counted.fixed:
                    continue
                size = len(comparison.levels)
                tallies_same[place] = tallies_same[place] + _tally(counted.levels[:, place], chance[SAME], size)
                tallies_roof[place] = tallies_roof[place] + _tally(counted.levels[:, place], chance[ROOF], size)
        roof = [
            _normal(tally) if comparison.learns_roof else start
            for comparison, tally, start in zip(model.comparisons, tallies_roof, start_roof, strict=True)
        ]
        same = [
            _held(_normal(tally), comparison.differs * float(unlike[-1]))
            for comparison, tally, unlike in zip(model.comparisons, tallies_same, strangers, strict=True)
        ]
        found = Parameters(same, roof, strangers, model.prior, model.prior)
        if _moved(before, found) < _STILL:
            break
    return found


def _held(table: Floats, most: float) -> Floats:
    """``table`` with its last level at most ``most``; the others take the rest in proportion."""
    if table[-1] <= most:
        return table
    held: Floats = table * ((1 - most) / max(1 - table[-1], _TINY))
    held[-1] = most
    return held


def _moved(before: Parameters, now: Parameters) -> float:
    pairs = zip((*before.same, *before.roof), (*now.same, *now.roof), strict=True)
    return max(float(np.abs(one - other).max()) for one, other in pairs)


def share(
    parameters: Parameters, candidates: Counted, all_pairs: float, least: float, most: float = 0.3
) -> tuple[float, float]:
    """Shares of *same* and *roof* among all pairs, within bounds; pairs that are no candidates are taken to be strangers."""
    same, roof = parameters.share_same, parameters.share_roof
    for _ in range(_MOST_STEPS):
        chance = _posterior(parameters, candidates, np.array([same, roof, 1 - same - roof]))
        totals = (chance * candidates.count).sum(axis=1)
        new_same, new_roof = (min(max(float(total / all_pairs), least), most) for total in totals[:2])
        still = abs(new_same - same) <= 1e-4 * same and abs(new_roof - roof) <= 1e-4 * roof
        same, roof = new_same, new_roof
        if still:
            break
    return same, roof


def chance_of_strangers(parameters: Parameters, sample: Counted) -> Floats:
    """For each vector of random pairs the chance that they are strangers."""
    shares = np.array([parameters.share_same, parameters.share_roof, 1 - parameters.share_same - parameters.share_roof])
    result: Floats = _posterior(parameters, sample, shares)[STRANGERS]
    return result
