"""Teams, territories, the company, custom fields, tokens, batches, saved views: what runs the house."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.customers.actions.batches import undo_batch
from regulars.customers.actions.fields import change_field, define_field, retire_field, revive_field
from regulars.customers.models import Batch, BatchKind, FieldDefinition, Party
from regulars.integrations.api import present
from regulars.integrations.api.actions import revoke_token
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.queries import tokens_for
from regulars.integrations.api.records import one_of, referred
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.admin import (
    BatchPage,
    FieldIn,
    FieldOut,
    FieldPatch,
    TeamOut,
    TerritoryOut,
    TokenOut,
    Undone,
    ViewIn,
    ViewOut,
    ViewPatch,
)  # fmt: skip
from regulars.integrations.api.schemas.staff import CompanyOut, CompanyPatch, TeamIn, TeamPatch, TerritoryIn
from regulars.staff.actions import change_team, create_team, create_territory, name_company, set_costs
from regulars.staff.models import Team, Territory
from regulars.staff.queries import company_name, cost_to_serve
from regulars.staff.rules import can, require
from regulars.web import actions as views
from regulars.web import resources
from regulars.web.listing import state
from regulars.web.models import SavedView

router = Router()
READ = needs("customers:read", "customers.view")
SETTINGS = needs("admin", "settings.manage")
STAFF = needs("users:write", "staff.manage")


@router.get("/teams", response=list[TeamOut], **READ)
def list_teams(request: ApiRequest) -> Any:
    """People who share their customers."""
    return [_team(one) for one in Team.objects.select_related("territory")]


def _team(one: Team) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "department": one.department, "territory": present.named(one.territory)}


@router.post("/teams", response={201: TeamOut}, **STAFF)
def add_team(request: ApiRequest, given: TeamIn) -> Any:
    """Make a team."""
    territory = referred(Territory.objects.all(), given.territory, "territory")
    return Status(201, _team(create_team(name=given.name, territory=territory, by=request.user, request=request)))


@router.patch("/teams/{id}", response=TeamOut, **STAFF)
def edit_team(request: ApiRequest, id: Pk, given: TeamPatch) -> Any:  # noqa: A002 -- the name in the address
    """Change name or territory."""
    team = one_of(Team.objects.select_related("territory"), id)
    changes: dict[str, Any] = {} if given.name is None else {"name": given.name}
    if "territory" in given.model_fields_set:
        changes["territory"] = referred(Territory.objects.all(), given.territory, "territory")
    change_team(team=team, changes=changes, by=request.user, request=request)
    return _team(team)


@router.get("/territories", response=list[TerritoryOut], **READ)
def list_territories(request: ApiRequest) -> Any:
    """Parts of the market, as a tree by ``path``."""
    return list(Territory.objects.values("id", "name", "parent", "path"))


@router.post("/territories", response={201: TerritoryOut}, **STAFF)
def add_territory(request: ApiRequest, given: TerritoryIn) -> Any:
    """Make a territory, below another or at the top."""
    parent = referred(Territory.objects.all(), given.parent, "parent")
    made = create_territory(name=given.name, parent=parent, by=request.user, request=request)
    return Status(201, {"id": made.pk, "name": made.name, "parent": made.parent_id, "path": made.path})


def _company() -> dict[str, Any]:
    per_order, per_contact = cost_to_serve()
    settled = {"currency": settings.CURRENCY, "country": settings.COUNTRY, "time_zone": settings.TIME_ZONE}
    return {"name": company_name(), "cost_per_order": per_order, "cost_per_contact": per_contact, **settled}


@router.get("/company", response=CompanyOut, **SETTINGS)
def show_company(request: ApiRequest) -> Any:
    """What the company calls itself, what serving a customer costs, its currency, country and time zone."""
    return _company()


@router.patch("/company", response=CompanyOut, **SETTINGS)
def change_company(request: ApiRequest, given: CompanyPatch) -> Any:
    """Change its name or its costs; analyses take the costs up with the next refresh."""
    told = given.model_dump(exclude_unset=True)
    per_order, per_contact = cost_to_serve()
    with transaction.atomic():
        if "name" in told:
            name_company(name=told.pop("name"), by=request.user, request=request)
        costs = {
            "per_order": told.get("cost_per_order", per_order),
            "per_contact": told.get("cost_per_contact", per_contact),
        }
        set_costs(**costs, by=request.user, request=request)
    return _company()


@router.get("/fields", response=list[FieldOut], **READ)
def list_fields(request: ApiRequest) -> Any:
    """The fields that the company has defined for itself, retired ones too."""
    return list(FieldDefinition.objects.order_by("position", "pk"))


@router.post("/fields", response={201: FieldOut}, **SETTINGS)
def add_field(request: ApiRequest, given: FieldIn) -> Any:
    """Define a field; it is in lists, filters, imports and exports at once."""
    facts = given.model_dump(exclude={"kind", "key", "options", "label", "label_zh"})
    options = [one.model_dump() for one in given.options]
    made = define_field(
        by=request.user, kind=given.kind, key=given.key or "", label=given.label, label_zh=given.label_zh,
        options=options, **facts,
    )  # fmt: skip
    return Status(201, made)


@router.patch("/fields/{id}", response=FieldOut, **SETTINGS)
def edit_field(request: ApiRequest, id: Pk, given: FieldPatch) -> Any:  # noqa: A002 -- the name in the address
    """Change anything but key and kind."""
    field = one_of(FieldDefinition.objects.all(), id)
    changes = {name: value for name, value in given.model_dump(exclude_unset=True).items() if value is not None}
    return change_field(field=field, changes=changes, by=request.user)


@router.post("/fields/{id}/retire", response=FieldOut, **SETTINGS)
def retire(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Show it no more; its values stay."""
    field = one_of(FieldDefinition.objects.all(), id)
    retire_field(field=field, by=request.user)
    field.refresh_from_db()
    return field


@router.post("/fields/{id}/revive", response=FieldOut, **SETTINGS)
def revive(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Show it again."""
    field = one_of(FieldDefinition.objects.all(), id)
    revive_field(field=field, by=request.user)
    field.refresh_from_db()
    return field


@router.get("/tokens", response=list[TokenOut], **needs("admin"))
def list_tokens(request: ApiRequest) -> Any:
    """One's own tokens; all of them for administrators. The newest first."""
    names = ("id", "name", "prefix", "scopes", "networks", "expires_at", "created_at", "last_used_at", "revoked_at")
    return [
        {**{name: getattr(one, name) for name in names}, "user": present.named(one.user)}
        for one in tokens_for(request.user)[:500]
    ]


@router.post("/tokens/{id}/revoke", response={204: None}, **needs("admin"))
def revoke(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Let a token open nothing any more."""
    revoke_token(token=one_of(tokens_for(request.user), id), by=request.user, request=request)
    return Status(204, None)


def _batches(request: ApiRequest) -> Any:
    """Acts of one's own; everybody's for those who may undo imports."""
    rows = Batch.objects.select_related("made_by")
    return rows if can(request.user, "imports.undo") else rows.filter(made_by=request.user)


@router.get("/batches", response=BatchPage, **READ)
def list_batches(
    request: ApiRequest,
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(..., ge=1, le=2**63 - 1)] = None,
) -> Any:
    """Imports, merges and bulk changes that may be undone, the newest first."""
    rows = _batches(request).order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    names = ("kind", "title", "made_at", "undone_at")
    items = [
        {"id": one.pk, "made_by": present.named(one.made_by), **{name: getattr(one, name) for name in names}}
        for one in found[:limit]
    ]
    link = f"{request.path}?limit={limit}&before={found[limit - 1].pk}" if len(found) > limit else None
    return {"items": items, "next": link}


@router.post("/batches/{id}/undo", response=Undone, **needs("customers:write", "customers.edit"))
def undo(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Take back everything that an act did, where nobody changed it since."""
    batch = one_of(_batches(request), id)
    if batch.kind == BatchKind.IMPORT:
        require(request.user, "imports.undo")
    if batch.kind == BatchKind.TRASH:
        require(request.user, "customers.trash")
    touched = set(batch.revisions.filter(party_id__isnull=False).values_list("party_id", flat=True)[:1_000])
    if Party.objects.visible_to(request.user).filter(pk__in=touched).count() < len(touched):
        raise Problem(403, _("Your role does not allow this."))
    return {"batch": batch.pk, "restored": undo_batch(batch=batch, by=request.user)}


def _view(one: SavedView, request: ApiRequest) -> dict[str, Any]:
    facts = {name: getattr(one, name) for name in ("resource", "name", "query", "shared", "pinned")}
    return {"id": one.pk, **facts, "mine": one.owner_id == request.user.pk}


@router.get("/views", response=list[ViewOut], **READ)
def list_views(request: ApiRequest) -> Any:
    """Saved views: one's own and the shared ones."""
    return [_view(one, request) for one in SavedView.objects.usable_by(request.user)[:500]]


@router.post("/views", response={201: ViewOut}, **needs("customers:write", "customers.view"))
def add_view(request: ApiRequest, given: ViewIn) -> Any:
    """Keep the state of a list under a name."""
    if given.shared:
        require(request.user, "views.share")
    try:
        resource = resources.get(given.resource)
    except KeyError as error:
        detail = _("There is no list of this name.")
        raise Problem(422, detail, flaws=[Flaw("/resource", detail)]) from error
    if resource.rule:
        require(request.user, resource.rule)
    query = state.read(resource, QueryDict(given.query), request.user).saved_query()
    name = " ".join(given.name.split())
    if not name:
        raise Problem(422, _("Give the view a name."), flaws=[Flaw("/name", _("Give the view a name."))])
    try:
        with transaction.atomic():
            made = views.save_view(resource=resource.key, name=name, query=query, shared=given.shared, by=request.user)
    except IntegrityError as error:
        raise Problem(409, _("You already have a view called “%(name)s”.") % {"name": name}) from error
    return Status(201, _view(made, request))


def _own_view(request: ApiRequest, pk: int) -> SavedView:
    found: SavedView = one_of(SavedView.objects.filter(Q(owner=request.user)), pk)
    return found


@router.patch("/views/{id}", response=ViewOut, **needs("customers:write", "customers.view"))
def change_view(request: ApiRequest, id: Pk, given: ViewPatch) -> Any:  # noqa: A002
    """Change one's own view."""
    view = _own_view(request, id)
    if given.query is not None:
        resource = resources.get(view.resource)
        query = state.read(resource, QueryDict(given.query), request.user).saved_query()
        view = views.update_view(view=view, query=query, by=request.user)
    if given.shared is not None:
        view = views.share_view(view=view, shared=given.shared, by=request.user)
    if given.pinned is not None:
        view = views.pin_view(view=view, pinned=given.pinned, by=request.user)
    return _view(view, request)


@router.delete("/views/{id}", response={204: None}, **needs("customers:write", "customers.view"))
def delete_view(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Delete one's own view."""
    views.delete_view(view=_own_view(request, id), by=request.user)
    return Status(204, None)
