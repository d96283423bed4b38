"""Assets, contracts and warranties: written down, changed, renewed, ended, used, seen to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.customers import actions
from regulars.customers.agreement_forms import (
    AssetForm,
    ContractForm,
    EndContractForm,
    NotNowForm,
    RenewForm,
    RetireForm,
    VisitForm,
    told_of,
)
from regulars.customers.models import Asset, Batch, Contract, ContractKind, Party
from regulars.customers.page.agreements import asset_panel, contract_panel
from regulars.customers.queries.seen import of_live, of_seen
from regulars.customers.queries.terms import same_length_from
from regulars.customers.views.common import Request, acted, ask, party_for, refuse
from regulars.kit import clock, money
from regulars.kit.errors import UserError
from regulars.staff.rules import require

MODELS: Mapping[str, Any] = {"contract": Contract, "asset": Asset}
Act = Callable[[dict[str, Any], Batch], object]


def _thing(request: Request, kind: str, pk: int, rule: str) -> Any:
    """The contract or asset ``pk`` of a customer whom the user may see.

    Raises:
        Http404: there is none. Forbidden: their role does not allow it.
    """
    require(request.user, rule)
    if kind not in MODELS:
        raise Http404
    more = ("asset",) if kind == "contract" else ("product",)
    rows = of_seen(of_live(MODELS[kind].objects.filter(pk=pk)), request.user)
    found = rows.select_related("party__owner", *more).first()
    if found is None:
        raise Http404
    return found


def _run(
    request: Request, party: Party, form: forms.Form, act_on: Act, *, title: str, verb: str, words: str, leaves: str = ""
) -> HttpResponse:  # fmt: skip
    """Show the form; when it fits, do it as one act with Undo. ``leaves``: the line of Today that goes with it."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                act_on(form.cleaned_data, act)
        except UserError as error:
            refuse(form, error)
        else:
            return _left(request, acted(request, party, act, words), leaves)
    context = {"form": form, "party": party, "title": title, "url": request.get_full_path(), "verb": verb}
    return ask(request, "customers/agreements/form.html", context, refused=bool(form.errors))


def _left(request: Request, answer: HttpResponse, line: str) -> HttpResponse:
    """On Today the line that was dealt with leaves."""
    if not line or request.GET.get("place") != "today":
        return answer
    leaving = HttpResponse("")
    leaving.headers["HX-Trigger"] = answer.headers["HX-Trigger"]
    leaving.headers["HX-Retarget"] = f"#{line}"
    leaving.headers["HX-Reswap"] = "delete"
    return leaving


def _today() -> date:
    return timezone.localdate(clock.now())


@require_http_methods(["GET", "POST"])
def new_asset(request: Request, pk: int) -> HttpResponse:
    """Write down something a customer owns."""
    party = party_for(request, pk, "customers.edit")
    form = AssetForm(request.POST or None, initial={"installed_on": _today().isoformat()})

    def add(told: dict[str, Any], act: Batch) -> None:
        actions.add_asset(party=party, by=request.user, batch=act, **told)

    return _run(request, party, form, add, title=_("What do they own?"), verb=_("Add"), words=_("Asset added"))


@require_http_methods(["GET", "POST"])
def edit_asset(request: Request, pk: int) -> HttpResponse:
    """Change an asset."""
    asset = _thing(request, "asset", pk, "customers.edit")
    form = AssetForm(request.POST or None, initial={name: getattr(asset, name) for name in AssetForm.base_fields})

    def change(told: dict[str, Any], act: Batch) -> None:
        actions.change_asset(asset=asset, changes=told, by=request.user, batch=act)

    return _run(request, asset.party, form, change, title=_("Change the asset"), verb=_("Save"), words=_("Changed"))


@require_http_methods(["GET", "POST"])
def retire_asset(request: Request, pk: int) -> HttpResponse:
    """Say that an asset is out of use."""
    asset = _thing(request, "asset", pk, "customers.edit")

    def retire(told: dict[str, Any], act: Batch) -> None:
        actions.retire_asset(asset=asset, by=request.user, on=told["on"], reason=told["reason"], batch=act)

    title = _("%(what)s is out of use") % {"what": asset.name}
    form = RetireForm(request.POST if request.method == "POST" else None)
    return _run(request, asset.party, form, retire, title=title, verb=_("Save"), words=title)


@require_http_methods(["GET", "POST"])
def new_contract(request: Request, pk: int) -> HttpResponse:
    """Write down what was agreed with a customer."""
    party = party_for(request, pk, "customers.edit")
    start = _today()
    initial = {"starts_on": start, "ends_on": _a_year_from(start), "kind": ContractKind.SERVICE, "notice_days": 30}
    form = ContractForm(request.POST or None, party=party, initial=initial | {"asset": request.GET.get("asset", "")})

    def add(told: dict[str, Any], act: Batch) -> None:
        actions.add_contract(party=party, by=request.user, batch=act, **form.facts(settings.CURRENCY))

    return _run(request, party, form, add, title=_("What was agreed?"), verb=_("Add"), words=_("Contract added"))


def _a_year_from(start: date) -> date | None:
    return same_length_from(Contract(starts_on=date(2001, 1, 1), ends_on=date(2001, 12, 31)), start)


@require_http_methods(["GET", "POST"])
def edit_contract(request: Request, pk: int) -> HttpResponse:
    """Change a contract."""
    contract = _thing(request, "contract", pk, "customers.edit")
    form = ContractForm(request.POST or None, party=contract.party, initial=told_of(contract))

    def change(told: dict[str, Any], act: Batch) -> None:
        changes = form.facts(contract.currency or settings.CURRENCY)
        actions.change_contract(contract=contract, changes=changes, by=request.user, batch=act)

    return _run(
        request, contract.party, form, change, title=_("Change the contract"), verb=_("Save"), words=_("Changed")
    )


@require_http_methods(["GET", "POST"])
def renew_contract(request: Request, pk: int) -> HttpResponse:
    """Agree on a further term."""
    contract = _thing(request, "contract", pk, "customers.edit")
    if contract.ends_on is None:
        raise Http404
    start = contract.ends_on + timedelta(days=1)
    amount = None if contract.amount is None else money.to_decimal(contract.amount, contract.currency)
    initial = {"starts_on": start, "ends_on": same_length_from(contract, start), "amount": amount}
    form = RenewForm(request.POST or None, initial=initial)

    def renew(told: dict[str, Any], act: Batch) -> None:
        actions.renew_contract(
            contract=contract, by=request.user, starts_on=told["starts_on"], ends_on=told["ends_on"],
            amount=form.minor(contract.currency), batch=act,
        )  # fmt: skip

    words = _("Renewed: %(what)s") % {"what": contract.title}
    title = _("Renew “%(what)s”") % {"what": contract.title}
    return _run(
        request, contract.party, form, renew, title=title, verb=_("Renew"), words=words, leaves=f"ends-contract-{pk}"
    )


@require_http_methods(["GET", "POST"])
def extend_warranty(request: Request, pk: int) -> HttpResponse:
    """Sell a warranty that goes on where the maker's ends."""
    asset = _thing(request, "asset", pk, "customers.edit")
    start = max((asset.warranty_until or _today()) + timedelta(days=1), asset.installed_on or date.min)
    form = RenewForm(request.POST or None, initial={"starts_on": start, "ends_on": _a_year_from(start)})

    def extend(told: dict[str, Any], act: Batch) -> None:
        actions.add_contract(
            party=asset.party, by=request.user, title=_("Extended warranty: %(what)s") % {"what": asset.name}, asset=asset,
            kind=ContractKind.WARRANTY, starts_on=told["starts_on"], ends_on=told["ends_on"], amount=form.minor(settings.CURRENCY),
            currency=settings.CURRENCY, batch=act,
        )  # fmt: skip
        actions.see_to_end(thing=asset, by=request.user, batch=act)

    title = _("Extend the warranty of %(what)s") % {"what": asset.name}
    words = _("Warranty extended: %(what)s") % {"what": asset.name}
    return _run(
        request, asset.party, form, extend, title=title, verb=_("Extend"), words=words, leaves=f"ends-asset-{pk}"
    )


@require_http_methods(["GET", "POST"])
def end_contract(request: Request, pk: int) -> HttpResponse:
    """End a contract before its time, with the reason."""
    contract = _thing(request, "contract", pk, "customers.edit")

    def end(told: dict[str, Any], act: Batch) -> None:
        actions.end_contract(contract=contract, by=request.user, on=told["on"], reason=told["reason"], batch=act)

    title = _("End “%(what)s”") % {"what": contract.title}
    words = _("Ended: %(what)s") % {"what": contract.title}
    form = EndContractForm(request.POST or None)
    return _run(
        request, contract.party, form, end, title=title, verb=_("End it"), words=words, leaves=f"ends-contract-{pk}"
    )


@require_http_methods(["GET", "POST"])
def use_contract(request: Request, pk: int) -> HttpResponse:
    """Write down a visit made under a contract."""
    contract = _thing(request, "contract", pk, "customers.log")

    def use(told: dict[str, Any], act: Batch) -> None:
        day = told["on"]
        at = timezone.make_aware(datetime.combine(day, time(12))) if day and day != _today() else None
        actions.use_contract(
            contract=contract, by=request.user, note=told["note"], visits=told["visits"], occurred_at=at, batch=act
        )

    title = _("A visit under “%(what)s”") % {"what": contract.title}
    form = VisitForm(request.POST or None)
    return _run(request, contract.party, form, use, title=title, verb=_("Write down"), words=_("Visit written down"))


@require_http_methods(["GET", "POST"])
def put_off_end(request: Request, kind: str, pk: int) -> HttpResponse:
    """Not now: the end of a contract or warranty asks again from a day on."""
    thing = _thing(request, kind, pk, "customers.log")
    form = NotNowForm(request.POST or None, initial={"until": _today() + timedelta(days=7)})

    def put_off(told: dict[str, Any], act: Batch) -> None:
        actions.put_off_end(thing=thing, until=told["until"], by=request.user, batch=act)

    return _run(
        request, thing.party, form, put_off, title=_("Not now until …"), verb=_("Put off"), words=_("Put off: %(what)s") % {"what": thing},
        leaves=f"ends-{kind}-{pk}",
    )  # fmt: skip


@require_POST
def see_to_end(request: Request, kind: str, pk: int) -> HttpResponse:
    """Somebody saw to it: the end asks no more."""
    thing = _thing(request, kind, pk, "customers.log")
    with transaction.atomic():
        act = actions.new_act(by=request.user)
        actions.see_to_end(thing=thing, by=request.user, batch=act)
    words = _("Seen to: %(what)s") % {"what": thing}
    return _left(request, acted(request, thing.party, act, words), f"ends-{kind}-{pk}")


@require_GET
def panel(request: Request, kind: str, pk: int) -> HttpResponse:
    """What the slide-over shows, read anew."""
    thing = _thing(request, kind, pk, "customers.view")
    told = contract_panel(thing, request.user) if kind == "contract" else asset_panel(thing, request.user)
    return render(request, f"customers/agreements/{kind}.html", told)
