"""Tests of agreement between two prepared records, each in the words of the engine and in Python.

In SQL the records are ``l`` and ``r``; in Python they are ``Features``. A missing text is empty, never NULL; several
values of one kind (phones, mails) are a list. ``tests/intelligence/linkage`` proves that both forms agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regulars.intelligence.models.linkage.records import Features
from regulars.intelligence.models.linkage.similarity import damerau, dice, jaro_winkler

Check = Callable[[Features, Features], bool]


@dataclass(frozen=True)
class Test:
    """A condition on two records in both languages; ``&``, ``|`` and ``~`` join them.

    The engine evaluates both sides of AND, but only the branch of a CASE that is needed: the cheap test comes first.
    """

    __test__ = False  # not one of pytest's

    sql: str
    check: Check

    def __and__(self, other: Test) -> Test:
        return Test(
            f"(CASE WHEN {self.sql} THEN {other.sql} ELSE FALSE END)",
            lambda a, b: self.check(a, b) and other.check(a, b),
        )

    def __or__(self, other: Test) -> Test:
        return Test(
            f"(CASE WHEN {self.sql} THEN TRUE ELSE {other.sql} END)", lambda a, b: self.check(a, b) or other.check(a, b)
        )

    def __invert__(self) -> Test:
        return Test(f"(NOT {self.sql})", lambda a, b: not self.check(a, b))


def always() -> Test:
    """The last level: whatever is left."""
    return Test("TRUE", lambda _a, _b: True)


def missing(*columns: str) -> Test:
    """Either record lacks all of the columns, so that nothing can be said."""

    def check(a: Features, b: Features) -> bool:
        return not any(getattr(a, name) for name in columns) or not any(getattr(b, name) for name in columns)

    sides = (" AND ".join(f"len({side}.{name}) = 0" for name in columns) for side in "lr")
    return Test("(({}) OR ({}))".format(*sides), check)


def both(column: str) -> Test:
    """Both records have something in the column."""
    return Test(
        f"(len(l.{column}) > 0 AND len(r.{column}) > 0)",
        lambda a, b: bool(getattr(a, column)) and bool(getattr(b, column)),
    )


def same(column: str) -> Test:
    """Equal and not empty."""
    return Test(
        f"(l.{column} <> '' AND l.{column} = r.{column})",
        lambda a, b: getattr(a, column) != "" and getattr(a, column) == getattr(b, column),
    )


def equal(column: str) -> Test:
    """Equal, also when both are empty."""
    return Test(f"(l.{column} = r.{column})", lambda a, b: getattr(a, column) == getattr(b, column))


def crossed(one: str, other: str) -> Test:
    """One's first is the other's second and the other way round."""
    sql = (
        f"(l.{one} <> '' AND l.{other} <> '' AND l.{one} = r.{other} AND l.{other} = r.{one} AND l.{one} <> l.{other})"
    )

    def check(a: Features, b: Features) -> bool:
        mine, its = (getattr(a, one), getattr(a, other)), (getattr(b, other), getattr(b, one))
        return all(mine) and mine == its and mine[0] != mine[1]

    return Test(sql, check)


def shared(column: str) -> Test:
    """The lists have an element in common."""
    return Test(
        f"list_has_any(l.{column}, r.{column})",
        lambda a, b: not set(getattr(a, column)).isdisjoint(getattr(b, column)),
    )


def alike(column: str, least: float, *, first: bool = False) -> Test:
    """Jaro–Winkler similarity of at least ``least``; of lists the first elements (``first``)."""
    sql = _first(column) if first else column

    def check(a: Features, b: Features) -> bool:
        mine, its = _of(a, column, first=first), _of(b, column, first=first)
        return bool(mine) and bool(its) and jaro_winkler(mine, its) >= least

    return both(column) & Test(f"(jaro_winkler_similarity(l.{sql}, r.{sql}) >= {least})", check)


def edited(column: str, most: int, *, first: bool = False) -> Test:
    """At most ``most`` slips of the pen apart."""
    sql = _first(column) if first else column

    def check(a: Features, b: Features) -> bool:
        mine, its = _of(a, column, first=first), _of(b, column, first=first)
        return bool(mine) and bool(its) and damerau(mine, its) <= most

    return both(column) & Test(f"(damerau_levenshtein(l.{sql}, r.{sql}) <= {most})", check)


def begins(column: str) -> Test:
    """One is how the other begins: an initial, a short form."""
    return Test(
        f"(l.{column} <> '' AND r.{column} <> '' AND (starts_with(l.{column}, r.{column}) OR starts_with(r.{column}, l.{column})))",
        lambda a, b: (
            bool(getattr(a, column))
            and bool(getattr(b, column))
            and (getattr(a, column).startswith(getattr(b, column)) or getattr(b, column).startswith(getattr(a, column)))
        ),
    )


def one_character(column: str) -> Test:
    """Two Han names of two characters with one of them the same in its place."""
    l1, l2, r1, r2 = (f"substr({side}.{column}, {place}, 1)" for side in "lr" for place in (1, 2))
    sql = f"(l.han AND r.han AND length(l.{column}) = 2 AND length(r.{column}) = 2 AND ({l1} = {r1} OR {l2} = {r2}))"

    def check(a: Features, b: Features) -> bool:
        mine, its = getattr(a, column), getattr(b, column)
        return (
            a.han and b.han and len(mine) == 2 and len(its) == 2 and any(x == y for x, y in zip(mine, its, strict=True))
        )

    return Test(sql, check)


def same_part(column: str, start: int, length: int) -> Test:
    """The same piece of a text, not empty: ``length`` characters from ``start`` (1 is the first)."""
    piece = "substr({}.{}, {}, {})"
    left, right = (piece.format(side, column, start, length) for side in "lr")
    begin = start - 1

    def check(a: Features, b: Features) -> bool:
        mine, its = (str(getattr(one, column))[begin : begin + length] for one in (a, b))
        return mine != "" and mine == its

    return Test(f"({left} <> '' AND {left} = {right})", check)


def turned_date(column: str) -> Test:
    """Day and month exchanged, the year the same."""
    parts = [f"substr({{}}.{column}, {start}, {length})" for start, length in ((1, 4), (6, 2), (9, 2))]
    (ly, lm, ld), (ry, rm, rd) = ([part.format(side) for part in parts] for side in "lr")

    def check(a: Features, b: Features) -> bool:
        mine, its = str(getattr(a, column)), str(getattr(b, column))
        return mine != "" and mine[:4] == its[:4] and mine[5:7] == its[8:10] and mine[8:10] == its[5:7]

    return Test(f"(l.{column} <> '' AND {ly} = {ry} AND {lm} = {rd} AND {ld} = {rm})", check)


def years_apart(least: int) -> Test:
    """Born at least so many years apart: another generation."""
    return Test(
        f"(l.year > 0 AND r.year > 0 AND abs(l.year - r.year) >= {least})",
        lambda a, b: a.year > 0 and b.year > 0 and abs(a.year - b.year) >= least,
    )


def overlapping(column: str, least: float) -> Test:
    """Dice coefficient of two lists of pieces of at least ``least``."""
    sql = f"(2.0 * len(list_intersect(l.{column}, r.{column})) / (len(l.{column}) + len(r.{column})) >= {least})"
    return both(column) & Test(sql, lambda a, b: dice(getattr(a, column), getattr(b, column)) >= least)


def of_other_script() -> Test:
    """One name is in Han script and the other is not."""
    return Test("(l.han <> r.han)", lambda a, b: a.han != b.han)


def _first(column: str) -> str:
    return f"{column}[1]"


def _of(features: Features, column: str, *, first: bool) -> str:
    value = getattr(features, column)
    if first:
        return str(value[0]) if value else ""
    return str(value)
