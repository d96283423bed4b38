"""Answering, noting, keeping drafts."""

from __future__ import annotations

from typing import Any, Final

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

BIGGEST: Final = 2**63 - 1


@require_POST
def reply(request: Request, pk: int) -> HttpResponse:
    """Answer; what crosses something newer is shown with it first (409)."""
    held = conversation_for(request, pk, "inbox.reply")
    before, seen, close = actions.Before.of(held), number(request.POST.get("seen", "")), "close" in request.POST
    try:
        entry = actions.reply(
            held, text=request.POST.get("text", ""), by=request.user, seen=seen, close=close, quote="quote" in request.POST,
            files=[number(one) for one in request.POST.getlist("file")],
        )  # fmt: skip
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
    told = request.POST
    quotes = "quote" in told or "quotable" not in told
    actions.keep_draft(held, by=request.user, text=told.get("text", ""), kind=told.get("kind", "reply"), quotes=quotes)
    return HttpResponse(status=204)


@require_POST
def add_files(request: Request) -> HttpResponse:
    """Lay files beside an answer that is being written. As many as fit (422: none); why one does not is said beside the others."""
    held, problem, kept = conversation_for(request, number(request.POST.get("conversation", "")), "inbox.reply"), "", 0
    for one in request.FILES.getlist("upload"):
        new = actions.NewAttachment(one.name or "", one.content_type or "", one.read())
        try:
            actions.add_file(held, one=new, by=request.user)
            kept += 1
        except UserError as error:
            problem = str(error)
    return _files(request, held, problem, status=200 if kept or not problem else 422)


@require_POST
def remove_file(request: Request, pk: int, file: int) -> HttpResponse:
    """Take a file away again."""
    held = conversation_for(request, pk, "inbox.reply")
    actions.remove_file(held, pk=min(file, BIGGEST), by=request.user)
    return _files(request, held)


def _files(request: Request, held: Conversation, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"opened": Opened(held, request.user, desk_of(request)), "held": held, "file_problem": problem}
    return render(request, "inbox/files.html", context, status=status)


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
    context = {
        "opened": opened, "desk": opened.desk, "words": words, "quotes": "quote" in request.POST, "problem": str(error), "kind": kind, **more,
    }  # fmt: skip
    answer = render(request, "inbox/composer.html", context, status=status)
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#inbox-composer", "outerHTML"
    return answer
