"""The test database: copied from a template, and emptied although the timeline's own triggers refuse to delete from it."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations
from django.db.backends.sqlite3.creation import DatabaseCreation

from tests.support import templates


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Let the test database begin as a copy of one that was migrated; `migrate` then finds nothing to do."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = templates.postgresql(os.environ["REGULARS_DATABASE_URL"])
        yield
        return
    make = DatabaseCreation._create_test_db

    def copied(self: Any, *told: Any, **more: Any) -> str:
        name = make(self, *told, **more)
        shutil.copyfile(templates.sqlite(), name)
        return str(name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_create_test_db", copied)
        yield


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
