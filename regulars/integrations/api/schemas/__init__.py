"""The shapes of what goes in and comes out, one file a context; here what all of them use."""

from __future__ import annotations

from typing import Annotated, Final

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

BIGGEST: Final = 2**63 - 1
Pk = Annotated[int, Field(ge=1, le=BIGGEST)]
Short = Annotated[str, StringConstraints(max_length=60)]
Line = Annotated[str, StringConstraints(max_length=255)]


class Given(Schema):
    """What a caller gives: a word that is not described is refused rather than overlooked."""

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
