"""Doing one thing to the selected rows, or to every row of the view."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from regulars.kit.errors import UserError
from regulars.web.listing import state
from regulars.web.resources import BulkAction, Rows
from regulars.web.toasts import toast
from regulars.web.views.common import demand, resource_for

MOST_PICKED = 5_000


@require_POST
def run(request: HttpRequest, key: str, action: str) -> HttpResponse:
    """Ask with the action's form first where it has one; then act, say what was done, and show the list anew.

    ``pk`` (repeated) are the picked rows, or ``scope=view`` means all rows of the view told by the URL.
    """
    resource = resource_for(request, key)
    found = resource.bulk_action(action)
    if found is None:
        raise Http404
    demand(request, found.rule)
    told = state.read(resource, request.GET, request.user)
    rows = (
        told.narrowed(request.user)
        if request.POST.get("scope") == "view"
        else _picked(request, resource.queryset(request.user))
    )
    form = found.form(request.POST if "confirmed" in request.POST else None) if found.form else None
    if form is not None and not form.is_valid():
        return _ask(request, found, form, rows.count())
    return _act(request, found, rows, form.cleaned_data if form is not None else {})


def _picked(request: HttpRequest, rows: Rows) -> Rows:
    keys = request.POST.getlist("pk")[:MOST_PICKED]
    try:
        return rows.filter(pk__in=keys)
    except ValueError as error:
        raise Http404 from error


def _ask(request: HttpRequest, action: BulkAction, form: Any, count: int) -> HttpResponse:
    context = {
        "action": action, "form": form, "count": count, "picked": request.POST.getlist("pk")[:MOST_PICKED],
        "scope": request.POST.get("scope", ""), "url": request.get_full_path(),
    }  # fmt: skip
    return render(request, "web/list/bulk_form.html", context, status=422 if form.is_bound else 200)


def _act(request: HttpRequest, action: BulkAction, rows: Rows, data: dict[str, Any]) -> HttpResponse:
    try:
        result = action.apply(request.user, rows, data)
    except UserError as error:
        toast(request, str(error), tone="wrong")
    else:
        if result.url:
            answer = HttpResponse(status=204)
            answer.headers["HX-Redirect"] = result.url
            return answer
        toast(request, result.message, undo=result.undo)
    answer = HttpResponse(status=204)
    answer.headers["HX-Refresh"] = "true"
    return answer
