"""What a context publishes to the warehouse: a named table with its grain, its columns and the SQL that reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

ColumnType = Literal["id", "integer", "money", "number", "text", "moment", "day", "flag"]

_SHIM: Final[Mapping[str, Mapping[str, str]]] = {
    "sqlite": {
        "epoch": r"CAST(strftime('%s', \1) AS INTEGER)",
        "daynumber": r"CAST(julianday(\1) - 2440587.5 AS INTEGER)",
    },
    "postgresql": {
        "epoch": r"CAST(floor(extract(epoch FROM \1)) AS bigint)",
        "daynumber": r"(\1 - DATE '1970-01-01')",
    },
}


@dataclass(frozen=True)
class FactTable:
    """One table of facts.

    Attributes:
        name: its name in the warehouse.
        grain: what one row is, in words.
        columns: name → type, in the order of the SELECT. Money is in minor units; a ``moment`` is whole seconds since
            1970 in UTC, written ``epoch(column)`` in the SQL; a ``day`` is days since 1970, ``daynumber(column)`` of a date.
        sql: a SELECT in the common subset of SQLite and PostgreSQL; its first column is the table's ``id``.
        watermark: the column that grows with what is newly recorded; says how far the table goes.
        days: new column → the moment whose day in the company's zone it holds (days since 1970-01-01).
        follows: names of other facts with the same ids; when one of those changes, the rows of this table are read again.
        sorted_by: what the rows of a segment are sorted by, as in ORDER BY.
        owner: the column of the SELECT that says whose row it is, by its name in the record.
    """

    name: str
    grain: str
    columns: Mapping[str, ColumnType]
    sql: str
    watermark: str
    days: Mapping[str, str] = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    sorted_by: str = ""
    owner: str = "customer_id"

    def sql_for(self, vendor: str) -> str:
        """The SELECT in the words of a database: ``sqlite`` or ``postgresql``.

        Raises:
            ValueError: the database is neither.
        """
        return f"{self._said_for(vendor)}{self._order}"

    def _said_for(self, vendor: str) -> str:
        if vendor not in _SHIM:
            raise ValueError(f"facts cannot be read from {vendor}")
        sql = self.sql
        for name, words in _SHIM[vendor].items():
            sql = re.sub(rf"\b{name}\(([\w.]+)\)", words, sql)
        return sql

    @property
    def _order(self) -> str:
        return f" ORDER BY {self.sorted_by}" if self.sorted_by else ""

    @property
    def shape(self) -> str:
        """A hash of what the table is; segments written under another definition are of no use."""
        return hashlib.sha256(repr((self.columns, self.sql, self.days)).encode()).hexdigest()[:12]

    @property
    def key(self) -> str:
        """The column by which rows are read again and replaced: the first one; in the record it is called ``id``."""
        return next(iter(self.columns))

    def changed_sql_for(self, vendor: str, wanted: str) -> str:
        """The SELECT of those rows alone whose ids the subquery ``wanted`` gives."""
        return f"SELECT * FROM ({self._said_for(vendor)}) AS told WHERE told.id IN ({wanted}){self._order}"  # noqa: S608 -- our own names

    def owned_sql_for(self, vendor: str, whose: str) -> str:
        """The SELECT of all rows of those parties whose ids the subquery ``whose`` gives."""
        return f"SELECT * FROM ({self._said_for(vendor)}) AS told WHERE told.{self.owner} IN ({whose}){self._order}"  # noqa: S608 -- our own names


@dataclass(frozen=True)
class Derived:
    """A table that an analysis leaves behind for the next run; ``schema`` is an Arrow schema, ``key`` one of its columns."""

    name: str
    grain: str
    key: str
    schema: Any
    watermark: str = ""
    shape: str = ""
