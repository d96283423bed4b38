"""From cells to values: one reader for each field, remembered by text, with the sentence where a value is refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.integrations.imports.files import Broken, Column, Look
from regulars.integrations.imports.kinds import Field
from regulars.integrations.imports.plan import Plan
from regulars.integrations.imports.values import dates, formulas, numbers, tax, texts
from regulars.integrations.imports.values.problem import Memo, Problem
from regulars.kit import clock, phone

_EMAIL = re.compile(r"[^@\s<>\",;]+@[^@\s<>\",;]+\.[^@\s<>\",;.]+")
_AROUND_AT = re.compile(r"\s*@\s*")
_BETWEEN_ADDRESSES = re.compile(r"(?::::|[;,、/\s])+")
_BETWEEN_NUMBERS = re.compile(r"[/／、,，;；]")
_NO_ADDRESS: Final = texts.BLANKS | {"0", "x"}
_LARGEST = Decimal(10) ** 12
LARGEST_PICO = 10**24
"""Amounts of a trillion and more are refused: they would not fit the database, and nobody trades them."""
_MOST_QUANTITY = Decimal(10) ** 12
_PICO = Decimal(10) ** 12
_A_YEAR: Final = timedelta(days=366)
_LENGTHS: Final = {"email": 254, "phone": 60, "id": 120}


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a row is not taken: the column ("" for the whole row), its value, and the sentence."""

    column: str
    value: str
    sentence: str


class Parser:
    """Reads rows of one file by one plan. ``read`` gives the values in the order of the kind's fields.

    Values by type: id, text, name, word, email, phone, tax → str ("" for none) · money → int in pico units or None ·
    quantity → int or Decimal or None · rate → Decimal or None · whole → int or None · moment → aware UTC datetime or None ·
    day → date or None · birthday → date, text (a day without its year) or None · flag → bool or None. Fields with many
    columns give lists. A ``lenient`` field gives the problem itself where its text cannot be read.
    """

    def __init__(self, plan: Plan, look: Look, zone: tzinfo) -> None:
        self.fields = plan.declared.fields
        self.place = {one.key: index for index, one in enumerate(self.fields)}
        self._names = look.names
        self._width = look.width
        self._columns = [plan.columns_of(one.key) for one in self.fields]
        self._memos: list[Memo[Any]] = []
        shared: dict[object, Memo[Any]] = {}
        for one, places in zip(self.fields, self._columns, strict=True):
            column = look.columns[places[0]] if places else Column("")
            self._memos.append(_memo(one, column, plan, zone, shared, calculated=look.kind != "vcard"))
        self._blank: list[Any] = [
            [] if one.many else memo[""] for one, memo in zip(self.fields, self._memos, strict=True)
        ]
        self._read = [
            (index, places[0], memo)
            for index, (one, places, memo) in enumerate(zip(self.fields, self._columns, self._memos, strict=True))
            if places and not one.many
        ]
        self._many = [
            (index, places, memo)
            for index, (one, places, memo) in enumerate(zip(self.fields, self._columns, self._memos, strict=True))
            if places and one.many
        ]
        self._required = [i for i, one in enumerate(self.fields) if one.required]
        self._lenient = {i for i, one in enumerate(self.fields) if one.lenient}

    def mapped(self, key: str) -> bool:
        """Whether a column means ``key``."""
        return bool(self._columns[self.place[key]])

    def columns(self, key: str) -> list[str]:
        """The names of the columns that mean ``key``."""
        return [self._names[place] for place in self._columns[self.place[key]]]

    def read(self, cells: list[str]) -> list[Any] | Reject:
        """The values of a row, or why it is rejected."""
        if type(cells) is Broken:
            column = self._names[cells.column] if cells.column is not None and cells.column < len(self._names) else ""
            return Reject(
                column, cells[cells.column][:200] if column and cells.column is not None else "", cells.sentence
            )
        values = self._blank.copy()
        for index, place, memo in self._read:
            value = values[index] = memo[cells[place]]
            if type(value) is Problem and index not in self._lenient:
                return self.reject(index, cells, value)
        for index, places, memo in self._many:
            values[index] = [memo[cells[place]] for place in places]
            for place, value in zip(places, values[index], strict=True):
                if type(value) is Problem and index not in self._lenient:
                    return Reject(self._names[place], cells[place][:200], value)
        for index in self._required:
            if values[index] in (None, ""):
                return self.reject(index, cells, _("“%(field)s” is empty.") % {"field": str(self.fields[index].label)})
        return values

    def told(self, key: str, cells: list[str]) -> list[tuple[str, str]]:
        """Name and text of each column that means ``key``, as the file has it."""
        return [(self._names[place], cells[place]) for place in self._columns[self.place[key]]]

    def reject(self, index: int | str, cells: list[str], sentence: str) -> Reject:
        """A rejection that names the column of a field."""
        places = self._columns[self.place[index] if isinstance(index, str) else index]
        if not places:
            return Reject("", "", sentence)
        return Reject(self._names[places[0]], cells[places[0]][:200], sentence)


def _memo(
    one: Field, column: Column, plan: Plan, zone: tzinfo, shared: dict[object, Memo[Any]], *, calculated: bool
) -> Memo[Any]:
    style = _style(column, plan)
    order = (
        plan.options.date_order
        if column.date_order in {"", dates.AMBIGUOUS} and plan.options.date_order
        else column.date_order or "ymd"
    )
    makers: dict[str, tuple[object, Callable[[str], Any]]] = {
        "id": ("id", texts.read_id),
        "text": ("text", texts.read_text),
        "word": ("text", texts.read_text),
        "name": ("name", _read_name),
        "long": ("long", texts.read_long_text),
        "email": ("email", _read_email),
        "phone": ("phone", _read_phone),
        "tax": ("tax", tax.read_tax_id),
        "flag": ("flag", texts.read_flag),
        "money": (("money", style), partial(_read_money, style=style)),
        "quantity": (("quantity", style), partial(_read_quantity, style=style)),
        "rate": (("rate", style), partial(_read_rate, style=style)),
        "whole": (("whole", style), partial(_read_whole, style=style)),
        "moment": (("moment", order, one.past), partial(_read_moment, order=order, zone=zone, past=one.past)),
        "day": (("day", order), partial(_read_day, order=order, zone=zone)),
        "birthday": (("birthday", order), partial(_read_birthday, order=order, zone=zone)),
    }
    key, read = makers[one.type]
    if key not in shared:
        shared[key] = Memo(
            read if one.type in {"text", "word", "long"} or not calculated else partial(_read_calculated, read=read)
        )
    return shared[key]


def _style(column: Column, plan: Plan) -> numbers.DecimalStyle:
    if plan.options.decimal:
        return numbers.DecimalStyle("," if plan.options.decimal == "comma" else ".")
    return numbers.DecimalStyle(column.mark, column.mixed)


def _read_money(raw: str, style: numbers.DecimalStyle) -> int | Problem | None:
    value = numbers.read_number(raw, style)
    if isinstance(value, Problem) or value is None:
        return value
    if abs(value) >= _LARGEST:
        return Problem(_("“%(value)s” is too large for an amount.") % {"value": raw.strip()})
    return int((value * _PICO).to_integral_value())


def _read_quantity(raw: str, style: numbers.DecimalStyle) -> int | Decimal | Problem | None:
    value = numbers.read_number(raw, style)
    if isinstance(value, Problem):
        return (
            Problem(_("“%(value)s” is not a quantity; please write it in digits.") % {"value": raw.strip()})
            if not any(c.isdigit() for c in raw)
            else value
        )
    if value is None:
        return None
    if abs(value) >= _MOST_QUANTITY:
        return Problem(_("“%(value)s” is too large for a quantity.") % {"value": raw.strip()})
    return int(value) if value == value.to_integral_value() else value


def _read_rate(raw: str, style: numbers.DecimalStyle) -> Decimal | Problem | None:
    text = unicodedata.normalize("NFKC", raw).strip()
    value = numbers.read_number(text.removesuffix("%").strip(), style)
    if isinstance(value, Problem) or value is None:
        return value
    share = value / 100 if text.endswith("%") or abs(value) > 1 else value
    if not 0 <= abs(share) <= 1:
        return Problem(_("“%(value)s” is not a discount between 0 and 100 %%.") % {"value": raw.strip()})
    return abs(share)


def _read_whole(raw: str, style: numbers.DecimalStyle) -> int | Problem | None:
    value = numbers.read_number(raw, style)
    if isinstance(value, Problem) or value is None:
        return value
    if value != value.to_integral_value() or not 0 <= value < 10_000:
        return Problem(_("“%(value)s” is not a whole number.") % {"value": raw.strip()})
    return int(value)


def _read_calculated(raw: str, read: Callable[[str], Any]) -> Any:
    """The value of a cell, unless a spreadsheet left an error or a bare formula where it should be."""
    return formulas.problem(raw) or read(raw)


def _read_moment(raw: str, order: str, zone: tzinfo, *, past: bool) -> datetime | Problem | None:
    moment = dates.read_moment(raw, order, zone)
    if past and isinstance(moment, datetime) and moment > clock.now() + _A_YEAR:
        return Problem(_("“%(value)s” lies more than a year ahead; is it a typing error?") % {"value": raw.strip()})
    return moment


def _read_day(raw: str, order: str, zone: tzinfo) -> date | Problem | None:
    moment = dates.read_moment(raw, order, zone)
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _read_birthday(raw: str, order: str, zone: tzinfo) -> date | str | None:
    """The day; the text itself where the year is not said (``--02-03``) or it cannot be read: nobody is refused for that."""
    value = _read_day(raw, order, zone)
    return texts.read_text(raw)[:40] if isinstance(value, Problem) else value


def _read_name(raw: str) -> str:
    name = texts.read_name(raw)
    return "" if name.casefold() in {"nan", "null", "none", "n/a", "-", "－"} else name[:200]


def _read_email(raw: str) -> str | Problem:
    """The addresses of a cell, lower-case, separated by ";"."""
    text = texts.read_text(unicodedata.normalize("NFKC", raw)).lower()
    if text in _NO_ADDRESS:
        return ""
    addresses = [word.removeprefix("mailto:") for word in _BETWEEN_ADDRESSES.split(_AROUND_AT.sub("@", text)) if word]
    for address in addresses:
        if not _EMAIL.fullmatch(address) or len(address) > _LENGTHS["email"]:
            return Problem(_("“%(value)s” is not an e-mail address.") % {"value": raw.strip()})
    return ";".join(dict.fromkeys(addresses))


def _read_phone(raw: str) -> str | Problem:
    """The numbers of a cell, one a line."""
    numbers = []
    for part in texts.several(raw):
        for number in _each_number(texts.read_text(part)):
            if number.casefold() in _NO_ADDRESS:
                continue
            if len(phone.digits(number)) < 5 or len(number) > _LENGTHS["phone"]:
                return Problem(_("“%(value)s” is not a telephone number.") % {"value": raw.strip()})
            numbers.append(number)
    return "\n".join(dict.fromkeys(numbers))


def _each_number(text: str) -> list[str]:
    """Numbers written with a stroke, comma or semicolon between them; a short ending ("5001/2") belongs to its number."""
    parts = [part.strip() for part in _BETWEEN_NUMBERS.split(text)]
    return parts if len(parts) > 1 and all(len(phone.digits(part)) >= 7 for part in parts) else [text]
