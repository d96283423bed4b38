"""Lists and single rows of every ``Resource``: columns become fields, filters become parameters, in the order of the screens.

A new resource, and every field that a company defines for itself, appears here by itself. Pages are by key: the cursor is
signed, opaque, and good for the order it was made for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from regulars.integrations.api.door import reply
from regulars.integrations.api.problems import Flaw, Problem
from regulars.staff.rules import require
from regulars.web import resources
from regulars.web.listing import cells, filtering, keyset, paging, state
from regulars.web.listing.keyset import Order
from regulars.web.listing.state import State
from regulars.web.resources import Column, Filter, Resource, follow

if TYPE_CHECKING:
    from regulars.integrations.api.identity import ApiRequest

USUAL, MOST = 50, 200
OWN: Final = ("limit", "after", "q", "sort", "fields", "count")
_SALT: Final = "regulars.api.cursor"
_YEARS: Final = range(1801, 2200)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for."""

    state: State
    limit: int
    columns: list[Column]
    count: bool


def list_rows(request: ApiRequest, key: str) -> HttpResponse:
    """One page of a resource."""
    asked = read(request, resources.get(key))
    order = asked.state.order()
    try:
        following = keyset.after(asked.state.narrowed(request.user), order, asked.state.after)
        found = keyset.first(following, asked.limit + 1)
        counted = paging.count(asked.state, request.user) if asked.count else None
    except (ValueError, TypeError, OverflowError, DataError, ValidationError) as error:
        raise _refused("query", _("A filter holds a value that cannot be compared.")) from error
    page = found[: asked.limit]
    told: dict[str, Any] = {"items": [row_of(asked.columns, row) for row in page], "next": None}
    if len(found) > asked.limit:
        told["next"] = _next(request, asked.state, page[-1])
    if counted is not None:
        told["count"] = {"number": counted.number, "capped": counted.capped}
    return reply(told, Link=f'<{told["next"]}>; rel="next"') if told["next"] else reply(told)


def one_row(request: ApiRequest, key: str, pk: int) -> HttpResponse:
    """One row of a resource."""
    resource = resources.get(key)
    require(request.user, resource.rule) if resource.rule else None
    row = resource.queryset(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return reply(row_of(_shown(resource), row))


def read(request: ApiRequest, resource: Resource) -> Asked:
    """What is asked for, every word of it understood.

    Raises:
        Problem: 422 for a parameter that means nothing, 400 for a cursor that is not ours.
    """
    if resource.rule:
        require(request.user, resource.rule)
    params = request.GET
    known = {*OWN, *(one.key for one in resource.filters)}
    if unknown := sorted(set(params) - known):
        names = {"name": unknown[0], "names": ", ".join(sorted(known))}
        raise _refused(unknown[0], _("There is no parameter “%(name)s”; there are: %(names)s.") % names)
    _check_filters(request, resource)
    _check_sort(resource, params.get("sort", ""))
    if len(params.get("q", "")) > 200:
        raise _refused("q", _("At most 200 characters."))
    told = state.read(resource, _without_after(params), request.user)
    position = _position(params["after"], resource, told.order()) if params.get("after") else None
    told = State(
        resource=resource, text=told.text, narrowings=told.narrowings, sort=told.sort, after=position, cols=told.cols
    )
    return Asked(told, _limit(params), _columns(resource, params), _flag(params, "count"))


def _without_after(params: QueryDict) -> QueryDict:
    kept = params.copy()
    kept.pop("after", None)
    return kept


def _check_filters(request: ApiRequest, resource: Resource) -> None:
    for one in resource.filters:
        raw = ",".join(request.GET.getlist(one.key)) if one.kind == "multi" else request.GET.get(one.key, "")
        if not raw:
            continue
        value = filtering.parse(one, raw, request.user) if len(raw) <= 2_000 else None
        if value is None or not _sensible(one, raw, value):
            raise _refused(one.key, _("This filter does not know this value."))


def _sensible(one: Filter, raw: str, value: Any) -> bool:
    if one.kind == "multi":
        return len(value) == len([word for word in raw.split(filtering.SEPARATOR) if word])
    ends = (value.low, value.high) if isinstance(value, resources.Range) else (value,)
    return all(end.year in _YEARS for end in ends if isinstance(end, date))


def _check_sort(resource: Resource, raw: str) -> None:
    column = resource.by_key.get(raw.removeprefix("-"))
    if raw and (column is None or not column.sort):
        raise _refused(
            "sort", _("There is no such order; there are: %(names)s.") % {"names": ", ".join(sorts(resource))}
        )


def sorts(resource: Resource) -> list[str]:
    """The columns by which a list may be ordered."""
    return [one.key for one in resource.columns if one.sort]


def _limit(params: QueryDict) -> int:
    raw = params.get("limit", str(USUAL))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 5 and 1 <= int(raw) <= MOST):
        raise _refused("limit", _("A number from 1 to %(most)s.") % {"most": MOST})
    return int(raw)


def _flag(params: QueryDict, name: str) -> bool:
    raw = params.get(name, "false")
    if raw not in {"true", "false"}:
        raise _refused(name, _("Either true or false."))
    return raw == "true"


def _columns(resource: Resource, params: QueryDict) -> list[Column]:
    if "fields" not in params:
        return _shown(resource)
    keys = [key for key in params.get("fields", "").split(",") if key]
    for key in keys:
        if key != "id" and key not in resource.by_key:
            raise _refused("fields", _("There is no field “%(name)s”.") % {"name": key})
    return [resource.by_key[key] for key in keys if key != "id"]


def _shown(resource: Resource) -> list[Column]:
    return [one for one in resource.columns if one.export and one.key != "id"]


def _next(request: ApiRequest, told: State, last: Any) -> str:
    params = {name: value for name, value in request.GET.items() if name != "after"}
    params |= {one.key: ",".join(request.GET.getlist(one.key)) for one in told.resource.filters if one.key in params}
    cursor = keyset.encode(keyset.position_of(last))
    params["after"] = signing.Signer(salt=_SALT, sep="~").sign(f"{_order_name(told.resource, told.order())}.{cursor}")
    return f"{request.path}?{urlencode(params)}"


def _order_name(resource: Resource, order: Order) -> str:
    return f"{resource.key}:{'-' if order.descending else ''}{order.path}"


def _position(raw: str, resource: Resource, order: Order) -> keyset.Position:
    try:
        name, _dot, cursor = signing.Signer(salt=_SALT, sep="~").unsign(raw).rpartition(".")
    except signing.BadSignature as error:
        raise _bad_cursor() from error
    position = keyset.decode(cursor)
    if name != _order_name(resource, order) or position is None:
        raise _bad_cursor()
    return position


def _bad_cursor() -> Problem:
    detail = _("Take “after” from the “next” of a page of the same list and order.")
    return Problem(422, detail, flaws=[Flaw("#query/after", detail)])


def _refused(name: str, detail: str) -> Problem:
    return Problem(422, detail, flaws=[Flaw(f"#query/{name}", detail)])


def row_of(columns: Iterable[Column], row: Any) -> dict[str, Any]:
    """A row as plain values, by the keys of its columns."""
    return {"id": row.pk, **{one.key: value_of(one, row) for one in columns}}


def value_of(column: Column, row: Any) -> Any:
    """One field: keys rather than words, minor units with their currency, ISO 8601 in UTC."""
    raw = _choice(type(row), column.sort) if column.sort and column.kind in {"text", "badge"} else None
    value = follow(row, raw) if raw else column.of(row)
    if value is None or (value == "" and column.kind != "text"):
        return None
    match column.kind:
        case "money":
            return {"amount": int(value), "currency": cells.currency_of(column, row)}
        case "link":
            return {"name": str(value.label), "url": value.url}
        case "badge" if raw is None:
            return str(value.label)
        case "flag":
            return bool(value)
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | int | float):
        return value
    return {"id": value.pk, "name": str(value)} if hasattr(value, "pk") else str(value)


def _choice(model: Any, path: str | None) -> str | None:
    """Where the key stands that a column shows as a word."""
    field = keyset.field_at(model, path) if path else None
    return path.replace("__", ".") if path and field is not None and getattr(field, "choices", None) else None


_KINDS: Final[dict[str, dict[str, Any]]] = {
    "number": {"type": ["number", "null"]},
    "percent": {"type": ["number", "null"], "description": "A share, 0 to 1."},
    "date": {"type": ["string", "null"], "description": "ISO 8601."},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
    "ago": {"type": ["string", "null"], "format": "date-time"},
    "flag": {"type": ["boolean", "null"]},
    "money": {
        "type": ["object", "null"],
        "description": "Minor units (1 TWD = 100).",
        "properties": {"amount": {"type": "integer"}, "currency": {"type": "string"}},
    },
    "link": {
        "type": ["object", "null"],
        "properties": {"name": {"type": "string"}, "url": {"type": "string"}},
    },
    "person": {"type": ["object", "string", "null"]},
}


def row_schema(resource: Resource) -> dict[str, Any]:
    """JSON schema of a row."""
    fields = {
        one.key: {**_KINDS.get(one.kind, {"type": ["string", "number", "null"]}), "title": str(one.label)}
        for one in _shown(resource)
    }
    return {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, **fields}}


def page_schema(row: dict[str, Any]) -> dict[str, Any]:
    """JSON schema of a page of rows."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": row},
            "next": {"type": ["string", "null"], "description": "Address of the next page; null at the end."},
            "count": {
                "type": "object",
                "properties": {"number": {"type": "integer"}, "capped": {"type": "boolean"}},
            },
        },
    }


_HOW: Final = {
    "multi": "Several values, separated by commas.",
    "range": "`10..20`, `10..` or `..20`.",
    "money_range": "`1000..2000` in major units.",
    "date_range": "`2026-01-01..2026-03-31` or `last30` (days).",
    "month": "`2026-01`.",
    "person": "Number of a user, `me` or `none`.",
}


def parameters(resource: Resource) -> list[dict[str, Any]]:
    """The parameters of a list, as the schema tells them."""
    orders = [word for key in sorts(resource) for word in (key, f"-{key}")]
    told = [
        _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "Rows on a page."),
        _parameter("after", {"type": "string"}, "The cursor in `next`."),
        _parameter("fields", {"type": "string"}, "Only these fields, separated by commas."),
        _parameter("count", {"type": "boolean"}, "Count the rows, up to 10,000."),
    ]
    if resource.search:
        told.append(_parameter("q", {"type": "string", "maxLength": 200}, "Search."))
    if orders:
        told.append(_parameter("sort", {"type": "string", "enum": orders}, "`-` before it: descending."))
    for one in resource.filters:
        schema: dict[str, Any] = {"type": "string", "maxLength": 2_000}
        if one.kind == "flag":
            schema = {"type": "string", "enum": ["1", "0"]}
        told.append(_parameter(one.key, schema, f"{one.label}. {_HOW.get(one.kind, '')}".strip()))
    return told


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
