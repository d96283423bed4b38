"""How to reach a customer: contact points and consent."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.customers import actions
from regulars.customers.forms import ConsentForm, ContactPointForm, IdentifierForm
from regulars.customers.models import ContactPoint, Party
from regulars.customers.views.common import Request, acted, ask, changed, party_for, refuse
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.rules import can
from regulars.web.toasts import toast


@require_http_methods(["GET", "POST"])
def add_point(request: Request, pk: int) -> HttpResponse:
    """Add a way to reach the customer."""
    party = party_for(request, pk, "customers.edit")
    form = ContactPointForm(request.POST or None, initial={"kind": request.GET.get("kind", "mobile")})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_contact_point(party=party, by=request.user, **form.cleaned_data)
        except UserError as error:
            form.add_error("raw", str(error))
        else:
            toast(request, _("Added"))
            return changed(party)
    context = {
        "form": form,
        "party": party,
        "title": _("Add a way to reach them"),
        "url": request.path,
        "verb": _("Add"),
    }
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))


def _point(party: Party, point: int) -> ContactPoint:
    found = party.contact_points.filter(pk=point, ended_at=None).first()
    if found is None:
        raise Http404
    return found


@require_POST
def prefer_point(request: Request, pk: int, point: int) -> HttpResponse:
    """Use this one first among its kind."""
    party = party_for(request, pk, "customers.edit")
    actions.prefer_contact_point(point=_point(party, point), by=request.user)
    toast(request, _("Used first from now on"))
    return changed(party)


@require_POST
def end_point(request: Request, pk: int, point: int) -> HttpResponse:
    """Say that the address is no longer valid."""
    party = party_for(request, pk, "customers.edit")
    actions.end_contact_point(point=_point(party, point), by=request.user)
    toast(request, _("No longer valid; it stays in the history"))
    return changed(party)


@require_http_methods(["GET", "POST"])
def replace_point(request: Request, pk: int, point: int) -> HttpResponse:
    """Correct an address: the new one takes the place of the old, which stays in the history."""
    party = party_for(request, pk, "customers.edit")
    old = _point(party, point)
    initial = {"kind": old.kind, "raw": old.raw, "label": old.label, "preferred": old.preferred}
    form = ContactPointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_contact_point(party=party, by=request.user, **form.cleaned_data)
            if made.pk != old.pk:
                actions.end_contact_point(point=old, by=request.user)
        except UserError as error:
            form.add_error("raw", str(error))
        else:
            toast(request, _("Corrected"))
            return changed(party)
    context = {"form": form, "party": party, "title": _("Correct this address"), "url": request.path, "verb": _("Save")}
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))


@require_http_methods(["GET", "POST"])
def add_identifier(request: Request, pk: int) -> HttpResponse:
    """Let the customer be known by a number of another system; where it is another customer's, lead to the merge."""
    party = party_for(request, pk, "customers.edit")
    form = IdentifierForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form, "party": party, "title": _("Add a number of another system"), "url": request.path, "verb": _("Add"),
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                actions.add_identifier(party=party, by=request.user, batch=act, **form.cleaned_data)
        except actions.Taken as error:
            refuse(form, error)
            if error.holder is not None and can(request.user, "customers.merge"):
                context["way_out"] = (f"{reverse('customers:merge')}?ids={party.pk},{error.holder.pk}", _("Merge them"))
        except UserError as error:
            refuse(form, error)
        else:
            return acted(request, party, act, _("Number added"))
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))


@require_POST
def remove_identifier(request: Request, pk: int, identifier: int) -> HttpResponse:
    """Take a number off the customer."""
    party = party_for(request, pk, "customers.edit")
    with transaction.atomic():
        found = party.identifiers.select_for_update().filter(pk=identifier).first()
        if found is None:
            raise Http404
        act = actions.new_act(by=request.user)
        actions.remove_identifier(identifier=found, by=request.user, batch=act)
    return acted(request, party, act, _("Number taken off"))


@require_http_methods(["GET", "POST"])
def consent(request: Request, pk: int) -> HttpResponse:
    """Write down what the customer said about being contacted."""
    party = party_for(request, pk, "customers.edit")
    form = ConsentForm(request.POST or None, initial={"channel": request.GET.get("channel", ""), "state": "granted"})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        day = told["given_on"]
        moment = timezone.make_aware(datetime.combine(day, time(12))) if day else None
        try:
            actions.record_consent(
                party=party, channel=told["channel"], state=told["state"], evidence=told["evidence"], by=request.user,
                given_at=min(moment, clock.now()) if moment else None, source="screen",
            )  # fmt: skip
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("Written down, with the proof"))
            return changed(party)
    context = {
        "form": form,
        "party": party,
        "title": _("What did they say?"),
        "url": request.path,
        "verb": _("Write down"),
    }
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))
