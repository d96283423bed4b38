"""A rule: a tree of conditions, kept as JSON.

    {"match": "all", "parts": [{"is": "is_stage", "value": "pre_divorce"}, {"match": "none", "parts": [{"is": "event", …}]}]}

``match`` is ``all``, ``any`` or ``none`` of the parts; a part is a condition or such a group again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers import field_list
from regulars.customers.models import Party
from regulars.kit.errors import UserError
from regulars.marketing.segments import conditions, dealings, goods, listed  # noqa: F401 -- conditions register themselves
from regulars.marketing.segments.conditions import RECORD, Scope
from regulars.marketing.segments.edges import Edge
from regulars.web.access import User
from regulars.web.resources import Rows, Text

Node = Mapping[str, Any]
ALL, ANY, NONE = "all", "any", "none"
MATCHES: Final[dict[str, Text]] = {
    ALL: gettext_lazy("all of these hold"), ANY: gettext_lazy("any of these holds"), NONE: gettext_lazy("none of these holds"),
}  # fmt: skip
MOST_CONDITIONS: Final = 30
DEEPEST: Final = 4


def check(node: Any, user: User) -> dict[str, Any]:
    """The rule as it is kept.

    Raises:
        UserError: it is no rule, or a condition of it makes no sense.
    """
    told = _checked(node, user, 1)
    count = sum(1 for _one in leaves(told))
    if not count:
        raise UserError(_("Please add a condition: a segment of everybody is the customer list."))
    if count > MOST_CONDITIONS:
        raise UserError(_("A rule has at most %(n)s conditions.") % {"n": MOST_CONDITIONS})
    return told


def _checked(node: Any, user: User, depth: int) -> dict[str, Any]:
    if isinstance(node, Mapping) and "is" in node:
        given = {str(key): str(value) for key, value in node.items() if key != "is"}
        return {"is": str(node["is"]), **conditions.get(str(node["is"])).check(given, user)}
    if not isinstance(node, Mapping) or node.get("match") not in MATCHES or not isinstance(node.get("parts"), list):
        raise UserError(_("This is no rule."))
    if depth > DEEPEST:
        raise UserError(_("Groups within groups go %(n)s deep at most.") % {"n": DEEPEST})
    parts = [_checked(part, user, depth + 1) for part in node["parts"]]
    return {"match": node["match"], "parts": [part for part in parts if "is" in part or part["parts"]]}


def leaves(node: Node) -> Iterator[Node]:
    """Every condition of a rule."""
    if "is" in node:
        yield node
    for part in node.get("parts", ()):
        yield from leaves(part)


def topics(rule: Node) -> list[str]:
    """The changes that may move somebody in or out; the record itself always may (trash, merge, erasure)."""
    found = {topic for leaf in leaves(rule) for topic in conditions.get(leaf["is"]).topics(leaf)}
    return sorted(found | {RECORD})


def edges(rule: Node) -> list[Edge]:
    """Where time alone may move somebody in or out."""
    known = ((leaf, conditions.known(leaf["is"])) for leaf in leaves(rule))
    return [edge for leaf, one in known if one for edge in one.edges(leaf)]


def matching(rule: Node, scope: Scope) -> Rows:
    """The customers for whom a rule holds: neither in the trash nor merged nor erased.

    A condition that is not there any more (a field of the company's own was retired) holds for nobody.
    """
    return _narrowed(_base(scope).filter(summary__isnull=False, erasure=None), rule, scope)


def _base(scope: Scope) -> Rows:
    return field_list.with_fields(scope.of(Party.objects.live(), "pk"))


def _narrowed(rows: Rows, node: Node, scope: Scope) -> Rows:
    if "is" in node:
        one = conditions.known(node["is"])
        return one.narrow(rows, node, scope) if one else rows.none()
    if node["match"] == ALL:
        for part in node["parts"]:
            rows = _narrowed(rows, part, scope)
        return rows
    either = Q()
    for part in node["parts"]:
        either |= Q(pk__in=_narrowed(_base(scope), part, scope).order_by().values("pk"))
    return rows.filter(either) if node["match"] == ANY else rows.exclude(either)


@dataclass(frozen=True, slots=True)
class Said:
    """A group in words: how its lines go together, and the lines, which may be groups again."""

    match: str
    words: Text
    lines: Sequence[str | Said]


def said(node: Node, user: User) -> Said:
    """A rule in the reader's language."""
    parts = node["parts"] if "match" in node else [node]
    match = node.get("match", ALL)
    return Said(match, MATCHES[match], [_line(part, user) for part in parts])


def _line(part: Node, user: User) -> str | Said:
    if "is" not in part:
        return said(part, user)
    try:
        return conditions.get(part["is"]).words(part, user)
    except UserError as error:
        return str(error)
