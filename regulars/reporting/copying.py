"""Rows of the engine into PostgreSQL: by a file, straight into a temporary table, so that no row passes through Python."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from django.db import connection

CHUNK: Final = 20_000
"""Rows of one statement, so that nobody waits long."""
_BLOCK: Final = 1 << 20


def to_file(engine: Any, selected: str, file: Path) -> int:
    """Write what a query of the engine gives, each row with its number first; how many rows there were."""
    numbered = f"SELECT row_number() OVER () AS line, * FROM ({selected})"  # noqa: S608 -- our own names
    copied = engine.execute(f"COPY ({numbered}) TO '{file}' (FORMAT csv, HEADER false)")
    return int(copied.fetchone()[0])


def from_file(file: Path, table: str, declared: Mapping[str, str], never_null: Collection[str], statement: str) -> int:
    """Lay the rows of ``file`` into a temporary ``table`` and let ``statement`` bring them home, some thousands at a time.

    Args:
        declared: name → type of each column after the number of the row, ``line``.
        never_null: columns whose empty fields are empty texts.
        statement: reads ``table`` from one ``line`` (included) to another (left out), its two parameters.

    Returns:
        How many rows there were.
    """
    columns = ", ".join(f'"{name}" {kind}' for name, kind in declared.items())
    texts = ", ".join(f'"{name}"' for name in never_null)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TEMP TABLE {table} (line bigint PRIMARY KEY, {columns})")
        with (
            file.open("rb") as lines,
            cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({texts}))") as copy,
        ):
            while block := lines.read(_BLOCK):
                copy.write(block)
        cursor.execute(f"ANALYZE {table}")
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 -- our own names
        rows = int(cursor.fetchone()[0])
        for start in range(1, rows + 1, CHUNK):
            cursor.execute(statement, [start, start + CHUNK])
        cursor.execute(f"DROP TABLE {table}")
    return rows
