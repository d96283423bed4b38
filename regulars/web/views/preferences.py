"""Language and theme: kept on the user, and in a cookie for the sign-in page."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from regulars.web.context import THEMES

_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and go back to where one was."""
    return _keep(request, "language", settings.LANGUAGE_COOKIE_NAME, tuple(dict(settings.LANGUAGES)))


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch between light, dark and what the system says."""
    return _keep(request, "theme", "theme", THEMES)


def _keep(request: HttpRequest, name: str, cookie: str, allowed: tuple[str, ...]) -> HttpResponse:
    value = request.POST.get(name, "")
    if value not in allowed:
        return HttpResponseBadRequest()
    if request.user.is_authenticated and hasattr(request.user, name):
        get_user_model()._default_manager.filter(pk=request.user.pk).update(**{name: value})
    answer: HttpResponse = (
        HttpResponse(status=204) if request.headers.get("HX-Request") else HttpResponseRedirect(_back(request))
    )
    answer.set_cookie(cookie, value, max_age=_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return answer


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"
