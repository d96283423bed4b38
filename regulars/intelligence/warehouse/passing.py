"""Everybody's state and purchase occasions in one compiled pass over the orders: an accelerator for one machine, equal to the SQL.

``definitions/state.sql`` and ``definitions/purchase.sql`` hash and sort what they group. Here the orders are read once and dealt
out to parts, each some thousand neighbouring customers; within a part all that is asked for lies in the processor's cache. Each order
goes straight to its customer's days, mostly behind the last one, as orders are recorded mostly in the order in which they are placed;
whose do not lie so (corrected ones lie in the patch, behind all others) go further in front. Sums, gaps and months follow. Parts do
not know of each other, so two threads work at them, and what comes of it is the same whoever is first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, cast

import numpy as np
import pyarrow as pa
from numba import njit

from regulars.intelligence.warehouse.engine import THREADS, Engine
from regulars.intelligence.warehouse.frames import narrow
from regulars.intelligence.warehouse.ledger import Horizon

Function = TypeVar("Function", bound=Callable[..., Any])
SPARSEST: Final = 4
"""Ids per customer above which an array over all ids would be mostly empty."""
_ROWS: Final = 250_000
_DEALT: Final = 1_000_000
"""Orders that are dealt out together."""
_PART: Final = 12
"""2 to the power of this are the ids of a part, unless there would be more than ``_MOST`` parts."""
_MOST: Final = 512
_COLUMNS: Final = (
    "purchases", "first_day", "last_day", "gap_squares", "months", "orders", "returns", "lines", "goods", "revenue", "returned",
    "margin", "uncosted", "first_trade_day", "last_trade_day",
)  # fmt: skip
_READ: Final = """
SELECT customer_id, day::INT AS day, goods, amount, coalesce(cost, goods) AS cost, (cost IS NULL) AS is_uncosted, {lines}::INT AS lines, {at} AS at
FROM {table} WHERE day <= $today AND currency = $currency AND customer_id IS NOT NULL
"""
_REACH: Final = """
SELECT min(customer_id), max(customer_id), min(day), max(day), (SELECT count(*) FROM parties)
FROM (SELECT customer_id, day, currency FROM orders UNION ALL SELECT customer_id, day, currency FROM returns)
WHERE day <= $today AND currency = $currency
"""


class Passed(NamedTuple):
    """The tables ``state`` and ``purchase``, sorted by customer (and day), the latter in the narrowest whole numbers that hold it."""

    state: pa.Table
    occasions: pa.Table


@dataclass(frozen=True)
class Reach:
    """The least customer's id, how many ids and days there are from the first one on, and which power of 2 ids make a part."""

    least: int
    ids: int
    first: int
    days: int
    power: int

    @classmethod
    def of(cls, engine: Engine, horizon: Horizon) -> Reach | None:
        """What the facts up to ``horizon`` reach; None when there are none, or their ids or days lie too far apart."""
        least, most, first, last, parties = engine.execute(_REACH, _asked(horizon)).fetchone()
        if least is None or most - least >= SPARSEST * parties + 1_000 or last - first > 100_000:
            return None
        ids = most - least + 1
        return cls(least, ids, first, last - first + 1, max(_PART, (ids // _MOST).bit_length()))

    @property
    def part(self) -> int:
        """The ids of a part."""
        return 1 << self.power

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.ids // self.part)

    @property
    def months(self) -> Any:
        """The month of each day, counted since January 1970."""
        return np.arange(self.first, self.first + self.days).astype("datetime64[D]").astype("datetime64[M]").astype(int)


class Hand(NamedTuple):
    """Orders or returns dealt out: those of part p lie from ``starts[p]`` on; ``who`` is counted from the part's first id."""

    starts: Any
    who: Any
    day: Any
    goods: Any
    amount: Any
    margin: Any
    uncosted: Any
    lines: Any
    at: Any


def compiled(function: Function) -> Function:
    """Compile when first called, keep the machine code beside the source, keep the type."""
    return cast("Function", njit(cache=True, nogil=True)(function))


@compiled
def _deal(power: int, least: int, given: Any, hand: Any) -> None:
    """Put rows behind each other part by part; within a part they stay in order."""
    customer, day, goods, amount, cost, uncosted, lines, at = given
    starts, next_one = hand[0], np.zeros(len(hand[0]), np.int64)
    for n in range(len(customer)):
        starts[((customer[n] - least) >> power) + 1] += 1
    for part in range(1, len(starts)):
        starts[part] += starts[part - 1]
        next_one[part] = starts[part]
    for n in range(len(customer)):
        part = (customer[n] - least) >> power
        to = next_one[part]
        next_one[part] += 1
        hand[1][to] = customer[n] - least - (part << power)
        hand[2][to], hand[3][to], hand[4][to] = day[n], goods[n], amount[n]
        hand[5][to], hand[6][to] = goods[n] - cost[n], uncosted[n]
        hand[7][to], hand[8][to] = lines[n], at[n]


@compiled
def _add_sums(state: Any, days: Any, begin: int, end: int, hand: Any, is_return: bool) -> None:
    """Add to ``state`` (one row a customer, in the order of ``_COLUMNS``); count in ``days`` on how many each bought at most."""
    _, who, day, goods, amount, margin, uncosted, lines, _ = hand
    for n in range(begin, end):
        row = state[who[n]]
        if row[5] + row[6] == 0:
            row[13], row[14] = day[n], day[n]
        else:
            row[13], row[14] = min(row[13], day[n]), max(row[14], day[n])
        row[6 if is_return else 5] += 1
        row[7] += lines[n]
        row[8] += goods[n]
        row[9] += amount[n]
        row[11] += margin[n]
        if is_return:
            row[10] += amount[n]
        elif goods[n] > 0:
            days[who[n]] += 1
        if uncosted[n]:
            row[12] += goods[n]


@compiled
def _add_days(begins: Any, filled: Any, found: Any, begin: int, end: int, hand: Any) -> None:
    """Put orders where their customers' days lie, from ``begins`` on."""
    _, who, day, goods, amount, _, _, lines, at = hand
    days, goods_of, amount_of, orders_of, lines_of, at_of = found
    for n in range(begin, end):
        if goods[n] <= 0:
            continue
        first = begins[who[n]]
        place = behind = first + filled[who[n]]
        while place > first and days[place - 1] > day[n]:
            place -= 1
        if place > first and days[place - 1] == day[n]:
            place -= 1
            goods_of[place] += goods[n]
            amount_of[place] += amount[n]
            orders_of[place] += 1
            lines_of[place] += lines[n]
            at_of[place] = max(at_of[place], at[n])
            continue
        for later in range(behind, place, -1):
            days[later], at_of[later] = days[later - 1], at_of[later - 1]
            goods_of[later], amount_of[later] = goods_of[later - 1], amount_of[later - 1]
            orders_of[later], lines_of[later] = orders_of[later - 1], lines_of[later - 1]
        days[place], at_of[place] = day[n], at[n]
        goods_of[place], amount_of[place], orders_of[place], lines_of[place] = goods[n], amount[n], 1, lines[n]
        filled[who[n]] += 1


@compiled
def _look_back(state: Any, begins: Any, filled: Any, days: Any, month: Any, first: int) -> None:
    """What the days of each customer tell of his rhythm; ``month`` holds the month of each day from ``first`` on."""
    for who in range(len(state)):
        if not filled[who]:
            continue
        row, begin = state[who], begins[who]
        row[0], row[1], row[4] = filled[who], days[begin], 1
        for place in range(begin + 1, begin + filled[who]):
            gap = np.int64(days[place] - days[place - 1])
            row[3] += gap * gap
            row[4] |= np.int64(1) << min(month[days[place] - first] - month[days[begin] - first], 62)
        row[2] = days[begin + filled[who] - 1]


@compiled
def _close_up(begins: Any, filled: Any, known: Any, found: Any) -> int:
    """Move the days of known customers up to each other; how many there are."""
    kept = 0
    for who in range(len(filled)):
        if not known[who]:
            continue
        for place in range(begins[who], begins[who] + filled[who]):
            for column in found:
                column[kept] = column[place]
            kept += 1
    return kept


def over_orders(engine: Engine, horizon: Horizon) -> Passed | None:
    """Everybody's state and occasions; None when ids or days lie too far apart."""
    reach = Reach.of(engine, horizon)
    if reach is None:
        return None
    known = np.zeros(reach.parts * reach.part, bool)
    parties = engine.execute("SELECT party_id - $least AS at FROM parties", {"least": reach.least}).fetchnumpy()["at"]
    known[parties[(parties >= 0) & (parties < reach.ids)]] = True
    orders = _dealt(engine, horizon, reach, _READ.format(table="orders", lines="lines", at="ordered_at"))
    returns = _dealt(engine, horizon, reach, _READ.format(table="returns", lines="0", at="0::BIGINT"))
    with ThreadPoolExecutor(THREADS) as threads:
        work = partial(_part, reach, known, reach.months, orders, returns)
        ids, states, sizes, occasions = zip(*threads.map(work, range(reach.parts)), strict=True)
    del orders, returns, work
    customers, state = np.concatenate(ids), np.concatenate(states, axis=1)
    columns = dict(zip(("day", "goods", "amount", "orders", "lines", "at"), _joined(occasions), strict=True))
    counts = np.concatenate(sizes)
    buyers = narrow(customers[counts > 0])
    return Passed(
        pa.table({"customer_id": customers, **dict(zip(_COLUMNS, state, strict=True))}),
        pa.table({"customer_id": np.repeat(buyers, counts[counts > 0]), **columns}),
    )


def _dealt(engine: Engine, horizon: Horizon, reach: Reach, query: str) -> list[Hand]:
    """What ``query`` gives, dealt out to the parts."""
    hands = []
    for batch in batches(engine, horizon, query, _DEALT):
        size = len(batch["customer_id"])
        kinds = ("i4", "i4", "i8", "i8", "i8", "?", "i4", "i8")
        hand = Hand(np.zeros(reach.parts + 1, np.int64), *(np.empty(size, kind) for kind in kinds))
        _deal(reach.power, reach.least, tuple(batch.values()), hand)
        hands.append(hand)
    return hands


def _part(
    reach: Reach, known: Any, months: Any, orders: list[Hand], returns: list[Hand], part: int
) -> tuple[Any, Any, Any, list[Any]]:
    """One part: ids and states (by column) of who traded, on how many days each bought, and these, customer after customer."""
    state, most = np.zeros((reach.part, len(_COLUMNS)), np.int64), np.zeros(reach.part, np.int64)
    for hands, is_return in ((orders, False), (returns, True)):
        for hand in hands:
            _add_sums(state, most, hand.starts[part], hand.starts[part + 1], hand, is_return)
    begins, filled, room = np.cumsum(most) - most, np.zeros(reach.part, np.int64), int(most.sum())
    found = tuple(np.empty(room, kind) for kind in ("i8", "i8", "i8", "i8", "i8", "i8"))
    for hand in orders:
        _add_days(begins, filled, found, hand.starts[part], hand.starts[part + 1], hand)
    _look_back(state, begins, filled, found[0], months, reach.first)
    whose = known[part * reach.part : (part + 1) * reach.part]
    kept = _close_up(begins, filled, whose, found)
    there = np.flatnonzero(state[:, 5] + state[:, 6])
    sizes = np.where(whose, filled, 0)[there]
    return (
        there + (reach.least + part * reach.part),
        np.ascontiguousarray(state[there].T),
        sizes,
        [narrow(one[:kept]) for one in found],
    )


def _joined(parts: tuple[list[Any], ...]) -> Iterator[Any]:
    """Each column end to end; parts let go of what was taken from them."""
    for _ in range(len(parts[0])):
        yield np.concatenate([part.pop(0) for part in parts])


def batches(engine: Engine, horizon: Horizon, query: str, rows: int = _ROWS) -> Iterator[dict[str, Any]]:
    """What ``query`` gives, as columns of so many rows at a time."""
    with ThreadPoolExecutor(1) as ahead:  # the next ones are read while these are passed over
        reader = engine.execute(query, _asked(horizon)).to_arrow_reader(rows)
        coming = ahead.submit(next, reader, None)
        while (batch := coming.result()) is not None:
            coming = ahead.submit(next, reader, None)
            yield {name: batch[name].to_numpy(zero_copy_only=False) for name in batch.schema.names}


def _asked(horizon: Horizon) -> dict[str, Any]:
    return {"today": horizon.today, "currency": horizon.currency}
