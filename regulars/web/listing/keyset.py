"""Pages by key: rows after a given (sort value, id), whatever the page before held; never OFFSET.

Rows without a sort value come last in both directions. A cursor carries the value and the id of the last row shown.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignObjectRel, Model, OneToOneRel, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import F, OrderBy
from django.db.models.sql.constants import INNER

from regulars.web.listing import walking
from regulars.web.resources import Rows

SORT_VALUE = "sort_value"


@dataclass(frozen=True, slots=True)
class Order:
    """An ordering by one ORM path, ties broken by the primary key in the same direction."""

    path: str
    descending: bool = False

    def reversed(self) -> Order:
        """The same path the other way (used to walk back)."""
        return Order(self.path, not self.descending)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ends: the sort value and the primary key of its last row."""

    value: Any
    pk: Any


def field_at(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The model field an ORM path ends in; None for an annotation."""
    found: Any = None
    current: Any = model
    for name in path.split(LOOKUP_SEP):
        if current is None:
            return None
        try:
            found = current._meta.get_field("pk" if name == "pk" else name) if name != "pk" else current._meta.pk
        except FieldDoesNotExist:
            return None
        current = found.related_model if found.is_relation else None
    return None if isinstance(found, ForeignObjectRel) else found


def may_be_null(rows: Rows, path: str) -> bool:
    """True unless every step of the path is certain to have a value (an annotation never is).

    A related row is certain where ``rows`` are joined with it so that none without it is among them.
    """
    joined = _joined(rows)
    current: Any = rows.model
    for name in path.split(LOOKUP_SEP):
        if name == "pk":
            return False
        try:
            step = current._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return True
        related = step.related_model if step.is_relation else None
        if (isinstance(step, ForeignObjectRel) or step.null) and (
            related is None or related._meta.db_table not in joined
        ):
            return True
        current = related
    return False


def ordered(queryset: Rows, order: Order) -> Rows:
    """``queryset`` in this order, each row with its ``sort_value``: all in one query, for whoever reads them all."""
    rows = _valued(queryset, order)
    nulls = True if may_be_null(rows, order.path) else None
    by = OrderBy(F(SORT_VALUE), descending=order.descending, nulls_last=nulls)
    return rows.order_by(by, _tie(rows, order))


def after(queryset: Rows, order: Order, position: Position | None = None, *, dense: bool = False) -> Iterator[Rows]:
    """The rows that follow ``position`` (without one: all), in order, in parts: with a value, then those without.

    No database walks an index in order and puts empty values where it does not keep them; each part it does walk.

    Args:
        dense: there are so many rows that a page is soon filled by looking at one after the other.
    """
    rows = _valued(queryset, order, dense=dense)
    if position is None or position.value is not None:
        yield _walked(rows, order, position)
    if may_be_null(rows, order.path):
        yield _without_value(rows, order, None if position is None or position.value is not None else position)


def before(queryset: Rows, order: Order, position: Position, *, dense: bool = False) -> Iterator[Rows]:
    """The rows that precede ``position``, nearest first, in parts: those without a value, which come last, then the others."""
    rows = _valued(queryset, order, dense=dense)
    if position.value is not None:
        yield _walked(rows, order.reversed(), position)
        return
    yield _without_value(rows, order.reversed(), position)
    yield _walked(rows, order.reversed(), None)


def first(parts: Iterable[Rows], count: int) -> list[Any]:
    """The first ``count`` rows of what comes in parts; a part that is not needed is not asked for."""
    found: list[Any] = []
    for rows in parts:
        found += rows[: count - len(found)]
        if len(found) >= count:
            break
    return found


def _valued(queryset: Rows, order: Order, *, dense: bool = False) -> Rows:
    rows: Rows = queryset.annotate(**{SORT_VALUE: F(order.path)})
    return walking.in_order_of(rows, SORT_VALUE) if dense else rows


def _joined(rows: Rows) -> set[str]:
    """The tables with which every row is joined for certain."""
    return {join.table_name for join in rows.query.alias_map.values() if join.join_type == INNER}


def _key(rows: Rows, order: Order) -> str:
    """The primary key; that of a related row which shares it, where the order is one of its columns: both are in one index."""
    name, _found, rest = order.path.partition(LOOKUP_SEP)
    step = rows.model._meta.get_field(name) if rest and LOOKUP_SEP not in rest else None
    shares = (
        isinstance(step, OneToOneRel) and step.field.primary_key and step.related_model._meta.db_table in _joined(rows)
    )
    return f"{name}{LOOKUP_SEP}pk" if shares else "pk"


def _tie(rows: Rows, order: Order) -> str:
    return f"{'-' if order.descending else ''}{_key(rows, order)}"


def _walked(rows: Rows, order: Order, position: Position | None) -> Rows:
    """Those with a value, from ``position`` on. The bound on the value lets the database enter its index there."""
    if position is not None:
        past = "lt" if order.descending else "gt"
        here = Q(**{SORT_VALUE: position.value, f"{_key(rows, order)}__{past}": position.pk})
        further = Q(**{f"{SORT_VALUE}__{past}": position.value}) | here
        rows = rows.filter(further, **{f"{SORT_VALUE}__{past}e": position.value})
    elif may_be_null(rows, order.path):
        rows = rows.filter(**{f"{SORT_VALUE}__isnull": False})
    by = OrderBy(F(SORT_VALUE), descending=order.descending)
    return rows.order_by(by, _tie(rows, order))


def _without_value(rows: Rows, order: Order, position: Position | None) -> Rows:
    rows = rows.filter(**{f"{SORT_VALUE}__isnull": True})
    if position is not None:
        rows = rows.filter(**{f"{_key(rows, order)}__{'lt' if order.descending else 'gt'}": position.pk})
    return rows.order_by(_tie(rows, order))


def position_of(row: Any) -> Position:
    """The position of a row read from an ``ordered`` queryset."""
    return Position(getattr(row, SORT_VALUE), row.pk)


_TAGS: dict[str, Any] = {
    "t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal, "u": UUID, "v": lambda value: value,
}  # fmt: skip


def _tagged(value: Any) -> list[Any]:
    match value:
        case datetime():
            return ["t", value.isoformat()]
        case date():
            return ["d", value.isoformat()]
        case Decimal() | UUID():
            return ["n" if isinstance(value, Decimal) else "u", str(value)]
        case None | str() | int() | float():
            return ["v", value]
        case _:
            raise TypeError(f"a list cannot be sorted by a {type(value).__name__}")


def encode(position: Position) -> str:
    """The cursor of a position, safe in a URL."""
    told = json.dumps([_tagged(position.value), _tagged(position.pk)], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def decode(cursor: str) -> Position | None:
    """The position of a cursor; None when it is not one."""
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        (value_tag, value), (pk_tag, pk) = told
        return Position(_TAGS[value_tag](value), _TAGS[pk_tag](pk))
    except (ValueError, TypeError, KeyError, binascii.Error, InvalidOperation):
        return None
