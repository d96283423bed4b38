"""Every refusal in one shape: ``application/problem+json`` (RFC 9457), with a pointer to each value that was refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from regulars.kit.errors import Conflict, Forbidden, UserError

CONTENT_TYPE: Final = "application/problem+json"
TYPES: Final[Mapping[int, str]] = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    412: "changed-meanwhile",
    413: "too-large",
    415: "unsupported-content",
    422: "invalid",
    429: "too-many-requests",
    500: "broken",
    503: "unavailable",
}
_DETAILS: Final = {
    404: _("There is nothing at this address, or nothing that this token may see."),
    405: _("This address does not know this method."),
    500: _("Something went wrong here. Nothing was changed; it has been written to the log."),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One value that was refused: ``pointer`` is a JSON pointer into the body, ``#query/limit`` or ``#header/If-Match``."""

    pointer: str
    detail: str


class Problem(Exception):
    """A request that is refused."""

    def __init__(
        self, status: int, detail: str = "", *, flaws: Sequence[Flaw] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.flaws = status, detail, flaws
        self.headers = dict(headers or {})

    def as_json(self, instance: str = "") -> dict[str, Any]:
        """The body."""
        found: dict[str, Any] = {
            "type": f"urn:regulars:problem:{TYPES.get(self.status, 'refused')}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail or str(_DETAILS.get(self.status, "")),
        }
        if instance:
            found["instance"] = instance
        if self.flaws:
            found["errors"] = [{"pointer": one.pointer, "detail": one.detail} for one in self.flaws]
        return found

    def response(self, instance: str = "") -> HttpResponse:
        """The answer."""
        body = json.dumps(self.as_json(instance), ensure_ascii=False)
        return HttpResponse(body, content_type=CONTENT_TYPE, status=self.status, headers=self.headers)


def of_user_error(error: UserError) -> Problem:
    """403 for ``Forbidden``, 409 for ``Conflict`` (with the value found), 422 for the rest of the family."""
    if isinstance(error, Forbidden):
        return Problem(403, str(error))
    if isinstance(error, Conflict):
        return Problem(409, str(error))
    return Problem(422, str(error))


def invalid(errors: Sequence[Mapping[str, Any]], *, inside: Sequence[str | int] = ()) -> Problem:
    """The problem of what pydantic refused; ``inside`` is where the value stood in the body."""
    flaws = [Flaw(_pointer(one.get("loc", ()), inside), str(one.get("msg", ""))) for one in errors[:50]]
    return Problem(422, str(_("Some values are not as described.")), flaws=flaws)


def _pointer(loc: Sequence[str | int], inside: Sequence[str | int]) -> str:
    parts = list(loc)
    if parts and parts[0] in {"query", "path", "header", "form", "file"}:
        return "#" + "/".join(str(part) for part in [parts[0], parts[-1]])
    if parts and parts[0] == "body":
        parts = parts[2:]
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in [*inside, *parts])
