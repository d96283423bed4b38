"""The composer: on the customer page, in the slide-over and on Today."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.channels import actions, opt_in
from regulars.channels.composer import composer_of
from regulars.channels.forms import FORMS, ContactForm, NoteForm, TaskForm, end_of_work
from regulars.channels.timeline import NOT_REACHED
from regulars.customers import actions as customers
from regulars.customers.models import Party, Snooze
from regulars.customers.permission.addresses import masked
from regulars.customers.queries.profile import visible_party
from regulars.customers.views.common import Request, changed, party_for
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import lockout
from regulars.staff.rules import require
from regulars.web import undo
from regulars.web.toasts import toast

TODAY = "today"


def _party(request: Request, pk: int) -> Party:
    require(request.user, "customers.log")
    try:
        party = visible_party(request.user, pk)
    except Party.DoesNotExist as error:
        raise Http404 from error
    if party.trashed_at is not None:
        raise Http404
    return party


@require_GET
def composer(request: Request, pk: int) -> HttpResponse:
    """The composer of a customer in ``mode`` (closed without one)."""
    party = _party(request, pk)
    mode = request.GET.get("mode", "")
    context = composer_of(party, request.user, mode if mode in FORMS else "", place=request.GET.get("place", ""))
    return render(request, "channels/composer.html", {**context, "party": party})


@require_http_methods(["POST"])
def log(request: Request, pk: int, mode: str) -> HttpResponse:
    """Keep what the composer holds; 422 with the form where something is missing."""
    party, place = _party(request, pk), request.POST.get("place", "")
    if mode not in FORMS:
        raise Http404
    form = FORMS[mode](request.POST)
    if form.is_valid():
        try:
            told = _keep(request, party, form)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return _kept(request, party, form, told, place)
    context = composer_of(party, request.user, mode, form=form, place=place)
    return render(request, "channels/composer.html", {**context, "party": party}, status=422)


def _keep(request: Request, party: Party, form: forms.Form) -> dict[str, Any]:
    """Do it; returns what undoing needs."""
    told, user = form.cleaned_data, request.user
    match form:
        case TaskForm():
            due = end_of_work(told["due"]) if told["due"] else None
            task = customers.add_task(
                party=party, title=told["title"], by=user, kind=told["kind"], due_at=due, assignee=told["assignee"]
            )
            return {"task": task.pk}
        case NoteForm():
            logged = actions.log_note(party=party, text=told["text"], by=user, promise=form.promised())
        case ContactForm():
            logged = actions.log_contact(
                party=party, channel=told["channel"], by=user, text=told["text"], direction=told["direction"],
                outcome=told["outcome"], minutes=told["minutes"], occurred_at=told["when"], promise=form.promised(),
            )  # fmt: skip
        case _:
            raise Http404
    return {"event": logged.event.pk} | ({"task": logged.task.pk} if logged.task else {})


def _kept(request: Request, party: Party, form: forms.Form, told: dict[str, Any], place: str) -> HttpResponse:
    words = _("Task added for %(name)s") if isinstance(form, TaskForm) else _("Logged for %(name)s")
    message = words % {"name": party.name}
    leaves = place == TODAY and isinstance(form, ContactForm)
    if leaves and form.cleaned_data["outcome"] in NOT_REACHED:
        told["snooze"] = _try_tomorrow(party, request.user, form).pk
        message = _("%(name)s was not reached; back here tomorrow") % {"name": party.name}
    toast(request, message, undo=undo.offer("channels.logged", **told))
    if leaves:
        answer = HttpResponse("")
        answer.headers["HX-Retarget"] = f"#need-{party.pk}"
        answer.headers["HX-Reswap"] = "delete"
    else:
        context = composer_of(party, request.user, "", place=place)
        answer = render(request, "channels/composer.html", {**context, "party": party})
    answer.headers["HX-Trigger"] = json.dumps({"customer-changed": {"id": party.pk}})
    return answer


def _try_tomorrow(party: Party, user: Any, form: forms.Form) -> Snooze:
    tomorrow = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    outcome = dict(form.fields["outcome"].choices)[form.cleaned_data["outcome"]]  # type: ignore[attr-defined]
    return customers.snooze(party=party, until=tomorrow, by=user, reason=str(outcome))


@require_POST
def ask_consent(request: Request, pk: int) -> HttpResponse:
    """Ask the customer by e-mail whether e-mail is welcome (double opt-in)."""
    party = party_for(request, pk, "customers.edit")
    wait = lockout.take_choice(f"asks {request.user.pk}").until
    if wait is not None:
        moment = timezone.localtime(wait).strftime("%H:%M")
        raise UserError(_("That was too often. Please try again after %(time)s.") % {"time": moment})
    point = opt_in.ask_for_consent(party=party, by=request.user)
    toast(request, _("Asked at %(address)s; e-mail is permitted when they say yes") % {"address": masked(point.raw)})
    return changed(party)
