"""Assigning, closing, setting aside: one conversation or many, with Undo; and saying who a stranger is."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.forms import StrangerForm
from regulars.channels.inbox.models import Conversation
from regulars.channels.inbox.shown import name_of
from regulars.channels.inbox.views.common import Request, changed, conversation_for, number
from regulars.customers import search
from regulars.customers.models import Party
from regulars.kit.errors import UserError
from regulars.staff.models import Team, User
from regulars.staff.rules import require
from regulars.web import undo
from regulars.web.toasts import toast

CANDIDATES = 6


@require_POST
def act(request: Request) -> HttpResponse:
    """Do one thing with the conversations chosen; the toast takes it back."""
    require(request.user, "inbox.reply")
    ids = [number(one) for one in request.POST.getlist("ids")][: actions.MOST_AT_ONCE + 1]
    chosen = list(queries.conversations_for(request.user).filter(pk__in=ids).select_related("party"))
    what = request.POST.get("act", "")
    try:
        words, stood = _done(request, what, chosen)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return HttpResponse(status=204)
    toast(request, words, undo=undo.offer("inbox.stood", stood=stood))
    leaves = {"inbox-gone": {"ids": [one.pk for one in chosen]}} if what in {"close", "aside"} else {"inbox-read": {}}
    return changed(events=leaves)


def _done(request: Request, what: str, chosen: list[Conversation]) -> tuple[str, actions.Stood]:
    """Do it; what is said of it, and how the conversations stood."""
    if not chosen:
        raise UserError(_("Choose a conversation first."))
    told = {"n": len(chosen), "name": name_of(chosen[0])}
    match what:
        case "close":
            words = ngettext("Conversation with %(name)s closed", "%(n)s conversations closed", len(chosen))
            return words % told, actions.close(chosen, by=request.user)
        case "reopen":
            words = ngettext("Conversation with %(name)s open again", "%(n)s conversations open again", len(chosen))
            return words % told, actions.reopen(chosen, by=request.user)
        case "aside":
            words = ngettext(
                "%(name)s set aside: not a customer", "%(n)s conversations set aside: not customers", len(chosen)
            )
            return words % told, actions.set_aside(chosen, by=request.user)
        case "assign":
            return _assigned(request, chosen)
    raise UserError(_("There is nothing of that name to do."))


def _assigned(request: Request, chosen: list[Conversation]) -> tuple[str, actions.Stood]:
    kind, _colon, pk = request.POST.get("to", "").partition(":")
    if kind == "me":
        return _("On your desk now"), actions.assign(chosen, assignee=request.user, by=request.user)
    if kind == "team" and (team := Team.objects.filter(pk=number(pk)).first()):
        return _("Team %(name)s sees to it now") % {"name": team}, actions.assign(chosen, team=team, by=request.user)
    if kind == "user" and (user := User.objects.filter(pk=number(pk), is_active=True).first()):
        return _("On the desk of %(name)s now") % {"name": user}, actions.assign(chosen, assignee=user, by=request.user)
    return _("On nobody's desk now"), actions.assign(chosen, by=request.user)


def _stranger(request: Request, pk: int) -> Conversation:
    require(request.user, "customers.edit")
    return conversation_for(request, pk, "inbox.reply")


@require_http_methods(["GET", "POST"])
def attach(request: Request, pk: int) -> HttpResponse:
    """Find the customer who wrote, and say so."""
    held = _stranger(request, pk)
    problem = ""
    if request.method == "POST":
        try:
            party = _chosen(request)
            actions.attach(held, party=party, by=request.user)
        except UserError as error:
            problem = str(error)
        else:
            toast(request, _("This is %(name)s from now on") % {"name": party.name})
            return changed(events={"inbox-read": {}, "ask-done": True})
    typed = (request.GET.get("q") if "q" in request.GET else held.name or held.address).replace("\x00", "")[:100]  # type: ignore[union-attr]
    context = {"held": held, "problem": problem, "typed": typed, "found": _candidates(request, typed)}
    template = "inbox/candidates.html" if "q" in request.GET else "inbox/attach.html"
    return render(request, template, context, status=422 if problem else 200)


def _chosen(request: Request) -> Party:
    party = Party.objects.visible_to(request.user).live().filter(pk=number(request.POST.get("party", ""))).first()
    if party is None:
        raise UserError(_("Please choose somebody from the list."))
    return party


def _candidates(request: Request, typed: str) -> list[Party]:
    """Whom the words may mean."""
    if not typed.strip():
        return []
    hits = search.find(Party.objects.visible_to(request.user).live(), typed, CANDIDATES)
    found: dict[int, Any] = Party.objects.in_bulk(search.ids_of(hits))
    return [found[pk] for pk in search.ids_of(hits) if pk in found]


@require_http_methods(["GET", "POST"])
def make_customer(request: Request, pk: int) -> HttpResponse:
    """Make a customer of who wrote."""
    held = _stranger(request, pk)
    form = StrangerForm(request.POST or None, initial={"name": held.name or held.address.partition("@")[0]})
    if request.method == "POST" and form.is_valid():
        try:
            party = actions.make_customer(
                held, name=form.cleaned_data["name"], kind=form.cleaned_data["kind"], by=request.user
            )
        except UserError as error:
            form.add_error(None, str(error))
        else:
            toast(request, _("%(name)s is a customer record now") % {"name": party.name})
            return changed(events={"inbox-read": {}, "ask-done": True})
    context = {"form": form, "title": _("Make a customer"), "url": request.path, "verb": _("Make a customer")}
    return render(request, "customers/ask.html", context, status=422 if form.errors else 200)
