"""The API's own door: what comes to ``/api/v1/`` meets no session, no cookie and no page, only a token.

Under a server (``asgi``) the body is read here, bounded before it is read, and the work is done on a few threads that keep
their database connections; single entries of the timeline take the fast lane (``lane``). Elsewhere (tests, other servers)
the middleware ``Door`` leads to the same ``answer``.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, Final, cast

from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.integrations.api import idempotency, identity, limits
from regulars.integrations.api.actions import note_use
from regulars.integrations.api.parsing import JSON_BYTES, check_text
from regulars.integrations.api.problems import CONTENT_TYPE, Problem
from regulars.staff import audit

if TYPE_CHECKING:
    from regulars.integrations.api.identity import ApiRequest

BASE: Final = "/api/v1/"
DOCS: Final = "/api/v1/docs"
OPEN: Final = frozenset({"openapi.json", "health"})
UPLOAD_PATH: Final = "/api/v1/imports"
UPLOAD_BYTES: Final = 2 * 1024**3
_IN_MEMORY: Final = 1 << 20
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
logger = logging.getLogger("regulars.api")

SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def is_ours(path: str) -> bool:
    """Whether the door stands before ``path``; the page of documentation is a page like others."""
    return path.startswith("/api/") and path.rstrip("/") != DOCS


def most_bytes(method: str, path: str) -> int:
    """How large a body may be."""
    return UPLOAD_BYTES if method == "POST" and path == UPLOAD_PATH else JSON_BYTES


def too_large(most: int) -> Problem:
    """413, and the rest of the body is not read."""
    detail = _("The body may have %(bytes)s bytes at most.") % {"bytes": most}
    return Problem(413, detail, headers={"Connection": "close"})


def new_body() -> IO[bytes]:
    """Where a body is kept while it is read: in memory while it is small, then in a file that nobody else can open."""
    return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))


class Door:
    """Middleware: answers what is for the API, hands on everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """One request."""
        if not is_ours(request.path_info):
            return self.get_response(request)
        return answer(request)


def answer(request: HttpRequest) -> HttpResponseBase:
    """The answer to any request under ``/api/``; never an exception."""
    with translation.override(_language(request)):
        try:
            response = _answer(request)
        except Problem as problem:
            response = problem.response(request.path)
        except RequestDataTooBig:
            response = too_large(JSON_BYTES).response(request.path)
        except (DisallowedHost, SuspiciousOperation):
            response = Problem(400, _("This request is not for this server.")).response(request.path)
        except Exception:
            logger.exception("an API request broke: %s %s", request.method, request.path)
            response = Problem(500).response(request.path)
        response = _in_one_shape(request, response)
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def _language(request: HttpRequest) -> str:
    return translation.get_language_from_request(request) if request.headers.get("Accept-Language") else "en"


def _answer(request: HttpRequest) -> HttpResponseBase:
    from regulars.integrations.api import build  # noqa: PLC0415 -- pydantic is paid for by whoever uses the API

    request.get_host()
    _check_address(request)
    _keep_body(request)
    here = request.path_info.removeprefix(BASE)
    if here in OPEN:
        return build.view_for(request)(request)
    token = identity.authenticate(request)
    told = cast("ApiRequest", request)
    told.user, told.token, told.token_name = token.user, token, f"{token.prefix} {token.name}"[:80]
    headers = limits.spend(token.pk)
    note_use(token)
    view = build.view_for(request)
    key = request.headers.get(idempotency.HEADER)
    with audit.coming_through(told.token_name, audit.address_of(request)):
        if request.method == "POST" and key is not None:
            response = idempotency.once(told, key, lambda: view(request))
        else:
            response = view(request)
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


def _check_address(request: HttpRequest) -> None:
    check_text(request.path_info)
    for name, values in request.GET.lists():
        check_text(name)
        for value in values:
            check_text(value)


def _keep_body(request: HttpRequest) -> None:
    """Put the body where it can be read twice; under a server it is there already."""
    told: Any = request
    if getattr(told, "body_is_kept", False) or not hasattr(told, "_stream"):
        return
    most = most_bytes(request.method or "", request.path_info)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > most:
        raise too_large(most)
    body, size = new_body(), 0
    while block := told._stream.read(1 << 16):  # noqa: SLF001 -- WSGI's own stream, before anybody reads it
        size += len(block)
        if size > most:
            raise too_large(most)
        body.write(block)
    body.seek(0)
    told._stream = body  # noqa: SLF001 -- see above
    told.body_is_kept = True


def _in_one_shape(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Refusals that another hand wrote (a wrong method) become problems too."""
    if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
        return response
    kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
    return Problem(response.status_code, headers=kept).response(request.path)


def to_bytes(value: Any) -> bytes:
    """JSON as it goes over the wire."""
    return _JSON.encode(value).encode()


def reply(value: Any, status: int = 200, **headers: str) -> HttpResponse:
    """An answer of plain values; header names are written with ``_`` for ``-``."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return HttpResponse(to_bytes(value), content_type="application/json", status=status, headers=named)
