"""Filling tables without their indexes and triggers, which are made anew afterwards: many times faster when most rows are new.

For data folders of the bench alone: a crash in between leaves a database to be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Made:
    """An index or trigger: its table, name, and the statement that makes it."""

    kind: str
    table: str
    name: str
    sql: str


_SQLITE = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
_POSTGRESQL = """
    SELECT 'index', i.tablename, i.indexname, i.indexdef FROM pg_indexes i
    WHERE i.schemaname = 'public' AND NOT EXISTS (
        SELECT 1 FROM pg_constraint c JOIN pg_class x ON x.oid = c.conindid WHERE x.relname = i.indexname)
"""


def strip(connection: Any) -> list[Made]:
    """Drop every index and trigger that no constraint rests on; returns what is to be made again."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE if sqlite else _POSTGRESQL)
        found = [Made(*row) for row in cursor.fetchall()]
        if sqlite:
            for pragma in ("foreign_keys=OFF", "journal_mode=OFF", "synchronous=OFF"):
                cursor.execute(f"PRAGMA {pragma}")
        else:
            cursor.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        for one in found:
            cursor.execute(f'DROP {one.kind.upper()} "{one.name}"')
    return found


def dress(connection: Any, found: Iterable[Made]) -> None:
    """Make them again, indexes before triggers."""
    with connection.cursor() as cursor:
        for one in sorted(found, key=lambda made: made.kind):
            cursor.execute(one.sql)


def finish(connection: Any) -> None:
    """Let PostgreSQL's planner count (nobody does so for SQLite in the product either), and be as durable again as it was."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for statement in (
            ("PRAGMA journal_mode=WAL",) if sqlite else ("RESET session_replication_role", "VACUUM ANALYZE")
        ):
            cursor.execute(statement)
