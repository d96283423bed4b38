"""Calls of call lists, and what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.integrations.api.schemas import Given, Moment, Named

Answer = Annotated[str, StringConstraints(max_length=500)]
Question = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class OutcomeIn(Given):
    """What came of a call."""

    outcome: Literal["yes", "no", "later", "not_reached", "wrong_number", "never"] = Field(
        description="`never`: do not call again; consent to calls is withdrawn.", examples=["later"]
    )
    note: Annotated[str, StringConstraints(max_length=5_000)] = Field("", examples=["Asks for the autumn prices"])
    call_back_at: Moment | None = Field(None, description="With `later` alone.", examples=["2026-12-01T02:00:00Z"])
    minutes: Annotated[int, Field(ge=0, le=1_440, strict=True)] | None = Field(None, examples=[4])
    answers: dict[Question, Answer] = Field(
        default_factory=dict, max_length=50, description="By question of the script.", examples=[{"Favourite tea?": "Oolong"}]
    )  # fmt: skip


class CallOut(Schema):
    """A call of a call list."""

    id: int
    list: Named
    customer: Named
    number: str | None = Field(description="By which they are called.")
    state: str = Field(description="`open`, `done` or `skipped`.")
    outcome: str = Field(description="Of the last try.")
    reason: str = Field(description="Why it was put off or not made.")
    tries: int
    next_at: datetime = Field(description="An open call is not made before.")
