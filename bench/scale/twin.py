"""Copies a filled SQLite file into an empty, migrated PostgreSQL: `python -m bench.scale.twin FILE`.

Both databases then hold the same rows under the same keys, so that figures may be compared.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

_ROWS = 20_000
_KEPT = ("django_migrations", "django_content_type", "auth_permission")


def twin(source: Path) -> dict[str, float]:
    """Copy every table of the product; returns rows and seconds."""
    from django.db import connection

    from bench.scale import bare

    started = time.perf_counter()
    made = bare.strip(connection)
    rows = 0
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as record:
        with connection.cursor() as cursor:  # all at once: one by one, CASCADE would empty what is filled already
            cursor.execute(f"TRUNCATE {', '.join(_tables(connection))} CASCADE")
        for table in _tables(connection):
            rows += _copy(record, connection, table)
    bare.dress(connection, made)
    _settle(connection)
    bare.finish(connection)
    return {"rows": rows, "seconds": time.perf_counter() - started}


def _tables(connection: Any) -> list[str]:
    from django.apps import apps

    models = apps.get_models(include_auto_created=True)
    return sorted({one._meta.db_table for one in models if one._meta.managed} - set(_KEPT))


def _copy(record: sqlite3.Connection, connection: Any, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name, is_nullable = 'NO' AND data_type IN ('text', 'character varying') FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
            [table],
        )
        wanted = cursor.fetchall()
        held = {row[1] for row in record.execute(f"PRAGMA table_info({table})")}
        names = [name for name, _ in wanted if name in held]
        if not names:
            return 0
        empty = ", ".join(f'"{name}"' for name, is_text in wanted if is_text and name in held)
        listed = ", ".join(f'"{name}"' for name in names)
        options = f"FORMAT csv, FORCE_NOT_NULL ({empty})" if empty else "FORMAT csv"
        return _stream(
            record, cursor, f'SELECT {listed} FROM "{table}"', f'COPY "{table}" ({listed}) FROM STDIN ({options})'
        )


def _stream(record: sqlite3.Connection, cursor: Any, read: str, write: str) -> int:
    count = 0
    found = record.execute(read)
    with cursor.copy(write) as copy:
        while rows := found.fetchmany(_ROWS):
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            copy.write(text.getvalue())
            count += len(rows)
    return count


def _settle(connection: Any) -> None:
    """Let the numbering of keys go on after those copied."""
    from django.apps import apps
    from django.core.management.color import no_style

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(
            no_style(), [one for one in apps.get_models() if one._meta.managed]
        ):
            cursor.execute(statement)


def main() -> None:
    """The command."""
    import django

    django.setup()
    print(json.dumps(twin(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
