"""What was learned, as weights in bits; scores two records without any engine, so that a screen can ask while one types.

For a pair the odds of being the same party are, in bits (log2):

    prior + Σ log2(m / u) − log2(1 + 2 ** (roof_prior + Σ log2(h / u)))

m, u and h are the chances of the level found in a field among true pairs, strangers and people under one roof. Where a
level asks for rarity, u is the share of that very value among all records. The last term is what a shared roof explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Any, Final

from regulars.intelligence.models.linkage.records import Features
from regulars.intelligence.models.linkage.spec import MISSING, Comparison, Model

THRESHOLD: Final = 0.5
"""Probability from which a pair is shown: as likely the same as not."""
ROOF, PRIOR = "roof", "prior"
_LARGEST: Final = 60.0


@dataclass(frozen=True)
class Line:
    """What one field says: its level, and its weight in bits (positive: for the same party)."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Score:
    """How likely two records are one party; the lines, with the prior, add up to ``weight``."""

    probability: float
    weight: float
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Weights:
    """The figures of one kind of party.

    Attributes:
        learned: False when there were too few records, and the declared figures stand.
        same, strangers, roof: field → chance of each level.
        prior: log2 odds that two records drawn at random are the same; ``roof_prior`` that they share a roof.
        rarest: column → the share that a value not listed in ``shares`` is taken to have.
        shares: column → value → its share among the records that have one; the most frequent values.
        pairs: candidates looked at; ``matches`` how many of them are expected to be the same party.
    """

    kind: str
    version: int
    learned: bool
    records: int
    pairs: int
    matches: float
    prior: float
    roof_prior: float
    same: Mapping[str, list[float]]
    strangers: Mapping[str, list[float]]
    roof: Mapping[str, list[float]]
    rarest: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    threshold: float = THRESHOLD

    def weight(self, name: str, level: int) -> float:
        """Bits for the same party rather than strangers, by the level of a field."""
        return log2(self.same[name][level] / self.strangers[name][level])

    def roof_weight(self, name: str, level: int) -> float:
        """Bits for a shared roof rather than strangers."""
        return log2(self.roof[name][level] / self.strangers[name][level])

    def share(self, column: str, value: str) -> float:
        """How frequent a value is; one that is not kept counts as twice as frequent as the rarest, to promise less than the night finds."""
        rarest, kept = self.rarest.get(column, 1.0), self.shares.get(column)
        return max(kept.get(value, 2 * rarest), rarest) if kept else rarest

    def as_dict(self) -> dict[str, Any]:
        """For keeping, as JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def declared(model: Model, records: int = 0) -> Weights:
    """The declared figures, for a house with too few records to learn from."""
    same = {one.field: _normal([level.m for level in one.levels]) for one in model.comparisons}
    strangers = {one.field: _normal([level.u for level in one.levels]) for one in model.comparisons}
    odds = log2(model.prior / (1 - 2 * model.prior))
    return Weights(
        kind=model.kind,
        version=model.version,
        learned=False,
        records=records,
        pairs=0,
        matches=0.0,
        prior=odds,
        roof_prior=odds,
        same=same,
        strangers=strangers,
        roof={one.field: declared_roof(one, strangers[one.field]) for one in model.comparisons},
        rarest={level.rarity: level.u for one in model.comparisons for level in one.levels if level.rarity},
    )


def declared_roof(comparison: Comparison, strangers: list[float]) -> list[float]:
    """The chance of each level under one roof as declared; where a level declares none, as among strangers."""
    known = sum(level.roof for level in comparison.levels if level.roof is not None)
    free = sum(u for level, u in zip(comparison.levels, strangers, strict=True) if level.roof is None)
    rest = max(1 - known, 0.0) / free if free else 0.0
    return _normal(
        [u * rest if level.roof is None else level.roof for level, u in zip(comparison.levels, strangers, strict=True)]
    )


def _normal(values: list[float]) -> list[float]:
    total = sum(values)
    return [value / total for value in values]


def from_dict(values: Mapping[str, Any]) -> Weights:
    """The weights kept as ``as_dict``."""
    return Weights(**values)


def combine(weights: Weights, bits: float, roof_bits: float) -> tuple[float, float, float]:
    """Probability, weight with the prior, and what the roof takes away (≤ 0), all but the first in bits."""
    roof = weights.roof_prior + roof_bits
    taken = -(roof if roof > _LARGEST else log2(1 + 2**roof))
    total = weights.prior + bits + taken
    probability = 1 / (1 + 2 ** -max(min(total, _LARGEST), -_LARGEST))
    return probability, total, taken


def lines_of(
    model: Model, weights: Weights, levels: tuple[int, ...], shares: Mapping[str, float]
) -> tuple[tuple[Line, ...], float]:
    """The lines of a comparison vector, and the bits for a shared roof.

    Args:
        shares: column → share of the value on which both agree, for levels that ask for rarity.
    """
    lines, roof_bits = [], 0.0
    for comparison, number in zip(model.comparisons, levels, strict=True):
        if number == MISSING:
            continue
        level = comparison.levels[number]
        weight, under_roof = weights.weight(comparison.field, number), weights.roof_weight(comparison.field, number)
        if level.rarity and level.rarity in shares:
            rarer = log2(
                weights.strangers[comparison.field][number]
                / max(shares[level.rarity], weights.rarest.get(level.rarity, 0.0), 1e-9)
            )
            weight += rarer
            under_roof += rarer if comparison.learns_roof or level.roof is not None else 0.0
        roof_bits += under_roof
        lines.append(Line(comparison.field, level.name, weight))
    return tuple(lines), roof_bits


def explain(model: Model, weights: Weights, levels: tuple[int, ...], shares: Mapping[str, float]) -> Score:
    """The score of a comparison vector with a line for each field, the roof's line when it takes anything away."""
    lines, roof_bits = lines_of(model, weights, levels, shares)
    probability, total, taken = combine(weights, sum(line.weight for line in lines), roof_bits)
    if taken < -0.05:
        lines = (*lines, Line(ROOF, "shared", taken))
    return Score(probability, total, lines)


def score(model: Model, weights: Weights, left: Features, right: Features) -> Score:
    """How likely two prepared records are the same party, with reasons."""
    levels = tuple(comparison.level(left, right) for comparison in model.comparisons)
    shares = {column: weights.share(column, getattr(left, column)) for column in model.rare}
    return explain(model, weights, levels, shares)
