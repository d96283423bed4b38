"""The state of every customer in one compiled pass over the orders: an accelerator for one machine, equal to the SQL.

``definitions/state.sql`` sorts every customer's days to see the gaps between them. Orders are recorded mostly in the order in
which they are placed, so a pass that remembers each customer's last day sees the gaps as it goes. Sums do not care for the
order. Whose orders do not lie by day (corrected ones lie in the patch, behind all others; a file of long ago came late) have
their days read once more and put in order, and those alone are passed over again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar, cast

import numpy as np
import pyarrow as pa
from numba import njit

from regulars.intelligence.warehouse.engine import Engine
from regulars.intelligence.warehouse.ledger import Horizon

Function = TypeVar("Function", bound=Callable[..., Any])
SPARSEST: Final = 4
"""Ids per customer above which an array over all ids would be mostly empty."""
_ROWS: Final = 250_000
_MONEY: Final = ("goods", "amount", "cost", "is_uncosted")
_COLUMNS: Final = (
    "purchases", "first_day", "last_day", "gap_squares", "months", "orders", "returns", "lines", "goods", "revenue", "returned",
    "margin", "uncosted", "first_trade_day", "last_trade_day",
)  # fmt: skip
_READ: Final = """
SELECT customer_id, day::INT AS day, goods, amount, coalesce(cost, goods) AS cost, (cost IS NULL) AS is_uncosted, {lines} AS lines
FROM {table} WHERE day <= $today AND currency = $currency AND customer_id IS NOT NULL
"""
_DAYS: Final = """
SELECT customer_id, day::BIGINT AS day FROM orders
WHERE day <= $today AND currency = $currency AND customer_id IS NOT NULL AND goods > 0
"""


def compiled(function: Function) -> Function:
    """Compile when first called, keep the machine code beside the source, keep the type."""
    return cast("Function", njit(cache=True, nogil=True)(function))


@compiled
def _add_sums(row: Any, day: Any, goods: Any, amount: Any, cost: Any, uncosted: Any, is_return: Any) -> None:  # noqa: PLR0917 -- as above
    if row[5] + row[6] == 0:
        row[13], row[14] = day, day
    else:
        row[13], row[14] = min(row[13], day), max(row[14], day)
    row[6 if is_return else 5] += 1
    row[8] += goods
    row[9] += amount
    row[11] += goods - cost
    if is_return:
        row[10] += amount
    if uncosted:
        row[12] += goods


@compiled
def _add_occasion(row: Any, day: int, month: Any, begin: int) -> None:
    """One day of purchase, the last one known or later; ``month`` holds the month of each day from ``begin`` on."""
    if row[0] == 0:
        row[1], row[2], row[0], row[4] = day, day, 1, 1
    elif day > row[2]:
        gap = day - row[2]
        row[0], row[2] = row[0] + 1, day
        row[3] += gap * gap
        row[4] |= np.int64(1) << min(month[day - begin] - month[row[1] - begin], 62)


@compiled
def _add_orders(  # noqa: PLR0917 -- compiled code takes columns one by one
    state: Any, late: Any, month: Any, begin: int, customer: Any, day: Any, goods: Any, amount: Any, cost: Any, uncosted: Any,
    lines: Any,
) -> None:  # fmt: skip
    """Add orders to ``state`` (one row a customer, in the order of ``_COLUMNS``); mark who bought earlier than known."""
    for n in range(len(customer)):
        row = state[customer[n]]
        _add_sums(row, day[n], goods[n], amount[n], cost[n], uncosted[n], False)
        row[7] += lines[n]
        if goods[n] <= 0:
            continue
        if row[0] and day[n] < row[2]:
            late[customer[n]] = True
        else:
            _add_occasion(row, day[n], month, begin)


@compiled
def _add_days(state: Any, late: Any, month: Any, begin: int, keys: Any) -> None:
    """Tell the occasions of whoever is ``late`` anew, from sorted keys: customer times the number of days, plus day."""
    for customer in np.flatnonzero(late):
        state[customer, :5] = 0
    for key in keys:
        _add_occasion(state[key // len(month)], begin + key % len(month), month, begin)


@compiled
def _add_returns(state: Any, customer: Any, day: Any, goods: Any, amount: Any, cost: Any, uncosted: Any) -> None:  # noqa: PLR0917 -- as above
    for n in range(len(customer)):
        _add_sums(state[customer[n]], day[n], goods[n], amount[n], cost[n], uncosted[n], True)


def state_by_pass(engine: Engine, horizon: Horizon) -> pa.Table | None:
    """Every customer's state, sorted by id; None when ids or days lie too far apart."""
    least, most, customers, first, last = engine.execute(
        """SELECT min(customer_id), max(customer_id), approx_count_distinct(customer_id), min(day), max(day)
           FROM (SELECT customer_id, day, currency FROM orders UNION ALL SELECT customer_id, day, currency FROM returns)
           WHERE day <= $today AND currency = $currency""",
        {"today": horizon.today, "currency": horizon.currency},
    ).fetchone()
    if not customers or most - least >= SPARSEST * customers + 1_000 or last - first > 100_000:
        return None
    state = np.zeros((most - least + 1, len(_COLUMNS)), np.int64)
    late = np.zeros(most - least + 1, bool)
    months = np.arange(first, last + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    for batch in batches(engine, horizon, _READ.format(table="orders", lines="lines")):
        goods, amount, cost, uncosted = (batch[name] for name in _MONEY)
        customer = batch["customer_id"] - least
        _add_orders(state, late, months, first, customer, batch["day"], goods, amount, cost, uncosted, batch["lines"])
    for batch in batches(engine, horizon, _READ.format(table="returns", lines="0")):
        _add_returns(state, batch["customer_id"] - least, batch["day"], *(batch[name] for name in _MONEY))
    if late.any():
        _add_days(state, late, months, first, _keys(engine, horizon, late, least, first, len(months)))
    there = np.flatnonzero(state[:, 5] + state[:, 6])
    rows = {name: np.ascontiguousarray(state[there, n]) for n, name in enumerate(_COLUMNS)}
    return pa.table({"customer_id": there + least, **rows})


def _keys(engine: Engine, horizon: Horizon, late: Any, least: int, first: int, days: int) -> Any:
    """Every occasion of whoever is ``late`` in order, as one number: customer times ``days``, plus day."""
    found = [np.empty(0, np.int64)]
    for batch in batches(engine, horizon, _DAYS):
        customer = batch["customer_id"] - least
        wanted = late[customer]
        found.append(customer[wanted] * days + (batch["day"][wanted] - first))
    keys = np.concatenate(found)
    keys.sort()
    return keys


def batches(engine: Engine, horizon: Horizon, query: str) -> Iterator[dict[str, Any]]:
    """What ``query`` gives, as columns of some hundred thousand rows at a time."""
    parameters = {"today": horizon.today, "currency": horizon.currency}
    with ThreadPoolExecutor(1) as ahead:  # the next ones are read while these are passed over
        reader = engine.execute(query, parameters).to_arrow_reader(_ROWS)
        coming = ahead.submit(next, reader, None)
        while (batch := coming.result()) is not None:
            coming = ahead.submit(next, reader, None)
            yield {name: batch[name].to_numpy(zero_copy_only=False) for name in batch.schema.names}
