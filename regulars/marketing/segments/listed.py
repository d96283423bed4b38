"""Conditions on facts: the filters of the customer list, asked of everybody or of a few.

Taken are the filters that compare a column of the summary or of the party, the company's own fields, and those of ``_TOPICS``,
which are known to depend on no more. Of the filters that rooms above bring along, whose changes leave no marks, those are taken
whose room says when they changed (``follow``, ``actions.look_again``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers import field_list
from regulars.customers.models import Party
from regulars.kit.errors import UserError
from regulars.marketing.segments.conditions import (
    CONSENT,
    FIGURES,
    RECORD,
    Condition,
    Field,
    Scope,
    Source,
    Values,
    add_source,
)
from regulars.marketing.segments.days import DayEdge
from regulars.web import resources
from regulars.web.access import User
from regulars.web.listing import filtering
from regulars.web.resources import Filter, Rows

PREFIX: Final = "is_"
_TOPICS: Final = {
    "stage": FIGURES, "class": FIGURES, "top": FIGURES, "cycle": FIGURES, "promise": FIGURES, "complaint": FIGURES, "needs": FIGURES,
    "territory": RECORD, "permits": CONSENT, "refuses": CONSENT,
}  # fmt: skip
_KINDS: Final = {
    "multi": "choices", "choice": "choice", "person": "choice", "flag": "flag", "text": "text", "month": "month", "range": "numbers",
    "money_range": "moneys", "date_range": "days",
}  # fmt: skip
_followed: Final[dict[str, str]] = {}
_ANYBODY: Final[Any] = None
_COLUMNS: Final = frozenset(one.name for one in Party._meta.concrete_fields)


def follow(begin: str, topic: str) -> None:
    """Take filters of the customer list that compare a column whose path begins so; their room tells of changes of ``topic``."""
    _followed[begin] = topic


def topic_of(one: Filter) -> str:
    """On which changes a filter of the customer list depends; empty where that is not known."""
    if one.key in _TOPICS:
        return _TOPICS[one.key]
    if one.key.startswith(field_list.PREFIX):
        return RECORD
    if one.apply is not None:
        return ""
    if one.field.startswith("summary__"):
        return FIGURES
    begin = one.field.partition("__")[0]
    return RECORD if begin in _COLUMNS else _followed.get(begin, "")


def listed() -> Sequence[Condition]:
    """A condition for each filter that can be one."""
    return [_condition(one, topic) for one in resources.get("customers").filters if (topic := topic_of(one))]


def find(key: str) -> Condition | None:
    """The condition of the filter that ``key`` names."""
    one = resources.get("customers").filter(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None
    return _condition(one, topic) if one is not None and (topic := topic_of(one)) else None


@lru_cache(maxsize=200)
def _condition(one: Filter, topic: str) -> Condition:
    plain = replace(one, choices=None)  # what was chosen was checked when it was kept; no choices are read for it

    def value_of(values: Values) -> Any:
        return filtering.parse(plain, values.get("value", ""), _ANYBODY)

    def narrow(rows: Rows, values: Values, _scope: Scope) -> Rows:
        value = value_of(values)
        return rows.none() if value is None else filtering.narrow(rows, plain, value, _ANYBODY)

    def words(values: Values, user: User) -> str:
        raw, value = values.get("value", ""), value_of(values)
        said = filtering.words(one, value, raw, user) if value is not None else raw
        return _("%(field)s: %(value)s") % {"field": one.label, "value": said}

    def check(values: Values, user: User) -> dict[str, str]:
        raw = values.get("value", "").strip()[:2_000]
        if one.kind == "person" and raw == "me":
            raw = str(user.pk)
        if not raw or filtering.parse(one, raw, user) is None:
            raise UserError(_("%(field)s: please choose.") % {"field": one.label})
        return {"value": raw}

    def edges(values: Values) -> list[DayEdge]:
        span = _moving_span(plain, values)
        return [] if span is None else [_edge(plain, span)]

    return Condition(
        key=PREFIX + one.key, label=one.label, group=gettext_lazy("Facts"),
        fields=(Field("value", one.label, _KINDS[one.kind], one.choices, "1" if one.kind == "flag" else "", one.hint),),
        narrow=narrow, topics=lambda _values: frozenset({topic}), words=words, check=check, edges=edges,
    )  # fmt: skip


def _edge(one: Filter, span: int) -> DayEdge:
    """Where a moving span ends; fields of the company's own hold days, the others moments."""
    of_days = one.key.startswith(field_list.PREFIX)
    return DayEdge(field_list.with_fields(Party.objects.all()), one.field, span, of_days=of_days)


def _moving_span(one: Filter, values: Values) -> int | None:
    """The days of a span that ends at today: ``last30``."""
    value = values.get("value", "")
    days = value.removeprefix("last")
    moves = one.kind == "date_range" and one.field and days != value and days.isdigit()
    return min(int(days), 36_500) if moves else None


add_source(Source(listed, find))
