"""A warehouse made of plain rows, so that analyses are tested without a database."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.catalogue.facts import PRODUCTS
from regulars.commerce.facts import LINES, ORDERS, RETURN_LINES, RETURNS
from regulars.customers.facts import COMPLAINTS, CONTACTS, CONTRACTS, PARTIES
from regulars.intelligence.days import to_day
from regulars.intelligence.warehouse.extract import _with_days, schema_of
from regulars.intelligence.warehouse.store import Store
from regulars.intelligence.warehouse.tables import FactTable

Bought = tuple[int, date, int]
"""Customer, day, goods in minor units."""
Item = tuple[int, int, int]
"""Number of the purchase in ``bought`` counted from one, product, amount in minor units."""


def seconds(day: date) -> int:
    """Noon of a day, as the warehouse counts moments."""
    return int(datetime.combine(day, time(12), UTC).timestamp())


def warehouse(
    folder: Path,
    bought: Iterable[Bought],
    *,
    returned: Sequence[Bought] = (),
    complaints: Sequence[tuple[int, date, date | None]] = (),
    contacts: Sequence[tuple[int, date]] = (),
    others: Iterable[int] = (),
    cost_share: float | None = None,
    kinds: dict[int, str] | None = None,
    currency: str = "TWD",
    items: Sequence[Item] = (),
    categories: dict[int, str] | None = None,
    contracts: Sequence[tuple[int, date, date | None, date | None]] = (),
) -> Store:
    """A warehouse with these purchases and the lines in them; `others` are parties that never bought.

    `categories` are those of products, `contracts` are customer, from, until, ended before its time.
    """
    orders = list(bought)
    people = sorted({who for who, *_ in orders} | {who for who, *_ in returned} | set(others))
    rows: dict[str, list[tuple[Any, ...]]] = {
        "orders": [
            (n, who, seconds(day), goods, goods, None if cost_share is None else round(goods * cost_share), 1, 1.0, "", currency, seconds(day))
            for n, (who, day, goods) in enumerate(orders, 1)
        ],
        "returns": [(n, who, None, seconds(day), goods, goods, None, currency, seconds(day)) for n, (who, day, goods) in enumerate(returned, 1)],
        "parties": [(who, (kinds or {}).get(who, "person"), "", seconds(date(2020, 1, 1)), 0, 1) for who in people],
        "contacts": [(n, who, seconds(day), "call", "phone", seconds(day)) for n, (who, day) in enumerate(contacts, 1)],
        "complaints": [(n, who, seconds(a), seconds(b) if b else None) for n, (who, a, b) in enumerate(complaints, 1)],
        "lines": [
            (order, n, orders[order - 1][0], seconds(orders[order - 1][1]), product, 1.0, amount, None if cost_share is None else round(amount * cost_share), currency, "", 0.0)
            for n, (order, product, amount) in enumerate(sorted(items), 1)
        ],
        "return_lines": [],
        "products": [(one, f"P{one}", f"Product {one}", (categories or {}).get(one, ""), None, None, currency) for one in sorted({product for _, product, _ in items})],
        "contracts": [
            (n, who, "service", to_day(a), to_day(b) if b else None, to_day(c) if c else None, None, currency, 0, None)
            for n, (who, a, b, c) in enumerate(contracts, 1)
        ],
    }  # fmt: skip
    store = Store(folder)
    tables = (ORDERS, RETURNS, LINES, RETURN_LINES, PARTIES, CONTACTS, COMPLAINTS, CONTRACTS, PRODUCTS)
    store.replace([(table, parts(table, rows[table.name])) for table in tables], datetime.now(UTC))
    return store


def parts(table: FactTable, rows: list[tuple[Any, ...]]) -> list[pa.Table]:
    """Rows as the loader hands them over; days are counted in UTC."""
    if not rows:
        return []
    plain = pa.schema(list(schema_of(table))[: len(table.columns)])
    columns = [pa.array(values, type=field.type) for values, field in zip(zip(*rows, strict=True), plain, strict=True)]
    return [_with_days(pa.table(columns, schema=plain), table, "UTC")]
