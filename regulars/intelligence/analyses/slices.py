"""The same analysis for some customers or some days alone: the desk is narrowed, and the analysis does not know it.

A slice is a set of customers (``class``, ``channel``, ``product_group``, ``territory``) or of days (``period``). While a desk is
narrowed, every table that the analysis READS or MAKES shows only those.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from regulars.intelligence.analyses.base import Analysis, Desk, Result

DIMENSIONS: Final = ("period", "class", "channel", "product_group", "territory")
PERIODS: Final = ("12m", "prior")
"""The last 12 months, and the 12 before."""
MOST_VALUES: Final = 8
"""A dimension shows its largest values only."""
_KEYS: Final = {"parties": "party_id"}
_DATED: Final = frozenset({"purchase", "orders", "returns", "lines", "return_lines"})
_PLAIN: Final = frozenset({"products", "return_lines"})
"""Tables without a customer of their own."""


@dataclass(frozen=True)
class Slice:
    """One value of one dimension; ``query`` gives ``customer_id`` of those in it (empty: everybody), ``days`` from and until."""

    dimension: str
    value: str
    query: str = ""
    days: tuple[int, int] | None = None
    label: str = ""


def offered(desk: Desk) -> list[Slice]:
    """The slices that follow from the facts on the desk (territories are known to the record alone)."""
    today = desk.horizon.today
    found = [
        Slice("period", "12m", days=(today - 364, today)),
        Slice("period", "prior", days=(today - 729, today - 365)),
    ]
    found += [
        Slice("class", key, f"SELECT customer_id FROM worth WHERE class = '{key}'")  # noqa: S608 -- our own words
        for key in ("most_valuable", "most_growable", "regular", "below_zero")
    ]
    desk.engine.execute(
        """CREATE OR REPLACE TEMP TABLE by_channel AS
           SELECT DISTINCT customer_id, channel FROM orders WHERE customer_id IS NOT NULL AND channel <> '' AND day <= $today""",
        {"today": today},
    )
    found += _largest(desk, "channel", "by_channel")
    if _is_there(desk, "lines") and _is_there(desk, "products"):
        desk.engine.execute(
            """CREATE OR REPLACE TEMP TABLE by_product_group AS
               SELECT DISTINCT l.customer_id, p.category AS product_group FROM lines l JOIN products p USING (product_id)
               WHERE l.customer_id IS NOT NULL AND p.category <> '' AND l.day <= $today""",
            {"today": today},
        )
        found += _largest(desk, "product_group", "by_product_group")
    return found


def _largest(desk: Desk, dimension: str, table: str) -> list[Slice]:
    rows = desk.engine.execute(
        f"SELECT {dimension} FROM {table} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_VALUES}"  # noqa: S608 -- our own names
    ).fetchall()
    return [
        Slice(dimension, str(value)[:80], f"SELECT customer_id FROM {table} WHERE {dimension} = {_quoted(str(value))}", label=str(value))  # noqa: S608 -- quoted
        for (value,) in rows
    ]  # fmt: skip


def tell(chosen: Slice, desk: Desk, every: Sequence[Analysis]) -> Iterator[tuple[Analysis, Result]]:
    """What the analyses that may be asked by this dimension find of the slice alone; nothing where nobody is in it."""
    asked = [one for one in every if chosen.dimension in one.SLICES]
    with narrowed(desk, tuple(name for one in asked for name in (*one.READS, *one.MAKES)), chosen):
        for one in asked:
            measure = getattr(one, "measure", None)
            yield one, measure(desk) if hasattr(one, "make") and measure else one.run(desk)


@contextmanager
def narrowed(desk: Desk, tables: tuple[str, ...], chosen: Slice) -> Iterator[None]:
    """Let the tables show only what lies in the slice."""
    if chosen.query:
        desk.engine.execute(f"CREATE OR REPLACE TEMP TABLE within AS {chosen.query}")
    with ExitStack() as stack:
        for name in dict.fromkeys(tables):
            if name not in _PLAIN and _is_there(desk, name):
                stack.enter_context(_shown(desk, name, chosen))
        yield


@contextmanager
def _shown(desk: Desk, name: str, chosen: Slice) -> Iterator[None]:
    """Put a view of the table's name before the table."""
    rows = desk.engine.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = ?", [name])
    laid = bool(rows.fetchone()[0])
    source = f"whole_{name}" if laid else f"memory.main.{name}"
    columns, wanted = "*", []
    if chosen.query:
        wanted.append(f"{_KEYS.get(name, 'customer_id')} IN (SELECT customer_id FROM within)")  # noqa: S608 -- our own names
    if chosen.days and name in _DATED:
        wanted.append(f"day BETWEEN {chosen.days[0]:d} AND {chosen.days[1]:d}")
    if chosen.days and name == "customer":
        year = "revenue_12m" if chosen.value == "12m" else "revenue_prior_12m"
        columns, wanted = f"* REPLACE ({year} AS revenue)", [*wanted, f"{year} <> 0"]
    if laid:
        desk.engine.execute(f"ALTER TABLE {name} RENAME TO whole_{name}")
    try:
        desk.engine.execute(
            f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM {source} WHERE {' AND '.join(wanted) or 'true'}"  # noqa: S608 -- our own names and whole numbers
        )
        yield
    finally:
        desk.engine.execute(f"DROP VIEW IF EXISTS temp.main.{name}")
        if laid:
            desk.engine.execute(f"ALTER TABLE whole_{name} RENAME TO {name}")


def _is_there(desk: Desk, name: str) -> bool:
    found = desk.engine.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_name = ?", [name]
    ).fetchone()
    return bool(found[0])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
