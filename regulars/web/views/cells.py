"""Changing one cell in place, without overwriting what somebody else wrote meanwhile."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.web.listing import cells, inputs
from regulars.web.resources import BulkResult, Column, Resource
from regulars.web.toasts import toast
from regulars.web.views.common import demand, resource_for


@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, key: str, pk: str, column: str) -> HttpResponse:
    """GET: the field. POST ``value`` and ``was`` (the value the field began with): the changed cell.

    409 with both values when the record no longer holds ``was``; 422 with a sentence when the value is refused.
    """
    resource = resource_for(request, key)
    found = resource.by_key.get(column)
    if found is None or found.edit is None:
        raise Http404
    demand(request, found.edit.rule)
    if request.method == "GET":
        return _field(request, found, _row(resource, request, pk))
    return _change(request, resource, found, pk)


def _row(resource: Resource, request: HttpRequest, pk: str, *, lock: bool = False) -> Any:
    rows = resource.queryset(request.user)
    try:
        if lock:
            rows.model._base_manager.select_for_update().only("pk").get(pk=pk)
        return rows.get(pk=pk)
    except (rows.model.DoesNotExist, ValueError) as error:
        raise Http404 from error


def _field(request: HttpRequest, column: Column, row: Any, *, status: int = 200, **told: Any) -> HttpResponse:
    assert column.edit is not None
    was = inputs.raw(column, row)
    context = {
        "column": column, "kind": column.edit.kind, "was": was, "value": was, "url": request.path,
        "choices": inputs.choices(column, request.user), "shown": cells.html(column, row), **told,
    }  # fmt: skip
    return render(request, "web/list/cell_form.html", context, status=status)


def _change(request: HttpRequest, resource: Resource, column: Column, pk: str) -> HttpResponse:
    assert column.edit is not None
    offered, was = request.POST.get("value", ""), request.POST.get("was", "")
    try:
        with transaction.atomic():
            row = _row(resource, request, pk, lock=True)
            now = inputs.raw(column, row)
            if now not in {was, offered}:
                return _field(request, column, row, status=409, value=offered, theirs=cells.html(column, row))
            value = inputs.parse(column, offered, row, request.user)
            if now != offered:
                _say(request, column.edit.apply(user=request.user, obj=row, value=value))
    except Forbidden:
        raise
    except Conflict:
        return _field(request, column, _row(resource, request, pk), status=409, value=offered, conflict=True)
    except UserError as error:
        return _field(request, column, _row(resource, request, pk), status=422, value=offered, error=str(error))
    shown = _row(resource, request, pk)
    return render(request, "web/list/cell.html", {"inner": cells.html(column, shown)})


def _say(request: HttpRequest, done: object) -> None:
    if isinstance(done, BulkResult):
        toast(request, done.message, undo=done.undo)
