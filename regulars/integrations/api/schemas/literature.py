"""What customers are to get by post."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.integrations.api.schemas import Given, Named, Ref, Short

City = Annotated[str, StringConstraints(max_length=80)]


class PostalAddressIn(Given):
    """Where it goes, if not to the customer's own address."""

    recipient: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(examples=["王小明"])
    address: Annotated[str, StringConstraints(min_length=1, max_length=255)] = Field(examples=["中山北路一段 1 號"])
    city: City = Field("", examples=["台北市"])
    region: City = ""
    postcode: Annotated[str, StringConstraints(max_length=16)] = Field("", examples=["104"])
    country: Short = ""


class LiteratureRequestIn(Given):
    """Something that a customer is to get."""

    customer: Ref = Field(examples=[57])
    item: Ref = Field(description="See `/literature`.", examples=[1])
    quantity: Annotated[int, Field(ge=1, le=99, strict=True)] = 1
    address: PostalAddressIn | None = None


class LiteratureRequestOut(Schema):
    """A request for literature."""

    id: int
    new: bool = Field(
        description="False: it was asked for already and is still open; number and address are those told last."
    )
    customer: Named
    item: Named
    quantity: int
    state: str = Field(description="`open`, `sent` or `withdrawn`.")
    source: str = Field(description="`api` for those made here.")
    asked_at: datetime
