"""Facts of the catalogue published to the warehouse: products as they are now."""

from __future__ import annotations

from typing import Final

from regulars.intelligence.warehouse.tables import FactTable

PRODUCTS: Final = FactTable(
    name="products",
    grain="one product; category is its group, from the widest down; price and cost are those of today",
    columns={
        "product_id": "id",
        "code": "text",
        "name": "text",
        "category": "text",
        "price": "money",
        "cost": "money",
        "currency": "text",
    },
    sql="""SELECT p.id, p.code, p.name, p."group", p.price, p.cost, p.currency FROM catalogue_product p""",
    watermark="product_id",
)

TABLES: Final = (PRODUCTS,)
