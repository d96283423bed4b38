"""The warehouse on disk: immutable Parquet segments listed in a manifest that is replaced by an atomic rename.

A load writes a new generation beside the old one and then renames the manifest; a reader that has the old manifest
goes on reading the old segments, which are removed one load later. A crash leaves the old manifest in force.

A load of what has changed writes facts with ids above all before as one more segment, so that a day costs what is new.
Segments lie in the order of their ids; when there are many, those at the end that are small are put together. Whatever
else has changed goes into a *patch*: the rows as they are now, and the keys of all rows that it replaces. A table has one
patch at most; the next one takes it in, and when it has grown large the base is written anew.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from regulars.intelligence.warehouse.extract import schema_of
from regulars.intelligence.warehouse.tables import Derived, FactTable

_MANIFEST = "manifest.json"
_ROWS_PER_GROUP = 250_000
LARGEST_PATCH: Final = 0.05
"""Share of a table's rows above which a patch is taken into the base; small tables are written anew at 10,000 rows."""
_SMALL: Final = 10_000
MOST_SEGMENTS: Final = 8
"""Segments of a table above which those at the end are put together."""


@dataclass(frozen=True)
class Patch:
    """Two segments: the ``keys`` whose rows in the base no longer count, and the ``rows`` that count instead."""

    rows: str
    keys: str
    size: int


@dataclass(frozen=True)
class Held:
    """What the manifest says of one table: its segments, how many rows, how far its watermark has come.

    ``shape`` is a hash of its definition, ``last`` the highest key that it ever held: what lies above is new. ``ends`` are
    the highest keys of its segments, one each, where they are known.
    """

    grain: str
    segments: tuple[str, ...]
    rows: int
    watermark: int | None
    key: str = ""
    patch: Patch | None = None
    shape: str = ""
    last: int = 0
    ends: tuple[int, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Every segment, the patch's included."""
        return (*self.segments, *((self.patch.rows, self.patch.keys) if self.patch else ()))


@dataclass(frozen=True)
class Manifest:
    """One generation of the warehouse; ``taken_at`` is when the record was read, ``token`` tells it from every other.

    ``notes`` is whatever the one who wrote it wants to find again.
    """

    generation: int = 0
    taken_at: str = ""
    tables: Mapping[str, Held] = field(default_factory=dict)
    token: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What has become of some rows of a table: the ``keys`` concerned, and those that are still there, as they are now."""

    table: FactTable | Derived
    keys: pa.Array
    rows: pa.Table


Table = FactTable | Derived


@dataclass(frozen=True)
class Query:
    """Rows that an engine is to write by itself, in parallel: no row passes through Python."""

    engine: Any
    sql: str


Rows = Iterable[pa.Table] | Query
Parts = Mapping[Table, Rows] | Iterable[tuple[Table, Rows]]


class Store:
    """The folder of a warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def manifest(self) -> Manifest:
        """The generation in force; an empty one before the first load."""
        path = self.folder / _MANIFEST
        if not path.exists():
            return Manifest()
        read = json.loads(path.read_text())
        return Manifest(
            read["generation"],
            read["taken_at"],
            {name: _held(one) for name, one in read["tables"].items()},
            read.get("token", ""),
            read.get("notes", {}),
        )

    def holds(self, tables: Iterable[FactTable]) -> bool:
        """Whether every one of ``tables`` lies here as it is defined now."""
        held = self.manifest().tables
        return all(table.name in held and held[table.name].shape == table.shape for table in tables)

    def replace(
        self,
        parts: Parts,
        taken_at: datetime,
    ) -> Manifest:
        """Write a whole new generation and put it in force."""
        made = self.drafted(parts, taken_at)
        self.put_in_force(made)
        return made

    def drafted(
        self,
        parts: Parts,
        taken_at: datetime,
    ) -> Manifest:
        """Write a whole new generation, without putting it in force."""
        generation = self.manifest().generation + 1
        pairs = parts.items() if isinstance(parts, Mapping) else parts
        tables = {table.name: self._write(table, generation, rows) for table, rows in pairs}
        return Manifest(generation, taken_at.isoformat(), tables, secrets.token_hex(8))

    def amended(self, changes: Iterable[Change], taken_at: datetime) -> Manifest:
        """Write what has changed since the generation in force as the next one, without putting it in force."""
        before = self.manifest()
        generation, tables = before.generation + 1, dict(before.tables)
        for change in changes:
            name = change.table.name
            new, rest = _parted(change, tables[name].last)
            if new is not None:
                tables[name] = self._appended(new, tables[name], generation)
            if len(rest.keys):
                tables[name] = self._patched(rest, tables[name], generation)
        return Manifest(generation, taken_at.isoformat(), tables, secrets.token_hex(8))

    def put_in_force(self, manifest: Manifest) -> None:
        """Let readers see this generation from now on; of those before, only the last is kept."""
        before = self.manifest()
        path, draft = self.folder / _MANIFEST, self.folder / f".{_MANIFEST}.{os.getpid()}"
        with draft.open("w") as file:
            json.dump(asdict(manifest), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        self._sweep(keep=(before, manifest))

    def reading(self, name: str) -> str:
        """The SELECT by which the engine reads a table.

        Raises:
            KeyError: the table was never loaded.
        """
        held = self.manifest().tables[name]
        base = f"SELECT * FROM read_parquet([{', '.join(map(self._quoted, held.segments))}])"  # noqa: S608 -- our own names
        if held.patch is None:
            return base
        keys, rows = self._quoted(held.patch.keys), self._quoted(held.patch.rows)
        return (
            f"{base} WHERE {held.key} NOT IN (SELECT {held.key} FROM read_parquet({keys})) "  # noqa: S608 -- our own names
            f"UNION ALL SELECT * FROM read_parquet({rows})"
        )

    def above(self, name: str, mark: int, columns: Sequence[str]) -> pa.Table:
        """The rows of a table whose key is above ``mark``, without touching segments that hold none.

        Raises:
            KeyError: the table was never loaded.
        """
        held = self.manifest().tables[name]
        found: list[pa.Table] = []
        ends = held.ends if len(held.ends) == len(held.segments) else (held.last,) * len(held.segments)
        for segment, end in zip(held.segments, ends, strict=True):
            rows = _above(self.folder / segment, held.key, mark, columns) if end > mark else None
            found += [] if rows is None else [rows]
        if held.patch and (keys := _above(self.folder / held.patch.keys, held.key, mark, [held.key])) is not None:
            replaced = keys[held.key].combine_chunks()
            found = [rows.filter(pc.invert(pc.is_in(rows[held.key], value_set=replaced))) for rows in found]
            rows = _above(self.folder / held.patch.rows, held.key, mark, columns)
            found += [] if rows is None else [rows]
        nothing = parquet.read_schema(self.folder / held.segments[0]).empty_table().select(columns)
        return pa.concat_tables(found) if found else nothing

    def _quoted(self, segment: str) -> str:
        return "'" + str(self.folder / segment).replace("'", "''") + "'"

    def _write(self, table: Table, generation: int, parts: Iterable[pa.Table] | Query) -> Held:
        folder = self.folder / table.name
        folder.mkdir(mode=0o700, exist_ok=True)
        segment = f"{table.name}/{generation:08d}.parquet"
        if isinstance(parts, Query):
            return Held(table.grain, (segment,), _written(parts, self._quoted(segment)), None, table.key)
        schema = schema_of(table)
        rows, watermark, last = 0, None, 0
        with _writer(self.folder / segment, schema) as writer:
            for part in parts:
                writer.write_table(part, row_group_size=_ROWS_PER_GROUP)
                rows += part.num_rows
                watermark = _furthest(watermark, part, table.watermark)
                last = _furthest(last, part, table.key) or 0
        return Held(table.grain, (segment,), rows, watermark, table.key, shape=table.shape, last=last, ends=(last,))

    def _appended(self, new: Change, held: Held, generation: int) -> Held:
        """``held`` with facts of ids that it never held, as a segment of their own."""
        held = replace(held, last=pc.max(new.keys).as_py())
        if not new.rows.num_rows:
            return held
        segment = f"{new.table.name}/{generation:08d}-new.parquet"
        with _writer(self.folder / segment, new.rows.schema) as writer:
            writer.write_table(new.rows, row_group_size=_ROWS_PER_GROUP)
        watermark = _furthest(held.watermark, new.rows, new.table.watermark)
        segments, ends, rows = (*held.segments, segment), (*held.ends, held.last), held.rows + new.rows.num_rows
        return self._together(replace(held, segments=segments, ends=ends, rows=rows, watermark=watermark))

    def _together(self, held: Held) -> Held:
        """Segments at the end in one when there are many; no large one is written for the sake of a small one."""
        segments = held.segments
        if len(segments) <= MOST_SEGMENTS:
            return held
        sizes = [parquet.read_metadata(self.folder / one).num_rows for one in segments]
        first = len(segments) - 2
        while first and sizes[first - 1] <= 2 * sum(sizes[first:]):
            first -= 1
        segment = segments[-1].replace("-new", "-together")
        with _writer(self.folder / segment, parquet.read_schema(self.folder / segments[-1])) as writer:
            for one in segments[first:]:
                for batch in parquet.ParquetFile(self.folder / one).iter_batches(_ROWS_PER_GROUP):
                    writer.write_batch(batch)
        return replace(held, segments=(*segments[:first], segment), ends=(*held.ends[:first], held.last))

    def _patched(self, change: Change, held: Held, generation: int) -> Held:
        keys, rows = change.keys, change.rows
        last = max(held.last, pc.max(keys).as_py())
        if held.patch is not None:
            old = parquet.read_table(self.folder / held.patch.rows)
            kept = old.filter(pc.invert(pc.is_in(old[held.key], value_set=keys)))
            rows = pa.concat_tables([kept, rows])
            before = parquet.read_table(self.folder / held.patch.keys)[held.key].combine_chunks()
            keys = pc.unique(pa.concat_arrays([before, keys]))
        if len(keys) > max(LARGEST_PATCH * held.rows, _SMALL):
            return replace(self._write(change.table, generation, self._merged(held, keys, rows)), last=last)
        names = [f"{change.table.name}/{generation:08d}-{part}.parquet" for part in ("rows", "keys")]
        for name, content in zip(names, (rows, pa.table({held.key: keys})), strict=True):
            with _writer(self.folder / name, content.schema) as writer:
                writer.write_table(content)
        return replace(
            held,
            patch=Patch(names[0], names[1], len(keys)),
            watermark=_furthest(held.watermark, change.rows, change.table.watermark),
            last=last,
        )

    def _merged(self, held: Held, keys: pa.Array, rows: pa.Table) -> Iterator[pa.Table]:
        for segment in held.segments:
            for batch in parquet.ParquetFile(self.folder / segment).iter_batches(_ROWS_PER_GROUP):
                part = pa.Table.from_batches([batch])
                yield part.filter(pc.invert(pc.is_in(part[held.key], value_set=keys)))
        yield rows

    def _sweep(self, *, keep: Iterable[Manifest]) -> None:
        kept = {segment for manifest in keep for held in manifest.tables.values() for segment in held.files}
        for path in self.folder.glob("*/*.parquet"):
            if str(path.relative_to(self.folder)) not in kept:
                path.unlink(missing_ok=True)


def _written(query: Query, quoted: str) -> int:
    options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {_ROWS_PER_GROUP}"
    threads = query.engine.execute("SELECT current_setting('threads')").fetchone()[0]
    query.engine.execute("SET threads = 1")  # several, to keep rows in order, would keep all of them in memory
    try:
        return int(query.engine.execute(f"COPY ({query.sql}) TO {quoted} ({options})").fetchone()[0])
    finally:
        query.engine.execute(f"SET threads = {threads:d}")


def _writer(path: Path, schema: pa.Schema) -> parquet.ParquetWriter:
    return parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1)


def _parted(change: Change, last: int) -> tuple[Change | None, Change]:
    """Facts whose ids lie above ``last``, None when there are none, and everything else that has changed."""
    if not isinstance(change.table, FactTable) or not len(change.keys) or pc.max(change.keys).as_py() <= last:
        return None, change
    if pc.min(change.keys).as_py() > last:
        return change, replace(change, keys=change.keys.slice(0, 0), rows=change.rows.slice(0, 0))
    is_new, row_is_new = pc.greater(change.keys, last), pc.greater(change.rows[change.table.key], last)
    new = replace(change, keys=change.keys.filter(is_new), rows=change.rows.filter(row_is_new))
    return new, replace(
        change, keys=change.keys.filter(pc.invert(is_new)), rows=change.rows.filter(pc.invert(row_is_new))
    )


def _above(path: Path, key: str, mark: int, columns: Sequence[str]) -> pa.Table | None:
    """The rows of a segment whose key is above ``mark``; None when there are none."""
    file = parquet.ParquetFile(path)
    place = file.schema_arrow.get_field_index(key)
    furthest = [file.metadata.row_group(n).column(place).statistics for n in range(file.num_row_groups)]
    groups = [n for n, told in enumerate(furthest) if told is None or not told.has_min_max or told.max > mark]
    if not groups:
        return None
    if all(furthest[n] is not None and furthest[n].has_min_max and furthest[n].min > mark for n in groups):
        return file.read_row_groups(groups, list(columns), use_threads=False)
    rows = file.read_row_groups(groups, [*{key: None, **dict.fromkeys(columns)}], use_threads=False)
    rows = rows.filter(pc.greater(rows[key], mark)).select(columns)
    return rows if rows.num_rows else None


def _held(one: dict[str, Any]) -> Held:
    patch = Patch(**one["patch"]) if one.get("patch") else None
    segments = tuple(one["segments"])
    more = (one.get("key", ""), patch, one.get("shape", ""), one.get("last", 0), tuple(one.get("ends", ())))
    return Held(one["grain"], segments, one["rows"], one["watermark"], *more)


def _furthest(before: int | None, part: pa.Table, column: str) -> int | None:
    if not part.num_rows or not column:
        return before
    here = int(pc.max(part[column]).as_py() or 0)
    return here if before is None else max(before, here)
