"""Every table of the product, read in one form whatever the database: the same rows give the same hash.

A table is read in the order of its key in batches of 50,000 rows, each a pyarrow record batch: integers as int64,
moments as microseconds in UTC, JSON as text with sorted keys.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, Model

ROWS_AT_ONCE: Final = 50_000
LEFT_OUT: Final = frozenset({"django_session", "usersessions_usersession"})
"""Who is signed in where is no part of what has to be kept: after a restore everybody signs in again."""

_TYPES: Final = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.large_string(),
    "json": pa.large_string(),
    "moment": pa.timestamp("us", tz="UTC"),
    "day": pa.date32(),
    "uuid": pa.large_string(),
    "binary": pa.large_binary(),
}
_KINDS: Final = {
    "BooleanField": "bool", "FloatField": "float", "JSONField": "json", "DateTimeField": "moment", "DateField": "day",
    "UUIDField": "uuid", "BinaryField": "binary", "DurationField": "int",
}  # fmt: skip
_TEXTS: Final = frozenset({
    "CharField", "TextField", "SlugField", "GenericIPAddressField", "FileField", "URLField", "WholeNumber",
})  # fmt: skip
"""``WholeNumber`` is longer than 64 bits: its digits."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the kind of value it holds, whatever the database."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its key first among ``columns``."""

    name: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        """The column rows are ordered by."""
        return self.columns[0].name

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Table:
        """Back from the manifest."""
        return cls(told["name"], tuple(Column(**one) for one in told["columns"]))


def present(applied: Mapping[str, Iterable[str]]) -> list[Table]:
    """Every table that Django made here, by name, as the migrations ``applied`` (by app) have laid them out."""
    loader = MigrationLoader(connection)
    steps = {(app, name) for app, names in applied.items() for name in names}
    state = loader.project_state(sorted(steps & set(loader.graph.nodes)))
    models = {one._meta.db_table: one for one in state.apps.get_models(include_auto_created=True) if one._meta.managed}
    return [_table(models[name]) for name in sorted(models) if name not in LEFT_OUT]


def _table(model: type[Model]) -> Table:
    fields = sorted(model._meta.concrete_fields, key=lambda field: (not field.primary_key, field.column))
    return Table(model._meta.db_table, tuple(Column(str(field.column), _kind(field)) for field in fields))


def _kind(field: Field[Any, Any]) -> str:
    target = field
    while target.remote_field is not None:
        target = target.target_field  # type: ignore[attr-defined]
    name = target.get_internal_type()
    if name in _KINDS:
        return _KINDS[name]
    if name in _TEXTS:
        return "text"
    if name.endswith(("IntegerField", "AutoField")):
        return "int"
    raise TypeError(f"{field.model.__name__}.{field.name}: a {name} has no place in a backup yet")


@contextmanager
def snapshot() -> Iterator[Reader]:
    """Read the whole database as of one moment, keeping nobody from writing."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(f"file:{Path(connection.settings_dict['NAME'])}?mode=ro", uri=True)) as raw:
            raw.isolation_level = None
            raw.execute("BEGIN DEFERRED")
            raw.execute("SELECT 1 FROM django_migrations LIMIT 1").fetchone()  # the snapshot is taken at the first read
            yield Reader(raw)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield Reader(None)


class Reader:
    """Reads tables within one snapshot."""

    def __init__(self, sqlite: sqlite3.Connection | None) -> None:
        self._sqlite = sqlite

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The rows of a table in neutral form; none for an empty table."""
        names = ", ".join(f'"{one.name}"' for one in table.columns)
        for rows in self._chunks(f'SELECT {names} FROM "{table.name}" ORDER BY "{table.key}"'):  # noqa: S608 -- names of our own models
            columns = list(zip(*rows, strict=True))
            arrays = [neutral(one.kind, values) for one, values in zip(table.columns, columns, strict=True)]
            yield pa.record_batch(arrays, names=[one.name for one in table.columns])

    def migrations(self) -> dict[str, list[str]]:
        """The migrations that have been applied, by app."""
        applied: dict[str, list[str]] = {}
        for rows in self._chunks("SELECT app, name FROM django_migrations ORDER BY app, name"):
            for app, name in rows:
                applied.setdefault(app, []).append(name)
        return applied

    def _chunks(self, sql: str) -> Iterator[Sequence[tuple[Any, ...]]]:
        if self._sqlite is not None:
            cursor = self._sqlite.execute(sql)
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield rows
            return
        with connection.chunked_cursor() as server_side:
            server_side.execute(sql)
            while rows := server_side.fetchmany(ROWS_AT_ONCE):
                yield rows


def neutral(kind: str, values: Sequence[Any]) -> pa.Array:
    """One column as either database gave it, in the neutral form."""
    match kind:
        case "json":
            return pa.array([None if one is None else _canonical(one) for one in values], pa.large_string())
        case "moment" if any(isinstance(one, str) for one in values):
            naive = pc.cast(pa.array(values, pa.string()), pa.timestamp("us"))
            return pc.assume_timezone(naive, "UTC")
        case "day" if any(isinstance(one, str) for one in values):
            return pc.cast(pa.array(values, pa.string()), pa.date32())
        case "bool":
            return pa.array([None if one is None else bool(one) for one in values], pa.bool_())
        case "uuid":
            return pa.array([None if one is None else str(one).replace("-", "") for one in values], pa.large_string())
        case "text":
            return pa.array([None if one is None else str(one) for one in values], pa.large_string())
        case "binary":
            return pa.array([None if one is None else bytes(one) for one in values], pa.large_binary())
        case _:
            return pa.array(values, _TYPES[kind])


def _canonical(value: Any) -> str:
    return json.dumps(json.loads(value) if isinstance(value, str) else value, sort_keys=True, separators=(",", ":"))


class Fingerprint:
    """A SHA-256 over the rows of a table, equal for equal rows on either database."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in the next rows, in the order of the key."""
        self.rows += batch.num_rows
        for column in batch.columns:
            self._hash.update(_bytes(pc.cast(pc.is_null(column), pa.uint8()), batch.num_rows))
            if pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type):
                self._hash.update(_bytes(pc.fill_null(pc.binary_length(column), 0), 8 * batch.num_rows))
                data = column.buffers()[2]
                self._hash.update(memoryview(data)[: pc.sum(pc.binary_length(column)).as_py() or 0] if data else b"")
            else:
                self._hash.update(_bytes(pc.fill_null(_plain(column), 0), 8 * batch.num_rows))

    def hexdigest(self) -> str:
        """What the manifest holds."""
        return self._hash.hexdigest()


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        return column
    return column.cast(pa.int32()).cast(pa.int64()) if pa.types.is_date(column.type) else column.cast(pa.int64())


def _bytes(column: pa.Array, size: int) -> memoryview:
    return memoryview(column.buffers()[1])[:size]
