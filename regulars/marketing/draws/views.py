"""Draws for staff: making, publishing, drawing, telling."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.views.common import Request, refuse
from regulars.kit.errors import UserError
from regulars.marketing.draws import actions, queries, questions
from regulars.marketing.draws.forms import DrawForm, begun_with
from regulars.marketing.draws.models import Draw
from regulars.staff.rules import can, require
from regulars.web import undo
from regulars.web.toasts import toast


def _draw(request: Request, pk: int, rule: str = "draws.view") -> Draw:
    require(request.user, rule)
    found: Draw = get_object_or_404(queries.draws_for(request.user).select_related("owner", "drawn_by"), pk=pk)
    return found


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """One draw: where it stands, the promise, who won."""
    draw = _draw(request, pk)
    asked = [
        (
            questions.said(one),
            [(questions.said(choice), at == one["right"]) for at, choice in enumerate(one["choices"])],
        )
        for one in draw.questions
    ]
    context = {
        "draw": draw, "asked": asked, "winners": queries.winners_of(draw, request.user), "prize": draw.said("prize"),
        "about": draw.said("words"), "entry_url": queries.entry_url(draw), "result_url": queries.result_url(draw),
        "untold": draw.drawn.filter(told_at=None).count(), "may_edit": can(request.user, "draws.edit"),
    }  # fmt: skip
    return render(request, "draws/page.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int | None = None) -> HttpResponseBase:
    """Make a draw, or change one that is not published."""
    require(request.user, "draws.edit")
    draw = _draw(request, pk) if pk else None
    form = DrawForm(request.POST or None, initial=begun_with(draw))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save_draw(draw=draw, by=request.user, **form.facts())
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("Saved"))
            return redirect(made)
    return render(request, "draws/form.html", {"form": form, "draw": draw}, status=422 if form.is_bound else 200)


@require_POST
def publish(request: Request, pk: int) -> HttpResponseBase:
    """Open it to everybody."""
    draw = _draw(request, pk, "draws.edit")
    try:
        actions.publish(draw=draw, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        toast(request, _("“%(name)s” is public") % {"name": draw.title})
    return redirect(draw)


@require_POST
def draw(request: Request, pk: int) -> HttpResponseBase:
    """Draw the winners."""
    held = _draw(request, pk, "draws.edit")
    try:
        made = actions.draw_winners(draw=held, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        toast(request, ngettext("%(n)s winner is drawn", "%(n)s winners are drawn", len(made)) % {"n": len(made)})
    return redirect(held)


@require_POST
def tell(request: Request, pk: int) -> HttpResponseBase:
    """Write to the winners."""
    held = _draw(request, pk, "draws.edit")
    try:
        mails, tasks = actions.tell_winners(draw=held, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        toast(request, _("%(mails)s told by e-mail, %(tasks)s on your list to call") % {"mails": mails, "tasks": tasks})
    return redirect(held)


@require_POST
def remove(request: Request, pk: int) -> HttpResponseBase:
    """Take a draw away."""
    held = _draw(request, pk, "draws.edit")
    try:
        actions.remove_draw(draw=held, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(held)
    toast(request, _("“%(name)s” is removed") % {"name": held.title}, undo=undo.offer("draws.removed", draw=held.pk))
    return redirect("web:list-draws")
