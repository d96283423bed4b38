"""Orders, returns and products."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.customers.models import Channel
from regulars.integrations.api.schemas import BIGGEST, Given, IdentifierIn, Line, Moment, Money, Named, Ref

Minor = Annotated[int, Field(strict=True, ge=-(10**12), le=10**12)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Source = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Quantity = Annotated[float, Field(strict=True, ge=-1e9, le=1e9)]


class LineIn(Given):
    """One line of goods, a fee or an adjustment."""

    product: Annotated[str, StringConstraints(max_length=80)] | None = Field(None, description="Code of a product.")
    description: Line = ""
    kind: Literal["product", "fee", "adjustment"] = "product"
    quantity: Quantity = 1
    amount: Minor = Field(description="Minor units, for the whole line.")
    cost: Minor | None = None


class ReturnLineIn(LineIn):
    """One line that came back, in positive numbers."""

    quantity: Annotated[float, Field(strict=True, ge=0, le=1e9)] = 1
    amount: Annotated[int, Field(strict=True, ge=0, le=10**12)] = Field(description="Minor units, for the whole line.")
    cost: Annotated[int, Field(strict=True, ge=0, le=10**12)] | None = None


class OrderIn(Given):
    """An order. Sent again with the same source and number it is there once."""

    source: Source
    number: Number
    customer: Ref | None = None
    identifier: IdentifierIn | None = None
    ordered_at: Moment
    channel: Channel | None = None
    state: Literal["placed", "cancelled"] = "placed"
    currency: Currency | None = None
    lines: list[LineIn] = Field(min_length=1, max_length=1_000)


class ReturnIn(Given):
    """Goods or money that came back; amounts and quantities as positive numbers."""

    source: Source
    number: Number
    order: Number | None = Field(None, description="Number of the order that it undoes, of the same source.")
    customer: Ref | None = None
    identifier: IdentifierIn | None = None
    returned_at: Moment
    reason: Annotated[str, StringConstraints(max_length=120)] = ""
    currency: Currency | None = None
    lines: list[ReturnLineIn] = Field(min_length=1, max_length=1_000)


class LineOut(Schema):
    """One line of an order."""

    id: int
    kind: str
    product: Named | None
    description: str
    quantity: float
    amount: int


class OrderOut(Schema):
    """An order with its lines."""

    id: int
    source: str
    number: str
    customer: Named | None
    ordered_at: datetime
    channel: str
    state: str
    amount: Money
    goods: Money
    lines: list[LineOut]


class ReturnOut(Schema):
    """A return with its lines; amounts are negative."""

    id: int
    source: str
    number: str
    customer: Named | None
    order: int | None
    returned_at: datetime
    reason: str
    amount: Money
    lines: list[LineOut]


class ProductIn(Given):
    """A product; sent again with the same code it is changed."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    name: Line = ""
    group: Annotated[str, StringConstraints(max_length=160)] = ""
    price: Annotated[int, Field(strict=True, ge=0, le=BIGGEST)] | None = None
    cost: Annotated[int, Field(strict=True, ge=0, le=BIGGEST)] | None = None
    currency: Currency | None = None


class ProductOut(Schema):
    """Something sellable; price and cost in minor units."""

    id: int
    code: str
    name: str
    group: str
    price: int | None
    cost: int | None
    currency: str


class ProductPage(Schema):
    """Products by number."""

    items: list[ProductOut]
    next: str | None
