"""Laying computed columns into the engine as a table, and taking tables out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from regulars.intelligence.warehouse.engine import Engine


def lay(engine: Engine, name: str, columns: Mapping[str, Any]) -> None:
    """Make a temporary table of equally long numpy columns; NaN stays NaN."""
    engine.register("_laid", pa.table({key: pa.array(values) for key, values in columns.items()}))
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM _laid')  # noqa: S608 -- our own names
    engine.unregister("_laid")
