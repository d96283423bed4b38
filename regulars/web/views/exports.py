"""The list as a file."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from regulars.kit import clock
from regulars.web.format import local_day
from regulars.web.listing import export as files
from regulars.web.listing import state
from regulars.web.views.common import demand, resource_for

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def export(request: HttpRequest, key: str) -> HttpResponseBase:
    """The view told by the URL, all its rows, ``format=csv`` (the default) or ``xlsx``."""
    resource = resource_for(request, key)
    demand(request, resource.export_rule)
    told = state.read(resource, request.GET, request.user)
    name = f"{resource.key}-{local_day(clock.now()).isoformat()}"
    if request.GET.get("format") == "xlsx":
        return FileResponse(
            files.xlsx_file(told, request.user), as_attachment=True, filename=f"{name}.xlsx", content_type=_XLSX
        )
    answer = StreamingHttpResponse(files.csv_lines(told, request.user), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
