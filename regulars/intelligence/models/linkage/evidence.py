"""The reasons of a pair as they are kept and shown: per field its level, its weight and what stands on either side."""

from __future__ import annotations

from typing import Any, Final

from regulars.intelligence.models.linkage.records import PERSON, Record
from regulars.intelligence.models.linkage.spec import Model
from regulars.intelligence.models.linkage.weights import ROOF, Score
from regulars.kit.text import fold

_LONGEST: Final = 120


def evidence(model: Model, score: Score, left: Record, right: Record) -> list[dict[str, Any]]:
    """``[{"field", "level", "weight", "left", "right"}]``; weights in bits to two decimals, the roof's line last."""
    shown = {one.field: one.shown for one in model.comparisons}
    told = []
    for line in score.lines:
        one, other = ("", "") if line.field == ROOF else _both(shown[line.field], left, right, model.kind)
        told.append(
            {
                "field": line.field,
                "level": line.level,
                "weight": round(line.weight, 2),
                "left": one[:_LONGEST],
                "right": other[:_LONGEST],
            }
        )
    return told


def _both(name: str, left: Record, right: Record, kind: str) -> tuple[str, str]:
    if name in {"emails", "phones"}:
        return _listed(getattr(left, name), getattr(right, name), left.sites, right.sites)
    return _one(name, left, kind), _one(name, right, kind)


def _listed(
    left: tuple[str, ...], right: tuple[str, ...], sites: tuple[str, ...], other_sites: tuple[str, ...]
) -> tuple[str, str]:
    """What both have, when there is such a thing; otherwise the first of each."""
    both = next((value for value in left if value in right), None)
    if both is not None:
        return both, both
    return next(iter((*left, *sites)), ""), next(iter((*right, *other_sites)), "")


def _one(name: str, record: Record, kind: str) -> str:
    if name == "home":
        line = (
            record.address
            if record.city and fold(record.city) in fold(record.address)
            else f"{record.city}{record.address}"
        )
        return f"{record.postcode} {line}".strip()
    if kind == PERSON and name in {"family", "given"}:
        return getattr(record, name) or record.name
    if name == "stem":
        return record.name
    return str(getattr(record, name, ""))
