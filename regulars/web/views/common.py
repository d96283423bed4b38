"""What the views of the shell share."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from regulars.web import resources
from regulars.web.access import can
from regulars.web.resources import Resource


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (a restored history asks for all of it)."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def resource_for(request: HttpRequest, key: str) -> Resource:
    """The resource called ``key``.

    Raises:
        Http404: there is none.
        PermissionDenied: the user may not see it.
    """
    try:
        resource = resources.get(key)
    except KeyError as error:
        raise Http404 from error
    demand(request, resource.rule)
    return resource


def demand(request: HttpRequest, rule: str) -> None:
    """Let pass or refuse with 403.

    Raises:
        PermissionDenied: the user lacks ``rule``.
    """
    if not can(request.user, rule):
        raise PermissionDenied
