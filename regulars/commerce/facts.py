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

LINES: Final = FactTable(
    name="lines",
    grain="one line of goods in a placed order, the lines of an order beside each other; fees are orders.amount − orders.goods",
    columns={
        "order_id": "id",
        "line_id": "id",
        "customer_id": "id",
        "ordered_at": "moment",
        "product_id": "id",
        "quantity": "number",
        "amount": "money",
        "cost": "money",
        "currency": "text",
        "channel": "text",
        "returned": "number",  # pieces that have come back by now; a look-back reads return_lines, which have a day
    },
    sql="""
        SELECT o.id AS id, l.id AS line_id, o.customer_id, epoch(o.ordered_at), l.product_id, l.quantity, l.amount, l.cost,
               o.currency, o.channel,
               coalesce((SELECT -sum(b.quantity) FROM commerce_returnline b
                         WHERE b.order_line_id = l.id AND b.retracted_in IS NULL), 0)
        FROM commerce_order o JOIN commerce_orderline l ON l.order_id = o.id AND l.retracted_in IS NULL
        WHERE o.retracted_in IS NULL AND o.state = 'placed' AND l.kind = 'product'
    """,
    watermark="line_id",
    days={"day": "ordered_at"},
    follows=("orders",),
    sorted_by="1, 2",
)

RETURN_LINES: Final = FactTable(
    name="return_lines",
    grain="one line of goods that came back; quantity and amount are zero or less; line_id is the line it undoes, when found",
    columns={
        "return_id": "id",
        "return_line_id": "id",
        "customer_id": "id",
        "order_id": "id",
        "line_id": "id",
        "returned_at": "moment",
        "product_id": "id",
        "quantity": "number",
        "amount": "money",
        "cost": "money",
        "currency": "text",
    },
    sql="""
        SELECT r.id AS id, l.id AS return_line_id, r.customer_id, r.order_id, l.order_line_id, epoch(r.returned_at), l.product_id,
               l.quantity, l.amount, l.cost, r.currency
        FROM commerce_return r JOIN commerce_returnline l ON l.entry_id = r.id AND l.retracted_in IS NULL
        WHERE r.retracted_in IS NULL AND l.kind = 'product'
    """,
    watermark="return_line_id",
    days={"day": "returned_at"},
    follows=("returns",),
    sorted_by="1, 2",
)

TABLES: Final = (ORDERS, RETURNS, LINES, RETURN_LINES)
