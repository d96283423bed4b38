"""The warehouse on disk: immutable Parquet segments listed in a manifest that is replaced by an atomic rename.

A load writes a new generation beside the old one and then renames the manifest; a reader that has the old manifest
goes on reading the old segments, which are removed one load later. A crash leaves the old manifest in force.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from regulars.intelligence.warehouse.extract import schema_of
from regulars.intelligence.warehouse.tables import FactTable

_MANIFEST = "manifest.json"
_ROWS_PER_GROUP = 250_000


@dataclass(frozen=True)
class Held:
    """What the manifest says of one table: its segments, how many rows, and how far its watermark has come."""

    grain: str
    segments: tuple[str, ...]
    rows: int
    watermark: int | None


@dataclass(frozen=True)
class Manifest:
    """One generation of the warehouse; ``taken_at`` is when the record was read."""

    generation: int = 0
    taken_at: str = ""
    tables: Mapping[str, Held] = field(default_factory=dict)


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
        tables = {
            name: Held(one["grain"], tuple(one["segments"]), one["rows"], one["watermark"]) for name, one in read["tables"].items()
        }  # fmt: skip
        return Manifest(read["generation"], read["taken_at"], tables)

    def replace(
        self,
        parts: Mapping[FactTable, Iterable[pa.Table]] | Iterable[tuple[FactTable, Iterable[pa.Table]]],
        taken_at: datetime,
    ) -> Manifest:
        """Write a whole new generation and put it in force."""
        before = self.manifest()
        generation = before.generation + 1
        pairs = parts.items() if isinstance(parts, Mapping) else parts
        tables = {table.name: self._write(table, generation, rows) for table, rows in pairs}
        made = Manifest(generation, taken_at.isoformat(), tables)
        self._put_in_force(made)
        self._sweep(keep=(before, made))
        return made

    def paths(self, name: str) -> list[str]:
        """The Parquet files of a table, as the engine reads them.

        Raises:
            KeyError: the table was never loaded.
        """
        return [str(self.folder / segment) for segment in self.manifest().tables[name].segments]

    def _write(self, table: FactTable, generation: int, parts: Iterable[pa.Table]) -> Held:
        folder = self.folder / table.name
        folder.mkdir(mode=0o700, exist_ok=True)
        segment = f"{table.name}/{generation:08d}.parquet"
        schema = schema_of(table)
        rows, watermark = 0, None
        with parquet.ParquetWriter(self.folder / segment, schema, compression="zstd", compression_level=1) as writer:
            for part in parts:
                writer.write_table(part, row_group_size=_ROWS_PER_GROUP)
                rows += part.num_rows
                watermark = _furthest(watermark, part, table.watermark)
        return Held(table.grain, (segment,), rows, watermark)

    def _put_in_force(self, manifest: Manifest) -> None:
        path, draft = self.folder / _MANIFEST, self.folder / f".{_MANIFEST}.{os.getpid()}"
        content: dict[str, Any] = {
            "generation": manifest.generation,
            "taken_at": manifest.taken_at,
            "tables": {
                name: {"grain": one.grain, "segments": list(one.segments), "rows": one.rows, "watermark": one.watermark}
                for name, one in manifest.tables.items()
            },
        }
        with draft.open("w") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _sweep(self, *, keep: Iterable[Manifest]) -> None:
        kept = {segment for manifest in keep for held in manifest.tables.values() for segment in held.segments}
        for path in self.folder.glob("*/*.parquet"):
            if str(path.relative_to(self.folder)) not in kept:
                path.unlink(missing_ok=True)


def _furthest(before: int | None, part: pa.Table, column: str) -> int | None:
    if not part.num_rows:
        return before
    here = int(pa.compute.max(part[column]).as_py() or 0)
    return here if before is None else max(before, here)
