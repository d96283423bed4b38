"""What the customer screens share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.customers.models import Batch, Party
from regulars.customers.queries.profile import visible_party
from regulars.kit.errors import UserError
from regulars.staff.rules import require
from regulars.web import undo
from regulars.web.toasts import toast

if TYPE_CHECKING:
    from regulars.staff.models import User


class Request(HttpRequest):
    """A request of somebody who has signed in: the middleware lets nobody else in."""

    user: User


def party_for(request: Request, pk: int, rule: str = "customers.view", *, trashed: bool = False) -> Party:
    """The customer ``pk`` for whoever asks; of a merged record the one it was merged into.

    Raises:
        Http404: there is none that they may see, or it is in the trash and that was not expected.
        Forbidden: their role does not allow what they want to do.
    """
    require(request.user, rule)
    try:
        party = visible_party(request.user, pk)
    except Party.DoesNotExist as error:
        party = _winner(request.user, pk, error)
    if party.trashed_at is not None and not trashed:
        raise Http404
    return party


def _winner(user: User, pk: int, error: Party.DoesNotExist) -> Party:
    """What the merged record ``pk`` became part of."""
    into = Party.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
    if into is None:
        raise Http404 from error
    try:
        return visible_party(user, into)
    except Party.DoesNotExist:
        raise Http404 from error


def changed(party: Party, answer: HttpResponse | None = None) -> HttpResponse:
    """Tell the page that the customer changed: a dialog closes, the parts of the page are read anew."""
    answer = answer if answer is not None else HttpResponse(status=204)
    answer.headers["HX-Trigger"] = json.dumps({"customer-changed": {"id": party.pk}, "ask-done": True})
    return answer


def acted(request: Request, party: Party, act: Batch, words: str) -> HttpResponse:
    """Say what was done, with Undo for the whole act, and let the page be read anew."""
    toast(request, words, undo=undo.offer("customers.act", batch=act.pk))
    return changed(party)


def ask(request: Request, template: str, context: dict[str, Any], *, refused: bool = False) -> HttpResponse:
    """A form in the dialog; 422 when what was given is refused."""
    return render(request, template, context, status=422 if refused else 200)


def refuse(form: Any, error: UserError) -> None:
    """Put the sentence of a refusal above the form."""
    form.add_error(None, str(error))
