"""Entries of timelines, as they go out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from regulars.integrations.api.schemas import Money, Named


class EntryOut(Schema):
    """One entry of a timeline. ``said`` is the entry as a sentence."""

    id: int
    kind: str
    said: str
    occurred_at: datetime
    recorded_at: datetime
    customer: int | None
    party: int | None
    channel: str
    department: str
    actor: Named | None
    object_type: str
    object_id: int | None
    amount: Money | None
    quantity: float | None
    payload: dict[str, Any]
    subject: str
    text: str
    source: str
    source_key: str | None


class EntryPage(Schema):
    """The newest first; ``next`` leads to older ones."""

    items: list[EntryOut]
    next: str | None


class Added(Schema):
    """The number of an entry, and whether it was new."""

    id: int
    new: bool


class AddedMany(Schema):
    """What became of many entries, in their order."""

    added: int
    known: int
    entries: list[Added]
