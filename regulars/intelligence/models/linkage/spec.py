"""In which words a model of linkage is declared: levels of agreement, comparisons of fields, rules of blocking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from regulars.intelligence.models.linkage.agreement import Test
from regulars.intelligence.models.linkage.records import Features

MISSING: Final = -1
"""The level of a comparison about which nothing can be said; it carries no weight."""


@dataclass(frozen=True)
class Level:
    """One degree of agreement.

    Attributes:
        m: the share of true pairs expected here before any data are seen.
        u: the same of two parties drawn at random.
        roof: the same of two different parties under one roof; None when they agree no more than strangers.
        rarity: the column whose value is the same on both sides; the rarer it is, the more the agreement counts.
    """

    name: str
    test: Test
    m: float
    u: float
    roof: float | None = None
    rarity: str = ""


@dataclass(frozen=True)
class Comparison:
    """One field, or some that belong together, with levels from the closest down; the last one takes what is left.

    ``missing`` says when nothing can be said. ``learns_roof``: how far people of one household agree in it is learned
    from the data; otherwise the levels' own figures stand. ``differs``: the largest share of pairs of one party that may
    fall to the last level, in parts of that among strangers; without a bound, learning without examples might take
    "everything differs" for the mark of one party where there are no duplicates to learn from.
    """

    field: str
    missing: Test
    levels: tuple[Level, ...]
    shown: str
    learns_roof: bool = False
    differs: float = 0.75

    def level(self, left: Features, right: Features) -> int:
        """The number of the level of two records, ``MISSING`` when nothing can be said."""
        if self.missing.check(left, right):
            return MISSING
        return next(number for number, level in enumerate(self.levels) if level.test.check(left, right))

    @property
    def sql(self) -> str:
        """The same as an expression over ``l`` and ``r``."""
        cases = [f"WHEN {level.test.sql} THEN {number}" for number, level in enumerate(self.levels[:-1])]
        return (
            f"(CASE WHEN {self.missing.sql} THEN {MISSING} {' '.join(cases)} ELSE {len(self.levels) - 1} END)::TINYINT"
        )

    @property
    def rare_columns(self) -> tuple[str, ...]:
        """Columns whose frequencies weigh."""
        return tuple(dict.fromkeys(level.rarity for level in self.levels if level.rarity))


@dataclass(frozen=True)
class Rule:
    """A way of finding candidates: records with the same key, made by ``Features.keys`` under this name.

    Attributes:
        per_record: how many pairs it may propose per record, the smallest blocks first; what would be beyond is left out.
        fixes: the comparisons that the key decides; set when pairs of this rule are fit to learn the others from.
    """

    name: str
    per_record: float
    fixes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """All that is declared of one kind of party.

    ``prior``: share of pairs of records (in a record of a thousand) taken to be one party before any data are seen.
    ``lists``: list columns in which a value that too many share is no key and is left out of the comparison.
    """

    kind: str
    comparisons: tuple[Comparison, ...]
    rules: tuple[Rule, ...]
    lists: tuple[str, ...] = ()
    shared_by_most: int = 12
    prior: float = 1e-4
    fewest: int = 30
    version: int = 1
    rare: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        names = [name for comparison in self.comparisons for name in comparison.rare_columns]
        object.__setattr__(self, "rare", tuple(dict.fromkeys(names)))

    def comparison(self, field: str) -> Comparison:
        """The comparison of that field."""
        return next(one for one in self.comparisons if one.field == field)
