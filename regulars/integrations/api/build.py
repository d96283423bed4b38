"""The API put together: one router a context, the generated lists, the schema. Imported by the first request that needs it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from regulars import __version__
from regulars.integrations.api import door, reading
from regulars.integrations.api.operations import needs, with_problems
from regulars.integrations.api.parser import StrictParser
from regulars.integrations.api.problems import Problem, invalid, of_user_error
from regulars.integrations.api.routers import ROUTERS
from regulars.integrations.api.schemas import Pk
from regulars.kit.errors import UserError
from regulars.web import resources
from regulars.web.resources import Resource

if TYPE_CHECKING:
    from regulars.integrations.api.identity import ApiRequest

View = Callable[..., HttpResponseBase]
ADMIN_RULES: Final = frozenset({"staff.manage", "settings.manage", "audit.view"})
DESCRIPTION: Final = """Everything the screens do, for programs. Send `Authorization: Bearer rgl_…`; see the guide in `docs/api.md`.

Money is in minor units with its currency, times are ISO 8601 in UTC. Lists are paged by key: follow `next`. A POST with an
`Idempotency-Key` may be sent again. Every refusal is a problem (RFC 9457)."""


_ABOUT: Final = {
    "list": "The rows that the token's user sees, page by page: the fields are the columns of the list on screen.",
    "get": "One row of the list.",
}


@cache
def api() -> NinjaAPI:
    """The API with all routers."""
    made = NinjaAPI(
        title="Regulars", version=__version__, description=DESCRIPTION, openapi_url=None, docs_url=None,
        parser=StrictParser(), urls_namespace="api",
    )  # fmt: skip
    _handle_errors(made)
    generated = Router()
    for resource in resources.all():
        _generate(resource, generated)
    for prefix, router, tag in ROUTERS:
        made.add_router(prefix, router, tags=[tag])
    made.add_router("", generated, tags=["Lists"])
    return made


def _place_of(path: str, otherwise: Router) -> tuple[Router, str]:
    """The router that has ``path`` already, and how it calls it there; an address must not stand in two."""
    for prefix, router, _tag in ROUTERS:
        for known in router.path_operations:
            if f"{prefix}{known}" == path:
                return router, known
    return otherwise, path


def _handle_errors(made: NinjaAPI) -> None:
    def problem(request: HttpRequest, error: Problem) -> HttpResponse:
        return error.response(request.path)

    def in_words(request: HttpRequest, error: UserError) -> HttpResponse:
        return of_user_error(error).response(request.path)

    def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return invalid(error.errors).response(request.path)

    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = error.__cause__  # what our own parser said, wrapped
        problem = cause if isinstance(cause, Problem) else Problem(error.status_code, error.message)
        return problem.response(request.path)

    def missing(request: HttpRequest, _error: Http404) -> HttpResponse:
        return Problem(404).response(request.path)

    handlers: list[tuple[Any, Any]] = [
        (Problem, problem), (UserError, in_words), (ValidationError, not_valid), (HttpError, refused), (Http404, missing)
    ]  # fmt: skip
    for kind, handler in handlers:
        made.add_exception_handler(kind, handler)
    made.add_exception_handler(Exception, _raise)


def _raise(_request: HttpRequest, error: Any) -> HttpResponse:
    raise error


def _generate(resource: Resource, generated: Router) -> None:
    """Add the list and the single row of a resource, where a router has none of its own."""
    key, name = resource.key, resource.key.replace("-", "_")
    scope = "admin" if resource.rule in ADMIN_RULES else "customers:read"

    def listed(request: ApiRequest) -> HttpResponse:
        return reading.list_rows(request, key)

    def single(request: ApiRequest, id: Pk) -> HttpResponse:  # noqa: A002 -- the name in the address
        return reading.one_row(request, key, id)

    single.__annotations__ = {"request": HttpRequest, "id": Pk, "return": HttpResponse}
    listed.__annotations__ = {"request": HttpRequest, "return": HttpResponse}
    for end, view, verb, mark in (("", listed, "list", "x-resource"), ("/{id}", single, "get", "x-row")):
        router, path = _place_of(f"/{key}{end}", generated)
        if not _answers_get(router, path):
            said = needs(scope, resource.rule, operation_id=f"{verb}_{name}", summary=f"{verb.capitalize()} {key}")
            said["description"] = _ABOUT[verb]
            said["openapi_extra"] |= {mark: key}
            router.add_api_operation(path, ["GET"], view, **said)


def _answers_get(router: Router, path: str) -> bool:
    view = router.path_operations.get(path)
    return view is not None and any("GET" in operation.methods for operation in view.operations)


@cache
def _resolver() -> URLResolver:
    patterns, _app, _namespace = api().urls
    return URLResolver(RegexPattern(r"^/api/v1/"), patterns)


def patterns() -> list[Any]:
    """The URL patterns below ``/api/v1/``."""
    return list(_resolver().url_patterns)


def view_for(request: HttpRequest) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view of an address.

    Raises:
        Problem: 404.
    """
    if request.path_info.startswith(door.BASE) and request.path_info.removeprefix(door.BASE) == "openapi.json":
        return openapi
    try:
        match = _resolver().resolve(request.path_info)
    except (Resolver404, ValueError) as error:
        raise Problem(404) from error
    request.resolver_match = match

    def view(asked: HttpRequest) -> HttpResponseBase:
        return cast("HttpResponseBase", match.func(asked, *match.args, **match.kwargs))

    return view


def schema() -> dict[str, Any]:
    """The OpenAPI document, with the fields that the company has defined for itself."""
    told = with_problems(OpenAPISchema(api(), path_prefix=door.BASE.strip("/") + "/"))
    for operations in told["paths"].values():
        for operation in operations.values():
            _describe_rows(operation)
    told["servers"] = [{"url": "/"}]
    return told


def _describe_rows(operation: dict[str, Any]) -> None:
    key = operation.pop("x-resource", None) or operation.get("x-row")
    if key is None:
        return
    resource = resources.get(key)
    row = reading.row_schema(resource)
    if operation.pop("x-row", None) is None:
        operation["parameters"] = [*operation.get("parameters", []), *reading.parameters(resource)]
        row = reading.page_schema(row)
    operation["responses"]["200"] = {"description": "OK", "content": {"application/json": {"schema": row}}}


def openapi(request: HttpRequest) -> HttpResponse:
    """The schema; read by anybody, since it says nothing about customers."""
    if request.method not in {"GET", "HEAD"}:
        raise Problem(405, _("This address does not know this method."), headers={"Allow": "GET, HEAD"})
    return door.reply(schema())
