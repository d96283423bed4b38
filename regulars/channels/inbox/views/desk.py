"""The screen: the list of a box, the conversation that is open, the customer beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.shown import Opened, said
from regulars.channels.inbox.views.common import Request, conversation_for, desk_of, number
from regulars.customers.page.pop import Bundle
from regulars.customers.queries.profile import visible_party
from regulars.staff.rules import can, require


@require_safe
def desk(request: Request) -> HttpResponse:
    """A box; one's own when none is named."""
    return render(
        request,
        "inbox/inbox.html",
        {"desk": desk_of(request), "may_change_answers": can(request.user, "inbox.answers")},
    )


@require_safe
def version(request: Request) -> HttpResponse:
    """A word that differs once something changed (204: nothing did). Asked every two seconds by every open inbox."""
    require(request.user, "inbox.view")
    told = queries.version(request.user)
    if request.GET.get("seen") == told:
        return HttpResponse(status=204)
    return HttpResponse(told, content_type="text/plain; charset=utf-8")


@require_safe
def rows(request: Request) -> HttpResponse:
    """A page of a box, or as many rows as the reader has before them (``shown``); nothing where these are the same."""
    shown = desk_of(request)
    if "after" not in request.GET and request.GET.get("stamp") == shown.stamp:
        return HttpResponse(status=204)
    whole = {} if "after" in request.GET else {"whole": True}
    return render(request, "inbox/rows.html", {"desk": shown, **whole})


@require_safe
def conversation(request: Request, pk: int) -> HttpResponse:
    """One conversation, beside the list it was opened from."""
    held, shown = conversation_for(request, pk), desk_of(request)
    context: dict[str, Any] = {"desk": shown, "opened": Opened(held, request.user, shown)}
    if request.headers.get("HX-Target") == "inbox-open":
        return render(request, "inbox/opened.html", context)
    return render(request, "inbox/inbox.html", {**context, "may_change_answers": can(request.user, "inbox.answers")})


@require_safe
def earlier(request: Request, pk: int) -> HttpResponse:
    """What was said before what is shown."""
    held = conversation_for(request, pk)
    found = queries.thread(held, before=number(request.GET.get("before", "")))
    return render(
        request,
        "inbox/earlier.html",
        {"held": held, "said": [said(one) for one in found.entries], "earlier": found.earlier},
    )


@require_safe
def glance(request: Request, pk: int) -> HttpResponse:
    """The customer at a glance: value and stage, what is open, the last orders, consent."""
    held = conversation_for(request, pk)
    if held.party_id is None:
        return render(request, "inbox/stranger.html", {"held": held})
    page = Bundle(visible_party(request.user, held.party_id), request.user)
    others = queries.of_customer(request.user, held.party_id).exclude(pk=held.pk)[:5]
    return render(request, "inbox/glance.html", {"page": page, "party": page.party, "held": held, "others": others})


@require_POST
def presence(request: Request, pk: int) -> HttpResponse:
    """Say that one is here; hear who else is, and whether something newer was said."""
    held = conversation_for(request, pk)
    actions.be_here(held, by=request.user, typing=request.POST.get("typing") == "1")
    context = {
        "held": held, "others": queries.others_at(held, request.user), "desk": desk_of(request),
        "newer": held.words_at > number(request.POST.get("seen", "")), "writing": request.POST.get("writing") == "1",
    }  # fmt: skip
    return render(request, "inbox/presence.html", context)
