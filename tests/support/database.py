"""Lets Django empty the test database although the timeline's own triggers refuse to delete from it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.sqlite3.base import DatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_guards() -> Iterator[None]:
    """On SQLite, lift every trigger for the one transaction that empties all tables after a transactional test.

    PostgreSQL empties by TRUNCATE, which row triggers do not see. Within a test the triggers are always in force.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: Any, statements: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        lift = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        forget = [
            f"INSERT INTO {one} ({one}) VALUES ('delete-all')" for one in ("customers_search", "inbox_search")
        ]  # no tables of Django's
        flush(self, [*lift, *statements, *forget, *(sql for _, sql in triggers)])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield
