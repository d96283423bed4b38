"""New facts of trade, read straight from the segments that hold them: cost follows what is new, not what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.intelligence.warehouse.store import Store

Columns = dict[str, Any]
_ALIKE: Final = ("customer_id", "day", "goods", "amount", "cost", "currency")


def trade(store: Store, marks: Mapping[str, int], currency: str) -> Columns:
    """Orders and returns of named customers with ids above ``marks`` (by table), sorted by customer and day.

    Returns:
        Equally long columns of whole numbers: customer_id, day, orders and returns (one of them 1), lines, goods, revenue,
        returned, margin, uncosted; ``bought`` says whether goods were.
    """
    held = store.manifest().tables
    parts = [_orders(store, marks["orders"], currency)] if "orders" in held else []
    if "returns" in held and held["returns"].last > marks["returns"]:
        parts.append(_returns(store, marks["returns"], currency))
    if not parts:
        return _orders_of(_nothing())
    joined = parts[0] if len(parts) == 1 else {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
    return _sorted(joined)


def _orders(store: Store, mark: int, currency: str) -> Columns:
    return _orders_of(_of(currency, store.above("orders", mark, (*_ALIKE, "lines"))))


def _orders_of(rows: pa.Table) -> Columns:
    columns = _told(rows)
    one, none = np.ones(rows.num_rows, np.int64), np.zeros(rows.num_rows, np.int64)
    lines = _whole(rows["lines"])
    return columns | {"orders": one, "returns": none, "lines": lines, "returned": none, "bought": columns["goods"] > 0}


def _returns(store: Store, mark: int, currency: str) -> Columns:
    rows = _of(currency, store.above("returns", mark, _ALIKE))
    columns = _told(rows)
    one, none = np.ones(rows.num_rows, np.int64), np.zeros(rows.num_rows, np.int64)
    bought = np.zeros(rows.num_rows, bool)
    return columns | {"orders": none, "returns": one, "lines": none, "returned": columns["revenue"], "bought": bought}


def _told(rows: pa.Table) -> Columns:
    goods, cost = _whole(rows["goods"]), rows["cost"]
    margin = goods - _whole(cost)
    uncosted = np.zeros(len(goods), np.int64)
    if cost.null_count:
        unknown = cost.is_null().to_numpy()
        margin, uncosted = np.where(unknown, 0, margin), np.where(unknown, goods, 0)
    columns = {"customer_id": _whole(rows["customer_id"]), "day": _whole(rows["day"]), "goods": goods}
    return columns | {"revenue": _whole(rows["amount"]), "margin": margin, "uncosted": uncosted}


def _of(currency: str, rows: pa.Table) -> pa.Table:
    wanted = pc.and_(pc.equal(rows["currency"], currency), rows["customer_id"].is_valid())
    return rows if pc.all(wanted).as_py() else rows.filter(wanted)


def _whole(column: pa.ChunkedArray) -> Any:
    return (column.fill_null(0) if column.null_count else column).to_numpy().astype(np.int64, copy=False)


def _nothing() -> pa.Table:
    names = (*_ALIKE, "lines")
    return pa.table({name: pa.array([], pa.string() if name == "currency" else pa.int64()) for name in names})


def _sorted(columns: Columns) -> Columns:
    customer, day = columns["customer_id"], columns["day"]
    if not len(day):
        return columns
    earliest = day.min()
    order = np.argsort(customer * (day.max() - earliest + 1) + (day - earliest))
    return {name: column[order] for name, column in columns.items()}
