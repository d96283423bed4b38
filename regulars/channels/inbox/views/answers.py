"""The screen of canned answers."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.canned import FIELDS
from regulars.channels.inbox.forms import AnswerForm
from regulars.channels.inbox.models import CannedAnswer
from regulars.channels.inbox.views.common import Request
from regulars.kit.errors import UserError
from regulars.staff.rules import can, require
from regulars.web import undo
from regulars.web.toasts import toast


@require_safe
def answers(request: Request) -> HttpResponse:
    """All canned answers."""
    require(request.user, "inbox.view")
    context = {"answers": queries.canned_answers(), "may_change": can(request.user, "inbox.answers")}
    return render(request, "inbox/answers.html", context)


def _answer(pk: int) -> CannedAnswer:
    if pk >= 2**63:
        raise Http404
    return get_object_or_404(CannedAnswer, pk=pk, removed_at=None)


@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int | None = None) -> HttpResponse:
    """Write an answer, or change one."""
    require(request.user, "inbox.answers")
    held = _answer(pk) if pk else None
    initial = {"name": held.name, "text_en": held.text_en, "text_zh": held.text_zh} if held else {}
    form = AnswerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.keep_answer(answer=held, by=request.user, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            toast(request, _("“%(name)s” is kept") % {"name": kept.name})
            return redirect("inbox:answers")
    fields = [(f"{{{key}}}", label) for key, (label, _fill) in FIELDS.items()]
    return render(
        request,
        "inbox/answer.html",
        {"form": form, "answer": held, "fields": fields},
        status=422 if form.errors else 200,
    )


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Take an answer out of the list, with Undo."""
    require(request.user, "inbox.answers")
    held = _answer(pk)
    actions.remove_answer(answer=held, by=request.user)
    toast(request, _("“%(name)s” is removed") % {"name": held.name}, undo=undo.offer("inbox.answer", answer=held.pk))
    return redirect("inbox:answers")
