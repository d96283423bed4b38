"""Customers: make, read, change, trash; their contact points, identifiers, roles, consent and relations."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.customers import actions
from regulars.customers.models import ContactPoint, Identifier, Party, PartyRelation, Revision
from regulars.customers.permission.queries import suppressions_of
from regulars.customers.queries.profile import visible_among
from regulars.integrations.api import hooks, present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import check_version, expect_version, needs
from regulars.integrations.api.problems import Problem
from regulars.integrations.api.records import one_of, party_for, referred
from regulars.integrations.api.schemas import Done, IdentifierIn, Pk
from regulars.integrations.api.schemas.customers import (
    ChangePage,
    ConsentIn,
    ConsentOut,
    ContactPointIn,
    ContactPointOut,
    CustomerIn,
    CustomerOut,
    CustomerPatch,
    EndIn,
    ForecastOut,
    IdentifierOut,
    RelationIn,
    RelationOut,
    SnoozeIn,
    SuppressionOut,
)  # fmt: skip
from regulars.staff.models import Team, Territory, User
from regulars.staff.rules import require

router = Router()
READ = needs("customers:read", "customers.view")
EDIT = needs("customers:write", "customers.edit")
TRASH = needs("customers:write", "customers.trash")
_RELATED: dict[str, Any] = {"owner": User, "team": Team, "territory": Territory}


@router.post("", response={201: CustomerOut}, **EDIT)
def create_customer(request: ApiRequest, given: CustomerIn) -> Any:
    """Make a customer; without an owner it is in the care of the token's user."""
    facts = given.model_dump(exclude_unset=True, exclude={"contact_points", "identifiers", *_RELATED})
    related = _related(request, given, own=True)
    facts = {name: value for name, value in facts.items() if value is not None}
    points = [(point.kind, point.value) for point in given.contact_points]
    numbers = [(one.system, one.external_id) for one in given.identifiers]
    if taken := [n for n in numbers if _is_taken(*n)]:
        raise Problem(
            409,
            _("The number %(number)s of %(system)s belongs to another customer.")
            % {"system": taken[0][0], "number": taken[0][1]},
        )
    made = actions.create_party(
        by=request.user,
        contact_points=points,
        identifiers=dict.fromkeys(numbers),
        **{"kind": given.kind, **facts, **related},
    )
    return _told(request, made.pk, 201)


@router.get("/{id}", response=CustomerOut, **READ)
def get_customer(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """One customer; in the trash too."""
    return _told(request, id, 200)


@router.get("/{id}/forecast", response=ForecastOut, **READ)
def get_forecast(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """What may be expected of one customer; 404 where nothing was foretold."""
    told = hooks.analyses().forecast(party_for(request, id).pk)
    if told is None:
        raise Http404
    return told


@router.patch("/{id}", response=CustomerOut, **EDIT)
def change_customer(request: ApiRequest, id: Pk, given: CustomerPatch) -> Any:  # noqa: A002
    """Change some fields. 412 when If-Match names an older version, 409 when ``version`` does and the same field was changed."""
    party = party_for(request, id)
    check_version(party.version, expect_version(request))
    facts = given.model_dump(exclude_unset=True, exclude={"version", "custom", *_RELATED})
    changes = {name: _cleared(name, value) for name, value in facts.items() if name != "kind" or value is not None}
    changes |= {f"custom.{key}": value for key, value in given.custom.items()}
    changes |= _related(request, given, own=False)
    if changes:
        actions.change_party(party=party, changes=changes, by=request.user, version=given.version)
    return _told(request, party.pk, 200)


def _cleared(name: str, value: Any) -> Any:
    return "" if value is None and name != "birth_date" else value


def _related(request: ApiRequest, given: Any, *, own: bool) -> dict[str, Any]:
    """Owner, team and territory that were named; for a new customer those of whoever asks."""
    told = {name: getattr(given, name) for name in _RELATED if name in given.model_fields_set}
    if any(value not in {None, request.user.pk} for name, value in told.items() if name == "owner") or (
        told and not own
    ):
        require(request.user, "customers.assign")
    found = {name: referred(_RELATED[name].objects.all(), pk, name) for name, pk in told.items()}
    if own:
        found = {"owner": request.user, "team": request.user.team, "territory": request.user.territory} | found
    return found


def _is_taken(system: str, number: str) -> bool:
    return Identifier.objects.filter(system=system, external_id=number).exists()


def _told(request: ApiRequest, pk: int, status: int) -> HttpResponse:
    party = party_for(request, pk, trashed=True) if status == 200 else _made(pk)
    body = CustomerOut.model_validate(present.customer(party)).model_dump_json()
    headers = {"ETag": f'"{party.version}"', "Location": f"/api/v1/customers/{party.pk}"}
    return HttpResponse(body, content_type="application/json", status=status, headers=headers)


def _made(pk: int) -> Party:
    return Party.objects.select_related("summary", "owner", "team", "territory").get(pk=pk)


@router.post("/{id}/trash", response=Done, **TRASH)
def trash_customer(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Move to the trash; undone by the batch, or by restoring."""
    batch = actions.trash_parties(party_ids=[party_for(request, id).pk], by=request.user)
    return {"changed": 1, "batch": batch.pk}


@router.post("/{id}/restore", response=Done, **TRASH)
def restore_customer(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Take out of the trash."""
    party = party_for(request, id, trashed=True)
    batch = actions.restore_parties(party_ids=[party.pk], by=request.user)
    return {"changed": int(party.trashed_at is not None), "batch": batch.pk}


@router.get("/{id}/history", response=ChangePage, **READ)
def customer_history(request: ApiRequest, id: Pk, before: Query[Pk | None] = None) -> Any:  # noqa: A002
    """Who changed what, the newest first."""
    party = party_for(request, id, trashed=True)
    rows = Revision.objects.filter(party_id=party.pk).select_related("made_by").order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[:51])
    more = f"{request.path}?before={found[49].pk}" if len(found) > 50 else None
    return {"items": [present.change(one) for one in found[:50]], "next": more}


@router.get("/{id}/contact-points", response=list[ContactPointOut], **READ)
def list_contact_points(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """How the customer is and was reached."""
    return [present.contact_point(one) for one in party_for(request, id, trashed=True).contact_points.order_by("pk")]


@router.post("/{id}/contact-points", response={201: ContactPointOut}, **EDIT)
def add_contact_point(request: ApiRequest, id: Pk, given: ContactPointIn) -> Any:  # noqa: A002
    """Add an address; one that is there comes back to life."""
    point = actions.add_contact_point(
        party=party_for(request, id), kind=given.kind, raw=given.value, by=request.user, label=given.label,
        preferred=given.preferred,
    )  # fmt: skip
    return Status(201, present.contact_point(point))


def _point(request: ApiRequest, pk: int, point: int) -> ContactPoint:
    found: ContactPoint = one_of(party_for(request, pk).contact_points.select_related("party"), point)
    return found


@router.post("/{id}/contact-points/{point}/prefer", response=ContactPointOut, **EDIT)
def prefer_contact_point(request: ApiRequest, id: Pk, point: Pk) -> Any:  # noqa: A002
    """Make it the one to use among its kind."""
    found = _point(request, id, point)
    actions.prefer_contact_point(point=found, by=request.user)
    return present.contact_point(found)


@router.delete("/{id}/contact-points/{point}", response=ContactPointOut, **EDIT)
def end_contact_point(request: ApiRequest, id: Pk, point: Pk) -> Any:  # noqa: A002
    """It is no longer valid; it stays in the history."""
    found = _point(request, id, point)
    actions.end_contact_point(point=found, by=request.user)
    return present.contact_point(found)


@router.get("/{id}/identifiers", response=list[IdentifierOut], **READ)
def list_identifiers(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """How other systems call the customer."""
    return list(party_for(request, id, trashed=True).identifiers.order_by("pk").values("id", "system", "external_id"))


@router.post("/{id}/identifiers", response={201: IdentifierOut}, **EDIT)
def add_identifier(request: ApiRequest, id: Pk, given: IdentifierIn) -> Any:  # noqa: A002
    """Let another system's number lead to the customer. 409 when it is another customer's: merge the two if they are one."""
    made = actions.add_identifier(
        party=party_for(request, id), system=given.system, number=given.external_id, by=request.user
    )
    return Status(201, {"id": made.pk, "system": made.system, "external_id": made.external_id})


@router.delete("/{id}/identifiers/{identifier}", response={204: None}, **EDIT)
def remove_identifier(request: ApiRequest, id: Pk, identifier: Pk) -> Any:  # noqa: A002
    """Take the number off; the history keeps it."""
    found: Identifier = one_of(party_for(request, id).identifiers.all(), identifier)
    actions.remove_identifier(identifier=found, by=request.user)
    return Status(204, None)


@router.get("/{id}/consents", response=list[ConsentOut], **READ)
def list_consents(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Every word of the customer with its proof, the newest first."""
    party = party_for(request, id, trashed=True)
    return present.consents(party, party.consents.select_related("text").order_by("-given_at", "-pk")[:500])


@router.post("/{id}/consents", response={201: ConsentOut}, **EDIT)
def record_consent(request: ApiRequest, id: Pk, given: ConsentIn) -> Any:  # noqa: A002
    """Append what the customer said; what was said before stays."""
    party = party_for(request, id)
    made = actions.record_consent(party=party, by=request.user, **given.model_dump())
    return Status(201, present.consents(party, [made])[0])


@router.get("/{id}/suppressions", response=list[SuppressionOut], **READ)
def list_suppressions(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Which of the customer's addresses get nothing, or no marketing, any more, and why."""
    return [present.suppression(one) for one in suppressions_of(party_for(request, id, trashed=True))]


@router.get("/{id}/relations", response=list[RelationOut], **READ)
def list_relations(request: ApiRequest, id: Pk, ended: Query[bool] = False) -> Any:  # noqa: A002
    """Companies, people, households, referrers; only those whom the user may see."""
    party = party_for(request, id, trashed=True)
    rows = PartyRelation.objects.filter(party=party) | PartyRelation.objects.filter(other=party)
    rows = rows.select_related("party", "other").order_by("pk")
    found = list((rows if ended else rows.filter(valid_to=None))[:1_000])
    seen = visible_among(request.user, {pk for one in found for pk in (one.party_id, one.other_id)}) | {party.pk}
    return [present.relation(one) for one in found if {one.party_id, one.other_id} <= seen]


@router.post("/{id}/relations", response={201: RelationOut}, **EDIT)
def add_relation(request: ApiRequest, id: Pk, given: RelationIn) -> Any:  # noqa: A002
    """This customer <kind> the other, from a day on."""
    made = actions.add_relation(
        party=party_for(request, id), other=party_for(request, given.other), kind=given.kind, by=request.user,
        title=given.title, valid_from=given.valid_from,
    )  # fmt: skip
    return Status(201, present.relation(made))


@router.post("/{id}/relations/{relation}/end", response=RelationOut, **EDIT)
def end_relation(request: ApiRequest, id: Pk, relation: Pk, given: EndIn) -> Any:  # noqa: A002
    """End it on a day; it stays in the history."""
    party = party_for(request, id)
    rows = PartyRelation.objects.filter(party=party) | PartyRelation.objects.filter(other=party)
    found: PartyRelation = one_of(rows.select_related("party", "other"), relation)
    if {found.party_id, found.other_id} - {party.pk} - visible_among(request.user, {found.party_id, found.other_id}):
        raise Http404
    if found.valid_to is None:
        actions.end_relation(relation=found, by=request.user, on=given.on)
    return present.relation(found)


@router.post("/{id}/snooze", response={204: None}, **needs("tasks:write", "customers.log"))
def snooze_customer(request: ApiRequest, id: Pk, given: SnoozeIn) -> Any:  # noqa: A002
    """Keep the customer off Today until a moment in the future."""
    actions.snooze(party=party_for(request, id), until=given.until, reason=given.reason, by=request.user)
    return Status(204, None)
