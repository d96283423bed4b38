"""Whatever may move somebody into a segment or out of it leaves a mark, in its own transaction, whoever writes it.

Only changes of which some segment's rule speaks (``segments_topic``) are marked; without segments nothing is written.
"""

# ruff: noqa: S608 -- names of our own tables
from __future__ import annotations

from dataclasses import dataclass

from django.db import migrations

from regulars.kit.migrating import statements

FIGURES = (
    "orders", "returns", "revenue", "margin", "first_order_at", "last_order_at", "last_contact_at", "next_activity_at", "open_tasks",
    "open_promises", "open_complaints", "orders_12m", "revenue_12m", "revenue_prior_12m", "margin_12m", "value_class",
    "value_percentile", "stage", "stage_since", "risk", "cycle_days", "expected_order_at", "at_stake", "next_action",
)  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """A table whose rows speak of a party, what a change of it is called, which columns count, and the row's own number."""

    table: str
    topic: str
    party: str
    columns: tuple[str, ...] = ()
    row: str = "id"
    deleted: bool = True


WATCHED = (
    Watched("customers_event", "{row}.kind", "customer_id", ("customer_id", "retracted_in"), deleted=False),
    Watched("customers_customersummary", "'figures'", "party_id", FIGURES, row="party_id", deleted=False),
    Watched("customers_party", "'record'", "id", deleted=False),
    Watched("customers_consent", "'consent'", "party_id", ("party_id",)),
    Watched("customers_partyrelation", "'relation'", "party_id"),
)
_INTO = "INSERT INTO segments_mark (party_id, topic)"
_CORRECTED = ("customers_event", "INSERT")
_SUPERSEDED = f"""{_INTO} SELECT e.customer_id, e.kind FROM customers_event e WHERE {{which}} AND e.customer_id IS NOT NULL
    AND EXISTS (SELECT 1 FROM segments_topic t WHERE t.topic = e.kind);"""
"""What an entry corrects counts no more, of whatever kind the correction is."""


def _name(one: Watched, event: str) -> str:
    return f"segments_{one.table.removeprefix('customers_')}_{event.lower()}"


def _events(one: Watched) -> list[str]:
    return ["INSERT", "UPDATE", *(["DELETE"] if one.deleted else [])]


def _sqlite(one: Watched, event: str) -> str:
    def mark(row: str) -> str:
        topic = one.topic.format(row=row)
        wanted = f"EXISTS (SELECT 1 FROM segments_topic WHERE topic = {topic})"
        return f"{_INTO} SELECT {row}.{one.party}, {topic} WHERE {row}.{one.party} IS NOT NULL AND {wanted};"

    told, when = event, ""
    if event == "UPDATE" and one.columns:
        told = f"UPDATE OF {', '.join(one.columns)}"
        when = f"WHEN {' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in one.columns)}"
    superseded = _SUPERSEDED.format(which="e.id = NEW.supersedes_id") if (one.table, event) == _CORRECTED else ""
    rows = ["OLD"] if event == "DELETE" else ["NEW"]
    if event == "UPDATE" and one.party in one.columns:
        rows.append("OLD")
    return f"CREATE TRIGGER {_name(one, event)} AFTER {told} ON {one.table} {when} BEGIN {' '.join(map(mark, rows))} {superseded} END"


def _postgresql(one: Watched, event: str) -> list[str]:
    name, topic = _name(one, event), one.topic.format(row="r")
    wanted = f"r.{one.party} IS NOT NULL AND EXISTS (SELECT 1 FROM segments_topic t WHERE t.topic = {topic})"
    sides = {"INSERT": ["added"], "UPDATE": ["added", "gone"], "DELETE": ["gone"]}[event]
    tables = " ".join(f"{'NEW' if side == 'added' else 'OLD'} TABLE AS {side}" for side in sides)
    differs, told = "", ["added"] if event != "DELETE" else ["gone"]
    if event == "UPDATE" and one.columns:
        before, after = (", ".join(f"{row}.{name}" for name in one.columns) for row in ("o", "n"))
        differs = (
            f" AND r.{one.row} IN (SELECT n.{one.row} FROM added n JOIN gone o ON o.{one.row} = n.{one.row}"
            f" WHERE ({before}) IS DISTINCT FROM ({after}))"
        )
    if event == "UPDATE" and one.party in one.columns:
        told.append("gone")
    marks = " ".join(f"{_INTO} SELECT DISTINCT r.{one.party}, {topic} FROM {side} r WHERE {wanted}{differs};" for side in told)
    if (one.table, event) == _CORRECTED:
        marks += _SUPERSEDED.format(which="e.id IN (SELECT supersedes_id FROM added WHERE supersedes_id IS NOT NULL)")
    return [
        f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF EXISTS (SELECT 1 FROM segments_topic) THEN {marks} END IF; RETURN NULL; END $$""",
        f"CREATE TRIGGER {name} AFTER {event} ON {one.table} REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


_PAIRS = [(one, event) for one in WATCHED for event in _events(one)]
SQLITE = [_sqlite(one, event) for one, event in _PAIRS]
SQLITE_BACK = [f"DROP TRIGGER {_name(one, event)}" for one, event in _PAIRS]
POSTGRESQL = [statement for one, event in _PAIRS for statement in _postgresql(one, event)]
POSTGRESQL_BACK = [f"DROP FUNCTION {_name(one, event)}() CASCADE" for one, event in _PAIRS]


class Migration(migrations.Migration):
    """Adds the triggers."""

    dependencies = [("segments", "0001_segments")]
    operations = [migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK))]
