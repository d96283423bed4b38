"""When something is not there, not allowed, or broken: what happened, what was kept, what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(
        request, "web/errors/error.html", {"status": status, "title": title, "sentence": sentence}, status=status
    )


def refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """An act that was refused, with the sentence that says why; nothing was changed."""
    return _page(request, status, _("That was not done"), sentence)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the role does not include it."""
    told = str(exception) if exception else ""
    sentence = told or _("Your role does not include this. An administrator can change that.")
    return _page(request, 403, _("This is not open to you"), sentence)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing there, or nothing this user may see."""
    return _page(
        request,
        404,
        _("There is nothing at this address"),
        _("It may have been merged, moved to the trash, or belong to a part of the company you do not see."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500, without anything that could itself break: no user, no database, no frame."""
    try:
        page: str = loader.render_to_string("web/errors/broken.html", {"title": _("Something broke on our side")})
    except Exception:  # noqa: BLE001 -- the last resort
        page = "<h1>500</h1>"
    return HttpResponse(page, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page that was open too long, or from elsewhere."""
    return _page(
        request,
        403,
        _("This page was open too long"),
        _(
            "To protect you, the form was not accepted and nothing was changed. Go back, reload the page and send it again."
        ),
    )
