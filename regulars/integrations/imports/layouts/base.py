"""The form in which a system's export is declared, and recognising one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regulars.integrations.imports.kinds import KINDS, Kind, plain

LEAVE_OUT = ""
KEEP = "custom"


@dataclass(frozen=True, slots=True)
class Layout:
    """How one system writes its customers, or rows of another ``kind``.

    Headers are compared as ``kinds.plain`` writes them. A file is this system's when it has all headers of one of ``signs``.
    ``columns`` say what headers mean; ``patterns`` do so by regular expression, for numbered columns. What neither names is
    kept as a custom field. ``options`` are the rules to begin with, ``source`` among them.
    """

    key: str
    label: str
    signs: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "customers"

    def target(self, header: str) -> str | None:
        """What a header means here; None when this layout does not know it."""
        name = plain(header)
        if name in self.columns:
            return self.columns[name]
        return next((target for pattern, target in self.patterns if pattern.fullmatch(name)), None)

    def fits(self, headers: frozenset[str]) -> int:
        """How many headers give it away; 0 when it is another's."""
        return max((len(sign) for sign in self.signs if sign <= headers), default=0)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A layout with a target for each column of the file at hand."""

    layout: Layout
    targets: tuple[str, ...]


def recognise(names: Sequence[str], layouts: Iterable[Layout], filled: Sequence[bool]) -> Recognised | None:
    """The layout that most headers give away; columns it does not know are kept where they hold anything."""
    headers = frozenset(plain(name) for name in names)
    best = max(layouts, key=lambda one: one.fits(headers), default=None)
    if best is None or not best.fits(headers):
        return None
    keep = KEEP if KINDS[best.kind].field(KEEP) else LEAVE_OUT
    targets: list[str] = []
    for name, has_values in zip(names, filled, strict=True):
        target = best.target(name)
        unknown = keep if has_values and not name.startswith("_") else LEAVE_OUT
        targets.append(unknown if target is None else target)
    return Recognised(best, tuple(_once(targets, KINDS[best.kind], keep)))


def _once(targets: Sequence[str], kind: Kind, keep: str) -> list[str]:
    """A field of one column takes the first that means it; what else means it is kept as it is, where the kind can."""
    taken: set[str] = set()
    kept = []
    for target in targets:
        one = kind.field(target)
        kept.append(keep if one is not None and not one.many and target in taken else target)
        taken.add(target)
    return kept


def sign(*headers: str) -> frozenset[str]:
    """Headers that give a layout away."""
    return frozenset(plain(header) for header in headers)


def columns(**targets: Iterable[str]) -> dict[str, str]:
    """``columns(email=("E-mail", "Mail"))``: field → headers, turned round."""
    return {plain(header): key for key, headers in targets.items() for header in headers}


def pattern(expression: str, target: str) -> tuple[re.Pattern[str], str]:
    """A numbered header."""
    return re.compile(expression), target
