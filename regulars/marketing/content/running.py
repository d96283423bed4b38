"""Programs of the language of personal things (``template``) as functions: the words of one recipient after the other.

What is inserted is tidied, written as its place wants it, and cannot turn the direction of what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import quote

from regulars.kit import text
from regulars.marketing.content.template import ADDRESS, ATTRIBUTE, HTML, MADE, PLAIN, URL, Nested

Values = dict[str, Any]
"""Fields by name: words, or a list of ``Values`` for what may be repeated."""
Track = Callable[[str], str]
"""Given where a link leads, what is written instead."""
Step = Callable[[Values, Track | None, list[str]], None]

LONGEST_VALUE: Final = 400
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WEB: Final = re.compile(r"https?://[^\s\"'<>\\]+")


def tidy(value: str) -> str:
    """A value as it may be inserted: one line, no control or direction characters, not longer than anybody reads."""
    if value.isprintable() and len(value) <= LONGEST_VALUE:
        return value.strip()
    return text.clean(_INVISIBLE.sub("", value[: LONGEST_VALUE * 2]))[:LONGEST_VALUE]


def _plain(value: str) -> str:
    return f"\u2068{value}\u2069" if _RIGHT_TO_LEFT.search(value) else value


def _html(value: str) -> str:
    told = escape(value)
    return f"<bdi>{told}</bdi>" if _RIGHT_TO_LEFT.search(value) else told


def _address(value: str) -> str:
    return value if _WEB.fullmatch(value) else ""


_WRITERS: Final[Mapping[str, Callable[[str], str]]] = {
    PLAIN: _plain, HTML: _html, ATTRIBUTE: escape, URL: lambda value: quote(value, safe=""), ADDRESS: _address, MADE: str,
}  # fmt: skip


class Program:
    """A program that runs: ``run(values, track)`` gives the words for one recipient."""

    __slots__ = ("_steps",)

    def __init__(self, nested: Nested) -> None:
        self._steps = _steps(nested)

    def run(self, values: Values, track: Track | None = None) -> str:
        """The words; a value that is not there is written as nothing, or as its fallback."""
        out: list[str] = []
        for step in self._steps:
            step(values, track, out)
        return "".join(out)


def _steps(nested: Nested) -> list[Step]:
    return [_literal(part) if isinstance(part, str) else _MAKERS[part[0]](part) for part in nested]


def _literal(words: str) -> Step:
    def write(values: Values, track: Track | None, out: list[str]) -> None:
        out.append(words)

    return write


def _insert(part: Nested) -> Step:
    _kind, mode, name, fallback = part
    writer = _WRITERS[mode]
    otherwise = writer(fallback) if fallback else ""

    def write(values: Values, track: Track | None, out: list[str]) -> None:
        value = values.get(name)
        out.append(writer(value) if value else otherwise)

    return write


def _link(part: Nested) -> Step:
    _kind, mode, target = part
    leads, writer = Program(target), escape if mode != PLAIN else str
    same = "".join(target) if all(isinstance(piece, str) for piece in target) else None

    def write(values: Values, track: Track | None, out: list[str]) -> None:
        url = leads.run(values) if same is None else same
        out.append(writer(track(url)) if track is not None and url else writer(url))

    return write


def _choose(part: Nested) -> Step:
    _kind, name, negated, then, otherwise = part
    taken, other = _steps(then), _steps(otherwise)
    if negated:
        taken, other = other, taken

    def write(values: Values, track: Track | None, out: list[str]) -> None:
        for step in taken if values.get(name) else other:
            step(values, track, out)

    return write


def _repeat(part: Nested) -> Step:
    _kind, name, limit, body, otherwise = part
    each, none = _steps(body), _steps(otherwise)

    def write(values: Values, track: Track | None, out: list[str]) -> None:
        found = values.get(name) or ()
        for one in found[:limit] if limit else found:
            within = {**values, **one}
            for step in each:
                step(within, track, out)
        if not found:
            for step in none:
                step(values, track, out)

    return write


_MAKERS: Final[Mapping[str, Callable[[Nested], Step]]] = {
    "field": _insert, "link": _link, "if": _choose, "for": _repeat,
}  # fmt: skip
