"""Facts of trade published to the warehouse. Only what stands: placed orders and returns that no undo has retracted."""

from __future__ import annotations

from typing import Final

from regulars.intelligence.warehouse.tables import FactTable

ORDERS: Final = FactTable(
    name="orders",
    grain="one placed order; anonymous trade has no customer",
    columns={
        "order_id": "id",
        "customer_id": "id",
        "ordered_at": "moment",
        "amount": "money",
        "goods": "money",
        "cost": "money",
        "lines": "integer",
        "quantity": "number",
        "channel": "text",
        "currency": "text",
        "recorded_at": "moment",
    },
    sql="""
        SELECT id, customer_id, epoch(ordered_at), amount, goods, cost, line_count, quantity, channel, currency,
               epoch(recorded_at)
        FROM commerce_order WHERE retracted_in IS NULL AND state = 'placed'
    """,
    watermark="recorded_at",
    days={"day": "ordered_at"},
)

RETURNS: Final = FactTable(
    name="returns",
    grain="one return; amounts are zero or less; order_id is empty where the order was not found",
    columns={
        "return_id": "id",
        "customer_id": "id",
        "order_id": "id",
        "returned_at": "moment",
        "amount": "money",
        "goods": "money",
        "cost": "money",
        "currency": "text",
        "recorded_at": "moment",
    },
    sql="""
        SELECT id, customer_id, order_id, epoch(returned_at), amount, goods, cost, currency, epoch(recorded_at)
        FROM commerce_return WHERE retracted_in IS NULL
    """,
    watermark="recorded_at",
    days={"day": "returned_at"},
)

TABLES: Final = (ORDERS, RETURNS)
