"""Columns and the company's own fields: which column is which field, and fields made of columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regulars.customers import fields
from regulars.customers.actions import define_field
from regulars.customers.models import FieldKind
from regulars.integrations.imports.files import Column, Look
from regulars.integrations.imports.plan import OWN_FIELD, Plan
from regulars.kit import text

if TYPE_CHECKING:
    from regulars.staff.models import User

_MOSTLY = 0.98


def with_known_fields(plan: Plan, look: Look) -> Plan:
    """The plan with columns that are called like a field of the company's own mapped to it."""
    if plan.kind != "customers" or not look.has_header:
        return plan
    called = {
        text.fold(name): one.key for one in fields.active() for name in (one.key, one.label, one.label_zh) if name
    }
    if not called:
        return plan
    targets = list(plan.targets)
    for place, (column, target) in enumerate(zip(look.columns, plan.targets, strict=True)):
        key = called.get(text.fold(column.name))
        if key and target in {"", "custom", "tags"} and f"{OWN_FIELD}{key}" not in targets:
            targets[place] = f"{OWN_FIELD}{key}"
    return replace(plan, targets=tuple(targets))


def made_of_columns(plan: Plan, look: Look, *, by: User | None) -> Plan:
    """The plan with the fields made that its columns ask for (target ``new_field``).

    Raises:
        UserError: there can be no more fields.
    """
    targets = list(plan.targets)
    for place in plan.columns_of("new_field"):
        column = look.columns[place]
        name, chinese = column.name[:80], text.has_han(column.name)
        made = define_field(
            by=by, kind=_kind_of(column), label="" if chinese else name, label_zh=name if chinese else ""
        )
        targets[place] = f"{OWN_FIELD}{made.key}"
    return replace(plan, targets=tuple(targets))


def _kind_of(column: Column) -> FieldKind:
    """What the values of a column look like, all but a few."""
    if column.date_order == "ymd":
        return FieldKind.DATE
    plain = (
        column.mark == "."
        and not column.mixed
        and not any(value.startswith("0") and len(value) > 1 for value in column.examples)
    )
    return FieldKind.NUMBER if column.numeric > _MOSTLY and plain and not column.date_order else FieldKind.TEXT
