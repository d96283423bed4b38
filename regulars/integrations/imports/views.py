"""The pages of imports."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from regulars.customers.models import Party
from regulars.integrations.imports import actions, forms, screens, tasks
from regulars.integrations.imports.files import Look
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.integrations.imports.plan import Plan
from regulars.kit.errors import UserError
from regulars.staff.models import User
from regulars.staff.rules import can, require
from regulars.web.toasts import toast

_LISTED = 100
_CHECKED_AT_ONCE = 5_000


def _jobs(request: HttpRequest) -> QuerySet[ImportJob]:
    require(request.user, "imports.run")
    return ImportJob.objects.select_related("created_by", "batch")


def _job(request: HttpRequest, pk: int) -> ImportJob:
    return get_object_or_404(_jobs(request), pk=pk)


def _user(request: HttpRequest) -> User:
    """Whoever asks; ``_jobs`` has made sure that they are signed in and may."""
    return cast("User", request.user)


def _here(job: ImportJob) -> str:
    return reverse("imports:job", args=[job.pk])


def _to(request: HttpRequest, url: str) -> HttpResponse:
    """Go there, whether htmx asked or the browser."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The imports so far, newest first."""
    jobs = list(_jobs(request)[:_LISTED])
    if not jobs:
        return redirect("imports:new")
    return render(
        request, "imports/index.html", {"pages": screens.lines(jobs), "may_undo": can(request.user, "imports.undo")}
    )


def new(request: HttpRequest) -> HttpResponse:
    """Drop a file; several become several imports."""
    require(request.user, "imports.run")
    if request.method != "POST":
        first = not Party.objects.exists()
        most = {"most_bytes": actions.MOST_BYTES, "most_gb": actions.MOST_BYTES >> 30}
        return render(request, "imports/new.html", {"is_first": first, **most})
    made: list[ImportJob] = []
    refused: list[str] = []
    for file in request.FILES.getlist("file"):
        try:
            made.append(actions.receive(file=file, name=file.name or "", by=_user(request)))
        except UserError as error:
            refused.append(f"{file.name}: {error}")
    if not made:
        refused = refused or [_("Please choose a file.")]
        status = (
            200 if request.headers.get("HX-Request") else 422
        )  # htmx shows it in place; it is an answer, not a failure
        return render(request, "imports/refused.html", {"refused": refused}, status=status)
    for sentence in refused:
        toast(request, sentence, tone="wrong")
    return _to(request, _here(made[0]) if len(made) == 1 else reverse("imports:index"))


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: columns, check, import."""
    one = _job(request, pk)
    context = {"page": screens.Page(one), "job": one, "may_undo": can(request.user, "imports.undo")}
    return render(request, "imports/job.html", context)


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Look again as a person says."""
    one = _job(request, pk)
    actions.correct_look(job=one, corrections=forms.corrections_from(request.POST.dict()), by=_user(request))
    return _to(request, _here(one))


@require_POST
def kind(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the rows are."""
    one = _job(request, pk)
    actions.change_kind(job=one, kind=request.POST.get("kind", ""), by=_user(request))
    return _to(request, _here(one))


@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over mapping and rules and check every row; a large file in the background."""
    one = _job(request, pk)
    plan = forms.plan_from(request.POST.dict(), Look.from_json(one.look), Plan.from_json(one.plan))
    actions.settle_plan(job=one, plan=plan, by=_user(request))
    if one.look["rows"] <= _CHECKED_AT_ONCE:
        actions.make_preview(job=one)
    else:
        actions.ask_for_preview(job=one)
        tasks.preview.enqueue(one.pk)
    return _to(request, _here(one))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the columns."""
    one = _job(request, pk)
    actions.settle_plan(job=one, plan=Plan.from_json(one.plan), by=_user(request))
    return _to(request, _here(one))


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin; the worker does it."""
    one = _job(request, pk)
    actions.start(job=one, by=_user(request))
    tasks.carry_out.enqueue(one.pk)
    return _to(request, _here(one))


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; when it is over, the page is read anew."""
    one = _job(request, pk)
    if one.state not in screens.BUSY:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "imports/progress.html", {"page": screens.Page(one), "job": one})


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the present rows."""
    one = _job(request, pk)
    actions.ask_to_stop(job=one, how=request.POST.get("how", ""), by=_user(request))
    toast(request, _("It stops after the rows it is reading now."))
    return HttpResponse(status=204)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what it brought."""
    one = _job(request, pk)
    actions.undo_import(job=one, by=_user(request))
    accepted = one.figures.get("accepted", 0)
    toast(
        request,
        ngettext("%(n)s row has been taken back.", "%(n)s rows have been taken back.", accepted)
        % {"n": f"{accepted:,}"},
    )
    return _to(request, _here(one))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file that was not imported."""
    one = _job(request, pk)
    actions.discard(job=one, by=_user(request))
    toast(request, _("“%(name)s” has been put aside; nothing was imported.") % {"name": one.name})
    return _to(request, reverse("imports:index"))


@require_GET
def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows as a file."""
    one = _job(request, pk)
    if not one.rejects_path.exists() or one.state == ImportState.RUNNING:
        raise Http404
    return _table(one, one.rejects_path, "rejected")


@require_GET
def missing(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who of the source is no longer in the file."""
    one = _job(request, pk)
    if not one.missing_path.exists() or one.state == ImportState.RUNNING:
        raise Http404
    return _table(one, one.missing_path, "missing")


def _table(one: ImportJob, path: Path, what: str) -> FileResponse:
    name = one.name.removesuffix(".gz").rpartition(".")[0] or one.name
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{name}-{what}.csv", content_type="text/csv; charset=utf-8"
    )
