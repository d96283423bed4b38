"""Relations of a customer to others: the page, and what is changed there."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from regulars.customers import actions
from regulars.customers.forms import RelationForm
from regulars.customers.kin_forms import EndForm
from regulars.customers.models import Party, PartyRelation
from regulars.customers.page.kinship import Kinship
from regulars.customers.queries.search import find_parties
from regulars.customers.views.common import Request, acted, ask, party_for, refuse
from regulars.kit.errors import UserError

CANDIDATES = 8


@require_GET
def page(request: Request, pk: int) -> HttpResponse:
    """Everybody the customer stands to, as it was on a day."""
    party = party_for(request, pk)
    told = request.GET
    kin = Kinship(party, request.user, day=day_in(told.get("on", "")), former=bool(told.get("former")))
    return render(request, "customers/kinship/page.html", {"kin": kin, "party": party})


def day_in(told: str) -> date | None:
    """The day in ``told``; None when it is none."""
    try:
        return parse_date(told)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int) -> HttpResponse:
    """Say how the customer stands to another."""
    party = party_for(request, pk, "customers.edit")
    initial = {"kind": request.GET.get("kind", "")}
    form = RelationForm(request.POST or None, party=party, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                _relate(request, party, form.cleaned_data, act)
        except UserError as error:
            refuse(form, error)
        else:
            return acted(request, party, act, _("Relation added"))
    chosen = Party.objects.visible_to(request.user).filter(pk=number_in(form["other"].value())).first()
    return ask(
        request,
        "customers/relations/form.html",
        {"form": form, "party": party, "chosen": chosen},
        refused=bool(form.errors),
    )


def number_in(told: Any) -> int:
    """The number in ``told``; 0 when it is none."""
    return int(told) if str(told or "").isdigit() else 0


def _relate(request: Request, party: Party, told: dict[str, Any], act: Any) -> None:
    other = Party.objects.visible_to(request.user).live().filter(pk=told["other"]).first()
    if other is None:
        raise UserError(_("Please choose somebody from the list."))
    way, _colon, kind = told["kind"].partition(":")
    one, two = (party, other) if way == "up" else (other, party)
    actions.add_relation(
        party=one, other=two, kind=kind, by=request.user, title=told["title"], valid_from=told["valid_from"], batch=act
    )


@require_GET
def candidates(request: Request, pk: int) -> HttpResponse:
    """Whom the typed words may mean."""
    party = party_for(request, pk, "customers.edit")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    seen = Party.objects.visible_to(request.user).live().exclude(pk=party.pk)
    if kind := request.GET.get("only", ""):
        seen = seen.filter(kind=kind)
    found = find_parties(seen, typed).select_related("summary").order_by("fold", "pk")[:CANDIDATES] if typed else []
    return render(request, "customers/relations/candidates.html", {"found": found, "typed": typed})


@require_http_methods(["GET", "POST"])
def end(request: Request, pk: int, relation: int) -> HttpResponse:
    """End a relation on a day, by default today."""
    party = party_for(request, pk, "customers.edit")
    seen = Party.objects.visible_to(request.user)
    mine = Q(party=party, other__in=seen) | Q(other=party, party__in=seen)
    found = PartyRelation.objects.current().filter(mine, pk=relation).select_related("party", "other").first()
    if found is None:
        raise Http404
    form = EndForm(request.POST) if request.method == "POST" else EndForm()
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                act = actions.new_act(by=request.user)
                actions.end_relation(relation=found, by=request.user, on=form.cleaned_data["on"], batch=act)
        except UserError as error:
            refuse(form, error)
        else:
            return acted(request, party, act, _("Relation ended; it stays in the history"))
    words = {"party": found.party.name, "relation": found.get_kind_display(), "other": found.other.name}
    context = {
        "form": form, "party": party, "title": _("End: %(party)s %(relation)s %(other)s") % words, "url": request.path,
        "verb": _("End this relation"),
    }  # fmt: skip
    return ask(request, "customers/ask.html", context, refused=bool(form.errors))
