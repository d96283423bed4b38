"""The shared order-level tables: every analysis reads these, so that the orders are grouped once.

``purchase``  one customer and day on which goods were bought: the occasion, whatever the number of orders that day
``state``     one customer who ever traded, anonymous trade left out: sums over all time, kept and advanced (``state``)
``customer``  one party that is courted or bought (not the people at a company, not a household): its sums over all time, the last 12 months and the 12 before, first and last purchase

Each is defined in ``definitions/<name>.sql``, in words that DuckDB and Spark have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from regulars.intelligence.warehouse import definitions
from regulars.intelligence.warehouse.engine import Engine

Occasions = dict[str, Any]
"""Equally long columns, one row a purchase occasion, in the order of customers and days."""
WHOSE = {
    "orders": "customer_id", "returns": "customer_id", "contacts": "customer_id", "complaints": "customer_id",
    "parties": "party_id",
}  # fmt: skip
"""The facts that the shared tables are made of, and the column that says whose they are."""

PAYS_FROM: Final = 1_000_000
"""Orders, or occasions, from which a compiled pass over the orders is quicker than the SQL, the time to load it included."""
_KEPT_IN_ORDER: Final = "purchase_in_order"
_WIDE: Final = {
    "customer_id": "BIGINT", "day": "INT", "goods": "BIGINT", "amount": "BIGINT", "orders": "BIGINT", "lines": "BIGINT", "at": "BIGINT",
}  # fmt: skip
_COMPLAINTS: Final = """
SELECT DISTINCT customer_id, day::BIGINT AS day, coalesce(settled_day, 1000000)::BIGINT AS settled_day
FROM complaints WHERE customer_id IS NOT NULL ORDER BY customer_id, day
"""


@dataclass(frozen=True)
class Horizon:
    """Up to when facts count, in which currency, and what had to be left out.

    Attributes:
        today: days since 1970-01-01 in the company's zone; facts of that day count.
        currency: the currency of most orders; orders in others are counted in ``other_currency`` and left out.
        margin_rate: margin per unit of goods sold where costs are known; None unless they are for nine tenths of the goods.
    """

    today: int
    currency: str
    orders: int = 0
    anonymous: int = 0
    other_currency: int = 0
    first_day: int | None = None
    last_day: int | None = None
    margin_rate: float | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What definitions ask for."""
        return {"today": self.today, "currency": self.currency, "margin_rate": self.margin_rate}

    @property
    def costs_known(self) -> bool:
        """Whether profit can be told."""
        return self.margin_rate is not None


_LONG_SILENCE = 30
_CYCLES = 2


def last_day_of_record(engine: Engine, now: int) -> tuple[int, bool]:
    """The day up to which facts shall count when nobody says: today, or the end of a file of long ago.

    A company that is alive has an order within two usual intervals of its customers (a month at least). When the newest
    order or return is older, the record is history, and judging it by today would find everybody gone.

    Returns:
        The day, and whether it is the end of history rather than ``now``.
    """
    last = engine.execute(
        "SELECT max(day) FROM (SELECT day FROM orders UNION ALL SELECT day FROM returns) WHERE day <= $now",
        {"now": now},
    ).fetchone()[0]
    if last is None or now - last <= _LONG_SILENCE:
        return now, False
    usual = engine.execute(
        """WITH days AS (SELECT DISTINCT customer_id, day FROM orders WHERE day <= $now AND customer_id IS NOT NULL AND goods > 0),
           gaps AS (SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM days)
           SELECT median(gap) FROM gaps""",
        {"now": now},
    ).fetchone()[0]
    return (now, False) if now - last <= _CYCLES * (usual or 0) else (int(last), True)


def prepare(engine: Engine, *, today: int) -> Horizon:
    """Make the shared tables as of ``today`` and say what they cover."""
    horizon = look(engine, today)
    group(engine, horizon)
    return horizon


def group(engine: Engine, horizon: Horizon, *, made: Collection[str] = (), passed: Any = None) -> Occasions | None:
    """Make the shared tables from the facts that lie in the engine; those ``made`` lie there already.

    Args:
        passed: the rows of ``purchase`` where ``State.lay`` has come by them.

    Returns:
        What lies behind ``purchase``, where it was made by the compiled pass: ``purchases`` need not read it again.
    """
    occasions = None
    for name in definitions.SHARED:
        if name == "purchase" and name not in made:
            occasions = _in_order(engine, _passed_over(engine, horizon) if passed is None else passed)
        if name not in made and not (name == "purchase" and occasions):
            definitions.make(engine, name, horizon.parameters)
    return occasions


def _passed_over(engine: Engine, horizon: Horizon) -> Any:
    """The rows of ``purchase`` by the compiled pass, where there are so many that it pays."""
    if (engine.execute("SELECT sum(purchases) FROM state").fetchone()[0] or 0) < PAYS_FROM:
        return None
    from regulars.intelligence.warehouse.occasions import by_pass  # noqa: PLC0415 -- compiled code, for large houses only

    return by_pass(engine, horizon)


def _in_order(engine: Engine, rows: Any) -> Occasions | None:
    """Let ``purchase`` lie in the engine on rows in order; their columns."""
    if rows is None:
        return None
    engine.register(_KEPT_IN_ORDER, rows)
    wide = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in _WIDE.items())
    engine.execute(f"CREATE OR REPLACE TEMP VIEW purchase AS SELECT {wide} FROM {_KEPT_IN_ORDER}")  # noqa: S608 -- our own names
    return {name: rows[name].chunk(0).to_numpy() for name in rows.column_names}


def stretched(engine: Engine, horizon: Horizon) -> Horizon:
    """``horizon`` with the first and the last day as they are now; what else it says is as it was."""
    first_day, last_day = engine.execute(
        "SELECT min(day), max(day) FROM orders WHERE day <= $today AND currency = $currency",
        {"today": horizon.today, "currency": horizon.currency},
    ).fetchone()
    return replace(horizon, first_day=first_day, last_day=last_day)


def only(engine: Engine, owned: Mapping[str, Any] | None = None) -> None:
    """Let the facts and the state of the customers in the table ``chosen`` alone lie in the engine from here on.

    Args:
        owned: their facts by table as Arrow tables, where they are at hand; what is not among them is looked for.
    """
    for name, key in WHOSE.items():
        if owned and name in owned:
            engine.register("_owned", owned[name])
            engine.execute(f'CREATE TEMP TABLE "{name}" AS SELECT * FROM _owned')  # noqa: S608 -- our own names
            engine.unregister("_owned")
            continue
        engine.execute(
            f'CREATE TEMP TABLE "{name}" AS SELECT * FROM memory.main."{name}" WHERE {key} IN (SELECT customer_id FROM chosen)'  # noqa: S608 -- our own names
        )
    engine.execute(
        "CREATE TEMP TABLE chosen_state AS SELECT * FROM state WHERE customer_id IN (SELECT customer_id FROM chosen)"
    )
    engine.execute("DROP VIEW state")
    engine.execute("ALTER TABLE chosen_state RENAME TO state")


def look(engine: Engine, today: int) -> Horizon:
    """What the facts up to ``today`` cover."""
    rows = engine.execute(
        """SELECT currency, count(*), count(*) FILTER (customer_id IS NULL), min(day), max(day), sum(goods),
                  sum(goods) FILTER (cost IS NOT NULL), sum(goods - cost)
           FROM orders WHERE day <= $today GROUP BY currency ORDER BY count(*) DESC, currency""",
        {"today": today},
    ).fetchall()
    if not rows:
        return Horizon(today, "")
    (currency, orders, _, first_day, last_day, goods, costed, margin), *others = rows
    anonymous, elsewhere = sum(row[2] for row in rows), sum(row[1] for row in others)
    rate = margin / costed if costed and 10 * costed >= 9 * goods else None
    return Horizon(today, currency, orders, anonymous, elsewhere, first_day, last_day, rate)


def purchases(engine: Engine, occasions: Occasions | None = None) -> tuple[Any, Occasions]:
    """Every purchase occasion with what the stages need of complaints; the customers' ids, and columns.

    Columns: ``customer`` (position among the ids), ``day``, ``at`` (the last order of that day, seconds), ``goods``, ``complaint_open``, ``complaint_day`` (−1: none).

    Args:
        occasions: what ``group`` has given.
    """
    read = occasions or columns(engine, 'SELECT customer_id, day, goods, "at" FROM purchase ORDER BY customer_id, day')
    who, size = read["customer_id"], len(read["customer_id"])
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if size else np.empty(0, np.int64)
    ids = who[starts].astype(np.int64)
    customer = np.repeat(np.arange(len(ids), dtype=np.int32), np.diff(np.r_[starts, size]))
    told = {
        "customer": customer,
        "day": read["day"].astype(np.int32),
        "goods": read["goods"].astype(float),
        "at": read["at"],
    }
    told |= {"complaint_open": np.zeros(size, bool), "complaint_day": np.full(size, -1, np.int64)}
    if size:
        _complain(told, ids, columns(engine, _COMPLAINTS))
    return ids, told


def _complain(told: Occasions, ids: Any, complaints: Occasions) -> None:
    """Say at which occasions a complaint was open, and which was the first one made between an occasion and the next."""
    who: Any = np.searchsorted(ids, complaints["customer_id"])
    there = ids[np.minimum(who, len(ids) - 1)] == complaints["customer_id"]
    who, day, settled = who[there], complaints["day"][there], complaints["settled_day"][there]
    complains = np.zeros(len(ids), bool)
    complains[who] = True
    among = np.flatnonzero(complains[told["customer"]])
    first = int(told["day"].min())
    span = int(told["day"].max()) - first + 2
    keys = told["customer"][among].astype(np.int64) * span + (told["day"][among] - first)
    begin, end = (who * span + np.clip(one - first, 0, span - 1) for one in (day, settled))
    since, until = np.searchsorted(keys, begin), np.searchsorted(keys, end)
    steps, lasts = np.zeros(len(among) + 1, np.int64), until > since
    np.add.at(steps, since[lasts], 1)
    np.add.at(steps, until[lasts], -1)
    told["complaint_open"][among] = np.cumsum(steps)[:-1] > 0
    padded = np.r_[keys, -1]
    between = (since > 0) & (padded[since] != begin)
    between[between] = told["customer"][among[since[between] - 1]] == who[between]
    after, earliest = np.unique(since[between] - 1, return_index=True)
    told["complaint_day"][among[after]] = day[between][earliest]


def columns(engine: Engine, query: str, **parameters: Any) -> dict[str, Any]:
    """The answer of ``query`` as numpy columns by name (masked where NULL)."""
    return dict(engine.execute(query, parameters or None).fetchnumpy())
