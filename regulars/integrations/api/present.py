"""Records as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from regulars.customers import reasons, timeline
from regulars.customers.models import (
    Consent,
    ContactPoint,
    Contract,
    CustomerSummary,
    Event,
    Party,
    PartyRelation,
    Revision,
    Suppression,
    Task,
)
from regulars.customers.queries.profile import newest_consents, suppressed_channels

_PLAIN = (
    "kind", "name", "family_name", "given_name", "other_name", "salutation", "birth_date", "language", "preferred_channel",
    "preferred_time", "address", "city", "region", "postcode", "country", "industry", "about", "source", "custom", "version",
    "created_at", "updated_at", "trashed_at",
)  # fmt: skip
_FACTS = (
    "orders", "returns", "first_order_at", "last_order_at", "last_contact_at", "next_activity_at", "expected_order_at",
    "open_tasks", "open_promises", "open_complaints", "stage_since", "risk", "cycle_days", "as_of",
)  # fmt: skip


def named(row: Any) -> dict[str, Any] | None:
    """Number and name."""
    return {"id": row.pk, "name": str(row)} if row is not None else None


def money(amount: int | None, currency: str) -> dict[str, Any] | None:
    """Minor units and their currency."""
    return {"amount": amount, "currency": currency} if amount is not None else None


def customer(party: Party) -> dict[str, Any]:
    """A customer with what hangs on them. Seven queries."""
    told: dict[str, Any] = {"id": party.pk, **{name: getattr(party, name) for name in _PLAIN}}
    told |= {name: named(getattr(party, name)) for name in ("owner", "team", "territory")}
    told["contact_points"] = [contact_point(one) for one in party.contact_points.filter(ended_at=None).order_by("pk")]
    told["identifiers"] = list(party.identifiers.order_by("pk").values("id", "system", "external_id"))
    told["roles"] = list(party.roles.order_by("valid_from", "pk").values("id", "role", "valid_from", "valid_to"))
    told["consents"] = consents(party, newest_consents(party).values())
    told["figures"] = figures(party.summary)
    return told


def figures(row: CustomerSummary) -> dict[str, Any]:
    """The numbers and scores of a summary."""
    told: dict[str, Any] = {name: getattr(row, name) for name in _FACTS}
    for name in ("revenue", "revenue_12m", "revenue_prior_12m", "at_stake"):
        told[name] = money(getattr(row, name), row.currency)
    told |= {name: getattr(row, name) or None for name in ("value_class", "stage", "next_action")}
    told["reasons"] = [
        *reasons.say_all(row.value_reasons), *reasons.say_all(row.stage_reasons), *reasons.say_all(row.next_action_reasons)
    ]  # fmt: skip
    return told


def contact_point(one: ContactPoint) -> dict[str, Any]:
    """An address."""
    names = ("kind", "normalised", "label", "preferred", "verified_at", "ended_at")
    return {"id": one.pk, "value": one.raw, **{name: getattr(one, name) for name in names}}


def consents(party: Party, words: Iterable[Consent]) -> list[dict[str, Any]]:
    """Words of the customer, each with what stands against the addresses of its channel. Two queries."""
    stopped = suppressed_channels(party, party.contact_points.filter(ended_at=None))
    return [consent(one, stopped.get(one.channel)) for one in words]


def consent(one: Consent, stopped: Suppression | None) -> dict[str, Any]:
    """One word of the customer."""
    names = ("channel", "purpose", "state", "given_at", "evidence", "source", "recorded_at")
    text = (
        {name: getattr(one.text, name) for name in ("key", "version", "language", "text", "sha256")}
        if one.text
        else None
    )
    suppressed = suppression(stopped) if stopped is not None else None
    return {"id": one.pk, **{name: getattr(one, name) for name in names}, "text": text, "suppressed": suppressed}


def suppression(one: Suppression) -> dict[str, Any]:
    """What stands against an address."""
    return {"id": one.pk, **{name: getattr(one, name) for name in ("channel", "scope", "reason", "at", "source")}}


def relation(one: PartyRelation) -> dict[str, Any]:
    """A relation with both its ends."""
    facts = {name: getattr(one, name) for name in ("kind", "title", "valid_from", "valid_to")}
    return {"id": one.pk, "party": named(one.party), "other": named(one.other), **facts}


def task(one: Task) -> dict[str, Any]:
    """A task."""
    facts = {name: getattr(one, name) for name in ("kind", "title", "due_at", "created_at", "done_at", "outcome")}
    return {"id": one.pk, "customer": named(one.party), "assignee": named(one.assignee), **facts}


def contract(one: Contract) -> dict[str, Any]:
    """A contract."""
    names = ("kind", "number", "title", "starts_on", "ends_on", "coverage", "response_hours", "visits_included")
    facts = {name: getattr(one, name) for name in (*names, "renews", "ended_on")}
    return {"id": one.pk, "amount": money(one.amount, one.currency), **facts}


def entry(one: Event) -> dict[str, Any]:
    """An entry of a timeline with its body, which the caller has fetched along."""
    kind, body = timeline.kind_of(one.kind), getattr(one, "body", None)
    names = ("kind", "occurred_at", "recorded_at", "channel", "department", "object_type", "object_id", "quantity")
    return {
        "id": one.pk, **{name: getattr(one, name) for name in (*names, "payload", "source", "source_key")},
        "said": kind.sentence(one) if kind.sentence else str(kind.label), "customer": one.customer_id,
        "party": one.party_id, "actor": named(one.actor), "amount": money(one.amount, one.currency),
        "subject": body.subject if body else "", "text": body.text if body else "",
    }  # fmt: skip


def change(one: Revision) -> dict[str, Any]:
    """A step of the field history."""
    facts = {name: getattr(one, name) for name in ("table", "before", "after", "made_at")}
    return {"id": one.pk, "made_by": named(one.made_by), **facts}
