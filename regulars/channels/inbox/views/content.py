"""What came with a message: its HTML in a frame that can do nothing, its whole text, its files; where an answer stands."""

from __future__ import annotations

from typing import Final

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from regulars.channels.inbox import queries
from regulars.channels.inbox.models import ELSEWHERE, Entry
from regulars.channels.inbox.shown import fate_of
from regulars.channels.inbox.views.common import Request
from regulars.staff.rules import require

_NOTHING: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""No script, no request to anywhere: a message that is read tells its sender nothing."""
_WITH_PICTURES: Final = _NOTHING.replace("img-src data:", "img-src data: https: http:")
"""Somebody asked for the pictures that are elsewhere: only these are fetched, without saying from where."""
_PAPER: Final = (
    '<!doctype html><meta charset="utf-8"><style>body{margin:12px;font:14px/1.6 system-ui,"Noto Sans TC",sans-serif;'
    "color:#1f2328;background:#fff;overflow-wrap:anywhere}img{max-width:100%}blockquote{margin:0 0 0 8px;padding-left:8px;"
    "border-left:2px solid #ccc;color:#555}</style>"
)


def _entry(request: Request, pk: int) -> Entry:
    require(request.user, "inbox.view")
    if pk >= 2**63:
        raise Http404
    return get_object_or_404(queries.entries_for(request.user).select_related("message"), pk=pk)


@require_safe
@xframe_options_sameorigin
def html(request: Request, pk: int) -> HttpResponse:
    """The HTML of an entry, under a policy that lets it do nothing; ``?pictures=1`` fetches those that are elsewhere."""
    entry = _entry(request, pk)
    if not entry.html:
        raise Http404
    asked = request.GET.get("pictures") == "1"
    shown = entry.html.replace(f"<img {ELSEWHERE}", "<img src=") if asked else entry.html
    answer = HttpResponse(_PAPER + shown)
    answer.headers["Content-Security-Policy"] = _WITH_PICTURES if asked else _NOTHING
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
def text(request: Request, pk: int) -> HttpResponse:
    """The whole text of an entry, as text."""
    return HttpResponse(_entry(request, pk).text, content_type="text/plain; charset=utf-8")


@require_safe
def state(request: Request, pk: int) -> HttpResponse:
    """Where an answer stands now."""
    entry = _entry(request, pk)
    return render(request, "inbox/fate.html", {"entry": entry, "fate": fate_of(entry.message)})


@require_safe
def attachment(request: Request, pk: int) -> FileResponse:
    """A file that came with a message: always to be saved, never shown by the browser."""
    require(request.user, "inbox.view")
    if pk >= 2**63:
        raise Http404
    held = get_object_or_404(queries.attachments_for(request.user), pk=pk)
    try:
        file = held.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(file, as_attachment=True, filename=held.name, content_type="application/octet-stream")
    answer.headers["Content-Security-Policy"] = _NOTHING
    return answer
