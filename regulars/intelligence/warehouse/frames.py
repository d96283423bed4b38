"""Laying computed columns into the engine as a table, and taking tables out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from regulars.intelligence.warehouse.engine import Engine


def lay(engine: Engine, name: str, columns: Mapping[str, Any]) -> None:
    """Make a temporary table of equally long numpy columns; NaN stays NaN."""
    engine.register("_laid", pa.table({key: pa.array(values) for key, values in columns.items()}))
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM _laid')  # noqa: S608 -- our own names
    engine.unregister("_laid")


def lay_rows(engine: Engine, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Make a temporary table of a few rows; ``columns`` are names and the engine's types."""
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" ({declared})')
    marks = ", ".join(["?"] * len(columns))
    for row in rows:
        engine.execute(f'INSERT INTO "{name}" VALUES ({marks})', list(row))  # noqa: S608 -- our own names
