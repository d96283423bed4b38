"""Guessing what the columns of a file mean, from their names and their values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as kept
from typing import Any

from regulars.integrations.imports.files import Column, Look
from regulars.integrations.imports.kinds import KINDS, Field, Kind, plain
from regulars.integrations.imports.layouts import LAYOUTS, recognise

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[\w./-]{1,20}")
_FLAGS = frozenset({"true", "false", "yes", "no", "是", "否"})
_LEAST = 40
_SURE = 78
_MOST_CUSTOM = 60


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind with a target for each column ("" leaves it out) and how well it explains the file.

    ``layout`` is the key of the system whose export it is, when one was recognised, ``options`` the rules it begins with.
    """

    kind: str
    targets: tuple[str, ...]
    score: float
    layout: str = ""
    options: Mapping[str, Any] = kept(default_factory=dict)


def fingerprint(names: Sequence[str]) -> str:
    """Identifies files with the same header."""
    return hashlib.sha256("\x1f".join(plain(name) for name in names).encode()).hexdigest()


def guess(look: Look, *, kind: str = "") -> Guess:
    """The kind and the mapping that explain the columns best; of the given kind only, when one is named."""
    known = _known_layout(look)
    if known is not None and kind in {"", known.kind}:
        return known
    if kind:
        return guess_for(look, KINDS[kind])
    found = {one.key: guess_for(look, one) for one in KINDS.values()}
    best = max(found.values(), key=lambda one: one.score)
    return found["orders"] if best.kind == "customers" and _undated_orders(look, best, found["orders"]) else best


def _known_layout(look: Look) -> Guess | None:
    if not look.has_header:
        return None
    found = recognise(look.names, LAYOUTS, [bool(column.filled) for column in look.columns])
    if found is None:
        return None
    return Guess(found.layout.kind, found.targets, 1_000.0, found.layout.key, found.layout.options)


def _undated_orders(look: Look, customers: Guess, orders: Guess) -> bool:
    """Whether what passes for a list of customers has order numbers and money, and lacks but the date of orders."""
    left_over = [
        (field, column)
        for column, target, told in zip(look.columns, customers.targets, orders.targets, strict=True)
        if target in {"", "custom"}
        and (field := KINDS["orders"].field(told))
        and _name_score(field, column.name) > _SURE
    ]
    return any(field.key == "number" for field, _column in left_over) and any(
        field.key in {"price", "amount"} for field, _column in left_over
    )


def guess_for(look: Look, kind: Kind) -> Guess:
    """The best mapping for one kind: highest scores first, each column and each field once."""
    scored = [
        (score, -place, -rank, field, place)
        for place, column in enumerate(look.columns)
        for rank, field in enumerate(kind.fields)
        if (score := _score(field, column, look)) >= _LEAST
    ]
    scored.sort(key=lambda entry: entry[:3], reverse=True)
    targets = [""] * len(look.columns)
    used: set[str] = set()
    points = 0.0
    for score, _place, _rank, field, place in scored:
        if targets[place] or (field.key in used and not (field.many and score > _SURE)):
            continue
        targets[place] = field.key
        points += score / 100 * (2.0 if field.key in kind.telling else 0.7) if field.key not in used else 0.1
        used.add(field.key)
    lacking = len(missing(kind, targets))
    if kind.field("custom") and not lacking and look.has_header and len(targets) <= _MOST_CUSTOM:
        targets = [
            target or ("custom" if column.filled and not column.name.startswith("_") else "")
            for target, column in zip(targets, look.columns, strict=True)
        ]
    return Guess(kind.key, tuple(targets), points - 10.0 * lacking)


def missing(kind: Kind, targets: Sequence[str]) -> list[tuple[str, ...]]:
    """The groups of fields of which none is mapped."""
    mapped = set(targets)
    return [group for group in kind.needs if not mapped & set(group)]


def _score(field: Field, column: Column, look: Look) -> float:
    """0 to 100: the name counts most, the values may forbid or confirm it; without header they are all there is."""
    by_name = _name_score(field, column.name) if look.has_header else 0.0
    by_values = _value_score(field, column)
    if by_values < 0 and field.type == "quantity" and by_name > _SURE and not column.date_order:
        by_values = -15.0  # "three", "a dozen": each such row is to be refused, not counted as one
    elif by_values < 0:
        return 0.0
    if field.key == "description" and column.examples and all(_CODE.fullmatch(value) for value in column.examples):
        by_name -= 35
    if look.has_header:
        return by_name + min(by_values, 5) if by_name > 0 else 0.0
    return by_values


def _name_score(field: Field, name: str) -> float:
    header = plain(name)
    for place, word in enumerate(field.words):
        if header == plain(word) or header.replace(" ", "") == plain(word).replace(" ", ""):
            return 90 - min(place, 30) / 3
    tokens = set(header.split())
    best = 0.0
    for place, word in enumerate(field.words):
        wanted = set(plain(word).split())
        if len(wanted) > 1 and wanted <= tokens:
            best = max(best, 66 - min(place, 30) / 3 - 2 * len(tokens - wanted))
        elif not word.isascii() and len(word) > 1 and word in header:
            best = max(best, 60 - min(place, 30) / 3 - len(header) + len(word))
    return best


def _value_score(field: Field, column: Column) -> float:
    """Negative when the values cannot be of the field's type."""
    if not column.filled:
        return 0.0
    kind = field.type
    if kind in {"moment", "day", "birthday"}:
        return 45.0 if column.date_order else -1.0
    if kind in {"money", "quantity", "whole", "rate"}:
        if column.numeric < 0.4 or (column.date_order and column.date_order != "serial"):
            return -1.0
        fractions = any(re.search(r"[.,](?:\d\d|[1-9])$", value) for value in column.examples)
        small = all(len(value) <= 3 for value in column.examples)
        return {"money": 44.0 if fractions else 20.0, "quantity": 43.0 if small and not fractions else 10.0}.get(
            kind, 5.0
        )
    if kind == "email":
        return 45.0 if any(_EMAIL.search(value) for value in column.examples) else -1.0
    if (kind == "name" or field.key in {"description", "subject", "name"}) and column.numeric > 0.7:
        return -1.0
    if kind == "text" and field.key == "description":
        return (
            42.0
            if column.numeric < 0.1 and not column.date_order and sum(" " in value for value in column.examples) >= 2
            else 0.0
        )
    if kind == "id" and all(value.casefold() in _FLAGS for value in column.examples):
        return -1.0
    if kind == "id" and not column.date_order:
        return _id_score(field, column)
    return 0.0


def _id_score(field: Field, column: Column) -> float:
    """For files without a header: order numbers repeat in runs, products among many, customers less often than orders."""
    width = [len(value) for value in column.examples]
    long = (
        bool(width)
        and min(width) >= 4
        and not any(" " in value or re.search(r"\.\d*[1-9]", value) for value in column.examples)
    )
    if not long:
        return 0.0
    floats = any(value.endswith(".0") for value in column.examples) or column.filled < 0.97
    if field.key == "customer":
        return 43.0 if floats else 40.5
    if field.key == "number":
        return 42.0 if column.numeric > 0.7 and not floats else 40.2
    if field.key == "product":
        return 41.5 if column.numeric < 0.98 and not floats else 40.1
    return 0.0
