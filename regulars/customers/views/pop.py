"""The page that a telephone system opens when somebody calls."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.customers import actions
from regulars.customers.page.pop import screen_pop
from regulars.customers.queries.pop import read_caller
from regulars.customers.views.common import Request
from regulars.kit.errors import UserError
from regulars.staff.rules import require
from regulars.web.toasts import toast

ASKED_AS = ("q", "phone", "email", "card")


@require_GET
def pop(request: Request) -> HttpResponse:
    """``?q=`` (or ``phone=``, ``email=``, ``card=``) what the caller is known by; ``&party=`` the one chosen among several."""
    require(request.user, "customers.view")
    told = next((request.GET[name] for name in ASKED_AS if request.GET.get(name)), "")
    chosen = request.GET.get("party", "")
    found = screen_pop(
        request.user, told, chosen=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    )
    context = {"pop": found, "caller": found.caller, "new_url": _new_url(found.caller.kind, found.caller.text)}
    if found.bundle is None:
        return render(request, "customers/pop/choose.html", context)
    return render(
        request,
        "customers/pop/pop.html",
        {**context, "page": found.bundle, "party": found.bundle.party, "in_panel": False},
    )


def _new_url(kind: str, told: str) -> str:
    field = {"mobile": "mobile", "phone": "mobile", "email": "email"}.get(kind)
    address = reverse("customers:new")
    return f"{address}?{urlencode({field: told})}" if field else address


@require_POST
def keep(request: Request) -> HttpResponse:
    """Keep an unknown caller: a customer called by the number, so that what is said can be written down at once."""
    require(request.user, "customers.edit")
    caller = read_caller(request.POST.get("q", ""))
    if not caller.kind:
        toast(request, _("There is no number or address to keep."), tone="wrong")
        return redirect("customers:pop")
    try:
        party = actions.create_party(
            by=request.user, name=caller.shown, contact_points=[(caller.kind, caller.text)], source="screen pop",
            owner=request.user, team=request.user.team,
        )  # fmt: skip
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(f"{reverse('customers:pop')}?{urlencode({'q': caller.text})}")
    return redirect(f"{reverse('customers:pop')}?{urlencode({'q': caller.text, 'party': party.pk})}")
