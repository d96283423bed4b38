"""Whatever changes an outcome leaves a mark, in its own transaction, whoever writes it: only where an experiment knows the customer.

Somebody is known who is in an experiment, or into whom somebody was merged who is.
"""

# ruff: noqa: S608 -- names of our own tables
from __future__ import annotations

from dataclasses import dataclass

from django.db import migrations

from regulars.kit.migrating import statements

_OF_MESSAGE = "(SELECT m.party_id FROM channels_message m WHERE m.id = {row}.message_id)"


@dataclass(frozen=True)
class Watched:
    """A table, of whom its rows speak, and which columns count when a row is changed."""

    table: str
    parties: tuple[str, ...]
    columns: tuple[str, ...]


WATCHED = (
    Watched("commerce_order", ("{row}.customer_id",), ("customer_id", "ordered_at", "retracted_in", "state", "amount", "goods", "cost")),
    Watched("commerce_return", ("{row}.customer_id",), ("customer_id", "returned_at", "order_id", "retracted_in", "amount", "goods", "cost")),
    Watched("customers_consent", ("{row}.party_id",), ("party_id",)),
    Watched("customers_suppression", ("{row}.party_id",), ("party_id", "at", "reason")),
    Watched("channels_messageevent", (_OF_MESSAGE,), ("message_id", "kind", "at", "by_machine")),
    Watched("customers_party", ("{row}.id", "{row}.merged_into_id"), ("merged_into_id",)),
)
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_KNOWN = """(EXISTS (SELECT 1 FROM effect_assignment a WHERE a.party_id = {party}) OR EXISTS (
    SELECT 1 FROM customers_party p JOIN effect_assignment a ON a.party_id = p.id WHERE p.merged_into_id = {party}))"""


def _name(one: Watched, event: str) -> str:
    return f"effect_{one.table}_{event.lower()}"


def _events(one: Watched) -> tuple[str, ...]:
    return ("UPDATE",) if one.table == "customers_party" else _EVENTS


def _sqlite(one: Watched, event: str) -> str:
    rows = {"INSERT": ["NEW"], "UPDATE": ["NEW", "OLD"], "DELETE": ["OLD"]}[event]
    parties = [party.format(row=row) for row in rows for party in one.parties]
    marks = " ".join(f"INSERT INTO effect_mark (party_id) SELECT {party} WHERE {_KNOWN.format(party=party)};" for party in parties)
    told, when = event, ""
    if event == "UPDATE":
        told = f"UPDATE OF {', '.join(one.columns)}"
        when = f"WHEN {' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in one.columns)}"
    return f"CREATE TRIGGER {_name(one, event)} AFTER {told} ON {one.table} {when} BEGIN {marks} END"


def _postgresql(one: Watched, event: str) -> list[str]:
    name = _name(one, event)
    sides = {"INSERT": ["added"], "UPDATE": ["added", "gone"], "DELETE": ["gone"]}[event]
    tables = " ".join(f"{'NEW' if side == 'added' else 'OLD'} TABLE AS {side}" for side in sides)
    differs = "1 = 1"
    if event == "UPDATE":
        before, after = (", ".join(f"{row}.{name}" for name in one.columns) for row in ("o", "n"))
        differs = f"r.id IN (SELECT n.id FROM added n JOIN gone o ON o.id = n.id WHERE ({before}) IS DISTINCT FROM ({after}))"
    found = " UNION ".join(f"SELECT {party.format(row='r')} AS party FROM {side} r WHERE {differs}" for side in sides for party in one.parties)
    mark = f"INSERT INTO effect_mark (party_id) SELECT f.party FROM ({found}) f WHERE {_KNOWN.format(party='f.party')};"
    return [
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF EXISTS (SELECT 1 FROM effect_assignment) THEN {mark} END IF; RETURN NULL; END $$""",
        f"CREATE TRIGGER {name} AFTER {event} ON {one.table} REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


_PAIRS = [(one, event) for one in WATCHED for event in _events(one)]
SQLITE = [_sqlite(one, event) for one, event in _PAIRS]
SQLITE_BACK = [f"DROP TRIGGER {_name(one, event)}" for one, event in _PAIRS]
POSTGRESQL = [statement for one, event in _PAIRS for statement in _postgresql(one, event)]
POSTGRESQL_BACK = [f"DROP FUNCTION {_name(one, event)}() CASCADE" for one, event in _PAIRS]


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [
        ("effect", "0001_experiments"),
        ("commerce", "0002_order_by_number"),
        ("channels", "0001_outbox"),
        ("customers", "0021_permission"),
    ]
    operations = [migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK))]
