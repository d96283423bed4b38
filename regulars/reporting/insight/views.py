"""Screens of Insight."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from regulars.kit.errors import UserError
from regulars.reporting import combining, queries, tasks
from regulars.reporting.insight import steps
from regulars.reporting.insight.cards import groups
from regulars.reporting.insight.page import InsightPage, every_model, page_of
from regulars.reporting.models import AskedSlice, RunState
from regulars.staff.rules import can, require
from regulars.web import undo
from regulars.web.format import show_number
from regulars.web.toasts import toast


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every question that the data answer, with the answer."""
    require(request.user, "insight.view")
    run = queries.last_done()
    return render(request, "reporting/insight/index.html", {"groups": groups(), "as_of": run.as_of if run else None})


@require_GET
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One question: the answer, the picture, the evidence, how sure, and what to do."""
    require(request.user, "insight.view")
    found = _page(request, name)
    asked = found.asked if found is not None and found.untold else None
    context = {
        "page": found,
        "counting": _counting(asked) if asked else None,
        "may_export": can(request.user, "customers.export"),
        "may_plan": can(request.user, "customers.bulk"),
        "may_tell": can(request.user, "campaigns.edit"),
    }
    return render(request, "reporting/insight/page.html", context)


@require_GET
def trust(request: HttpRequest) -> HttpResponse:
    """What every model would have foretold, and what came."""
    require(request.user, "insight.view")
    run = queries.last_done()
    context = {"models": every_model(), "as_of": run.as_of if run else None}
    return render(request, "reporting/insight/trust.html", context)


@require_POST
def save(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Keep the customers behind a step as a list."""
    require(request.user, "insight.view")
    found = _with_step(request, name, number)
    try:
        view = steps.save_list(found, number, by=request.user)  # type: ignore[arg-type]  # require() has let only users pass
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        toast(request, _("View “%(name)s” saved") % {"name": view.name})
    return redirect(_back(found))


@require_POST
def today(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Put the first customers behind a step on Today."""
    require(request.user, "insight.view")
    require(request.user, "customers.bulk")
    found = _with_step(request, name, number)
    try:
        batch, count = steps.put_on_today(found, number, by=request.user)  # type: ignore[arg-type]  # see above
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        words = ngettext("%(n)s task is on Today", "%(n)s tasks are on Today", count) % {"n": show_number(count)}
        toast(request, words, undo=undo.offer("customers.tasks", batch=batch.pk))
    return redirect(_back(found))


@require_POST
def combine(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the page narrowed by two dimensions, and show how far it is."""
    require(request.user, "insight.view")
    found = _page(request, name)
    if found is None or not found.untold:
        raise Http404
    tasks.ask_for_slice(name, found.parts, by=request.user)  # type: ignore[arg-type]  # see above
    return redirect(_back(found))


@require_GET
def counting(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a slice of two is; when it is told the page is read anew."""
    require(request.user, "insight.view")
    asked = AskedSlice.objects.filter(pk=pk).first()
    if asked is None or not combining.is_under_way(asked):
        answer = HttpResponse(status=204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return render(request, "reporting/insight/counting.html", {"counting": _counting(asked)})


def _counting(asked: AskedSlice) -> dict[str, object]:
    """What the page shows of it: waiting or running, or that it stopped."""
    running = asked.state == RunState.RUNNING
    done = combining.STEPS.index(asked.step) if asked.step in combining.STEPS else 0
    return {
        "asked": asked, "under_way": combining.is_under_way(asked), "stopped": asked.state == RunState.FAILED,
        "state": "running" if running else "waiting", "done": done, "total": len(combining.STEPS),
        "label": _("Counting these together") if running else _("Waiting for the worker"),
    }  # fmt: skip


def _page(request: HttpRequest, name: str) -> InsightPage | None:
    try:
        return page_of(name, request.GET)
    except KeyError as error:
        raise Http404 from error


def _with_step(request: HttpRequest, name: str, number: int) -> Any:
    found = _page(request, name)
    if found is None or number >= len(found.steps):
        raise Http404
    return found


def _back(page: InsightPage) -> str:
    return page.address(page.parts)
