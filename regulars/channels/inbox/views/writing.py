"""Answering, noting, keeping drafts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.models import Conversation
from regulars.channels.inbox.shown import Opened, name_of, said
from regulars.channels.inbox.views.common import Request, changed, conversation_for, desk_of, number
from regulars.kit.errors import UserError
from regulars.web import undo
from regulars.web.toasts import toast


@require_POST
def reply(request: Request, pk: int) -> HttpResponse:
    """Answer; what crosses something newer is shown with it first (409)."""
    held = conversation_for(request, pk, "inbox.reply")
    before, seen, close = actions.Before.of(held), number(request.POST.get("seen", "")), "close" in request.POST
    try:
        entry = actions.reply(held, text=request.POST.get("text", ""), by=request.user, seen=seen, close=close)
    except actions.Crossed as error:
        newer = [said(one) for one in queries.newer_than(held, seen, but=request.user)]
        return _composer(request, held, error, status=409, newer=newer)
    except UserError as error:
        return _composer(request, held, error, status=422)
    kept = {
        "state": before.state,
        "waiting": _moment(before.waiting_since),
        "closed": _moment(before.closed_at),
        "assignee": before.assignee_id,
    }
    toast(
        request,
        _("Answer to %(name)s is on its way") % {"name": name_of(held)},
        undo=undo.offer("inbox.reply", entry=entry.pk, **kept),
    )
    if close:
        return changed(events={"inbox-gone": {"ids": [held.pk]}})
    return changed(_pane(request, pk))


def _moment(one: Any) -> str:
    return one.isoformat() if one else ""


@require_POST
def note(request: Request, pk: int) -> HttpResponse:
    """Write something for colleagues."""
    held = conversation_for(request, pk, "inbox.reply")
    try:
        actions.note(held, text=request.POST.get("text", ""), by=request.user)
    except UserError as error:
        return _composer(request, held, error, status=422, kind="note")
    return changed(_pane(request, pk))


@require_POST
def draft(request: Request, pk: int) -> HttpResponse:
    """Keep what was begun."""
    held = conversation_for(request, pk, "inbox.reply")
    actions.keep_draft(held, by=request.user, text=request.POST.get("text", ""), kind=request.POST.get("kind", "reply"))
    return HttpResponse(status=204)


def _pane(request: Request, pk: int) -> HttpResponse:
    """The conversation as it stands now."""
    shown = desk_of(request)
    return render(
        request,
        "inbox/opened.html",
        {"desk": shown, "opened": Opened(conversation_for(request, pk), request.user, shown)},
    )


def _composer(
    request: Request, held: Conversation, error: UserError, *, status: int, kind: str = "reply", **more: Any
) -> HttpResponse:
    """The composer again, with what was written and what is wrong with it."""
    opened = Opened(held, request.user, desk_of(request))
    words = {**opened.drafts, kind: request.POST.get("text", "")}
    context = {"opened": opened, "desk": opened.desk, "words": words, "problem": str(error), "kind": kind, **more}
    answer = render(request, "inbox/composer.html", context, status=status)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#inbox-composer", "outerHTML"
    return answer
