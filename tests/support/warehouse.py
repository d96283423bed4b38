"""A warehouse made of plain rows, so that analyses are tested without a database."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.commerce.facts import ORDERS, RETURNS
from regulars.customers.facts import COMPLAINTS, CONTACTS, PARTIES
from regulars.intelligence.warehouse.extract import _with_days, schema_of
from regulars.intelligence.warehouse.store import Store
from regulars.intelligence.warehouse.tables import FactTable

Bought = tuple[int, date, int]
"""Customer, day, goods in minor units."""


def seconds(day: date) -> int:
    """Noon of a day, as the warehouse counts moments."""
    return int(datetime.combine(day, time(12), UTC).timestamp())


def warehouse(
    folder: Path,
    bought: Iterable[Bought],
    *,
    returned: Sequence[Bought] = (),
    complaints: Sequence[tuple[int, date, date | None]] = (),
    others: Iterable[int] = (),
    cost_share: float | None = None,
    kinds: dict[int, str] | None = None,
    currency: str = "TWD",
) -> Store:
    """A warehouse with these purchases; `others` are parties that never bought."""
    orders = list(bought)
    people = sorted({who for who, *_ in orders} | {who for who, *_ in returned} | set(others))
    rows: dict[str, list[tuple[Any, ...]]] = {
        "orders": [
            (n, who, seconds(day), goods, goods, None if cost_share is None else round(goods * cost_share), 1, 1.0, "", currency, seconds(day))
            for n, (who, day, goods) in enumerate(orders, 1)
        ],
        "returns": [(n, who, None, seconds(day), goods, goods, None, currency, seconds(day)) for n, (who, day, goods) in enumerate(returned, 1)],
        "parties": [(who, (kinds or {}).get(who, "person"), "", seconds(date(2020, 1, 1)), 0, 1) for who in people],
        "contacts": [],
        "complaints": [(n, who, seconds(a), seconds(b) if b else None) for n, (who, a, b) in enumerate(complaints, 1)],
    }  # fmt: skip
    store = Store(folder)
    tables = (ORDERS, RETURNS, PARTIES, CONTACTS, COMPLAINTS)
    store.replace([(table, _parts(table, rows[table.name])) for table in tables], datetime.now(UTC))
    return store


def _parts(table: FactTable, rows: list[tuple[Any, ...]]) -> list[pa.Table]:
    if not rows:
        return []
    plain = pa.schema(list(schema_of(table))[: len(table.columns)])
    columns = [pa.array(values, type=field.type) for values, field in zip(zip(*rows, strict=True), plain, strict=True)]
    return [_with_days(pa.table(columns, schema=plain), table, "UTC")]
