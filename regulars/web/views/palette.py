"""What ⌘K shows for the words typed so far."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regulars.web import palette


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """The lines of the palette, grouped."""
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    groups: dict[str, list[palette.Entry]] = {}
    here = urlsplit(request.headers.get("Referer", ""))
    for entry in palette.search(request.user, text, f"{here.path}?{here.query}"):
        groups.setdefault(str(entry.group), []).append(entry)
    return render(request, "web/palette/results.html", {"groups": list(groups.items()), "text": text})
