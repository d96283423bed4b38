"""What customers own of ours, what was agreed with them, and what they are to the company."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from regulars.catalogue.models import Product
from regulars.customers.actions.assets import add_asset, change_asset, retire_asset
from regulars.customers.actions.contracts import add_contract, change_contract, end_contract
from regulars.customers.actions.roles import end_role, set_role
from regulars.customers.models import Asset, Contract
from regulars.customers.queries.seen import of_live, of_seen
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import one_of, party_for, referred
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.customers import AssetOut, ContractOut, EndIn, RoleIn, RoleOut
from regulars.integrations.api.schemas.holdings import AssetIn, AssetPatch, ContractIn, ContractPatch, EndedIn

router = Router()
READ = needs("customers:read", "customers.view")
EDIT = needs("customers:write", "customers.edit")


def _asset(one: Asset) -> dict[str, Any]:
    names = ("name", "serial", "installed_on", "warranty_until", "retired_on")
    return {"id": one.pk, "product": one.product_id, **{name: getattr(one, name) for name in names}}


def _role(one: Any) -> dict[str, Any]:
    return {"id": one.pk, **{name: getattr(one, name) for name in ("role", "valid_from", "valid_to")}}


def _of_seen(request: ApiRequest, model: Any, pk: int) -> Any:
    return one_of(of_seen(of_live(model.objects.select_related("party")), request.user), pk)


@router.get("/customers/{id}/assets", response=list[AssetOut], **READ)
def list_assets(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """What the customer owns of ours."""
    return [_asset(one) for one in party_for(request, id, trashed=True).assets.order_by("pk")[:1_000]]


@router.get("/customers/{id}/contracts", response=list[ContractOut], **READ)
def list_contracts(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """What was agreed."""
    return [present.contract(one) for one in party_for(request, id, trashed=True).contracts.order_by("pk")[:1_000]]


@router.post("/customers/{id}/assets", response={201: AssetOut}, **EDIT)
def write_asset(request: ApiRequest, id: Pk, given: AssetIn) -> Any:  # noqa: A002 -- the name in the address
    """Write down something the customer owns."""
    facts = given.model_dump(exclude_unset=True, exclude={"name", "product"})
    product = referred(Product.objects.all(), given.product, "product")
    made = add_asset(party=party_for(request, id), name=given.name, by=request.user, product=product, **facts)
    return Status(201, _asset(made))


@router.patch("/assets/{id}", response=AssetOut, **EDIT)
def edit_asset(request: ApiRequest, id: Pk, given: AssetPatch) -> Any:  # noqa: A002
    """Change it; a new end of the warranty is watched anew."""
    changes = _changes(given, {"installed_on", "warranty_until", "product"})
    if "product" in changes:
        changes["product"] = referred(Product.objects.all(), changes["product"], "product")
    return _asset(change_asset(asset=_of_seen(request, Asset, id), changes=changes, by=request.user))


@router.post("/assets/{id}/retire", response=AssetOut, **EDIT)
def take_out_of_use(request: ApiRequest, id: Pk, given: EndedIn) -> Any:  # noqa: A002
    """It is out of use since a day."""
    asset = _of_seen(request, Asset, id)
    return _asset(retire_asset(asset=asset, by=request.user, on=given.on, reason=given.reason))


@router.post("/customers/{id}/contracts", response={201: ContractOut}, **EDIT)
def write_contract(request: ApiRequest, id: Pk, given: ContractIn) -> Any:  # noqa: A002
    """Write down what was agreed."""
    party = party_for(request, id)
    facts = given.model_dump(exclude_unset=True, exclude={"title", "starts_on", "asset"})
    if given.asset is not None:
        facts["asset"] = referred(Asset.objects.filter(party=party), given.asset, "asset")
    facts = {name: value for name, value in facts.items() if value is not None}
    made = add_contract(party=party, title=given.title, starts_on=given.starts_on, by=request.user, **facts)
    return Status(201, present.contract(made))


@router.patch("/contracts/{id}", response=ContractOut, **EDIT)
def edit_contract(request: ApiRequest, id: Pk, given: ContractPatch) -> Any:  # noqa: A002
    """Change it; a new end is watched anew."""
    changes = _changes(given, {"ends_on", "amount", "response_hours", "visits_included"})
    contract = _of_seen(request, Contract, id)
    return present.contract(change_contract(contract=contract, changes=changes, by=request.user))


@router.post("/contracts/{id}/end", response=ContractOut, **EDIT)
def finish_contract(request: ApiRequest, id: Pk, given: EndedIn) -> Any:  # noqa: A002
    """End it before its time."""
    contract = _of_seen(request, Contract, id)
    return present.contract(end_contract(contract=contract, by=request.user, on=given.on, reason=given.reason))


@router.get("/customers/{id}/roles", response=list[RoleOut], **READ)
def list_roles(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """What the customer is and was to the company."""
    return [_role(one) for one in party_for(request, id, trashed=True).roles.order_by("valid_from", "pk")]


@router.post("/customers/{id}/roles", response={201: RoleOut}, **EDIT)
def give_role(request: ApiRequest, id: Pk, given: RoleIn) -> Any:  # noqa: A002
    """From a day on the customer is this to the company."""
    party = party_for(request, id)
    return Status(201, _role(set_role(party=party, role=given.role, by=request.user, valid_from=given.valid_from)))


@router.post("/customers/{id}/roles/{role}/end", response=RoleOut, **EDIT)
def finish_role(request: ApiRequest, id: Pk, role: Pk, given: EndIn) -> Any:  # noqa: A002
    """It is that no more, since a day."""
    found = one_of(party_for(request, id).roles.select_related("party"), role)
    end_role(role=found, by=request.user, on=given.on)
    return _role(found)


def _changes(given: Any, nullable: set[str]) -> dict[str, Any]:
    told = given.model_dump(exclude_unset=True)
    return {name: value for name, value in told.items() if value is not None or name in nullable}
