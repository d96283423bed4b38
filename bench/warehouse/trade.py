"""Three years of generated trade, laid into a warehouse."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ORDERS_EACH, DAYS, FIRST_DAY, CHUNK = 10.3, 1_096, 19_400, 200_000
NEW_DAYS = 7


def chunks(customers: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Orders and their lines as numpy columns, in the order of their days."""
    import numpy as np

    total, line = round(customers * ORDERS_EACH), 0
    for first in range(0, total, CHUNK):
        dice = np.random.default_rng(first)
        ids = np.arange(first + 1, min(first + CHUNK, total) + 1)
        day = FIRST_DAY + (ids - 1) * DAYS // total
        customer = (customers * dice.random(len(ids)) ** 2).astype(np.int64) + 1
        counts = 1 + dice.poisson(3.85, len(ids))
        owner = np.repeat(np.arange(len(ids)), counts)
        amount = dice.integers(1, 60, len(owner)) * 1_000
        starts = np.r_[0, np.cumsum(counts)[:-1]]
        at = day * 86_400 + dice.integers(0, 80_000, len(ids))
        goods = np.add.reduceat(amount, starts)
        cost = np.add.reduceat(amount * 6 // 10, starts)
        orders = {
            "order_id": ids, "customer_id": customer, "ordered_at": at, "amount": goods + 8_000, "goods": goods, "cost": cost,
            "lines": counts, "quantity": counts.astype(float), "recorded_at": at, "day": day,
        }  # fmt: skip
        lines = {
            "order_id": ids[owner], "line_id": line + 1 + np.arange(len(owner)), "customer_id": customer[owner], "ordered_at": at[owner],
            "product_id": (20_000 * dice.random(len(owner)) ** 3).astype(np.int64) + 1, "quantity": np.ones(len(owner)),
            "amount": amount, "cost": amount * 6 // 10, "returned": np.zeros(len(owner)), "day": day[owner],
        }  # fmt: skip
        line += len(owner)
        yield orders, lines


def generate(folder: Path, customers: int) -> tuple[Any, list[Any]]:
    """A warehouse of all days but the last ``NEW_DAYS``, and the orders of each of these as a change."""
    import django
    import numpy as np
    import pyarrow as pa

    os.environ |= {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_HOME": str(folder.parent)}
    django.setup()

    from regulars.commerce.facts import LINES, ORDERS, RETURNS
    from regulars.customers.facts import COMPLAINTS, PARTIES
    from regulars.intelligence.warehouse.extract import schema_of
    from regulars.intelligence.warehouse.store import Change, Store

    last_day = FIRST_DAY + DAYS - NEW_DAYS

    def table(kind: Any, columns: dict[str, Any], wanted: Any) -> pa.Table:
        size = int(wanted.sum())
        given = {name: pa.array(column[wanted]) for name, column in columns.items()}
        texts = {"currency": "TWD", "channel": "web", "kind": "person", "city": ""}
        given |= {name: pa.repeat(pa.scalar(text), size) for name, text in texts.items()}
        return pa.table([given[name] for name in schema_of(kind).names], names=schema_of(kind).names).cast(
            schema_of(kind)
        )

    people = np.arange(1, customers + 1)
    party = {
        "party_id": people,
        **{name: np.ones(customers, np.int64) for name in ("created_at", "updated_at", "courted", "day")},
    }
    store = Store(folder)
    parts = [
        (ORDERS, (table(ORDERS, orders, orders["day"] < last_day) for orders, _ in chunks(customers))),
        (LINES, (table(LINES, lines, lines["day"] < last_day) for _, lines in chunks(customers))),
        (PARTIES, [table(PARTIES, party, people > 0)]),
        (RETURNS, []),
        (COMPLAINTS, []),
    ]
    store.replace(parts, datetime.now(UTC))
    late: dict[int, list[pa.Table]] = {}
    for orders, _ in chunks(customers):
        for day in range(max(last_day, orders["day"][0]), orders["day"][-1] + 1):
            late.setdefault(day, []).append(table(ORDERS, orders, orders["day"] == day))
    days = [pa.concat_tables(parts) for _, parts in sorted(late.items())]
    return store, [Change(ORDERS, new["order_id"].combine_chunks(), new) for new in days]
