"""The shapes of what goes in and comes out, one file a context; here what all of them use."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from ninja import Schema
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

BIGGEST: Final = 2**63 - 1
Pk = Annotated[int, Field(ge=1, le=BIGGEST)]
"""The number of a record in an address."""

Ref = Annotated[int, Field(ge=1, le=BIGGEST, strict=True)]
"""The number of a record in a body, where neither "1" nor true will do."""

Flag = Annotated[bool, Field(strict=True)]
Short = Annotated[str, StringConstraints(max_length=60)]
Line = Annotated[str, StringConstraints(max_length=255)]


def _told_in_words(value: object) -> object:
    if not isinstance(value, str | date):
        raise ValueError("ISO 8601 as text, please")  # noqa: TRY004 -- pydantic hears ValueError only
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_told_in_words, json_schema_input_type=AwareDatetime)]
Day = Annotated[date, BeforeValidator(_told_in_words, json_schema_input_type=date)]


class Given(BaseModel):
    """What a caller gives: a word that is not described is refused rather than overlooked.

    Plain pydantic: ninja's own kind of schema reads each value through the attributes of objects, and twice over.
    """

    model_config = ConfigDict(extra="forbid", strict=False, str_strip_whitespace=False)


class Money(Schema):
    """An amount of money in minor units (1 TWD = 100) of an ISO currency."""

    amount: int
    currency: str


class IdentifierIn(Given):
    """The number or name by which another system knows a customer."""

    system: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    external_id: Annotated[str, StringConstraints(min_length=1, max_length=120)]


class Named(Schema):
    """A record that is referred to."""

    id: int
    name: str


class Done(Schema):
    """How many records an act changed, and the batch by which it is undone."""

    changed: int
    batch: int | None = None
