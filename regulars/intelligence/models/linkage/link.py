"""The whole way: records in, weights learned (or kept ones used), pairs out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log2
from typing import Final

from regulars.intelligence.models.linkage import em, tables
from regulars.intelligence.models.linkage.records import Record
from regulars.intelligence.models.linkage.spec import MISSING, Model
from regulars.intelligence.models.linkage.weights import Score, Weights, declared, explain
from regulars.intelligence.warehouse.engine import Engine

SEED: Final = 1
_RANDOM_PAIRS: Final = 300_000
_ROUNDS: Final = 3
_VALUES_KEPT: Final = 1_500
_RAREST: Final = 2e-5
_EXPECTED: Final = 0.002
"""At least so many pairs per record are expected to be one party: no file is without duplicates."""
_MOST_EXPECTED: Final = 4.0
"""… and at most so many: three quarters of a file of which every record is there nine times."""
_FETCH: Final = 10_000


@dataclass(frozen=True)
class Pair:
    """Two records that may be one party, by their ids (left is the smaller), with the score and its reasons."""

    left: int
    right: int
    score: Score


@dataclass(frozen=True)
class Linked:
    """What came of it. ``pairs`` reads from the engine: use it while that is open."""

    weights: Weights
    pairs: Iterator[Pair]


def link(
    engine: Engine,
    model: Model,
    records: Iterable[Record],
    *,
    kept: Weights | None = None,
    touching: Iterable[int] | None = None,
    least: float | None = None,
    seed: int = SEED,
) -> Linked:
    """Find the pairs of records that may be one party.

    Args:
        kept: weights learned earlier, to be used as they are; by default they are learned from these records.
        touching: only pairs with one of these ids.
        least: smallest probability of a pair that is returned; by default the weights' threshold.

    Returns:
        The weights and the pairs, the likeliest first. Fewer records than the model's ``fewest`` teach nothing: the
        declared figures stand and ``weights.learned`` is False.
    """
    total = tables.lay_records(engine, model, records)
    if total < 2:
        return Linked(kept or declared(model, total), iter(()))
    found = tables.find_candidates(engine, model, total, touching)
    tables.compare(engine, model, "pair", "compared")
    if kept is not None:
        weights = kept
    elif total < model.fewest or not found:
        weights = declared(model, total)
    else:
        weights = _learn(engine, model, total, found, seed)
    return Linked(weights, _pairs(engine, model, weights, weights.threshold if least is None else least))


def _learn(engine: Engine, model: Model, records: int, pairs: int, seed: int) -> Weights:
    """Weights from the candidates and from random pairs.

    Random pairs hold a few true ones, which matters in small files: what is found is taken out of them and all is
    learned again.
    """
    tables.random_pairs(engine, records, _RANDOM_PAIRS, seed)
    tables.compare(engine, model, "drawn", "drawn_compared")
    sample = tables.counts(engine, model, "drawn_compared")
    passes = [tables.counts(engine, model, "compared", rule=n) for n, rule in enumerate(model.rules) if rule.fixes]
    passes = [one for one in passes if len(one.count)]
    candidates = tables.counts(engine, model, "compared")
    all_pairs = records * (records - 1) / 2
    least, most = max(0.5, _EXPECTED * records) / all_pairs, min(_MOST_EXPECTED * records / all_pairs, 0.3)
    strangers = em.strangers_from(model, sample)
    for _ in range(_ROUNDS):
        found = em.fit(model, passes, strangers)
        found.share_same, found.share_roof = em.share(found, candidates, all_pairs, least, most)
        strangers = em.strangers_from(model, sample, em.chance_of_strangers(found, sample))
    shares = {column: tables.shares(engine, column, _VALUES_KEPT) for column in model.rare}
    matches = found.share_same * all_pairs
    return _weights(model, found, records=records, pairs=pairs, matches=matches, learned=True, shares=shares)


def _weights(
    model: Model, found: em.Parameters, *, records: int, pairs: int, matches: float, learned: bool, shares: dict[str, dict[str, float]]
) -> Weights:  # fmt: skip
    names = [comparison.field for comparison in model.comparisons]
    strange = 1 - found.share_same - found.share_roof
    return Weights(
        kind=model.kind,
        version=model.version,
        learned=learned,
        records=records,
        pairs=pairs,
        matches=matches,
        prior=log2(found.share_same / strange),
        roof_prior=log2(found.share_roof / strange),
        same={name: table.tolist() for name, table in zip(names, found.same, strict=True)},
        strangers={name: table.tolist() for name, table in zip(names, found.strangers, strict=True)},
        roof={name: table.tolist() for name, table in zip(names, found.roof, strict=True)},
        rarest={column: _rarest(shares.get(column, {}), records) for column in model.rare},
        shares=shares,
    )


def _rarest(values: dict[str, float], records: int) -> float:
    """The share of values that are not kept; when all are kept, that of one seen once or twice."""
    if len(values) >= _VALUES_KEPT:
        return max(min(values.values()), _RAREST)
    return max(1.5 / max(records, 1), _RAREST)


def _pairs(engine: Engine, model: Model, weights: Weights, least: float) -> Iterator[Pair]:
    """Read the pairs of at least that probability, the likeliest first."""
    bits, roof = _bits(model, weights)
    names = [f"c{number}" for number in range(len(model.comparisons))]
    names += [f"share_{column}" for column in model.rare]
    smallest = log2(least / (1 - least)) if 0 < least < 1 else (-1e9 if least <= 0 else 1e9)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE found AS SELECT * FROM (
            SELECT a, b, {", ".join(names)}, {weights.prior} + {bits} - log2(1 + pow(2, least({weights.roof_prior} + {roof}, 100))) AS weight
            FROM compared) WHERE weight >= {smallest}"""
    )
    cursor = engine.execute(
        f"""SELECT least(l.id, r.id), greatest(l.id, r.id), {", ".join(names)} FROM found
        JOIN party l ON l.pos = a JOIN party r ON r.pos = b ORDER BY weight DESC, 1, 2"""
    )
    size = len(model.comparisons)
    while rows := cursor.fetchmany(_FETCH):
        for left, right, *values in rows:
            shares = {column: share for column, share in zip(model.rare, values[size:], strict=True) if share}
            yield Pair(left, right, explain(model, weights, tuple(values[:size]), shares))


def _bits(model: Model, weights: Weights) -> tuple[str, str]:
    """The sums of ``weights.lines_of`` in SQL: bits for the same party, bits for a shared roof."""
    sums, roofs = [], []
    for place, comparison in enumerate(model.comparisons):
        plain, roof = [], []
        for number, level in enumerate(comparison.levels):
            bits = repr(weights.weight(comparison.field, number))
            under = repr(weights.roof_weight(comparison.field, number))
            if level.rarity:
                share = f"greatest(coalesce(share_{level.rarity}, 1), {weights.rarest[level.rarity]!r}, 1e-9)"
                rarer = f"log2({weights.strangers[comparison.field][number]!r} / {share})"
                bits = f"({bits} + {rarer})"
                under = f"({under} + {rarer})" if comparison.learns_roof or level.roof is not None else under
            plain.append(f"WHEN {number} THEN {bits}")
            roof.append(f"WHEN {number} THEN {under}")
        sums.append(f"CASE c{place} {' '.join(plain)} ELSE 0 END")
        roofs.append(f"CASE c{place} {' '.join(roof)} ELSE 0 END")
    assert MISSING < 0
    return "(" + " + ".join(sums) + ")", "(" + " + ".join(roofs) + ")"
