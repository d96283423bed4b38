"""Pages by key: rows after a given (sort value, id), whatever the page before held; never OFFSET.

Rows without a sort value come last in both directions. A cursor carries the value and the id of the last row shown.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignObjectRel, Model, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import F, OrderBy

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


def may_be_null(model: type[Model], path: str) -> bool:
    """True unless every step of the path is certain to have a value (an annotation never is)."""
    current: Any = model
    for name in path.split(LOOKUP_SEP):
        if name == "pk":
            return False
        try:
            step = current._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return True
        if isinstance(step, ForeignObjectRel) or step.null:
            return True
        current = step.related_model if step.is_relation else None
    return False


def ordered(queryset: Rows, order: Order) -> Rows:
    """``queryset`` in this order, each row with its ``sort_value``."""
    nulls = True if may_be_null(queryset.model, order.path) else None
    by = OrderBy(F(SORT_VALUE), descending=order.descending, nulls_last=nulls)
    rows: Rows = queryset.annotate(**{SORT_VALUE: F(order.path)})
    return rows.order_by(by, "-pk" if order.descending else "pk")


def after(queryset: Rows, order: Order, position: Position) -> Rows:
    """The rows of an ``ordered`` queryset that follow ``position``."""
    past = "lt" if order.descending else "gt"
    later_id = Q(**{f"pk__{past}": position.pk})
    if position.value is None:
        return queryset.filter(Q(**{f"{SORT_VALUE}__isnull": True}) & later_id)
    here = Q(**{SORT_VALUE: position.value}) & later_id
    further = Q(**{f"{SORT_VALUE}__{past}": position.value}) | here
    if may_be_null(queryset.model, order.path):
        further |= Q(**{f"{SORT_VALUE}__isnull": True})
    else:  # the redundant bound lets the database enter its index at the position
        further &= Q(**{f"{SORT_VALUE}__{past}e": position.value})
    return queryset.filter(further)


def before(queryset: Rows, order: Order, position: Position) -> Rows:
    """The rows of ``queryset`` that precede ``position``, nearest first; nulls, which come last, first."""
    back = order.reversed()
    nullable = may_be_null(queryset.model, order.path)
    by = OrderBy(F(SORT_VALUE), descending=back.descending, nulls_first=True if nullable else None)
    rows: Rows = queryset.annotate(**{SORT_VALUE: F(order.path)})
    rows = rows.order_by(by, "-pk" if back.descending else "pk")
    past = "lt" if back.descending else "gt"
    earlier_id = Q(**{f"pk__{past}": position.pk})
    if position.value is None:
        earlier = Q(**{f"{SORT_VALUE}__isnull": False}) | earlier_id
    else:
        earlier = Q(**{f"{SORT_VALUE}__{past}": position.value}) | Q(**{SORT_VALUE: position.value}) & earlier_id
    return rows.filter(earlier)


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
