"""What every answer carries and every request passes: security headers, the sign-in, the language, the toasts."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.web import bodies, toasts
from regulars.web.views import errors

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=(self), payment=(), usb=(), browsing-topics=()"


class SecurityHeaders(MiddlewareMixin):
    """Nothing runs or loads but what this product serves; nothing personal stays in a shared cache."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers an answer does not have yet."""
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class LoginRequired(LoginRequiredMiddleware):
    """Everything asks for a sign-in unless its view says ``login_not_required``; an htmx request sends the whole page there."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """Redirect to the sign-in; by header where only a part of the page was asked for."""
        answer = super().handle_no_permission(request, view_func)
        if not request.headers.get("HX-Request"):
            return answer
        return HttpResponse(status=204, headers={"HX-Redirect": answer.headers["Location"]})


class Language(MiddlewareMixin):
    """The language of this answer: the user's own, else the cookie's, else what the browser asks for."""

    def process_request(self, request: HttpRequest) -> None:
        """Switch to it for the length of the request."""
        chosen = getattr(getattr(request, "user", None), "language", "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Tell caches and browsers which language it was."""
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class SentencesForPeople(MiddlewareMixin):
    """A ``UserError`` that a view lets pass is an answer, not a defect: a toast for htmx, else a page with the sentence."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """403 for ``Forbidden``, 409 for ``Conflict``, 422 for the rest of the family; anything else goes on."""
        if not isinstance(exception, UserError):
            return None
        status = 403 if isinstance(exception, Forbidden) else 409 if isinstance(exception, Conflict) else 422
        return _say(request, str(exception), status)


def _say(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return errors.refused(request, sentence, status)
    toasts.toast(request, sentence, tone="wrong")
    return HttpResponse(status=status, headers={"HX-Reswap": "none"})


class TooLarge(MiddlewareMixin):
    """Answers what the door (``bodies``) refused: 413, with the sentence that says how much is allowed."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Only what the door marked."""
        most = bodies.too_large(request)
        if most is None:
            return None
        if most < 1 << 30:
            size = {"n": most // 1_000_000}
            sentence = _("What was sent is larger than %(n)s MB. Nothing of it was kept.") % size
        else:
            sentence = _("The file is larger than %(n)s GB. Nothing of it was kept; please split it.") % {
                "n": most >> 30
            }
        return _say(request, sentence, bodies.STATUS)


class Toasts(MiddlewareMixin):
    """Lets an htmx answer carry the waiting toasts; a full page draws them itself."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Put them into ``HX-Trigger`` unless the page is about to be replaced, which then shows them."""
        leaving = {"HX-Redirect", "HX-Refresh", "HX-Location"} & set(response.headers)
        takes = request.headers.get("HX-Request") and "part" not in request.GET
        if not takes or leaving or 300 <= response.status_code < 400:
            return response
        if waiting := toasts.waiting(request):
            told = json.loads(response.headers.get("HX-Trigger", "{}"))
            response.headers["HX-Trigger"] = json.dumps({**told, "toast": {"toasts": waiting}})
        return response
