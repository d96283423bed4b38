"""Files in: upload, look, settle the columns, start, follow, fetch what was rejected, undo."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Problem
from regulars.integrations.api.records import one_of
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.admin import ImportOut, ImportPage, PlanIn
from regulars.integrations.imports import actions, queries, tasks
from regulars.integrations.imports import plan as plans
from regulars.integrations.imports.files import Look
from regulars.integrations.imports.models import ImportJob, ImportState
from regulars.integrations.imports.plan import Plan

router = Router()
RUN = needs("imports:run", "imports.run")
CONTENT_TYPES = (
    "text/csv", "text/tab-separated-values", "text/plain", "text/vcard", "application/gzip", "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip
_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in CONTENT_TYPES},
    }
}


def _told(job: ImportJob) -> dict[str, Any]:
    names = ("name", "size", "kind", "state", "share", "error", "created_at", "finished_at")
    figures = json.loads(json.dumps(job.figures, cls=DjangoJSONEncoder))
    return {
        "id": job.pk, **{name: getattr(job, name) for name in names}, "batch": job.batch_id, "figures": figures,
        "columns": [one.get("name", "") for one in job.look.get("columns", [])], "mapping": queries.mapping_of(job),
    }  # fmt: skip


def _job(pk: int) -> ImportJob:
    found: ImportJob = one_of(ImportJob.objects.all(), pk)
    return found


@router.get("", response=ImportPage, **RUN)
def list_imports(
    request: ApiRequest,
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(..., ge=1, le=2**63 - 1)] = None,
) -> Any:
    """Files so far, the newest first."""
    rows = ImportJob.objects.order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: limit + 1])
    link = f"{request.path}?limit={limit}&before={found[limit - 1].pk}" if len(found) > limit else None
    return {"items": [_told(one) for one in found[:limit]], "next": link}


@router.post("", response={201: ImportOut}, **{**RUN, "openapi_extra": {**RUN["openapi_extra"], **_BODY}})
def upload(request: ApiRequest, name: Annotated[str, Query(..., min_length=1, max_length=255)]) -> Any:
    """Send a file as the body (CSV, TSV, Excel, vCard; CSV also gzipped) and see what is in it; nothing is imported yet."""
    if request.content_type not in CONTENT_TYPES:
        raise Problem(415, _("Please send the file itself, e.g. as text/csv."))
    stream: Any = request._stream  # noqa: SLF001 -- the door put the body there as a file
    return Status(201, _told(actions.receive(file=stream, name=name, by=request.user)))


@router.get("/{id}", response=ImportOut, **RUN)
def get_import(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """How far it is, or what came of it."""
    return _told(_job(id))


@router.patch("/{id}", response=ImportOut, **RUN)
def settle_import(request: ApiRequest, id: Pk, given: PlanIn) -> Any:  # noqa: A002
    """Say what the rows are and which column holds what."""
    job = _job(id)
    if given.kind:
        actions.change_kind(job=job, kind=given.kind, by=request.user)
    if given.mapping is not None or given.options:
        plan = Plan.from_json(job.plan)
        if given.mapping:
            plan = plans.with_mapping(plan, Look.from_json(job.look), given.mapping)
        if given.options:
            plan = actions.with_options(plan, given.options)
        actions.settle_plan(job=job, plan=plan, by=request.user)
    return _told(job)


@router.post("/{id}/check", response=ImportOut, **RUN)
def check_import(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Say what would happen, in numbers; the worker looks, ``state`` says when it is done."""
    job = _job(id)
    if job.state not in {ImportState.LOOKED, ImportState.PREVIEWED}:
        raise Problem(409, _("This import has been started; its settings can no longer be changed."))
    actions.ask_for_preview(job=job)
    tasks.preview.enqueue(job.pk)
    return _told(job)


@router.post("/{id}/start", response=ImportOut, **RUN)
def start_import(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Begin; the worker does it."""
    job = _job(id)
    actions.start(job=job, by=request.user)
    tasks.carry_out.enqueue(job.pk)
    return _told(job)


@router.post("/{id}/undo", response=ImportOut, **needs("imports:run", "imports.undo"))
def undo_import(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Take back everything it brought."""
    job = _job(id)
    actions.undo_import(job=job, by=request.user)
    return _told(job)


@router.delete("/{id}", response={204: None}, **RUN)
def discard_import(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Forget a file that was not imported."""
    actions.discard(job=_job(id), by=request.user)
    return Status(204, None)


@router.get("/{id}/rejected", **RUN)
def rejected_rows(request: HttpRequest, id: Pk) -> HttpResponse:  # noqa: A002
    """The rejected rows as CSV with the reason of each; to be put right and sent again."""
    job = _job(id)
    if not job.rejects_path.exists() or job.state == ImportState.RUNNING:
        raise Http404
    return HttpResponse(job.rejects_path.read_bytes(), content_type="text/csv; charset=utf-8")
