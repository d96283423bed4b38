"""Confirming again who one is before an act that is sensitive: the last proof may be ten minutes old, no more.

    @recently_confirmed
    def make_token(request): …

The sign-in itself counts. Whoever has to confirm comes back to where they were.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from regulars.kit import clock

VALID_FOR: Final = timedelta(minutes=10)


def is_recent(request: HttpRequest) -> bool:
    """Whether the person before the screen has proven who they are in the last ten minutes."""
    age: float = clock.now().timestamp() - request.session.get("confirmed", 0)
    return 0 <= age < VALID_FOR.total_seconds()


def note(request: HttpRequest) -> None:
    """They have just proven it."""
    request.session["confirmed"] = clock.now().timestamp()


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the question and back again."""
    address = f"{reverse('staff:confirm')}?{urlencode({'next': _way_back(request)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def missing(request: HttpRequest) -> HttpResponse | None:
    """The way to the question, where it has to be asked; None where it has just been answered."""
    return None if is_recent(request) else ask(request)


def _way_back(request: HttpRequest) -> str:
    """The page itself when it was only looked at, else the page from which the form was sent."""
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return f"{came_from.path or '/'}{'?' + came_from.query if came_from.query else ''}"


def recently_confirmed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator of a view: ask first where the last proof is older than ten minutes."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_recent(request) else ask(request)

    return asked
