"""Customers and what hangs on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from regulars.customers.models import Channel, ConsentState, ContactPointKind, Kind, RelationKind, RoleKind
from regulars.integrations.api.schemas import Day, Flag, Given, IdentifierIn, Line, Moment, Money, Named, Ref, Short

Text80 = Annotated[str, StringConstraints(max_length=80)]
Name = Annotated[str, StringConstraints(max_length=200)]


class ContactPointIn(Given):
    """An address as somebody gives it; it is normalised (E.164, lower case)."""

    kind: ContactPointKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    label: Annotated[str, StringConstraints(max_length=40)] = ""
    preferred: Flag = False


class PartyFacts(Given):
    """What may be said of a customer; what is left out stays as it is."""

    name: Name | None = None
    family_name: Text80 | None = None
    given_name: Text80 | None = None
    other_name: Name | None = None
    salutation: Annotated[str, StringConstraints(max_length=20)] | None = None
    birth_date: Day | None = None
    language: Annotated[str, StringConstraints(max_length=10)] | None = None
    preferred_channel: Channel | None = None
    preferred_time: Annotated[str, StringConstraints(max_length=40)] | None = None
    address: Line | None = None
    city: Text80 | None = None
    region: Text80 | None = None
    postcode: Annotated[str, StringConstraints(max_length=16)] | None = None
    country: Short | None = None
    industry: Text80 | None = None
    about: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    source: Short | None = None
    owner: Ref | None = Field(None, description="Number of a user.")
    team: Ref | None = None
    territory: Ref | None = None
    custom: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Any] = Field(
        default_factory=dict, description="Values of custom fields by key."
    )


class CustomerIn(PartyFacts):
    """A new customer. A person needs a name, a family name or a given name."""

    kind: Kind = Kind.PERSON
    role: RoleKind = RoleKind.PROSPECT
    contact_points: list[ContactPointIn] = Field(default_factory=list, max_length=20)
    identifiers: list[IdentifierIn] = Field(default_factory=list, max_length=20)


class CustomerPatch(PartyFacts):
    """Changes. With ``version`` (or If-Match) nothing is overwritten that somebody else changed since."""

    kind: Kind | None = None
    version: int | None = Field(None, strict=True, ge=1, le=2**31 - 1, description="The version that was read.")


class ContactPointOut(Schema):
    """How a customer is reached."""

    id: int
    kind: str
    value: str
    normalised: str
    label: str
    preferred: bool
    verified_at: datetime | None
    ended_at: datetime | None


class IdentifierOut(Schema):
    """How another system calls the customer."""

    id: int
    system: str
    external_id: str


class RoleOut(Schema):
    """What a party is to the company, from when until when."""

    id: int
    role: str
    valid_from: date
    valid_to: date | None


class RoleIn(Given):
    """A role from a day on."""

    role: RoleKind
    valid_from: Day | None = None


class ConsentIn(Given):
    """What the customer said about being contacted, and how we know."""

    channel: Channel
    state: ConsentState
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=24)] = "marketing"
    evidence: Line = ""
    given_at: Moment | None = None
    source: Short = ""


class ConsentTextOut(Schema):
    """The very words to which the customer said yes; ``sha256`` proves them."""

    key: str
    version: int
    language: str
    text: str
    sha256: str


class SuppressionOut(Schema):
    """Why and since when nothing (scope *all*) or no marketing goes to the customer's address of this channel."""

    id: int
    channel: str
    scope: str
    reason: str
    at: datetime
    source: str


class ConsentOut(Schema):
    """One word of the customer; the newest per channel and purpose decides, unless the address is suppressed."""

    id: int
    channel: str
    purpose: str
    state: str
    given_at: datetime
    evidence: str
    source: str
    recorded_at: datetime
    text: ConsentTextOut | None
    suppressed: SuppressionOut | None


class RelationIn(Given):
    """This customer <kind> the other, e.g. *employed_by*."""

    other: Ref
    kind: RelationKind
    title: Text80 = ""
    valid_from: Day | None = None


class EndIn(Given):
    """The day of an end; today when left out."""

    on: Day | None = None


class RelationOut(Schema):
    """How ``party`` stands to ``other``."""

    id: int
    party: Named
    other: Named
    kind: str
    title: str
    valid_from: date | None
    valid_to: date | None


class Figures(Schema):
    """What is known in numbers, and the scores of the last refresh."""

    orders: int
    returns: int
    revenue: Money
    revenue_12m: Money
    revenue_prior_12m: Money
    at_stake: Money
    first_order_at: datetime | None
    last_order_at: datetime | None
    last_contact_at: datetime | None
    next_activity_at: datetime | None
    expected_order_at: datetime | None
    open_tasks: int
    open_promises: int
    open_complaints: int
    value_class: str | None
    stage: str | None
    stage_since: datetime | None
    risk: float | None
    cycle_days: float | None
    next_action: str | None
    reasons: list[str]
    as_of: datetime | None


class ForecastOut(Schema):
    """What may be expected of a customer within the next 365 days; money is null where the model behind it is not believed.

    ``trusted`` says of each of these columns whether the model behind it may be believed, and whether its amounts may.
    ``converts`` is told of prospects alone: the probability of a first order within 90 days, or a fifth of a shorter record.
    """

    customer: int
    as_of: datetime
    currency: str
    alive: float | None
    churn: float | None
    orders: float | None
    orders_low: float | None
    orders_high: float | None
    money: int | None
    money_low: int | None
    money_high: int | None
    again: list[dict[str, Any]]
    new: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    converts: float | None
    openings: list[dict[str, Any]]
    trusted: dict[str, dict[str, bool]]


class CustomerOut(Schema):
    """A customer with all that is needed to work with them."""

    id: int
    kind: str
    name: str
    family_name: str
    given_name: str
    other_name: str
    salutation: str
    birth_date: date | None
    language: str
    preferred_channel: str
    preferred_time: str
    address: str
    city: str
    region: str
    postcode: str
    country: str
    industry: str
    about: str
    source: str
    owner: Named | None
    team: Named | None
    territory: Named | None
    custom: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    trashed_at: datetime | None
    contact_points: list[ContactPointOut]
    identifiers: list[IdentifierOut]
    roles: list[RoleOut]
    consents: list[ConsentOut]
    figures: Figures


class ChangeOut(Schema):
    """One change of the record: fields before and after."""

    id: int
    table: str
    before: dict[str, Any]
    after: dict[str, Any]
    made_at: datetime
    made_by: Named | None


class ChangePage(Schema):
    """The newest changes first; ``next`` leads to older ones."""

    items: list[ChangeOut]
    next: str | None


class AssetOut(Schema):
    """Something the customer owns and we may have to serve."""

    id: int
    name: str
    serial: str
    product: int | None
    installed_on: date | None
    warranty_until: date | None
    retired_on: date | None


class ContractOut(Schema):
    """What was agreed, and until when."""

    id: int
    kind: str
    number: str
    title: str
    starts_on: date
    ends_on: date | None
    amount: Money | None
    coverage: str
    response_hours: int | None
    visits_included: int | None
    renews: bool
    ended_on: date | None


class SnoozeIn(Given):
    """Not now: off Today until then."""

    until: Moment
    reason: Line = ""


class TaskIn(Given):
    """Something to be done for the customer."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    kind: Annotated[str, StringConstraints(pattern="^(call|write|visit|promise|complaint|todo)$")] = "todo"
    due_at: Moment | None = None
    assignee: Ref | None = Field(None, description="Number of a user; yourself when left out.")


class TaskOut(Schema):
    """Something to be done, or done."""

    id: int
    customer: Named
    kind: str
    title: str
    due_at: datetime | None
    assignee: Named | None
    created_at: datetime
    done_at: datetime | None
    outcome: str


class Needing(Schema):
    """A customer who needs somebody now."""

    id: int
    name: str
    figures: Figures


class TodayOut(Schema):
    """Who needs somebody now, by money at stake; and, on the first page, the tasks due until tonight."""

    scope: str
    customers: list[Needing]
    tasks: list[TaskOut]
    next: str | None


class OutcomeIn(Given):
    """How it ended."""

    outcome: Line = ""


class MoveIn(Given):
    """The new time, or none."""

    due_at: Moment | None = None


class AssignIn(Given):
    """Who does it."""

    assignee: Ref
