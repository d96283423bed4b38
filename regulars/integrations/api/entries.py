"""Entries for timelines as the API takes them: described, checked, written several requests in one transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints, ValidationError

from regulars.customers import timeline
from regulars.customers.actions.entries import Appended, append_entries
from regulars.customers.models import Channel, Identifier, Party
from regulars.customers.timeline import NewEvent
from regulars.integrations.api.compiled import rows_of
from regulars.integrations.api.models import Token
from regulars.integrations.api.problems import Flaw, Problem, invalid
from regulars.integrations.api.schemas import BIGGEST, Given, IdentifierIn, Moment, Ref, Short
from regulars.kit import clock
from regulars.staff.rules import Reach, can, reach

MOST: Final = 1_000
PAYLOAD_BYTES: Final = 8_192
_EARLIEST: Final = datetime(1801, 1, 1, tzinfo=UTC)
_SLACK: Final = timedelta(minutes=5)
_OWN: Final = ("customers.", "commerce.", "staff.", "imports.", "demo.", "reporting.", "webhooks.")
"""Kinds under these names are written by the product itself, beside the change that they tell of."""
_CHANNELS: Final = {**{one: one for one in Channel.values}, "call": "phone", "letter": "post"}
"""What the first word of a kind says of the channel."""


class EntryIn(Given):
    """Something that happened with a customer. Sent again with the same ``source`` and ``source_key`` it is there once."""

    customer: Ref | None = Field(None, description="Number of the customer; or give an identifier.")
    identifier: IdentifierIn | None = Field(None, description="How another system calls the customer.")
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=48)] = Field(
        description="e.g. `channels.call_logged`, `channels.note_written`, or a kind of your own such as `shop.cart_left`.",
        examples=["channels.call_logged"],
    )
    occurred_at: Moment | None = Field(None, description="With its offset; now when left out.")
    channel: Channel | None = None
    department: Annotated[str, StringConstraints(max_length=24)] = ""
    amount: int | None = Field(None, strict=True, ge=-BIGGEST, le=BIGGEST, description="Minor units: 1 TWD = 100.")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    quantity: float | None = Field(None, strict=True, ge=-1e12, le=1e12)
    subject: Annotated[str, StringConstraints(max_length=255)] = ""
    text: Annotated[str, StringConstraints(max_length=20_000)] = ""
    payload: dict[str, Any] = Field(default_factory=dict, description="Further facts, 8 kB of JSON at most.")
    source: Short = Field("api", min_length=1, description="The system that tells it.")
    source_key: Annotated[str, StringConstraints(min_length=1, max_length=160)] | None = Field(
        None, description="Its number there."
    )


@dataclass(slots=True)
class Posting:
    """One entry of one token on its way in; ``place`` is where it stood in the body."""

    token: Token
    entry: EntryIn
    place: tuple[str | int, ...] = ()


def read_entry(value: Any) -> EntryIn:
    """The entry told by a JSON value.

    Raises:
        Problem: 422 with a pointer to each flaw.
    """
    try:
        return EntryIn.model_validate(value)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False, include_input=False)) from error


def record(postings: Sequence[Posting]) -> list[Appended | Problem]:
    """Write what may be written, in one transaction; a posting that may not be is answered by its problem."""
    customers = _customers(postings)
    results: list[Appended | Problem | None] = []
    entries: list[NewEvent] = []
    for number, posting in enumerate(postings):
        try:
            entries.append(_new_event(posting, customers[number]))
            results.append(None)
        except Problem as problem:
            results.append(problem)
    written = iter(append_entries(entries=entries) if entries else [])
    return [next(written) if one is None else one for one in results]


def record_all(postings: Sequence[Posting]) -> list[Appended]:
    """Write all of them or none.

    Raises:
        Problem: 422 with the flaws of every posting that may not be written.
    """
    customers, flaws, entries = _customers(postings), list[Flaw](), list[NewEvent]()
    for number, posting in enumerate(postings):
        try:
            entries.append(_new_event(posting, customers[number]))
        except Problem as problem:
            if problem.status == 403:
                raise
            flaws += problem.flaws
    if flaws:
        raise Problem(422, _("Some entries cannot be written; none was."), flaws=flaws[:50])
    return append_entries(entries=entries)


def _new_event(posting: Posting, customer: int | None) -> NewEvent:
    token, told = posting.token, posting.entry
    if not can(token.user, "customers.log"):
        raise Problem(403, _("Your role does not allow this."))
    if told.kind.startswith(_OWN):
        raise _flawed(posting, "kind", _("Entries of this kind are written by Regulars itself."))
    if customer is None:
        name = "identifier" if told.customer is None and told.identifier else "customer"
        raise _flawed(posting, name, _("There is no such customer, or none that this token may see."))
    now = clock.now()
    at = told.occurred_at or now
    if not _EARLIEST <= at <= now + _SLACK:
        raise _flawed(posting, "occurred_at", _("This lies in the future, or before 1801."))
    if len(json.dumps(told.payload)) > PAYLOAD_BYTES:
        raise _flawed(posting, "payload", _("The payload is larger than 8 kB."))
    return NewEvent(
        kind=told.kind, customer_id=customer, occurred_at=at, channel=told.channel or _channel_of(told.kind),
        department=told.department, actor_id=token.user_id, amount=told.amount,
        currency=(told.currency or settings.CURRENCY) if told.amount is not None else "", quantity=told.quantity,
        payload=told.payload, source=told.source, source_key=told.source_key or f"api-{uuid.uuid4().hex}",
        subject=told.subject, text=told.text,
    )  # fmt: skip


def _flawed(posting: Posting, field: str, detail: str) -> Problem:
    pointer = "".join(f"/{part}" for part in (*posting.place, field))
    return Problem(422, detail, flaws=[Flaw(pointer, detail)])


def _channel_of(kind: str) -> str:
    return _CHANNELS.get(kind.rpartition(".")[2].partition("_")[0], "")


def _customers(postings: Sequence[Posting]) -> list[int | None]:
    """For each posting the customer it speaks of, if its user sees them; merged ones lead to the one that stands."""
    named = _by_identifier(postings)
    asked: list[int | None] = []
    for posting in postings:
        told = posting.entry
        key = (told.identifier.system, told.identifier.external_id) if told.identifier else None
        asked.append(told.customer if told.customer is not None else named.get(key) if key else None)
    seen = _seen([(posting, one) for posting, one in zip(postings, asked, strict=True) if one is not None])
    missing = [
        one for p, one in zip(postings, asked, strict=True) if one is not None and (p.token.user_id, one) not in seen
    ]
    stands = _standing(missing) if missing else {}
    if stands:
        led = [(p, stands[one]) for p, one in zip(postings, asked, strict=True) if one is not None and one in stands]
        seen |= _seen(led)
    found: list[int | None] = []
    for posting, one in zip(postings, asked, strict=True):
        here = stands.get(one, one) if one is not None else None
        found.append(here if here is not None and (posting.token.user_id, here) in seen else None)
    return found


def _seen(wanted: Sequence[tuple[Posting, int]]) -> set[tuple[int, int]]:
    """Pairs of user and customer, of those wanted, who see each other. One query a user."""
    seen: set[tuple[int, int]] = set()
    for pk, user in {posting.token.user_id: posting.token.user for posting, _one in wanted}.items():
        ids = {one for posting, one in wanted if posting.token.user_id == pk}
        if reach(user) is Reach.ALL:
            seen |= {(pk, party) for (party,) in rows_of(_live, ids)}
        else:
            visible = Party.objects.visible_to(user).live().filter(pk__in=ids)
            seen |= {(pk, party) for party in visible.values_list("pk", flat=True)}
    return seen


def _live(ids: Iterable[Any]) -> QuerySet[Party, Any]:
    return Party.objects.live().filter(pk__in=ids).values_list("pk")


def _by_identifier(postings: Sequence[Posting]) -> dict[tuple[str, str], int]:
    keys = {
        (p.entry.identifier.system, p.entry.identifier.external_id)
        for p in postings
        if p.entry.identifier and p.entry.customer is None
    }
    if not keys:
        return {}
    rows = Identifier.objects.filter(
        system__in={system for system, _number in keys}, external_id__in={number for _system, number in keys}
    )
    return {(system, number): party for system, number, party in rows.values_list("system", "external_id", "party")}


def _standing(ids: Iterable[int]) -> dict[int, int]:
    rows = Party.objects.filter(pk__in=set(ids), merged_into__isnull=False).values_list("pk", "merged_into")
    return {pk: into for pk, into in rows if into is not None}


def described(kind: str) -> str:
    """The word of a kind, for people."""
    return str(timeline.kind_of(kind).label)
