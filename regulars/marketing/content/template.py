"""The language of personal things: insert a field, say something only to some, repeat for what is recommended.

    {{ greeting }}   {{ last_product | "our teas" }}
    {% if last_product %} … {% else %} … {% endif %}   {% if not company %} … {% endif %}
    {% for product in recommended limit 3 %} {{ product.name }} {% else %} … {% endfor %}

There is nothing else: no attributes, no calls, no arithmetic. Names are those of ``fields``; an unknown one is a problem told
with its line when a content is kept. ``mark`` takes the tags out of a source and leaves marks that pass through MJML
untouched, ``program`` turns marked text into nested lists (kept as JSON in an edition), ``running`` makes functions of them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

Nested = list[Any]

_TAG: Final = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_FIELD: Final = re.compile(r"([a-z_]+(?:\.[a-z_]+)?)(?:\s*\|\s*[\"“”「'‘’](.*)[\"“”」'‘’])?", re.DOTALL)
_IF: Final = re.compile(r"if\s+(not\s+)?([a-z_]+(?:\.[a-z_]+)?)")
_FOR: Final = re.compile(r"for\s+product\s+in\s+([a-z_]+)(?:\s+limit\s+(\d))?")
PLAIN, HTML, ATTRIBUTE, URL, ADDRESS, MADE = "plain", "html", "attribute", "url", "address", "made"
"""Where a value stands: words, between elements, in an attribute, within an address, as the address itself, or HTML of our own."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a sentence, and in which line (0: nowhere in particular). A ``hint`` stops nothing."""

    sentence: str
    line: int = 0
    hint: bool = False

    def __str__(self) -> str:
        return _("Line %(line)d: %(what)s") % {"line": self.line, "what": self.sentence} if self.line else self.sentence


@dataclass(frozen=True, slots=True)
class Mark:
    """One tag: ``field`` (name, fallback), ``if`` (negated, name), ``for`` (name, limit), ``else``, ``endif``, ``endfor``."""

    kind: str
    line: int
    name: str = ""
    fallback: str | None = None
    negated: bool = False
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Marked:
    """A source whose tags were replaced by marks; ``seal`` makes them unlike anything somebody wrote."""

    source: str
    marks: Sequence[Mark]
    problems: Sequence[Problem]
    seal: str

    def split(self, piece: str) -> Iterator[str | int]:
        """``piece`` as text and numbers of marks, in turn."""
        for place, part in enumerate(re.split(f"{self.seal}(\\d+)z", piece)):
            if place % 2:
                yield int(part)
            elif part:
                yield part

    def stands(self, number: int) -> str:
        """What stands in the source for a mark."""
        return f"{self.seal}{number}z"


def mark(source: str, *, fields: Collection[str], lists: Collection[str], inner: Collection[str]) -> Marked:
    """Take the tags out of ``source``.

    Args:
        fields: names that may be inserted or asked for.
        lists: names that may be repeated.
        inner: names that may be inserted within a repetition.
    """
    seal = f"q{secrets.token_hex(6)}y"
    reader = _Reader(frozenset(fields), frozenset(lists), frozenset(inner))
    marks, problems, lines = list[Mark](), list[Problem](), _Lines(source)

    def replaced(found: re.Match[str]) -> str:
        line = lines.of(found.start())
        told = reader.read(found, line)
        if isinstance(told, Problem):
            problems.append(told)
            return ""
        marks.append(told)
        return f"{seal}{len(marks) - 1}z"

    marked = _TAG.sub(replaced, source)
    for left in re.finditer(r"\{\{|\{%", marked):
        problems.append(
            Problem(_("“%(tag)s” has no counterpart.") % {"tag": left.group()}, _Lines(marked).of(left.start()))
        )
    problems += _nesting(marks, inner)
    return Marked(marked, marks, problems, seal)


class _Lines:
    """Numbers of lines by position, for positions that grow."""

    def __init__(self, source: str) -> None:
        self._source, self._at, self._line = source, 0, 1

    def of(self, position: int) -> int:
        self._line += self._source.count("\n", self._at, position)
        self._at = position
        return self._line


@dataclass(frozen=True, slots=True)
class _Reader:
    fields: frozenset[str]
    lists: frozenset[str]
    inner: frozenset[str]

    def read(self, found: re.Match[str], line: int) -> Mark | Problem:
        inserted, ordered = found.group(1), found.group(2)
        return self._field(inserted.strip(), line) if inserted is not None else self._order(ordered.strip(), line)

    def _field(self, told: str, line: int) -> Mark | Problem:
        found = _FIELD.fullmatch(told)
        if found is None:
            return Problem(
                _('“{{ %(told)s }}” is not understood; write {{ name }} or {{ name | "otherwise" }}.')
                % {"told": told[:60]},
                line,
            )
        name, fallback = found.groups()
        if name not in self.fields | self.inner:
            return Problem(_("There is no field “%(name)s”.") % {"name": name[:60]}, line)
        return Mark("field", line, name, fallback)

    def _order(self, told: str, line: int) -> Mark | Problem:
        if told in {"else", "endif", "endfor"}:
            return Mark(told, line)
        if (found := _IF.fullmatch(told)) is not None:
            negated, name = bool(found.group(1)), found.group(2)
            if name not in self.fields | self.inner | self.lists:
                return Problem(_("There is no field “%(name)s”.") % {"name": name[:60]}, line)
            return Mark("if", line, name, negated=negated)
        if (found := _FOR.fullmatch(told)) is not None:
            if found.group(1) not in self.lists:
                names = ", ".join(sorted(self.lists))
                return Problem(_("Only these can be repeated: %(names)s.") % {"names": names}, line)
            return Mark("for", line, found.group(1), limit=int(found.group(2) or 0))
        return Problem(_("“{%% %(told)s %%}” is not understood.") % {"told": told[:60]}, line)


def _nesting(marks: Sequence[Mark], inner: Collection[str]) -> Iterator[Problem]:
    """What is not closed, closed twice, or asked of a product where there is none."""
    open_ones: list[Mark] = []
    answered: list[bool] = []
    for one in marks:
        repeated = any(outer.kind == "for" for outer in open_ones)
        if one.name in inner and not repeated:
            yield Problem(
                _("“%(name)s” is known only between {%% for product in … %%} and {%% endfor %%}.") % {"name": one.name},
                one.line,
            )
        if one.kind in {"if", "for"}:
            if one.kind == "for" and repeated:
                yield Problem(_("A repetition cannot stand within another."), one.line)
            open_ones.append(one)
            answered.append(False)
        elif one.kind == "else":
            if not open_ones or answered[-1]:
                yield Problem(_("“{%% %(told)s %%}” belongs to nothing.") % {"told": one.kind}, one.line)
            else:
                answered[-1] = True
        elif one.kind != "field":
            if not open_ones or open_ones[-1].kind != one.kind.removeprefix("end"):
                yield Problem(_("“{%% %(told)s %%}” ends nothing.") % {"told": one.kind}, one.line)
            else:
                open_ones.pop()
                answered.pop()
    for one in open_ones:
        yield Problem(_("“{%% %(told)s … %%}” is never ended.") % {"told": one.kind}, one.line)


def unguarded(marks: Sequence[Mark], uncertain: Collection[str]) -> Iterator[Problem]:
    """Hints at fields that are not known of everybody and have neither a fallback nor an ``if`` around them."""
    guards: list[Mark] = []
    for one in marks:
        if one.kind in {"if", "for"}:
            guards.append(one)
        elif one.kind in {"endif", "endfor"} and guards:
            guards.pop()
        elif _is_open(one, guards, uncertain):
            told = _(
                '“%(name)s” is not known of everybody; write {{ %(name)s | "otherwise" }}, or put {%% if %(name)s %%} around it.'
            )
            yield Problem(told % {"name": one.name}, one.line, hint=True)


def _is_open(one: Mark, guards: Sequence[Mark], uncertain: Collection[str]) -> bool:
    asked = any(guard.name == one.name for guard in guards)
    return one.kind == "field" and one.fallback is None and one.name in uncertain and not asked


def program(
    marked: Marked, piece: str, mode: Callable[[int], str] | str, links: Mapping[int, Nested] | None = None
) -> Nested:
    """``piece`` of a marked source as nested lists, which JSON can keep.

    Args:
        mode: where each mark stands, by its number, or where all do.
        links: marks that stand for a whole link, with the program of its target.
    """
    parts = list(marked.split(piece))
    made, rest = _block(_Build(marked, mode, links or {}), parts, 0)
    assert rest == len(parts), "nesting was looked at before"
    return made


@dataclass(frozen=True, slots=True)
class _Build:
    marked: Marked
    mode: Callable[[int], str] | str
    links: Mapping[int, Nested]

    def leaf(self, number: int) -> Nested | None:
        """A field or a link; None for what begins or ends a block."""
        where = self.mode if isinstance(self.mode, str) else self.mode(number)
        if number in self.links:
            return ["link", where, self.links[number]]
        one = self.marked.marks[number]
        return ["field", where, one.name, one.fallback] if one.kind == "field" else None


def _block(build: _Build, parts: Sequence[str | int], at: int) -> tuple[Nested, int]:
    """Everything up to an end or an else that belongs to somebody further out."""
    made: Nested = []
    while at < len(parts):
        part = parts[at]
        if isinstance(part, str):
            made.append(part)
        elif (leaf := build.leaf(part)) is not None:
            made.append(leaf)
        else:
            one = build.marked.marks[part]
            if one.kind not in {"if", "for"}:
                return made, at
            then, at = _block(build, parts, at + 1)
            otherwise: Nested = []
            stop = parts[at]
            if isinstance(stop, int) and build.marked.marks[stop].kind == "else":
                otherwise, at = _block(build, parts, at + 1)
            made.append([one.kind, one.name, one.negated if one.kind == "if" else one.limit, then, otherwise])
        at += 1
    return made, at


def names_in(nested: Nested) -> Iterator[str]:
    """The fields that a program asks for."""
    for part in nested:
        if isinstance(part, str):
            continue
        if part[0] == "field":
            yield part[2]
        elif part[0] == "link":
            yield from names_in(part[2])
        elif part[0] in {"if", "for"}:
            yield part[1]
            yield from names_in(part[3])
            yield from names_in(part[4])


def targets_in(nested: Nested) -> Iterator[str]:
    """Where links lead that lead everybody to the same place."""
    for part in nested:
        if isinstance(part, str):
            continue
        if part[0] == "link" and all(isinstance(one, str) for one in part[2]):
            yield "".join(part[2])
        elif part[0] in {"if", "for"}:
            yield from targets_in(part[3])
            yield from targets_in(part[4])
