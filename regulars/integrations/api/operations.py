"""How an operation of the API is declared: its scope, its rule, and every refusal it may answer with, once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.openapi.schema import OpenAPISchema

from regulars.integrations.api.identity import require_scope
from regulars.integrations.api.problems import TYPES, Problem
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.integrations.api.identity import ApiRequest


class Bearer:
    """What the schema says about tokens; the door has let in only those that hold one."""

    openapi_security_schema: Final = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token from Settings → API tokens, or from `regulars token create`.",
    }

    def __init__(self, scope: str = "", rule: str = "") -> None:
        self.scope, self.rule = scope, rule

    def __call__(self, request: ApiRequest) -> bool:
        """Pass or refuse.

        Raises:
            Problem: the token lacks the scope.
            Forbidden: the user's role does not allow it.
        """
        require_scope(request.token, self.scope)
        if self.rule:
            require(request.user, self.rule)
        return True


def needs(scope: str = "", rule: str = "", **said: Any) -> dict[str, Any]:
    """Keyword arguments of an operation: who may, and what goes into the schema."""
    extra = {"x-scope": scope} if scope else {}
    if rule:
        extra["x-rule"] = rule
    return {"auth": Bearer(scope, rule), "openapi_extra": extra, **said}


def expect_version(request: HttpRequest) -> int | None:
    """The version in ``If-Match``; None when there is none.

    Raises:
        Problem: 400 when it is no version of ours.
    """
    told = request.headers.get("If-Match")
    if told is None or told.strip() == "*":
        return None
    digits = told.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise Problem(400, _('If-Match holds the ETag of a record, e.g. "3".'))
    return int(digits)


def check_version(current: int, expected: int | None) -> None:
    """Refuse to overwrite what somebody else changed.

    Raises:
        Problem: 412.
    """
    if expected is not None and expected != current:
        said = _("Somebody else changed this in the meantime; it is at version %(version)s now.") % {"version": current}
        raise Problem(412, said)


PROBLEM_SCHEMA: Final = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. `errors` points at each value that was refused.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_ALWAYS: Final = (400, 401, 403, 404, 405, 413, 415, 422, 429)
_OPEN: Final = (400, 405)
_WRITES: Final = (409, 412)
_WORDS: Final = {
    400: "Malformed", 401: "No token, or none that opens anything", 403: "The scope or the role does not allow it",
    404: "Not there, or not visible to this user", 405: "This address does not know the method",
    409: "In conflict with what is there, or with a request under way", 412: "Changed since the version in If-Match",
    413: "The body is too large", 415: "Another content type is expected", 422: "A value is refused; see errors",
    429: "The allowance of this minute is used up; see Retry-After",
}  # fmt: skip


def with_problems(schema: OpenAPISchema | dict[str, Any]) -> dict[str, Any]:
    """The schema with every refusal declared once and referred to by each operation."""
    told: dict[str, Any] = dict(schema)
    components = told.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    reference = {"$ref": "#/components/schemas/Problem"}
    components["responses"] = {
        TYPES[status]: {"description": words, "content": {"application/problem+json": {"schema": reference}}}
        for status, words in _WORDS.items()
    }
    for operations in told["paths"].values():
        for method, operation in operations.items():
            statuses = _ALWAYS if operation.get("security") else _OPEN
            for status in statuses + (_WRITES if method != "get" and operation.get("security") else ()):
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/{TYPES[status]}"}
            if method == "post" and operation.get("security"):
                operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
            operation["responses"] = {str(status): told for status, told in operation["responses"].items()}
    components["parameters"] = {
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "A word of your own, new for each act; sent again with the same request, the first answer is repeated for 48 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
        }
    }
    return told
