"""What a context publishes to the warehouse: a named table with its grain, its columns and the SQL that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

ColumnType = Literal["id", "integer", "money", "number", "text", "moment", "flag"]

_MOMENT = re.compile(r"\bepoch\(([\w.]+)\)")
_EPOCH: Final[Mapping[str, str]] = {
    "sqlite": r"CAST(strftime('%s', \1) AS INTEGER)",
    "postgresql": r"CAST(floor(extract(epoch FROM \1)) AS bigint)",
}


@dataclass(frozen=True)
class FactTable:
    """One table of facts.

    Attributes:
        name: its name in the warehouse.
        grain: what one row is, in words.
        columns: name → type, in the order of the SELECT. Money is in minor units; a ``moment`` is whole seconds since
            1970 in UTC, written ``epoch(column)`` in the SQL.
        sql: a SELECT in the common subset of SQLite and PostgreSQL; its first column is the table's ``id``.
        watermark: the column that grows with what is newly recorded; says how far the table goes.
        days: new column → the moment whose day in the company's zone it holds (days since 1970-01-01).
    """

    name: str
    grain: str
    columns: Mapping[str, ColumnType]
    sql: str
    watermark: str
    days: Mapping[str, str] = field(default_factory=dict)

    def sql_for(self, vendor: str) -> str:
        """The SELECT in the words of a database: ``sqlite`` or ``postgresql``.

        Raises:
            ValueError: the database is neither.
        """
        if vendor not in _EPOCH:
            raise ValueError(f"facts cannot be read from {vendor}")
        return _MOMENT.sub(_EPOCH[vendor], self.sql)

    @property
    def key(self) -> str:
        """The column that tells the rows apart: the first one; in the record it is called ``id``."""
        return next(iter(self.columns))

    def changed_sql_for(self, vendor: str, wanted: str) -> str:
        """The SELECT of those rows alone whose ids the subquery ``wanted`` gives."""
        return f"SELECT * FROM ({self.sql_for(vendor)}) AS told WHERE told.id IN ({wanted})"  # noqa: S608 -- our own names


@dataclass(frozen=True)
class Derived:
    """A table that an analysis leaves behind for the next run; ``schema`` is an Arrow schema, ``key`` one of its columns."""

    name: str
    grain: str
    key: str
    schema: Any
    watermark: str = ""
