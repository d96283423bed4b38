"""The generic list: the whole page, or the part of it that htmx asks for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regulars.web.listing import cells, filtering, paging, state
from regulars.web.listing.rows import edit_url, may_edit
from regulars.web.listing.screen import Screen
from regulars.web.listing.state import State
from regulars.web.resources import Panel
from regulars.web.views.common import is_htmx, resource_for


@require_GET
def list_page(request: HttpRequest, key: str) -> HttpResponse:
    """The list of the resource ``key``; ``?part=`` asks for a part of it."""
    told = state.read(resource_for(request, key), request.GET, request.user)
    part = request.GET.get("part", "") if is_htmx(request) else ""
    match part:
        case "rows":
            return render(request, "web/list/rows.html", {"screen": Screen(told, request.user)})
        case "totals":
            return _totals(request, told)
        case "panel":
            return render(request, "web/list/panel.html", _panel(request, told))
        case "filter":
            return _filter_form(request, told)
        case "list":
            return _pushing(render(request, "web/list/list.html", {"screen": Screen(told, request.user)}), told.query())
        case _:
            opened = _panel(request, told) if told.open else {}
            return render(request, "web/list/page.html", {"screen": Screen(told, request.user), **opened})


def _pushing(answer: HttpResponse, query: str) -> HttpResponse:
    answer.headers["HX-Push-Url"] = query
    return answer


def _totals(request: HttpRequest, told: State) -> HttpResponse:
    screen = Screen(told, request.user)
    screen.totals_wait = False
    return render(request, "web/list/totals.html", {"screen": screen})


def _panel(request: HttpRequest, told: State) -> dict[str, Any]:
    resource = told.resource
    try:
        row = resource.queryset(request.user).get(pk=told.open)
    except (resource.queryset(request.user).model.DoesNotExist, ValueError) as error:
        raise Http404 from error
    panel = resource.panel(request, row) if resource.panel else _plain_panel(request, told, row)
    beside = paging.neighbours(told, request.user, row.pk)
    return {
        "panel": panel,
        "panel_title": panel.title or cells.plain(resource.columns[0], row),
        "panel_pk": row.pk,
        "panel_full_url": resource.full_url(row) if resource.full_url else "",
        "panel_previous": told.query(open=str(beside.previous)) if beside.previous is not None else "",
        "panel_next": told.query(open=str(beside.next)) if beside.next is not None else "",
        "panel_close": told.query(),
        **panel.context,
    }


def _plain_panel(request: HttpRequest, told: State, row: Any) -> Panel:
    """Every column under its label, for a resource without a panel of its own."""
    lines = [
        (one.label, cells.html(one, row), edit_url(told, one, row.pk) if may_edit(one, request.user) else "")
        for one in told.resource.columns
    ]
    return Panel("web/list/plain_panel.html", {"panel_lines": lines})


def _filter_form(request: HttpRequest, told: State) -> HttpResponse:
    one = told.resource.filter(request.GET.get("filter", ""))
    if one is None:
        raise Http404
    now = next((narrowing for narrowing in told.narrowings if narrowing.filter is one), None)
    kept = {name: value for name, value in told.params().items() if name != one.key}
    context = {
        "filter": one,
        "choices": filtering.choices(one, request.user),
        "value": now.value if now else None,
        "raw": now.raw if now else "",
        "chosen": now.raw.split(filtering.SEPARATOR) if now else [],
        "ends": filtering.ends(one, now.value if now else None),
        "kept": kept,
    }
    return render(request, "web/list/filter.html", context)
