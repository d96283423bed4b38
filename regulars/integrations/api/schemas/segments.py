"""Segments as a program gives and gets them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.integrations.api.schemas import Given, Named

Rule = Annotated[
    dict[str, Any],
    Field(
        description='A condition, `{"is": "event", …}` (see `/segments/conditions`), or a group of parts: '
        '`{"match": "all" | "any" | "none", "parts": […]}`.'
    ),
]
SegmentName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Note = Annotated[str, StringConstraints(max_length=255)]


class RuleIn(Given):
    """A rule to be tried."""

    rule: Rule


class SegmentIn(RuleIn):
    """A group of customers by rule."""

    name: SegmentName
    note: Note = ""


class SegmentPatch(Given):
    """What shall be otherwise."""

    name: SegmentName | None = None
    note: Note | None = None
    rule: Rule | None = None


class SegmentOut(Schema):
    """``customers``: how many are in it, of those whom the token's user sees. ``words``: the rule as it is read."""

    id: int
    name: str
    note: str
    rule: dict[str, Any]
    words: list[str]
    version: int
    customers: int
    being_worked_out: bool
    owner: Named | None
    created_at: datetime
    changed_at: datetime


class StayOut(Schema):
    """Somebody's stay in a segment; ``until`` is null while it lasts. The causes are kinds of entry or what changed."""

    customer: Named
    since: datetime
    until: datetime | None
    cause: str
    left_cause: str


class StayPage(Schema):
    """Stays, and where there are more."""

    items: list[StayOut]
    next: str | None


class FoundOut(Schema):
    """How many customers a rule finds now, and a few of them."""

    customers: int
    words: list[str]
    sample: list[Named]


class ChoiceOut(Schema):
    """One value that may be chosen."""

    value: str
    label: str


class BlankOut(Schema):
    """A value of a condition. ``kind`` says how it is written; ``when``: it is asked where another value is one of these."""

    key: str
    label: str
    kind: str
    default: str
    choices: list[ChoiceOut] | None
    when: dict[str, list[str]] | None


class ConditionOut(Schema):
    """One question that a rule may ask of a customer."""

    key: str
    label: str
    group: str
    values: list[BlankOut]
