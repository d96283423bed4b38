"""The purchase occasions of everybody in one compiled pass over the orders: an accelerator for one machine, equal to the SQL.

``definitions/purchase.sql`` groups orders by customer and day. The state of a customer says on how many days he bought, so
that everybody's days have their place before the first order is read, customer after customer: each order goes straight to
where it belongs, mostly behind the last day of its customer, and nothing is hashed or sorted. What comes of it lies in the order of
customers and days, in numbers as narrow as they can be.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.intelligence.warehouse.engine import Engine
from regulars.intelligence.warehouse.frames import narrow
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.passing import SPARSEST, batches, compiled

_READ: Final = """
SELECT customer_id, day::INT AS day, goods, amount, lines, ordered_at AS at FROM orders
WHERE day <= $today AND currency = $currency AND customer_id IS NOT NULL AND goods > 0
"""
_SIZES: Final = """
SELECT s.customer_id, s.purchases FROM state s JOIN parties p ON p.party_id = s.customer_id
WHERE s.purchases > 0 ORDER BY s.customer_id
"""


@compiled
def _add_orders(  # noqa: PLR0917 -- compiled code takes columns one by one
    begins: Any, filled: Any, days: Any, sums: Any, ats: Any, customer: Any, day: Any, goods: Any, amount: Any, lines: Any, at: Any,
) -> bool:  # fmt: skip
    """Put orders where their customers' days lie, from ``begins`` on; False when somebody has more days than were said."""
    goods_of, amount_of, orders_of, lines_of = sums
    for n in range(len(customer)):
        begin, end = begins[customer[n]], begins[customer[n] + 1]
        place = behind = begin + filled[customer[n]]
        while place > begin and days[place - 1] > day[n]:
            place -= 1
        if place > begin and days[place - 1] == day[n]:
            place -= 1
            goods_of[place] += goods[n]
            amount_of[place] += amount[n]
            orders_of[place] += 1
            lines_of[place] += lines[n]
            ats[place] = max(ats[place], at[n])
            continue
        if begin == end:  # nobody whom the record knows
            continue
        if behind == end:
            return False
        for later in range(behind, place, -1):
            days[later], ats[later] = days[later - 1], ats[later - 1]
            goods_of[later], amount_of[later] = goods_of[later - 1], amount_of[later - 1]
            orders_of[later], lines_of[later] = orders_of[later - 1], lines_of[later - 1]
        days[place], ats[place] = day[n], at[n]
        goods_of[place], amount_of[place], orders_of[place], lines_of[place] = goods[n], amount[n], 1, lines[n]
        filled[customer[n]] += 1
    return True


def by_pass(engine: Engine, horizon: Horizon) -> pa.Table | None:
    """The columns of ``purchase``, sorted by customer and day; None when ids lie too far apart.

    ``state`` must lie in the engine, as of the same horizon.
    """
    known = engine.execute(_SIZES).fetchnumpy()
    ids, sizes = known["customer_id"], known["purchases"]
    if not len(ids) or ids[-1] - ids[0] >= SPARSEST * len(ids) + 1_000:
        return None
    counts = np.zeros(ids[-1] - ids[0] + 1, np.int64)
    counts[ids - ids[0]] = sizes
    begins, filled, total = np.r_[0, np.cumsum(counts)], np.zeros(len(counts), np.int32), int(sizes.sum())
    days, ats = np.empty(total, np.int32), np.empty(total, np.int64)
    goods, amount, orders, lines = sums = tuple(np.empty(total, kind) for kind in ("i8", "i8", "i4", "i8"))
    for batch in batches(engine, horizon, _READ):
        within = (batch["customer_id"] >= ids[0]) & (batch["customer_id"] <= ids[-1])
        customer, *rest = (column if within.all() else column[within] for column in batch.values())
        if not _add_orders(begins, filled, days, sums, ats, customer - ids[0], *rest):
            return None
    if (filled != counts).any():
        return None
    made = {"day": days, "goods": goods, "amount": amount, "orders": orders, "lines": lines, "at": ats}
    del sums, days, goods, amount, orders, lines, ats
    narrowed = {name: narrow(made.pop(name)) for name in list(made)}
    return pa.table({"customer_id": np.repeat(narrow(ids), sizes), **narrowed})
