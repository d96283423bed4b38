"""Writing many rows at once, on SQLite by executemany and on PostgreSQL by COPY; ids are taken beforehand so that rows can refer to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

T = TypeVar("T")
_IN = 900


def allocate(model: type[Model], count: int) -> list[int]:
    """Reserve ``count`` ids of the table, ascending. Call inside the transaction that uses them."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
            first = (row[0] if row else 0) + 1
            return list(range(first, first + count))
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return sorted(value for (value,) in cursor.fetchall())


def insert(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, or_ignore: bool = False
) -> None:
    """Insert ``rows``; ``or_ignore`` leaves out those a unique constraint refuses. JSON is given as text, times as aware UTC."""
    if not rows:
        return
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    if connection.vendor == "postgresql" and not or_ignore:
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(columns))
    ending = " ON CONFLICT DO NOTHING" if or_ignore else ""
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks}){ending}', _adapted(model, columns, rows))  # noqa: S608 -- our own names


def execute_many(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run one statement for each row of values."""
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                statement, rows if connection.vendor != "sqlite" else [[stored(value) for value in row] for row in rows]
            )


def _adapted(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """Rows as the database driver takes them: SQLite wants times as text."""
    if connection.vendor != "sqlite":
        return rows
    types = {field.attname: field.get_internal_type() for field in model._meta.concrete_fields}
    times = [place for place, column in enumerate(columns) if types[column] in {"DateTimeField", "DateField"}]
    if not times:
        return rows
    changed = [list(row) for row in rows]
    for place in times:
        for row in changed:
            row[place] = stored(row[place])
    return changed


def stored(value: Any) -> Any:
    """A time as SQLite keeps it: UTC without zone; anything else as it is."""
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return value.isoformat() if isinstance(value, date) else value


def batches(values: Iterable[T], size: int = _IN) -> Iterator[list[T]]:
    """Slices short enough for ``IN (…)`` on every database."""
    iterator = iter(values)
    while batch := list(islice(iterator, size)):
        yield batch


def marks(values: Sequence[Any]) -> str:
    """As many placeholders as there are values."""
    return ", ".join(["%s"] * len(values))


def rows(statement: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """All rows of ``statement``."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()


def select(statement: str, values: Sequence[Any], *before: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of ``statement``, whose ``{marks}`` stands for a slice of ``values``; ``before`` goes ahead of them."""
    for batch in batches(values):
        with connection.cursor() as cursor:
            cursor.execute(statement.format(marks=marks(batch)), [*before, *batch])
            yield from cursor.fetchall()


def aware(moment: Any) -> datetime:
    """A time as raw SQL gave it, aware in UTC."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value if value.tzinfo else value.replace(tzinfo=UTC)
