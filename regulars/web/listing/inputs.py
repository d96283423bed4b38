"""The value of a cell as its input field holds it, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from regulars.kit.errors import UserError
from regulars.kit.money import to_minor
from regulars.web import format as show
from regulars.web.access import User
from regulars.web.listing.cells import currency_of
from regulars.web.resources import Choice, Column


def raw(column: Column, row: Any) -> str:
    """What stands in the input; empty for None."""
    assert column.edit is not None
    value: Any = column.edit.raw(row) if column.edit.raw else column.of(row)
    if value is None:
        return ""
    match column.edit.kind:
        case "money":
            return show.plain_money(value, currency_of(column, row))
        case "date":
            return show.local_day(value).isoformat()
        case "flag":
            return "1" if value else ""
        case _:
            return str(value)


def choices(column: Column, user: User) -> list[Choice]:
    """What may be chosen."""
    return list(column.edit.choices(user)) if column.edit and column.edit.choices else []


def parse(column: Column, text: str, row: Any, user: User) -> Any:
    """The value of what was typed; None when it was emptied.

    Raises:
        UserError: it is not a value of this kind.
    """
    assert column.edit is not None
    text = text.strip()
    if column.edit.kind == "flag":
        return text == "1"
    if not text:
        if column.edit.required:
            raise UserError(_("%(field)s cannot be empty.") % {"field": column.label})
        return None
    try:
        match column.edit.kind:
            case "money":
                return to_minor(text.replace(",", ""), currency_of(column, row))
            case "number":
                return Decimal(text.replace(",", ""))
            case "date":
                return date.fromisoformat(text)
    except (ValueError, InvalidOperation) as error:
        raise UserError(_sentence(column.edit.kind, text)) from error
    if column.edit.kind == "choice" and text not in {one.value for one in choices(column, user)}:
        raise UserError(_("“%(text)s” is not one of the choices.") % {"text": text})
    return text


def _sentence(kind: str, text: str) -> str:
    if kind == "date":
        return _("“%(text)s” is not a date. Write it as 2026-11-22.") % {"text": text}
    return _("“%(text)s” is not a number.") % {"text": text}
