"""Users, teams and roles as a program gives and gets them."""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.integrations.api.schemas import Given, Named, Ref
from regulars.staff.actions.company import MOST_COST
from regulars.staff.rules import Reach

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Mail = Annotated[str, StringConstraints(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=12)]
Language = Annotated[str, StringConstraints(max_length=10, pattern=r"^(en|zh-hant)?$")]


class UserIn(Given):
    """Somebody who shall be able to sign in."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=150)]
    name: Name
    role: Word
    email: Mail = ""
    team: Ref | None = None
    territory: Ref | None = None
    language: Language = ""


class UserPatch(Given):
    """What shall be otherwise; ``team`` and ``territory`` may be emptied by null."""

    name: Name | None = None
    role: Word | None = None
    email: Mail | None = None
    team: Ref | None = None
    territory: Ref | None = None
    language: Language | None = None


class UserOut(Schema):
    """A user. ``is_active``: the door is open."""

    id: int
    username: str
    name: str
    role: str
    email: str
    team: Named | None
    territory: Named | None
    language: str
    is_active: bool


class TeamIn(Given):
    """People who shall share their customers."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    territory: Ref | None = None


class TeamPatch(Given):
    """What shall be otherwise; ``territory`` may be emptied by null."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    territory: Ref | None = None


class TerritoryIn(Given):
    """A part of the market, below ``parent`` or at the top."""

    name: Name
    parent: Ref | None = None


Cost = Annotated[int, Field(strict=True, ge=0, le=MOST_COST)]


class CompanyOut(Schema):
    """The company: what it calls itself, what serving costs, and what was settled when the system was started."""

    name: str
    cost_per_order: int | None = Field(description="Minor units of the currency; null: not known.")
    cost_per_contact: int | None
    currency: str
    country: str
    time_zone: str


class CompanyPatch(Given):
    """What shall be otherwise. An empty name goes back to the one of the start; null forgets a cost."""

    name: Annotated[str, StringConstraints(max_length=80)] = ""
    cost_per_order: Cost | None = None
    cost_per_contact: Cost | None = None


class UserRoleOut(Schema):
    """How far a role sees and what it may do; ``differing`` are the rights that the company set otherwise than the product."""

    role: str
    reach: Reach
    own_reach: Reach = Field(description="The product's own.")
    rights: dict[str, bool]
    differing: list[str]
    users: int = Field(description="Active users of the role.")


class RolePatch(Given):
    """What shall be otherwise; it holds from the next request of everybody in the role."""

    reach: Reach | None = None
    rights: dict[str, bool] = Field(
        default_factory=dict, description="Whether the role may.", examples=[{"customers.export": True}]
    )
