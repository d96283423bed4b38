"""How a file is written: what ``look`` found, and what a person corrected. Plain data that fits into JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

Kind = Literal["text", "excel", "parquet", "vcard"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (made unique), some values, and how its dates and numbers are written.

    ``date_order`` is "" for columns without dates, "ambiguous" where 02/03 could be either; ``numeric`` is the share of
    filled cells that read as numbers; ``filled`` the share of filled cells, ``distinct`` of different values among them.
    """

    name: str
    examples: tuple[str, ...] = ()
    date_order: str = ""
    numeric: float = 0.0
    mark: Literal[".", ","] = "."
    mixed: bool = False
    filled: float = 0.0
    distinct: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a file turned out to be. ``first`` is the number of the first row with data (a header in row 1 makes it 2)."""

    name: str
    size: int
    kind: Kind = "text"
    gzip: bool = False
    encoding: str = "utf-8"
    bom: bool = False
    mixed_encoding: bool = False
    nuls: bool = False
    delimiter: str = ","
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    has_header: bool = True
    first: int = 2
    columns: tuple[Column, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    rows: int = 0
    rows_exact: bool = True
    notes: tuple[str, ...] = ()
    error_columns: int = 0

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]

    @property
    def width(self) -> int:
        """How many cells a row has, the added columns of a file of rejects included."""
        return len(self.columns) + self.error_columns

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Back from JSON."""
        facts = {one.name: data[one.name] for one in fields(cls) if one.name in data}
        facts["columns"] = tuple(
            Column(**{**column, "examples": tuple(column["examples"])}) for column in data.get("columns", ())
        )
        facts["sample"] = tuple(tuple(row) for row in data.get("sample", ()))
        facts["sheets"], facts["notes"] = tuple(data.get("sheets", ())), tuple(data.get("notes", ()))
        return cls(**facts)


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a person says about the file, over what was found. Empty: as found."""

    encoding: str = ""
    delimiter: str = ""
    header: Literal["", "yes", "no"] = ""
    sheet: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
