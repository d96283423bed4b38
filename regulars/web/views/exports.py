"""The list as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from regulars.kit import clock
from regulars.web.format import local_day
from regulars.web.listing import export as files
from regulars.web.listing import state
from regulars.web.views.common import demand, resource_for

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def export(request: HttpRequest, key: str) -> HttpResponseBase:
    """The view told by the URL, all its rows, ``format=csv`` (the default) or ``xlsx``."""
    resource = resource_for(request, key)
    demand(request, resource.export_rule)
    told = state.read(resource, request.GET, request.user)
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    chunks = files.xlsx_chunks(told, request.user) if kind == "xlsx" else files.csv_chunks(told, request.user)
    streamed = _as_they_come(chunks) if isinstance(request, ASGIRequest) else chunks
    name = f"{resource.key}-{local_day(clock.now()).isoformat()}.{kind}"
    return StreamingHttpResponse(
        streamed, content_type=_TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def _as_they_come(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Hand each chunk on as it is made; given a plain iterator, the server would first collect all of it in memory."""
    take = sync_to_async(_next)
    while (chunk := await take(chunks)) is not None:
        yield chunk


def _next(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
