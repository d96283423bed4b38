"""The shared order-level tables: every analysis reads these, so that the orders are grouped once.

``purchase``  one customer and day on which goods were bought: the occasion, whatever the number of orders that day
``state``     one customer who ever traded, anonymous trade left out: sums over all time, kept and advanced (``state``)
``customer``  one party that is courted or bought (not the people at a company, not a household): its sums over all time, the last 12 months and the 12 before, first and last purchase

Each is defined in ``definitions/<name>.sql``, in words that DuckDB and Spark have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from regulars.intelligence.warehouse import definitions
from regulars.intelligence.warehouse.engine import Engine

WHOSE = {
    "orders": "customer_id", "returns": "customer_id", "contacts": "customer_id", "complaints": "customer_id",
    "parties": "party_id",
}  # fmt: skip
"""The facts that the shared tables are made of, and the column that says whose they are."""

_OCCASIONS = """
WITH told AS (SELECT DISTINCT customer_id, day, coalesce(settled_day, 1000000) AS settled_day FROM complaints),
spans AS (
    SELECT customer_id, day, goods, lead(day, 1, 1000000) OVER (PARTITION BY customer_id ORDER BY day) AS next_day
    FROM purchase WHERE customer_id IN (SELECT customer_id FROM told)
), sore AS (
    SELECT s.customer_id, s.day,
           bool_or(t.day <= s.day AND t.settled_day > s.day) AS complaint_open,
           min(t.day) FILTER (t.day > s.day AND t.day < s.next_day) AS complaint_day
    FROM spans s JOIN told t ON t.customer_id = s.customer_id GROUP BY s.customer_id, s.day
)
SELECT p.customer_id, p.day::BIGINT AS day, p.goods::DOUBLE AS goods, p.at,
       coalesce(s.complaint_open, false) AS complaint_open, coalesce(s.complaint_day, -1)::BIGINT AS complaint_day
FROM purchase p LEFT JOIN sore s ON s.customer_id = p.customer_id AND s.day = p.day
ORDER BY p.customer_id, p.day
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
    customers: int = 0
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


def group(engine: Engine, horizon: Horizon, *, made: Collection[str] = ()) -> None:
    """Make the shared tables from the facts that lie in the engine; those ``made`` lie there already."""
    for name in definitions.SHARED:
        if name not in made:
            definitions.make(engine, name, horizon.parameters)


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
    chosen = engine.execute(
        "SELECT currency FROM orders WHERE day <= $today GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1",
        {"today": today},
    ).fetchone()
    currency = chosen[0] if chosen else ""
    counted = engine.execute(
        """SELECT count(*) FILTER (currency = $currency), count(DISTINCT customer_id) FILTER (currency = $currency),
                  count(*) FILTER (customer_id IS NULL), count(*) FILTER (currency <> $currency),
                  min(day) FILTER (currency = $currency), max(day) FILTER (currency = $currency),
                  CASE WHEN sum(goods) FILTER (cost IS NOT NULL AND currency = $currency) >= 0.9 * sum(goods) FILTER (currency = $currency)
                       THEN sum(goods - cost) FILTER (currency = $currency) / sum(goods) FILTER (cost IS NOT NULL AND currency = $currency) END
           FROM orders WHERE day <= $today""",
        {"today": today, "currency": currency},
    ).fetchone()
    return Horizon(today, currency, *counted)


def purchases(engine: Engine) -> tuple[Any, dict[str, Any]]:
    """Every purchase occasion with what the stages need of complaints; the customers' ids, and columns.

    Columns: ``customer`` (position among the ids), ``day``, ``at`` (the last order of that day, seconds), ``goods``, ``complaint_open``, ``complaint_day`` (−1: none).
    """
    read = columns(engine, _OCCASIONS)
    if not len(read["customer_id"]):
        return read["customer_id"], {**read, "customer": read["customer_id"]}
    starts = np.flatnonzero(np.r_[True, np.diff(read["customer_id"]) != 0])
    ids = read["customer_id"][starts]
    return ids, {**read, "customer": np.repeat(np.arange(len(ids)), np.diff(np.r_[starts, len(read["customer_id"])]))}


def columns(engine: Engine, query: str, **parameters: Any) -> dict[str, Any]:
    """The answer of ``query`` as numpy columns by name (masked where NULL)."""
    return dict(engine.execute(query, parameters or None).fetchnumpy())
