"""The products sold most and their pairs in one reading of the lines: an accelerator for one machine, equal to the SQL.

``definitions/item.sql``, ``basket.sql`` and ``pair.sql`` read the lines twice and join every basket with itself. Lines of an order lie
beside each other, corrected ones too (docs/adr/0033), so that here baskets are cut as the lines come by, and kept as products in the narrowest numbers; which products
are sold most is known at the end of the lines, and then their pairs are counted in a matrix. Two threads count, each with a
matrix of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import numpy as np

from regulars.intelligence.warehouse.engine import THREADS, Engine
from regulars.intelligence.warehouse.frames import lay
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.passing import batches, compiled

TOP: Final = 1_000
_FURTHEST: Final = 10_000_000
"""The highest id of a product up to which an array over all ids is small."""
_ROWS: Final = 1_000_000
_READ: Final = """
SELECT order_id, product_id::INT AS product_id FROM lines
WHERE day <= $today AND currency = $currency AND quantity > 0 AND product_id IS NOT NULL
"""
Baskets = tuple[Any, Any]
"""Products, basket after basket, and where each basket begins, and the end."""


@compiled
def _cut(order: Any, product: Any, begins: Any, sold: Any) -> int:
    """Note where baskets begin, and how often each product is sold; how many baskets there are."""
    found = 0
    for n in range(len(order)):
        if n == 0 or order[n] != order[n - 1]:
            begins[found] = n
            found += 1
        sold[product[n]] += 1
    return found


@compiled
def _count(products: Any, begins: Any, rank: Any, together: Any) -> None:
    """Add to ``together`` the baskets that hold each pair of ranks, the lower rank first; products of rank −1 do not count."""
    last, held = np.full(len(together), -1, np.int64), np.empty(len(together), np.int32)
    for row in range(len(begins) - 1):
        many = 0
        for place in range(begins[row], begins[row + 1]):
            at = rank[products[place]]
            if at >= 0 and last[at] != row:
                last[at] = row
                held[many] = at
                many += 1
        for one in range(many):
            for other in range(one + 1):
                together[min(held[one], held[other]), max(held[one], held[other])] += 1


def by_pass(engine: Engine, horizon: Horizon) -> bool:
    """Make the tables ``item`` and ``pair``; whether it could: something is sold, and products' ids are not too high."""
    most = engine.execute("SELECT max(product_id) FROM lines").fetchone()[0]
    if most is None or most > _FURTHEST:
        return False
    sold = np.zeros(most + 1, np.int64)
    baskets = list(_baskets(engine, horizon, sold))
    best = np.lexsort((np.arange(len(sold)), -sold))[:TOP]
    best = best[sold[best] > 0]
    lay(engine, "item", {"product_id": best, "sold": sold[best]})
    products, rank = np.sort(best), np.full(len(sold), -1, np.int32)
    rank[products] = np.arange(len(products))
    with ThreadPoolExecutor(THREADS) as threads:
        together = sum(
            threads.map(partial(_counted, rank, len(products)), (baskets[n::THREADS] for n in range(THREADS)))
        )
    first, second = np.nonzero(together)
    orders = np.asarray(together)[first, second].astype(np.int64)
    lay(engine, "pair", {"first_id": products[first], "second_id": products[second], "orders": orders})
    return True


def _baskets(engine: Engine, horizon: Horizon, sold: Any) -> Iterator[Baskets]:
    """The lines as baskets."""
    order, product = np.empty(0, np.int64), np.empty(0, np.int32)
    for batch in batches(engine, horizon, _READ, _ROWS):
        order, product = np.concatenate((order, batch["order_id"])), np.concatenate((product, batch["product_id"]))
        whole = len(order) - int(np.argmax(order[::-1] != order[-1]))  # the last order may go on in the next batch
        whole = 0 if order[0] == order[-1] else whole
        yield _as_baskets(order[:whole], product[:whole], sold)
        order, product = order[whole:], product[whole:]
    yield _as_baskets(order, product, sold)


def _as_baskets(order: Any, product: Any, sold: Any) -> Baskets:
    begins = np.empty(len(order) + 1, np.int32)
    found = _cut(order, product, begins, sold)
    begins[found] = len(order)
    narrow = np.uint16 if len(sold) <= 1 << 16 else np.int32
    return product.astype(narrow), begins[: found + 1].copy()


def _counted(rank: Any, size: int, baskets: list[Baskets]) -> Any:
    together = np.zeros((size, size), np.int32)
    for products, begins in baskets:
        _count(products, begins, rank, together)
    return together
