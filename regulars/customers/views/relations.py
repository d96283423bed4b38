"""Relations of a customer to others."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.customers import actions
from regulars.customers.forms import RelationForm
from regulars.customers.models import Party, PartyRelation
from regulars.customers.queries.search import find_parties
from regulars.customers.views.common import Request, ask, changed, party_for, refuse
from regulars.kit.errors import UserError
from regulars.web.toasts import toast

CANDIDATES = 8


@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int) -> HttpResponse:
    """Say how the customer stands to another."""
    party = party_for(request, pk, "customers.edit")
    form = RelationForm(request.POST or None, party=party)
    if request.method == "POST" and form.is_valid():
        try:
            _relate(request, party, form.cleaned_data)
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("Relation added"))
            return changed(party)
    chosen = Party.objects.visible_to(request.user).filter(pk=_number(form["other"].value())).first()
    return ask(
        request,
        "customers/relations/form.html",
        {"form": form, "party": party, "chosen": chosen},
        refused=bool(form.errors),
    )


def _number(told: Any) -> int:
    return int(told) if str(told or "").isdigit() else 0


def _relate(request: Request, party: Party, told: dict[str, Any]) -> None:
    other = Party.objects.visible_to(request.user).live().filter(pk=told["other"]).first()
    if other is None:
        raise UserError(_("Please choose somebody from the list."))
    way, _colon, kind = told["kind"].partition(":")
    one, two = (party, other) if way == "up" else (other, party)
    actions.add_relation(
        party=one, other=two, kind=kind, by=request.user, title=told["title"], valid_from=told["valid_from"]
    )


@require_GET
def candidates(request: Request, pk: int) -> HttpResponse:
    """Whom the typed words may mean."""
    party = party_for(request, pk, "customers.edit")
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    seen = Party.objects.visible_to(request.user).live().exclude(pk=party.pk)
    found = find_parties(seen, typed).select_related("summary").order_by("fold", "pk")[:CANDIDATES] if typed else []
    return render(request, "customers/relations/candidates.html", {"found": found, "typed": typed})


@require_POST
def end(request: Request, pk: int, relation: int) -> HttpResponse:
    """End a relation today."""
    party = party_for(request, pk, "customers.edit")
    seen = Party.objects.visible_to(request.user)
    mine = Q(party=party, other__in=seen) | Q(other=party, party__in=seen)
    found = PartyRelation.objects.current().filter(mine, pk=relation).select_related("party", "other").first()
    if found is None:
        raise Http404
    try:
        actions.end_relation(relation=found, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        toast(request, _("Relation ended; it stays in the history"))
    return changed(party)
