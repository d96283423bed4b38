"""The customer page and the parts of it that are read anew."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from regulars.customers.page.build import CONDENSED_ENTRIES, CustomerPage, read_timeline
from regulars.customers.page.entries import group_labels, nothing_said
from regulars.customers.queries.entries import Wanted, read_after
from regulars.customers.queries.history import history_of
from regulars.customers.views.common import Request, party_for


@require_GET
def customer(request: Request, pk: int) -> HttpResponse:
    """Everything about one customer in one screenful; a merged one leads to the one it was merged into."""
    party = party_for(request, pk, trashed=True)
    if party.pk != pk:
        return redirect(party)
    context = {"page": CustomerPage(party, request.user), "party": party, "groups": group_labels(), "in_panel": False}
    return render(request, "customers/page.html", context)


@require_GET
def parts(request: Request, pk: int) -> HttpResponse:
    """What may have changed after an act, to be swapped in by id."""
    in_panel = request.GET.get("place") == "panel"
    party = party_for(request, pk, trashed=True)
    page = CustomerPage(party, request.user, entries=CONDENSED_ENTRIES if in_panel else None)
    context = {"page": page, "party": party, "groups": group_labels(), "in_panel": in_panel}
    return render(request, "customers/parts.html", context)


@require_GET
def entries(request: Request, pk: int) -> HttpResponse:
    """The timeline narrowed, or its next page."""
    party = party_for(request, pk, trashed=True)
    told = request.GET
    wanted = Wanted(told.get("group", "")[:20], told.get("channel", "")[:16], told.get("department", "")[:24])
    after = read_after(told.get("after", ""))
    page = CustomerPage(party, request.user)
    context = {
        "page": page, "party": party, "timeline": read_timeline(party, request.user, wanted, after), "groups": group_labels(),
        "nothing": nothing_said(wanted.is_narrowed),
    }  # fmt: skip
    return render(request, "customers/timeline/days.html" if after else "customers/timeline/timeline.html", context)


@require_GET
def history(request: Request, pk: int) -> HttpResponse:
    """Who changed what, from what to what."""
    party = party_for(request, pk, trashed=True)
    told = request.GET.get("before", "")
    steps, following = history_of(party, before=int(told) if told.isdigit() else None)
    return render(request, "customers/history.html", {"party": party, "steps": steps, "following": following})


@require_GET
def peek(request: Request, pk: int) -> HttpResponse:
    """The condensed page for the slide-over of Today."""
    party = party_for(request, pk)
    page = CustomerPage(party, request.user, entries=CONDENSED_ENTRIES)
    context = {"page": page, "party": party, "groups": group_labels(), "in_panel": True}
    return render(request, "customers/peek.html", context)
