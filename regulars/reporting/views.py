"""Screens of reporting."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from regulars.reporting import queries, recognition, sentences, tasks
from regulars.reporting.actions import STEPS
from regulars.reporting.company import of_last_run
from regulars.reporting.models import AnalysisRun, RunState
from regulars.reporting.rules import STAGE_RULES
from regulars.staff.rules import can, require
from regulars.web.format import show_number
from regulars.web.toasts import toast


@require_GET
def company(request: HttpRequest) -> HttpResponse:
    """The company at a glance."""
    require(request.user, "insight.view")
    page = of_last_run(request.GET)
    run = queries.under_way()
    context = {
        "page": page,
        "progress": _progress(run),
        "may_refresh": can(request.user, "insight.refresh"),
        "about": {name: sentences.about(name) for name in ("stage", "value")},
    }
    return render(request, "reporting/company.html", context)


@require_GET
def stages(request: HttpRequest) -> HttpResponse:
    """The rule of each stage, with how many customers are in it."""
    require(request.user, "insight.view")
    page = of_last_run(request.GET)
    counts = page.results["stage"]["stages"] if page else {}
    lines = [{"rule": rule, "count": counts.get(rule.key, {}).get("customers")} for rule in STAGE_RULES]
    return render(request, "reporting/stages.html", {"page": page, "lines": lines, "about": sentences.about("stage")})


@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask for a refresh and show how far it is."""
    require(request.user, "insight.refresh")
    run = queries.under_way() or tasks.enqueue_refresh(by=request.user)  # type: ignore[arg-type]  # require() has let only users pass
    return render(request, "reporting/progress.html", {"progress": _progress(run)})


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a refresh is; when it is done the page is read anew."""
    require(request.user, "insight.view")
    run = AnalysisRun.objects.filter(pk=pk).first()
    if run is None or run.state == RunState.DONE:
        answer = HttpResponse(status=204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return render(request, "reporting/progress.html", {"progress": _progress(run)})


@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """How duplicates are recognised: what was learned of the company's own records."""
    if not can(request.user, "insight.view"):
        require(request.user, "customers.merge")
    last = queries.last_search()
    context = {
        "pages": recognition.pages(),
        "last": last,
        "seconds": show_number(last.seconds or 0, 1) if last else "",
        "under_way": queries.search_under_way(),
        "may_search": can(request.user, "customers.merge_any"),
        "about": sentences.ABOUT_DUPLICATES,
    }
    return render(request, "reporting/recognition.html", context)


@require_POST
def find_duplicates(request: HttpRequest) -> HttpResponse:
    """Ask for a search of the whole record."""
    require(request.user, "customers.merge_any")
    if queries.search_under_way() is None:
        tasks.ask_for_duplicates(by=request.user)  # type: ignore[arg-type]  # require() has let only users pass
    toast(request, _("The record is being searched for duplicates; new pairs appear in the list."))
    return redirect("reporting:duplicates")


def _progress(run: AnalysisRun | None) -> dict[str, object] | None:
    if run is None:
        return None
    words = {
        RunState.QUEUED: _("Waiting for the worker"),
        RunState.RUNNING: _("Analysing"),
        RunState.FAILED: _("The analysis stopped; the figures of before still stand."),
    }
    done = STEPS.index(run.step) if run.step in STEPS else 0
    state = {RunState.QUEUED: "waiting", RunState.RUNNING: "running", RunState.FAILED: "failed"}.get(
        RunState(run.state), "done"
    )
    return {"run": run, "done": done, "total": len(STEPS), "state": state, "label": words.get(RunState(run.state), "")}
