"""PostgreSQL: the triggers of the change log look at all rows of a statement at once.

A merge that re-points fifty thousand entries, an import that writes a thousand, called a function for each. What is noted
stays the same, but for updates that change none of the columns that matter: of these nothing is noted any more.
SQLite knows only triggers for each row, and keeps them.
"""

# ruff: noqa: S608 -- names of our own tables
from __future__ import annotations

from importlib import import_module

from django.db import migrations

from regulars.kit.migrating import statements

_of_rows = import_module("regulars.reporting.migrations.0002_change_log")
_LOG = "INSERT INTO reporting_factchange (fact, row, party)"


def _told(one, rows: str) -> str:  # type: ignore[no-untyped-def]
    only = f" WHERE {one.only.format('r')}" if one.only else ""
    return f"SELECT r.{one.row} AS row, r.{one.party} AS party{{more}} FROM {rows} r{only}"


def _noted(one, event: str) -> str:  # type: ignore[no-untyped-def]
    """The rows to be noted. Of an update those that stand once among before and after: what is the same stands twice.

    (A join of before and after would do too, but its plan is made when there is one row and kept for fifty thousand.)
    """
    if event != "UPDATE":
        rows = "added" if event == "INSERT" else "gone"
        return f"SELECT '{one.fact}', row, party FROM ({_told(one, rows).format(more='')}) told"
    both = f"{_told(one, 'added')} UNION ALL {_told(one, 'gone')}"
    if not one.columns:
        return f"SELECT DISTINCT '{one.fact}', row, party FROM ({both.format(more='')}) told"
    columns = [name.strip() for name in one.columns.split(",") if name.strip() not in {one.row, one.party}]
    grouped = ", ".join(["row", "party", *columns])
    more = "".join(f", r.{name}" for name in columns)
    once = f"SELECT row, party FROM ({both.format(more=more)}) told GROUP BY {grouped} HAVING count(*) = 1"
    return f"SELECT DISTINCT '{one.fact}', row, party FROM ({once}) changed"


_TABLES = {
    "INSERT": "NEW TABLE AS added",
    "UPDATE": "OLD TABLE AS gone NEW TABLE AS added",
    "DELETE": "OLD TABLE AS gone",
}


def _forwards() -> list[str]:
    made = []
    for one in _of_rows.WATCHED:
        made.append(f"DROP FUNCTION {one.table}_changed() CASCADE")
        for event, tables in _TABLES.items():
            name = f"{one.table}_log_{event.lower()}"
            made.append(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN {_LOG} {_noted(one, event)}; RETURN NULL; END $$"
            )
            made.append(
                f"CREATE TRIGGER {name} AFTER {event} ON {one.table} REFERENCING {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )
    return made


def _backwards() -> list[str]:
    gone = [f"DROP FUNCTION {one.table}_log_{event.lower()}() CASCADE" for one in _of_rows.WATCHED for event in _TABLES]
    return [*gone, *_of_rows.postgresql()]


class Migration(migrations.Migration):
    """Replaces the triggers."""

    dependencies = [("reporting", "0004_change_log_of_lines")]
    operations = [
        migrations.RunPython(statements(postgresql=_forwards()), statements(postgresql=_backwards())),
    ]
