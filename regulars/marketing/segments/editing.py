"""The editor of a rule: from what a form holds to the rule, and back.

The form is a group of lines of which all or any must hold, and a group of exceptions of which none may. Each line has a number of its
own: ``line`` (once per line), ``3.group``, ``3.is``, and the fields of its condition, ``3.value``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError
from regulars.marketing.segments import conditions, listed
from regulars.marketing.segments.conditions import Condition, Field
from regulars.marketing.segments.definition import ALL, ANY, NONE, Node
from regulars.web.access import User
from regulars.web.listing.state import Narrowing
from regulars.web.resources import Choice

MAIN, EXCEPT = "main", "except"
FIRST: Final = {"is": "is_stage", "value": ""}
_SPANS: Final = frozenset({"numbers", "moneys", "days"})


@dataclass(frozen=True, slots=True)
class Blank:
    """A field of a line as it is shown: its name in the form, its value, what may be chosen."""

    field: Field
    name: str
    value: str
    choices: Sequence[Choice] = ()
    decides: bool = False
    """Whether other fields are asked or not by what is chosen here."""

    @property
    def chosen(self) -> list[str]:
        """The values that are chosen."""
        return [one for one in self.value.split(",") if one]

    @property
    def chosen_words(self) -> list[str]:
        """What the chosen values are called."""
        return [str(one.label) for one in self.choices if one.value in self.chosen]

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends of a span."""
        low, _found, high = self.value.partition("..")
        return low, high

    @property
    def groups(self) -> list[tuple[str, list[Choice]]]:
        """The choices by their group."""
        return _grouped(self.choices)


@dataclass(frozen=True, slots=True)
class Line:
    """One condition of the form."""

    number: int
    group: str
    node: Mapping[str, str]

    @property
    def condition(self) -> Condition:
        """What is asked."""
        return conditions.get(self.node["is"])

    def blanks(self, user: User) -> list[Blank]:
        """What is to be filled in."""
        filled = {one.key: self.node.get(one.key, one.default) for one in self.condition.fields}
        deciding = {one.when[0] for one in self.condition.fields if one.when}
        shown = [one for one in self.condition.fields if one.when is None or filled.get(one.when[0]) in one.when[1]]
        return [
            Blank(
                one,
                f"{self.number}.{one.key}",
                filled[one.key],
                one.choices(user) if one.choices else (),
                one.key in deciding,
            )
            for one in shown
        ]


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule in the editor."""

    match: str = ALL
    lines: Sequence[Line] = field(default_factory=tuple)

    def rule(self) -> dict[str, Any]:
        """The rule that the lines say; not checked."""
        main: dict[str, Any] = {"match": self.match, "parts": [dict(one.node) for one in self.of(MAIN)]}
        exceptions = [dict(one.node) for one in self.of(EXCEPT)]
        return {"match": ALL, "parts": [main, {"match": NONE, "parts": exceptions}]} if exceptions else main

    def of(self, group: str) -> list[Line]:
        """The lines of a group."""
        return [one for one in self.lines if one.group == group]

    def without(self, number: int) -> Draft:
        """The draft with a line taken away."""
        return Draft(self.match, tuple(one for one in self.lines if one.number != number))

    def afresh(self, number: int) -> Draft:
        """The draft with a line that now asks something else: nothing is chosen yet."""
        return Draft(self.match, tuple(_afresh(one) if one.number == number else one for one in self.lines))

    def longer(self, group: str) -> Draft:
        """The draft with one more line."""
        number = max((one.number for one in self.lines), default=-1) + 1
        return Draft(self.match, (*self.lines, Line(number, group, FIRST)))


def _afresh(line: Line) -> Line:
    defaults = {one.key: one.default for one in line.condition.fields}
    return Line(line.number, line.group, {"is": line.node["is"], **defaults})


def read(form: QueryDict) -> Draft:
    """What a form holds; lines that are none are left out."""
    numbers = [int(one) for one in form.getlist("line")[:60] if one.isascii() and one.isdigit() and len(one) < 6]
    lines = [line for number in dict.fromkeys(numbers) if (line := _line(form, number)) is not None]
    return Draft(ANY if form.get("match") == ANY else ALL, tuple(lines))


def _line(form: QueryDict, number: int) -> Line | None:
    key = form.get(f"{number}.is", "")
    try:
        fields = conditions.get(key).fields
    except UserError:
        return None
    group = EXCEPT if form.get(f"{number}.group") == EXCEPT else MAIN
    values = {one.key: _value(form, f"{number}.{one.key}", one) for one in fields}
    defaults = {one.key: one.default for one in fields}
    told = {name: defaults[name] if value is None else value for name, value in values.items()}
    return Line(number, group, {"is": key, **told})


def _value(form: QueryDict, name: str, one: Field) -> str | None:
    if one.kind == "choices":
        return ",".join(form.getlist(name))[:2_000]
    if one.kind in _SPANS:
        ends = form.get(f"{name}-from", "").strip()[:40], form.get(f"{name}-to", "").strip()[:40]
        return "..".join(ends) if any(ends) else ""
    return form.get(name, "").strip()[:200] if name in form else None


def of_list(narrowings: Iterable[Narrowing], user: User) -> tuple[Draft, list[str]]:
    """What a customer list is narrowed to as a draft, and the filters that no segment can follow."""
    nodes, left_out = [], []
    for one in narrowings:
        node = {"is": listed.PREFIX + one.filter.key, "value": one.raw}
        try:
            nodes.append({**node, **conditions.get(node["is"]).check(node, user)})
        except UserError:
            left_out.append(str(one.filter.label))
    return Draft(ALL, tuple(Line(number, MAIN, node) for number, node in enumerate(nodes))), left_out


def of_rule(rule: Node) -> Draft:
    """A rule in the editor.

    Raises:
        UserError: it has groups within groups, which the editor does not show.
    """
    main, exceptions = rule, []
    parts = list(rule.get("parts", ()))
    if parts and parts[-1].get("match") == NONE:
        exceptions = parts[-1]["parts"]
        rest = parts[:-1]
        main = rest[0] if len(rest) == 1 and "match" in rest[0] else {"match": rule["match"], "parts": rest}
    nodes = [*((MAIN, one) for one in main.get("parts", ())), *((EXCEPT, one) for one in exceptions)]
    if main.get("match") not in {ALL, ANY} or any("is" not in one for _group, one in nodes):
        raise UserError(_("This rule has groups within groups; the editor cannot show them."))
    return Draft(main["match"], tuple(Line(number, group, one) for number, (group, one) in enumerate(nodes)))


def offered() -> list[tuple[str, list[Choice]]]:
    """Every condition, by its group."""
    return _grouped([Choice(one.key, one.label, one.group) for one in conditions.every().values()])


def _grouped(choices: Sequence[Choice]) -> list[tuple[str, list[Choice]]]:
    order = {group: place for place, group in enumerate(dict.fromkeys(str(one.group) for one in choices))}
    sorted_ = sorted(choices, key=lambda one: order[str(one.group)])
    return [(group, list(some)) for group, some in groupby(sorted_, key=lambda one: str(one.group))]
