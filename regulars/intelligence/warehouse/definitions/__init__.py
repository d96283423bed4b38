"""The definitions of shared tables: one ``.sql`` file each, in the words that DuckDB and Spark have in common.

The head of a file says grain, inputs and owner; ``:name`` is a parameter. What the two engines say differently goes through
few named functions (``SHIM``) and the table ``numbers`` (column ``n``, 0 to 62). Rules that keep both to the same digit:
sums of whole numbers only, cast to BIGINT; every window in a total order or over equals that get the same; NULLs said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

MONTHS: Final = 63
"""Months that a mask can tell apart: the one of the first purchase, 61 more, and all later ones together."""
SHARED: Final = ("state", "purchase", "customer")
"""What the analyses stand on, in the order of making."""
BASKETS: Final = ("item", "basket", "pair")

SHIM: Final[Mapping[str, Mapping[str, str]]] = {
    "month_of(day INT) INT": {  # months since January 1970
        "duckdb": "12 * (year(DATE '1970-01-01' + day::INT) - 1970) + month(DATE '1970-01-01' + day::INT) - 1",
        "spark": "12 * (year(date_from_unix_date(day)) - 1970) + month(date_from_unix_date(day)) - 1",
    },
    "month_bit(later INT) BIGINT": {
        "duckdb": "1::BIGINT << later::BIGINT",
        "spark": "shiftleft(CAST(1 AS BIGINT), later)",
    },
    "whole(part BIGINT, of BIGINT) BIGINT": {
        "duckdb": "part // of",
        "spark": "part div of",
    },  # division, the rest dropped
}
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)\b")
_HEAD = re.compile(r"^-- (grain|inputs|owner): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Definition:
    """A shared table: what one row is, which tables it is made of, who answers for it, and the SELECT."""

    name: str
    grain: str
    inputs: tuple[str, ...]
    owner: str
    sql: str

    @property
    def parameters(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(_PARAMETER.findall(self.sql))

    def for_duckdb(self) -> str:
        """The SELECT with parameters as DuckDB marks them."""
        return _PARAMETER.sub(r"$\1", self.sql)


@cache
def get(name: str) -> Definition:
    """The definition of that name.

    Raises:
        FileNotFoundError: there is none.
    """
    text = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
    head = dict(_HEAD.findall(text))
    sql = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return Definition(name, head["grain"], tuple(head["inputs"].split(", ")), head["owner"], sql)


def names() -> list[str]:
    """Every definition there is."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.sql"))


def make(engine: Any, name: str, parameters: Mapping[str, Any]) -> None:
    """Make the temporary table ``name`` in DuckDB from what lies there; parameters that it does not ask for are left out."""
    one = get(name)
    given = {key: parameters[key] for key in one.parameters}
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {one.for_duckdb()}', given or None)


def prepare(engine: Any) -> None:
    """Teach DuckDB the functions and the table that definitions use."""
    for signature, bodies in SHIM.items():
        called, arguments = re.fullmatch(r"(\w+)\((.+)\) \w+", signature).groups()  # type: ignore[union-attr]
        plain = ", ".join(one.split()[0] for one in arguments.split(", "))
        engine.execute(f"CREATE OR REPLACE MACRO {called}({plain}) AS {bodies['duckdb']}")
    engine.execute(f"CREATE OR REPLACE TABLE numbers AS SELECT range::INT AS n FROM range({MONTHS})")  # noqa: S608 -- our own number
