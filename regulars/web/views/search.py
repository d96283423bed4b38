"""The search page: everything that what was typed may mean, kind by kind."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from regulars.web import finding
from regulars.web.views.common import is_htmx


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """``?q=`` what was typed, ``?kind=`` one kind only; htmx gets what was found without the frame."""
    text = request.GET.get("q", "").replace("\x00", "")[: finding.LONGEST]
    kinds = finding.kinds(request.user)
    only = next((kind for kind in kinds if kind.key == request.GET.get("kind")), None)
    limit = finding.OF_ONE_KIND if only else finding.ON_PAGE
    groups = finding.groups(request.user, text, limit=limit, only=only.key if only else "")
    context = {
        "text": text.strip(),
        "only": only,
        "kinds": [(kind, _address(text, kind.key), kind == only) for kind in kinds],
        "everything": _address(text),
        "groups": [(group, _all_url(group, text, only)) for group in groups],
    }
    if is_htmx(request):
        answer = render(request, "web/search/found.html", context)
        answer.headers["HX-Replace-Url"] = _address(text, only.key if only else "")
        return answer
    return render(request, "web/search/page.html", context)


def _all_url(group: finding.Group, text: str, only: finding.Kind | None) -> str:
    """Where the rest of a kind is: its own list once it is the only kind shown."""
    if not group.more:
        return ""
    if only is None:
        return _address(text, group.kind.key)
    return group.kind.all_url(text) if group.kind.all_url else ""


def _address(text: str, kind: str = "") -> str:
    told = {"q": text.strip(), "kind": kind}
    query = urlencode({key: value for key, value in told.items() if value})
    return f"{reverse('web:search')}?{query}" if query else reverse("web:search")
