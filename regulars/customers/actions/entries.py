"""Entries that other systems bring, several at once and each only once: what the API writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db import connection, transaction

from regulars.customers import timeline
from regulars.customers.models import Event, EventBody
from regulars.customers.timeline import NewEvent
from regulars.kit import clock

_COLUMNS: Final = tuple(name for name in NewEvent.__slots__ if name not in {"subject", "text"})
_OCCURRED_AT: Final = _COLUMNS.index("occurred_at")
_PAYLOAD: Final = _COLUMNS.index("payload")
_AT_ONCE: Final = 500
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Appended:
    """One entry offered: the id under which it stands, and whether it was new."""

    id: int
    new: bool


def append_entries(*, entries: Sequence[NewEvent]) -> list[Appended]:
    """Write entries that each carry ``source`` and ``source_key``; one the source already brought is found instead.

    Moves "last contact" for kinds that count as contact, and announces what is new after commit; all or nothing. Cost per
    500 entries: one statement on PostgreSQL, up to three on SQLite; one more for those that were there.

    Raises:
        ValueError: an entry has no ``source_key``.
    """
    one_statement = connection.vendor == "postgresql" and len(entries) <= _AT_ONCE
    with nullcontext() if one_statement else transaction.atomic():
        found: dict[Key, int] = {}
        for start in range(0, len(entries), _AT_ONCE):
            found |= _append(entries[start : start + _AT_ONCE])
        new = dict(found)
        found |= _known([entry for entry in entries if _key(entry) not in found])
        _announce_later([(new[_key(entry)], entry) for entry in entries if _key(entry) in new])
    return [Appended(found[_key(entry)], new.pop(_key(entry), None) is not None) for entry in entries]


def _key(entry: NewEvent) -> Key:
    if not entry.source_key:
        raise ValueError("an entry from elsewhere needs a source_key")
    return entry.source, entry.source_key


def _append(entries: Sequence[NewEvent]) -> dict[Key, int]:
    """Write what is new, with its text and the last contact that it is; the ids of that."""
    firsts = {_key(entry): entry for entry in reversed(entries)}
    wanted = list(reversed(firsts.values()))
    if connection.vendor == "postgresql":
        return _append_at_once(wanted)
    insert, values = _insertion(wanted)
    new = _keys_of(f"{insert} RETURNING source, source_key, id", values)
    brought = [(pk, firsts[key]) for key, pk in new.items()]
    _write_bodies(brought)
    _touch(brought)
    return new


def _append_at_once(entries: Sequence[NewEvent]) -> dict[Key, int]:
    """The whole of it in one statement, which is a transaction by itself: nobody waits for BEGIN and COMMIT.

    The entries are one parameter, a list in JSON, so that the words of the statement never change: the driver would look
    anew for the places of hundreds of parameters each time, which took longer than all else that it does here.
    """
    told = [{name: getattr(entry, name) for name in NewEvent.__slots__} for entry in entries]
    for one in told:
        one["occurred_at"], one["subject"] = one["occurred_at"].isoformat(), one["subject"][:255]
    return _keys_of(_at_once(), [json.dumps(told), clock.now(), timeline.contact_kinds()])


@cache
def _at_once() -> str:
    types = {field.attname: field.db_type(connection) for field in Event._meta.concrete_fields}
    columns = ", ".join(_COLUMNS)
    described = ", ".join(f"{name} {types.get(name, 'text')}" for name in NewEvent.__slots__)
    return f"""WITH told AS (
        SELECT * FROM json_to_recordset(%s::json) AS told({described})
    ), added AS (
        INSERT INTO customers_event ({columns}, recorded_at) SELECT {columns}, %s FROM told ON CONFLICT DO NOTHING
        RETURNING id, customer_id, occurred_at, kind, channel, source, source_key
    ), touched AS (
        UPDATE customers_customersummary SET last_contact_at = newest.occurred_at, last_contact_channel = newest.channel
        FROM (
            SELECT DISTINCT ON (customer_id) customer_id, occurred_at, channel FROM added
            WHERE kind = ANY(%s) ORDER BY customer_id, occurred_at DESC, id DESC
        ) AS newest
        WHERE party_id = newest.customer_id AND (last_contact_at IS NULL OR last_contact_at <= newest.occurred_at)
    ), bodies AS (
        INSERT INTO customers_eventbody (event_id, subject, text) SELECT id, subject, text
        FROM added JOIN told USING (source, source_key) WHERE subject <> '' OR text <> ''
    ) SELECT source, source_key, id FROM added"""  # noqa: S608 -- our own column names and their types


def _insertion(entries: Sequence[NewEvent]) -> tuple[str, list[Any]]:
    moment = connection.ops.adapt_datetimefield_value
    now, values = moment(clock.now()), list[Any]()
    for entry in entries:
        row: list[Any] = [getattr(entry, name) for name in _COLUMNS]
        row[_OCCURRED_AT], row[_PAYLOAD] = moment(entry.occurred_at), json.dumps(entry.payload)
        values += (*row, now)
    statement = (
        f"INSERT INTO customers_event ({', '.join(_COLUMNS)}, recorded_at) "  # noqa: S608 -- our own column names
        f"VALUES {_marks(len(_COLUMNS) + 1, len(entries))} ON CONFLICT DO NOTHING"
    )
    return statement, values


def _marks(columns: int, rows: int) -> str:
    row = f"({', '.join(['%s'] * columns)})"
    return ", ".join([row] * rows)


def _keys_of(statement: str, values: Sequence[Any]) -> dict[Key, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {(source, key): pk for source, key, pk in cursor.fetchall()}


def _known(entries: Sequence[NewEvent]) -> dict[Key, int]:
    wanted: dict[str, list[str]] = {}
    for entry in entries:
        wanted.setdefault(entry.source, []).append(str(entry.source_key))
    found: dict[Key, int] = {}
    for source, keys in wanted.items():
        for start in range(0, len(keys), _AT_ONCE):
            rows = Event.objects.filter(source=source, source_key__in=keys[start : start + _AT_ONCE], retracted_in=None)
            found.update(((source, key), pk) for key, pk in rows.values_list("source_key", "pk") if key)
    return found


def _write_bodies(brought: Sequence[tuple[int, NewEvent]]) -> None:
    said = [EventBody(event_id=pk, subject=e.subject[:255], text=e.text) for pk, e in brought if e.subject or e.text]
    if said:
        EventBody.objects.bulk_create(said)


def _touch(brought: Sequence[tuple[int, NewEvent]]) -> None:
    contacts, newest = set(timeline.contact_kinds()), dict[int, tuple[datetime, int, str]]()
    for pk, entry in brought:
        if entry.customer_id is not None and entry.kind in contacts:
            here = (entry.occurred_at, pk, entry.channel)
            newest[entry.customer_id] = max(newest.get(entry.customer_id, here), here)
    moment = connection.ops.adapt_datetimefield_value
    rows = [(customer, moment(at), channel) for customer, (at, _pk, channel) in sorted(newest.items())]
    for start in range(0, len(rows), _AT_ONCE):
        _move_last_contact(rows[start : start + _AT_ONCE])


def _move_last_contact(rows: Sequence[tuple[Any, ...]]) -> None:
    """One statement for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE customers_customersummary SET last_contact_at = v.column2, last_contact_channel = v.column3
                FROM (VALUES {_marks(3, len(rows))}) AS v
                WHERE party_id = v.column1 AND (last_contact_at IS NULL OR last_contact_at <= v.column2)""",  # noqa: S608 -- marks only
            [value for row in rows for value in row],
        )


def _announce_later(brought: Sequence[tuple[int, NewEvent]]) -> None:
    heard = [pk for pk, entry in brought if timeline.has_subscribers(entry.kind)]
    if heard:
        transaction.on_commit(lambda: timeline.announce(Event.objects.filter(pk__in=heard).order_by("pk")))
