"""Users, teams, fields, audit, imports, analyses: what runs the house."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.customers.models import FieldKind, Kind
from regulars.integrations.api.schemas import Flag, Given, Named, Ref

Label = Annotated[str, StringConstraints(max_length=80)]


class TeamOut(Schema):
    """People who share their customers."""

    id: int
    name: str
    department: str
    territory: Named | None


class TerritoryOut(Schema):
    """A part of the market; ``path`` holds the numbers from the root down."""

    id: int
    name: str
    parent: int | None
    path: str


class FieldOption(Given):
    """One choice."""

    value: Label = ""
    label: Label = ""
    label_zh: Label = ""


class FieldIn(Given):
    """A field that the company defines for itself."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = None
    label: Label = ""
    label_zh: Label = ""
    help: Annotated[str, StringConstraints(max_length=200)] = ""
    kind: FieldKind = FieldKind.TEXT
    options: Annotated[list[FieldOption], Field(max_length=200)] = []
    applies_to: Annotated[list[Kind], Field(max_length=3)] = []
    required: Flag = False
    filterable: Flag = True
    personal: Flag = True


class FieldPatch(Given):
    """Changes of a field; its key and kind stay."""

    label: Label | None = None
    label_zh: Label | None = None
    help: Annotated[str, StringConstraints(max_length=200)] | None = None
    options: Annotated[list[FieldOption], Field(max_length=200)] | None = None
    applies_to: Annotated[list[Kind], Field(max_length=3)] | None = None
    required: Flag | None = None
    filterable: Flag | None = None
    personal: Flag | None = None


class FieldOut(Schema):
    """A custom field."""

    id: int
    key: str
    label: str
    label_zh: str
    help: str
    kind: str
    options: list[dict[str, Any]]
    applies_to: list[str]
    required: bool
    filterable: bool
    personal: bool
    position: int
    retired_at: datetime | None


class BatchOut(Schema):
    """An act on one or many records that is undone as one."""

    id: int
    kind: str
    title: str
    made_at: datetime
    made_by: Named | None
    undone_at: datetime | None


class BatchPage(Schema):
    """The newest first."""

    items: list[BatchOut]
    next: str | None


class Undone(Schema):
    """How many records have their values of before again."""

    batch: int
    restored: int


class RunOut(Schema):
    """One refresh of the analyses."""

    id: int
    state: str
    step: str
    asked_at: datetime
    finished_at: datetime | None
    as_of: datetime | None
    customers: int
    moves: int
    seconds: float | None
    error: str


class ResultOut(Schema):
    """What an analysis found."""

    name: str
    as_of: datetime
    result: dict[str, Any]


class ImportOut(Schema):
    """A file on its way in, or in. ``figures`` are those so far."""

    id: int
    name: str
    size: int
    kind: str
    state: str
    share: int
    columns: list[str]
    mapping: dict[str, str]
    figures: dict[str, Any]
    error: str
    batch: int | None
    created_at: datetime
    finished_at: datetime | None


class ImportPage(Schema):
    """The newest first."""

    items: list[ImportOut]
    next: str | None


class PlanIn(Given):
    """What the rows are and which column holds what; what is left out stays as guessed."""

    kind: Annotated[str, StringConstraints(max_length=20)] | None = None
    mapping: (
        dict[Annotated[str, StringConstraints(max_length=80)], Annotated[str, StringConstraints(max_length=200)]] | None
    ) = Field(None, description="Field → column, as in `regulars import --map`.")
    options: dict[
        Annotated[str, StringConstraints(max_length=40)], Annotated[str, StringConstraints(max_length=200)]
    ] = {}


class ViewOut(Schema):
    """A saved view: the state of a list under a name."""

    id: int
    resource: str
    name: str
    query: str
    shared: bool
    pinned: bool
    mine: bool


class ViewIn(Given):
    """``query`` is what follows the ``?`` of the list."""

    resource: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    query: Annotated[str, StringConstraints(max_length=4_000)] = ""
    shared: Flag = False


class ViewPatch(Given):
    """Changes of one's own view."""

    query: Annotated[str, StringConstraints(max_length=4_000)] | None = None
    shared: Flag | None = None
    pinned: Flag | None = None


class PairOut(Schema):
    """Two customers who may be one, with the evidence per field in bits."""

    id: int
    left: Named
    right: Named
    probability: float
    weight: float
    evidence: list[dict[str, Any]]
    verdict: str


class PairPage(Schema):
    """The likeliest first."""

    items: list[PairOut]
    next: str | None


class MergeIn(Given):
    """``loser`` goes into this customer. By field: *winner*, *loser*, or the value itself."""

    loser: Ref
    choices: dict[Annotated[str, StringConstraints(max_length=60)], Literal["winner", "loser"]] = {}


class MergeOut(Schema):
    """A merge, which may be undone at any time."""

    id: int
    winner: Named
    loser: Named
    made_at: datetime
    undone_at: datetime | None


class UnmergeIn(Given):
    """``different`` says that the two shall never be proposed again."""

    different: Flag = False


class TokenOut(Schema):
    """A token; the key itself is shown only when it is made."""

    id: int
    name: str
    prefix: str
    user: Named
    scopes: list[str]
    networks: list[str]
    expires_at: datetime | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
