"""What orders and returns add up to, from their lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from regulars.integrations.imports.engine import bulk


class Trade(NamedTuple):
    """A table of orders or returns, that of its lines, and the column by which they belong to it."""

    table: str
    lines: str
    owner: str


ORDER: Final = Trade("commerce_order", "commerce_orderline", "order_id")
RETURN: Final = Trade("commerce_return", "commerce_returnline", "entry_id")


def resum(owners: Iterable[int], trade: Trade) -> None:
    """Let orders or returns say what their live lines add up to."""
    live = f"FROM {trade.lines} l WHERE l.{trade.owner} = {trade.table}.id AND l.retracted_in IS NULL"
    bulk.execute_many(
        f"""UPDATE {trade.table} SET amount = coalesce((SELECT sum(l.amount) {live}), 0),
                goods = coalesce((SELECT sum(l.amount) {live} AND l.kind = 'product'), 0), cost = (SELECT sum(l.cost) {live}),
                line_count = (SELECT count(*) {live}), quantity = coalesce((SELECT sum(l.quantity) {live} AND l.kind = 'product'), 0)
            WHERE id = %s""",  # noqa: S608 -- our own names
        [(owner,) for owner in owners],
    )
