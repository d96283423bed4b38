"""The same analysis for some customers or some days alone: the desk is narrowed, and the analysis does not know it.

A slice is a set of customers (``class``, ``channel``, ``product_group``, ``territory``) or of days (``period``). While a desk is
narrowed, every table that an analysis READS or MAKES shows only those. An analysis that learns is not learned again: its
``within`` tells the slice from what it has laid on the desk for each customer. Two dimensions at once (``both``) are told only
when somebody asks for them: all pairs would be as many refreshes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from regulars.intelligence.analyses.base import Analysis, Result, _, name
from regulars.intelligence.analyses.desk import Desk

DIMENSIONS: Final = ("period", "class", "channel", "product_group", "territory")
PERIODS: Final = ("12m", "prior")
"""The last 12 months, and the 12 before."""
MOST_VALUES: Final = 8
"""A dimension shows its largest values only."""
_AND: Final = "+"
_BETWEEN: Final = "\x1f"
"""Stand between two dimensions, and between their values."""
_KEYS: Final = {"parties": "party_id"}
_DATED: Final = frozenset({"purchase", "orders", "returns", "lines", "return_lines"})
_PLAIN: Final = frozenset({"products", "return_lines"})
"""Tables without a customer of their own."""
_OFTEN: Final = frozenset({"lines", "monthly", "move", "offered"})
"""Tables that are asked several times in each slice: narrowed once, into a table of their own."""
_COLUMNS: Final = {"lines": "order_id, customer_id, product_id, day", "offered": "customer_id, item, is_new, share"}
"""Of wide tables, what is asked for."""
SAYS: Final[Mapping[str, str]] = {
    "slice.now": _("it says how things stand today."),
    "slice.ahead": _("it says what is still to come."),
    "slice.months": _("all months stand beside each other here."),
    "slice.is_class": _("the classes are what is told here."),
    "slice.is_group": _("what goes with what is learned across all product groups."),
    "slice.waits": _("what follows what is learned from the whole history."),
    "slice.terms": _("a contract runs through many periods."),
}
"""Why an analysis is not told by some dimension (``UNSLICED``)."""


@dataclass(frozen=True)
class Slice:
    """One value of one dimension, or of two joined (``parts``); ``query`` gives ``customer_id`` of those in it (empty: everybody),
    ``days`` from and until.
    """

    dimension: str
    value: str
    query: str = ""
    days: tuple[int, int] | None = None
    label: str = ""

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Each dimension with its value."""
        return parts_of(self.dimension, self.value)


def joined(parts: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Dimensions with their values as the one dimension and value that stand for both, in the order of ``DIMENSIONS``."""
    ordered = sorted(parts, key=lambda part: DIMENSIONS.index(part[0]))
    return _AND.join(key for key, _value in ordered), _BETWEEN.join(value for _key, value in ordered)


def parts_of(dimension: str, value: str) -> tuple[tuple[str, str], ...]:
    """The opposite of ``joined``."""
    return tuple(zip(dimension.split(_AND), value.split(_BETWEEN), strict=True)) if dimension else ()


def both(one: Slice, other: Slice) -> Slice:
    """Who is in both, on the days of the one that is a period."""
    dimension, value = joined([(one.dimension, one.value), (other.dimension, other.value)])
    queries = [part.query for part in (one, other) if part.query]
    query = " INTERSECT ".join(f"({query})" for query in queries)
    return Slice(dimension, value, query, one.days or other.days)


def told_by(one: Analysis, parts: Iterable[tuple[str, str]]) -> bool:
    """Whether an analysis is told by all of these dimensions."""
    return {key for key, _value in parts} <= set(one.SLICES)


def offered(desk: Desk) -> list[Slice]:
    """The slices that follow from the facts on the desk (territories are known to the record alone)."""
    today = desk.horizon.today
    found = [
        Slice("period", "12m", days=(today - 364, today)),
        Slice("period", "prior", days=(today - 729, today - 365)),
    ]
    desk.engine.execute("CREATE OR REPLACE TEMP TABLE by_class AS SELECT customer_id, class FROM worth")
    found += [
        Slice("class", key, f"SELECT customer_id FROM by_class WHERE class = '{key}'")  # noqa: S608 -- our own words
        for key in ("most_valuable", "most_growable", "regular", "below_zero")
    ]
    desk.engine.execute(
        """CREATE OR REPLACE TEMP TABLE by_channel AS
           SELECT DISTINCT customer_id, channel FROM orders WHERE customer_id IS NOT NULL AND channel <> '' AND day <= $today""",
        {"today": today},
    )
    found += _largest(desk, "channel", "by_channel")
    if {"lines", "products"} <= set(_tables(desk)):
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


class Narrowing:
    """A desk on which tables may be narrowed to one slice after the other; use it in a ``with narrowing(…)`` block."""

    def __init__(self, desk: Desk, sources: Mapping[str, str]) -> None:
        self.desk = desk
        self.sources = sources
        self.shown: dict[str, str] = {}

    def tell(
        self, chosen: Slice, every: Sequence[Analysis], whole: Mapping[str, Result]
    ) -> Iterator[tuple[Analysis, Result]]:
        """What the analyses that may be asked by this dimension find of the slice alone; ``whole`` is what they found of everybody."""
        asked = [one for one in every if told_by(one, chosen.parts) and name(one) in whole]
        self.to(chosen, {table for one in asked for table in (*one.READS, *one.MAKES)})
        for one in asked:
            yield one, _told(one, self.desk, whole[name(one)])

    def to(self, chosen: Slice, tables: set[str]) -> None:
        """Let these tables show only what lies in the slice."""
        self.forget()
        if chosen.query:
            self.desk.engine.execute(f"CREATE OR REPLACE TEMP TABLE within AS {chosen.query}")
        for table in sorted(tables & set(self.sources)):
            kind = "TABLE" if table in _OFTEN else "VIEW"
            self.desk.engine.execute(f"CREATE TEMP {kind} {table} AS {_query(table, self.sources[table], chosen)}")
            self.shown[table] = kind

    def forget(self) -> None:
        """Let the tables of the last slice go."""
        for table, kind in self.shown.items():
            self.desk.engine.execute(f"DROP {kind} temp.main.{table}")
        self.shown = {}


@contextmanager
def narrowing(desk: Desk, every: Sequence[Analysis]) -> Iterator[Narrowing]:
    """Put the tables that analyses READ or MAKE aside under another name, until the block ends."""
    wanted = {table for one in every for table in (*one.READS, *one.MAKES)} - _PLAIN
    laid = {table for table, temporary in _tables(desk).items() if temporary} & wanted
    stored = set(_tables(desk)) & wanted - laid
    sources = {table: f"whole_{table}" for table in laid} | {table: f"memory.main.{table}" for table in stored}
    for table in sorted(laid):
        desk.engine.execute(f"ALTER TABLE {table} RENAME TO whole_{table}")
    narrowed = Narrowing(desk, sources)
    try:
        yield narrowed
    finally:
        narrowed.forget()
        for table in sorted(laid):
            desk.engine.execute(f"ALTER TABLE whole_{table} RENAME TO {table}")


def _told(one: Analysis, desk: Desk, whole: Result) -> Result:
    """By ``within`` where an analysis has learned, by ``measure`` where it makes tables, else by running again."""
    if hasattr(one, "within"):
        found: Result = one.within(desk, whole)
        return found
    return one.measure(desk) if hasattr(one, "make") and hasattr(one, "measure") else one.run(desk)


def _query(table: str, source: str, chosen: Slice) -> str:
    columns, wanted = _COLUMNS.get(table, "*"), []
    if chosen.query:
        wanted.append(f"{_KEYS.get(table, 'customer_id')} IN (SELECT customer_id FROM within)")  # noqa: S608 -- our own names
    if chosen.days and table in _DATED:
        wanted.append(f"day BETWEEN {chosen.days[0]:d} AND {chosen.days[1]:d}")
    if chosen.days and table == "customer":
        year = "revenue_12m" if ("period", "12m") in chosen.parts else "revenue_prior_12m"
        columns, wanted = f"* REPLACE ({year} AS revenue)", [*wanted, f"{year} <> 0"]
    return f"SELECT {columns} FROM {source} WHERE {' AND '.join(wanted) or 'true'}"  # noqa: S608 -- our own names and whole numbers


def _tables(desk: Desk) -> dict[str, bool]:
    """Every table on the desk, and whether it was laid there rather than stored; what is only put together when asked for is none."""
    rows = desk.engine.execute(
        "SELECT table_name, temporary FROM duckdb_tables() UNION ALL SELECT view_name, false FROM duckdb_views() WHERE NOT internal AND NOT temporary"
    ).fetchall()
    return dict(sorted(rows, key=lambda row: row[1]))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
