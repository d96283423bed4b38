"""The list as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from regulars.kit import clock
from regulars.web.access import confirmation
from regulars.web.format import local_day
from regulars.web.listing import export as files
from regulars.web.listing import state
from regulars.web.selection import unpacked
from regulars.web.views.common import demand, resource_for

MANY: Final = 1_000
"""More rows than this leave only after whoever asks has just proven again who they are."""


@require_GET
def export(request: HttpRequest, key: str) -> HttpResponseBase:
    """The view told by the URL, all its rows: as the list shows them (``format=csv``, the default, or ``xlsx``) or in one of the
    resource's further forms; ``ids`` (``web.selection``) are the rows picked.
    """
    resource = resource_for(request, key)
    demand(request, resource.export_rule)
    told = state.read(resource, request.GET, request.user)
    asked = request.GET.get("format", "")
    way = files.way_called(key, asked)
    picked = unpacked(request.GET["ids"]) if "ids" in request.GET else None
    rows = told.narrowed(request.user) if picked is None else resource.queryset(request.user).filter(pk__in=picked)
    kind = way.suffix if way else "xlsx" if asked == "xlsx" else "csv"
    if way is not None:
        chunks = way.chunks(rows)
    else:
        chunks = files.xlsx_chunks(told, request.user) if kind == "xlsx" else files.csv_chunks(told, request.user)
    count = rows.count()
    if count > MANY and (question := confirmation(request)):
        return question
    for function in files.heard:
        function(request, key, asked or "csv", count)
    streamed = _as_they_come(chunks) if isinstance(request, ASGIRequest) else chunks
    name = f"{resource.key}-{local_day(clock.now()).isoformat()}.{kind}"
    return StreamingHttpResponse(
        streamed,
        content_type=way.content_type if way else files.TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _as_they_come(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Hand each chunk on as it is made; given a plain iterator, the server would first collect all of it in memory."""
    take = sync_to_async(_next)
    while (chunk := await take(chunks)) is not None:
        yield chunk


def _next(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
