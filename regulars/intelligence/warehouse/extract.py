"""Copying facts out of the operational database into Arrow, in batches, whatever its size.

SQLite is read through a cursor; PostgreSQL through ``COPY … TO STDOUT``, which is several times faster than rows.
Nothing here knows Django: a DB-API cursor is all it takes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from regulars.intelligence.warehouse.tables import ColumnType, Derived, FactTable

BATCH_ROWS = 100_000
_BLOCK_BYTES = 8 << 20
_TYPES: dict[ColumnType, pa.DataType] = {
    "id": pa.int64(),
    "integer": pa.int64(),
    "money": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "moment": pa.int64(),
    "day": pa.int32(),
    "flag": pa.int64(),
}


def schema_of(table: FactTable | Derived) -> pa.Schema:
    """The Arrow schema of ``table`` in the warehouse, its days included."""
    if isinstance(table, Derived):
        return table.schema
    fields = [pa.field(name, _TYPES[kind]) for name, kind in table.columns.items()]
    return pa.schema([*fields, *(pa.field(name, pa.int32()) for name in table.days)])


def batches(
    table: FactTable, cursor: Any, *, vendor: str, zone: str, wanted: str = "", whose: str = ""
) -> Iterator[pa.Table]:
    """Read ``table`` with ``cursor`` (a DB-API cursor) and yield Arrow tables of at most some 100,000 rows.

    Args:
        vendor: ``sqlite`` or ``postgresql``.
        zone: the company's time zone, e.g. ``Asia/Taipei``; days are counted in it.
        wanted: a subquery that gives the ids of the rows to be read; all when it is empty.
        whose: a subquery that gives the ids of the parties whose rows are to be read; everybody's when it is empty.
    """
    read = _copied if vendor == "postgresql" else _fetched
    sql = table.sql_for(vendor)
    if wanted or whose:
        sql = table.changed_sql_for(vendor, wanted) if wanted else table.owned_sql_for(vendor, whose)
    for part in read(table, cursor, sql):
        yield _with_days(part, table, zone)


def _fetched(table: FactTable, cursor: Any, sql: str) -> Iterator[pa.Table]:
    cursor.execute(sql)
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield _arrow(table, rows)


def _arrow(table: FactTable, rows: Sequence[Sequence[Any]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(values, type=_TYPES[kind]) for values, kind in zip(columns, table.columns.values(), strict=True)]
    return pa.table(arrays, names=list(table.columns))


def _copied(table: FactTable, cursor: Any, sql: str) -> Iterator[pa.Table]:
    names = list(table.columns)
    kinds = {name: _TYPES[kind] for name, kind in table.columns.items()}
    convert = csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=False)
    for block in _blocks(cursor, f"COPY ({sql}) TO STDOUT (FORMAT csv)"):
        yield csv.read_csv(
            io.BytesIO(block),
            read_options=csv.ReadOptions(column_names=names),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=convert,
        )


def _blocks(cursor: Any, statement: str) -> Iterator[bytes]:
    """Blocks of whole rows: psycopg hands out one row at a time."""
    rows: list[bytes] = []
    size = 0
    with cursor.copy(statement) as copy:
        for row in copy:
            rows.append(bytes(row))
            size += len(row)
            if size >= _BLOCK_BYTES:
                yield b"".join(rows)
                rows, size = [], 0
    if rows:
        yield b"".join(rows)


def _with_days(part: pa.Table, table: FactTable, zone: str) -> pa.Table:
    for name, moment in table.days.items():
        instants = (
            part[moment].cast(pa.timestamp("s")).cast(pa.timestamp("s", tz="UTC")).cast(pa.timestamp("s", tz=zone))
        )
        part = part.append_column(name, pc.local_timestamp(instants).cast(pa.date32()).cast(pa.int32()))
    return part.cast(schema_of(table))
