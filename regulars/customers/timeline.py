"""The timeline: which kinds of entry there are, and the only ways to write one.

A context registers its kinds once (``register``), writes with ``record`` inside the transaction of the change,
or with ``record_many`` for bulk feeds. Whoever cares about a kind subscribes to its name; subscribers run after
commit, so a failed change is never announced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.customers import sentences
from regulars.customers.models import Channel, CustomerSummary, Event, EventBody, Party
from regulars.kit import clock
from regulars.web.rows import JSON, as_table

if TYPE_CHECKING:
    from regulars.staff.models import User

Text = str | Promise
Sentence = Callable[[Event], str]


@dataclass(frozen=True)
class EntryKind:
    """What an entry of this kind is called, where the filter puts it, and how it is said.

    ``group`` is one of ``GROUPS``. ``contact`` marks kinds that count as contact with the customer (they move
    "last contact"). ``sentence`` says the entry in the reader's language; the label alone when None.
    """

    key: str
    label: Text
    group: str
    icon: str = "dot"
    contact: bool = False
    sentence: Sentence | None = None


GROUPS: Final[Mapping[str, Text]] = {
    "contact": _("Contact"),
    "trade": _("Trade"),
    "service": _("Service"),
    "marketing": _("Marketing"),
    "stage": _("Stage"),
    "record": _("Record"),
    "other": _("Other"),
}

_kinds: dict[str, EntryKind] = {}
_subscribers: dict[str, list[Callable[[Event], None]]] = defaultdict(list)


def register(*kinds: EntryKind) -> None:
    """Make kinds known.

    Raises:
        ValueError: the group is unknown or the key is taken by another kind.
    """
    for kind in kinds:
        if kind.group not in GROUPS:
            raise ValueError(f"unknown group {kind.group!r} of {kind.key}")
        if _kinds.setdefault(kind.key, kind) != kind:
            raise ValueError(f"two kinds are called {kind.key}")


def kinds() -> Sequence[EntryKind]:
    """All registered kinds, by key."""
    return [_kinds[key] for key in sorted(_kinds)]


def kind_of(key: str) -> EntryKind:
    """The kind called ``key``; an unknown one (brought by an import) reads as itself in the group *other*."""
    return _kinds.get(key) or EntryKind(key, key.rpartition(".")[2].replace("_", " ").capitalize(), "other")


def contact_kinds() -> list[str]:
    """Keys of the kinds that count as contact."""
    return [kind.key for kind in _kinds.values() if kind.contact]


def subscribe(kind: str, function: Callable[[Event], None]) -> None:
    """Call ``function(event)`` after the commit of every single entry of ``kind``."""
    _subscribers[kind].append(function)


@dataclass(slots=True)
class NewEvent:
    """An entry to be written; fields as in ``models.Event``, with the text of its body."""

    kind: str
    customer_id: int | None
    occurred_at: datetime
    party_id: int | None = None
    channel: str = ""
    department: str = ""
    actor_id: int | None = None
    object_type: str = ""
    object_id: int | None = None
    amount: int | None = None
    currency: str = ""
    quantity: float | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    source_key: str | None = None
    batch_id: int | None = None
    subject: str = ""
    text: str = ""


_COLUMNS: Final = tuple(name for name in NewEvent.__slots__ if name not in {"subject", "text"})
_values_of: Final = attrgetter(*_COLUMNS)


def record(
    *,
    kind: str,
    customer: Party | None,
    by: User | None = None,
    occurred_at: datetime | None = None,
    subject: str = "",
    text: str = "",
    supersedes: Event | None = None,
    **fields: Any,
) -> Event:
    """Write one entry in the current transaction and announce it after commit.

    Args:
        fields: further fields of ``Event``: party, channel, department, object_type, object_id, amount, currency,
            quantity, payload, source, source_key, batch_id.

    Raises:
        ValueError: ``kind`` is not registered.
        django.db.IntegrityError: the source already brought this entry.
    """
    if kind not in _kinds:
        raise ValueError(f"unknown kind of timeline entry: {kind}")
    with transaction.atomic():
        moment = occurred_at or clock.now()
        event = Event(kind=kind, customer=customer, actor=by, occurred_at=moment, supersedes=supersedes, **fields)
        event.save(force_insert=True)
        if subject or text:
            EventBody.objects.create(event=event, subject=subject[:255], text=text)
        if customer is not None and _kinds[kind].contact:
            _touch(customer.pk, event)
        transaction.on_commit(lambda: _announce(event))
    return event


def _touch(customer_id: int, event: Event) -> None:
    earlier = Q(last_contact_at=None) | Q(last_contact_at__lt=event.occurred_at)
    CustomerSummary.objects.filter(earlier, party=customer_id).update(
        last_contact_at=event.occurred_at, last_contact_channel=event.channel
    )


def _announce(event: Event) -> None:
    for function in _subscribers.get(event.kind, ()):
        function(event)


def has_subscribers(kind: str) -> bool:
    """Whether anybody wants to hear of ``kind``."""
    return bool(_subscribers.get(kind))


def announce(events: Iterable[Event]) -> None:
    """Tell the subscribers of entries that are committed."""
    for event in events:
        _announce(event)


def record_many(entries: Iterable[NewEvent], *, batch_size: int = 5_000) -> int:
    """Write many entries; those a source already brought are left out. Nothing is announced.

    The caller rebuilds summaries (``actions.rebuild_activity``) for the customers concerned.

    Returns:
        Number of entries offered.
    """
    iterator, offered = iter(entries), 0
    while chunk := list(islice(iterator, batch_size)):
        offered += len(chunk)
        with transaction.atomic():
            _write_chunk(chunk)
    return offered


_BLANK: Final = ("channel", "department", "object_type", "currency")


def record_ready(kind: str, source: str, rows: Iterable[tuple[int, str, str, str]], *, batch_size: int = 20_000) -> int:
    """Write entries of one kind and source by the million: no object is made of any. Otherwise as ``record_many``.

    Args:
        rows: customer, when it happened (text in UTC), payload (JSON text), key of the source.

    Returns:
        Number of entries offered.
    """
    if kind not in _kinds:
        raise ValueError(f"unknown kind of timeline entry: {kind}")
    iterator, offered = iter(rows), 0
    recorded_at = str(connection.ops.adapt_datetimefield_value(clock.now()))
    while chunk := list(islice(iterator, batch_size)):
        offered += len(chunk)
        with transaction.atomic(), connection.cursor() as cursor:
            _insert_ready(cursor, (kind, source, recorded_at), chunk)
    return offered


def _insert_ready(cursor: Any, told: tuple[str, str, str], rows: list[tuple[int, str, str, str]]) -> None:
    own = "customer_id, occurred_at, payload, source_key"
    names = ", ".join((own, *_BLANK, "kind", "source", "recorded_at"))
    blank = ", ".join(["''"] * len(_BLANK))
    insert = f"INSERT INTO customers_event ({names})"
    if connection.vendor != "postgresql":
        cursor.executemany(
            f"{insert} VALUES (%s, %s, %s, %s, {blank}, %s, %s, %s) ON CONFLICT DO NOTHING",
            [(*row, *told) for row in rows],
        )
        return
    cursor.execute(
        "CREATE TEMP TABLE ready (customer_id bigint, occurred_at timestamptz, payload jsonb, source_key text) ON COMMIT DROP"
    )
    with cursor.copy("COPY ready FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"{insert} SELECT {own}, {blank}, %s, %s, %s FROM ready ON CONFLICT DO NOTHING", told)  # noqa: S608 -- our own column names
    cursor.execute("DROP TABLE ready")


def _write_chunk(chunk: list[NewEvent]) -> None:
    with_text = [entry for entry in chunk if entry.subject or entry.text]
    keyless = [entry for entry in with_text if entry.source_key is None]
    _append([entry for entry in chunk if entry.source_key is not None or not (entry.subject or entry.text)])
    if keyless:
        made = Event.objects.bulk_create(
            [Event(**{name: getattr(entry, name) for name in _COLUMNS}) for entry in keyless]
        )
        EventBody.objects.bulk_create(
            [
                EventBody(event=event, subject=e.subject[:255], text=e.text)
                for event, e in zip(made, keyless, strict=True)
            ]
        )
    keyed: dict[str, dict[str, NewEvent]] = defaultdict(dict)
    for entry in with_text:
        if entry.source_key is not None:
            keyed[entry.source][entry.source_key] = entry
    for source, wanted in keyed.items():
        _write_bodies(source, wanted)


def _append(entries: list[NewEvent]) -> None:
    """Insert without making models of them, in one statement; what a source already brought is passed over."""
    if not entries:
        return
    told, values = as_table(_types(), (_values_of(entry) for entry in entries))
    names = ", ".join(_COLUMNS)
    statement = (
        f"INSERT INTO customers_event ({names}, recorded_at) SELECT {names}, %s FROM {told} WHERE true "  # noqa: S608 -- our own column names
        "ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(clock.now()), *values])


@cache
def _types() -> dict[str, str]:
    """The columns of an entry and what PostgreSQL calls their types."""
    kinds = {one.attname: one.rel_db_type(connection) or "" for one in Event._meta.concrete_fields}
    return {name: JSON if name == "payload" else kinds[name] for name in _COLUMNS}


def _write_bodies(source: str, wanted: dict[str, NewEvent]) -> None:
    ids: dict[str, int] = {}
    keys = list(wanted)
    for start in range(0, len(keys), 900):
        found = Event.objects.filter(source=source, source_key__in=keys[start : start + 900], retracted_in=None)
        ids.update((key, pk) for key, pk in found.values_list("source_key", "pk") if key is not None)
    EventBody.objects.bulk_create(
        [EventBody(event_id=pk, subject=wanted[key].subject[:255], text=wanted[key].text) for key, pk in ids.items()],
        ignore_conflicts=True,
    )


def channel_label(key: str) -> str:
    """The name of a channel in the reader's language; the key itself for a channel we do not know."""
    return str(dict(Channel.choices).get(key, key))


register(
    EntryKind("customers.created", _("Record created"), "record", "plus", sentence=sentences.created),
    EntryKind("customers.merged", _("Merged with another record"), "record", "merge"),
    EntryKind("customers.unmerged", _("Taken apart again from another record"), "record", "undo"),
    EntryKind("customers.consent_given", _("Consent given"), "record", "check", sentence=sentences.consent_given),
    EntryKind(
        "customers.consent_withdrawn", _("Consent withdrawn"), "record", "ban", sentence=sentences.consent_withdrawn
    ),
    EntryKind("customers.suppressed", _("Address suppressed"), "record", "ban", sentence=sentences.suppressed),
    EntryKind("customers.unsuppressed", _("Address allowed again"), "record", "check", sentence=sentences.unsuppressed),
    EntryKind("customers.erased", _("Person erased"), "record", "ban"),
    EntryKind("customers.stage_changed", _("Stage changed"), "stage", "arc", sentence=sentences.stage_changed),
    EntryKind("customers.task_added", _("Task added"), "service", "task", sentence=sentences.task_added),
    EntryKind("customers.task_done", _("Task done"), "service", "check", sentence=sentences.task_done),
    EntryKind("customers.snoozed", _("Put off"), "record", "snooze", sentence=sentences.snoozed),
    EntryKind("customers.relation_added", _("Relation added"), "record", "link", sentence=sentences.relation_added),
    EntryKind("customers.relation_ended", _("Relation ended"), "record", "close", sentence=sentences.relation_ended),
    EntryKind("customers.role_given", _("Role given"), "record", "person", sentence=sentences.role_given),
    EntryKind("customers.role_ended", _("Role ended"), "record", "close", sentence=sentences.role_ended),
    EntryKind("customers.asset_added", _("Asset added"), "service", "box", sentence=sentences.asset_added),
    EntryKind("customers.asset_retired", _("Asset out of use"), "service", "box", sentence=sentences.asset_retired),
    EntryKind("customers.contract_signed", _("Contract made"), "service", "file", sentence=sentences.contract_signed),
    EntryKind(
        "customers.contract_renewed", _("Contract renewed"), "service", "file", sentence=sentences.contract_renewed
    ),
    EntryKind("customers.contract_ended", _("Contract ended"), "service", "close", sentence=sentences.contract_ended),
    EntryKind(
        "customers.contract_used",
        _("Visit under contract"),
        "service",
        "walk-in",
        contact=True,
        sentence=sentences.contract_used,
    ),
)
