"""Whole columns into a table, as fast as the database takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, repeat
from typing import Any, Final

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max
from django.db.models.fields import NOT_PROVIDED

_BATCH: Final = 20_000
Column = Sequence[Any] | str | int | float | bool | None
"""A sequence of values, or one value for all rows. Moments are texts ``2026-03-01 04:05:06`` in UTC, JSON is text."""


class Keys:
    """Gives out primary keys beyond those in use, in runs, and tells the database afterwards."""

    def __init__(self) -> None:
        self._next: dict[type[models.Model], int] = {}

    def run(self, model: type[models.Model], size: int) -> range:
        """The next ``size`` keys of ``model``."""
        if model not in self._next:
            newest = model._default_manager.aggregate(newest=Max("pk"))["newest"]
            self._next[model] = (newest or 0) + 1
        start = self._next[model]
        self._next[model] = start + size
        return range(start, start + size)

    def settle(self) -> None:
        """Let the database's own numbering go on after the keys given out."""
        statements = connection.ops.sequence_reset_sql(no_style(), list(self._next))
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def tell_planner(*tables: type[models.Model]) -> None:
    """Let PostgreSQL count what was just written: without, it plans as for empty tables until it looks by itself."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def write(model: type[models.Model], size: int, **columns: Column) -> int:
    """Insert ``size`` rows; fields that are not named get their default.

    A table takes keys either from ``Keys`` in all writes or from the database in all.

    Args:
        columns: by attribute name (``party_id``, not ``party``).

    Returns:
        ``size``.
    """
    if not size:
        return 0
    fields = [field for field in model._meta.concrete_fields if field.attname in columns or not _is_numbered(field)]
    unknown = set(columns) - {field.attname for field in fields}
    if unknown:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    values = [columns[field.attname] if field.attname in columns else _default(field) for field in fields]
    rows = zip(*(_spread(value, size) for value in values), strict=True)
    _insert(model._meta.db_table, [str(field.column) for field in fields], rows)
    return size


def _is_numbered(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.AutoField)


def _default(field: models.Field[Any, Any]) -> Any:
    if field.default is NOT_PROVIDED and field.null:
        return None
    return field.get_db_prep_save(field.get_default(), connection)


def _spread(value: Any, size: int) -> Iterable[Any]:
    return value if isinstance(value, list | tuple | range) else repeat(value, size)


def _insert(table: str, names: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(names))
        statement = f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) VALUES ({marks})"  # noqa: S608 -- names of our own models
        while batch := list(islice(rows, _BATCH)):
            cursor.executemany(statement, batch)
