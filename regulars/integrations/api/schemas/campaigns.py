"""Campaigns as a program gives and gets them. Money is in minor units of ``currency``, shares are of 10,000."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.integrations.api.schemas import Given, Line, Moment, Named, Ref

CampaignName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Amount = Annotated[int, Field(ge=0, le=10**15, strict=True)]
By = Literal["email", "call", "letter"]


class CostIn(Given):
    """A further cost: planned, and what it came to when that is known."""

    name: CampaignName
    planned: Amount = 0
    actual: Amount | None = None


class CampaignIn(Given):
    """A draft. The audience is a segment, or a list of customers as they are now.

    ``said``: the numbers of one to three contents, scripts or items, as ``by`` asks for; several are compared.
    """

    name: CampaignName
    goal: Line = ""
    measure: Annotated[str, StringConstraints(max_length=40)] = "revenue"
    by: By = "email"
    segment: Ref | None = None
    customers: Annotated[list[Ref], Field(max_length=10_000)] | None = None
    control_share: Annotated[int, Field(ge=100, le=9_000, strict=True)] = 1_000
    unit: Literal["party", "household"] = "party"
    said: Annotated[list[Ref], Field(max_length=3)] = []
    offer_en: Line = ""
    offer_zh: Line = ""
    offer_url: Annotated[str, StringConstraints(max_length=300)] = ""
    offer_code: Annotated[str, StringConstraints(max_length=40)] = ""
    offer_cost: Amount = 0
    contact_cost: Amount = 0
    budget: Amount = 0
    costs: Annotated[list[CostIn], Field(max_length=30)] = []
    starts_at: Moment | None = None
    not_after: Moment | None = None
    days: Annotated[int, Field(ge=1, le=366, strict=True)] = 28


class VariantOut(Schema):
    """What one variant says: the number of a content, script or item."""

    key: str
    said: int | None
    name: str


class CostOut(Schema):
    """A further cost; ``actual`` is null while it is not known."""

    name: str
    planned: int
    actual: int | None


class CampaignOut(Schema):
    """A campaign. ``audience`` is null until it was written down; ``list_words``: how the list was narrowed that
    it was made of; ``reason``: why it was paused or stopped.
    """

    id: int
    name: str
    goal: str
    state: str
    reason: str
    measure: str
    by: str
    segment: Named | None
    list_words: str
    control_share: int
    unit: str
    variants: list[VariantOut]
    offer_en: str
    offer_zh: str
    offer_url: str
    offer_code: str
    offer_cost: int
    contact_cost: int
    budget: int
    currency: str
    costs: list[CostOut]
    starts_at: datetime | None
    not_after: datetime | None
    days: int
    ends_at: datetime | None
    audience: int | None
    owner: Named | None
    created_at: datetime
    started_at: datetime | None
    sent_at: datetime | None
    finished_at: datetime | None


class StandingOut(Schema):
    """Where the audience stands, of the customers whom the token's user sees.

    ``fates``: ``open``, ``chosen``, ``control``, ``held_out``, ``refused``; ``reasons`` of those refused; ``messages`` by state;
    ``heard`` customers by kind of event, machines left out.
    """

    audience: int
    fates: dict[str, int]
    reasons: dict[str, int]
    variants: dict[str, int]
    messages: dict[str, int]
    heard: dict[str, int]


class ReportOut(Schema):
    """What a campaign cost and did: ``effect`` as the page of the campaign shows it, null before the start."""

    standing: StandingOut
    contacts: int
    contact_cost: int
    further_cost: int
    effect: dict[str, Any] | None
