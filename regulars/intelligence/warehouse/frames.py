"""Laying computed columns into the engine as a table, and taking tables out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.intelligence.warehouse.engine import Engine

_BLOCK: Final = 256


def lay(engine: Engine, name: str, columns: Mapping[str, Any]) -> None:
    """Make a temporary table of equally long numpy columns; NaN stays NaN."""
    engine.register("_laid", pa.table({key: pa.array(values) for key, values in columns.items()}))
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM _laid')  # noqa: S608 -- our own names
    engine.unregister("_laid")


def show(engine: Engine, name: str, columns: Mapping[str, Any]) -> None:
    """Let a temporary view lie on equally long numpy columns, which stay where they are; NaN stays NaN, whole numbers are BIGINT."""
    engine.register(f"{name}_columns", pa.table({key: pa.array(values) for key, values in columns.items()}))
    told = (
        f'"{key}"::{"BIGINT" if values.dtype.kind == "i" else "DOUBLE"} AS "{key}"' for key, values in columns.items()
    )
    engine.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT {", ".join(told)} FROM "{name}_columns"')  # noqa: S608 -- our own names


def narrow(column: Any) -> Any:
    """The same whole numbers in the narrowest type that holds them all."""
    if not len(column):
        return column.astype(np.int8)
    least, most = np.min_scalar_type(min(column.min(), -1)), np.min_scalar_type(min(~column.max(), -1))
    return column.astype(np.result_type(least, most))


def ranges(engine: Engine, table: str, key: str, rows: int) -> list[tuple[int, int]]:
    """The values of a whole-number column, cut into ranges (lower end included, upper end not) of about so many rows each.

    A value is never cut in two, nor are ``_BLOCK`` neighbouring ones; so a range may be larger where very many rows share a value.
    """
    counted = engine.execute(
        f"SELECT {key} // {_BLOCK} AS block, count(*) AS size FROM {table} WHERE {key} IS NOT NULL GROUP BY 1 ORDER BY 1"  # noqa: S608 -- our own names
    ).fetchall()
    found: list[tuple[int, int]] = []
    held = rows
    for block, size in counted:
        low, high = block * _BLOCK, (block + 1) * _BLOCK
        if held + size > rows:
            found.append((low, high))
            held = size
        else:
            found[-1] = (found[-1][0], high)
            held += size
    return found


def lay_rows(engine: Engine, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Make a temporary table of a few rows; ``columns`` are names and the engine's types."""
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" ({declared})')
    marks = ", ".join(["?"] * len(columns))
    for row in rows:
        engine.execute(f'INSERT INTO "{name}" VALUES ({marks})', list(row))  # noqa: S608 -- our own names
