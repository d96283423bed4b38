"""Assets and contracts, written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from regulars.integrations.api.schemas import Day, Flag, Given, Line, Ref
from regulars.integrations.api.schemas.trade import Currency, Minor

Title = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Serial = Annotated[str, StringConstraints(max_length=80)]
Contracted = Literal["service", "warranty", "supply", "lease", "membership", "other"]
Number60 = Annotated[str, StringConstraints(max_length=60)]
Hours = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Notice = Annotated[int, Field(strict=True, ge=0, le=180)]


class AssetIn(Given):
    """Something the customer owns."""

    name: Title
    serial: Serial = ""
    product: Ref | None = None
    installed_on: Day | None = None
    warranty_until: Day | None = None
    note: Line = ""


class AssetPatch(Given):
    """Changes of an asset."""

    name: Title | None = None
    serial: Serial | None = None
    product: Ref | None = None
    installed_on: Day | None = None
    warranty_until: Day | None = None
    note: Line | None = None


class ContractIn(Given):
    """What was agreed."""

    title: Title
    starts_on: Day
    ends_on: Day | None = None
    kind: Contracted = "other"
    number: Number60 = ""
    asset: Ref | None = None
    amount: Minor | None = None
    currency: Currency | None = None
    terms: Annotated[str, StringConstraints(max_length=20_000)] = ""
    coverage: Line = ""
    response_hours: Hours | None = None
    visits_included: Hours | None = None
    notice_days: Notice = 30
    renews: Flag = False


class ContractPatch(Given):
    """Changes of a contract."""

    title: Title | None = None
    ends_on: Day | None = None
    number: Number60 | None = None
    amount: Minor | None = None
    coverage: Line | None = None
    response_hours: Hours | None = None
    visits_included: Hours | None = None
    notice_days: Notice | None = None
    renews: Flag | None = None


class EndedIn(Given):
    """The day of an end (today when left out), and why."""

    on: Day | None = None
    reason: Annotated[str, StringConstraints(max_length=160)] = ""
