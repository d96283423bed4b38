"""Custom fields: how a value is understood, shown, compared and indexed, by the kind of its definition.

Values live in ``Party.custom[key]``: text, choice, link as text · number as a number · money as minor units of the
company's currency · date as ISO text · yes_no as a boolean · choices as a list of option values.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from asgiref.local import Local
from django.conf import settings
from django.db.models import BooleanField, CharField, F, Field, FloatField, Func
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from regulars.customers.models import FieldDefinition, FieldKind, Party
from regulars.kit import text
from regulars.kit.errors import UserError
from regulars.kit.money import to_minor
from regulars.web import format as show_as

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST: Final = 2_000
_YES: Final = frozenset({"1", "true", "yes", "y", "on", "是", "有", "對", "✓", "v", "t"})
_NO: Final = frozenset({"0", "false", "no", "n", "off", "否", "無", "沒有", "✗", "x", "f"})
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_LINK: Final = re.compile(r"https?://[^\s/?#]+\.[^\s]*|https?://localhost[^\s]*", re.IGNORECASE)
_BETWEEN_CHOICES: Final = re.compile(r"[,;、，；|]")


def active(kind: str = "") -> list[FieldDefinition]:
    """The fields in use, in the order of the form; those of one kind of party where it is named.

    Within one request it is read once, for a page asks for it often.
    """
    held: list[FieldDefinition] | None = getattr(_request, "fields", None)
    if held is None:
        held = list(FieldDefinition.objects.active())
        if getattr(_request, "running", False):
            _request.fields = held
    return [one for one in held if not kind or applies(one, kind)]


_request = Local()


def begin_request() -> None:
    """From now on what was read is kept."""
    _request.running, _request.fields = True, None


def end_request() -> None:
    """Nothing is kept any longer."""
    _request.running, _request.fields = False, None


def forget() -> None:
    """Read the definitions anew the next time: they have changed."""
    _request.fields = None


def applies(definition: FieldDefinition, kind: str) -> bool:
    """Whether parties of this kind have the field; an empty list means all."""
    return not definition.applies_to or kind in definition.applies_to


def label(definition: FieldDefinition) -> str:
    """The field's name in the reader's language, or in the other where there is none."""
    return _in_language(definition.label, definition.label_zh)


def option_label(definition: FieldDefinition, value: str) -> str:
    """The name of one choice; an option that was taken away shows its value."""
    found = next((one for one in definition.options if one["value"] == value), None)
    return _in_language(found.get("label", ""), found.get("label_zh", "")) or value if found else value


def _in_language(english: str, chinese: str) -> str:
    return (chinese or english) if (get_language() or "").startswith("zh") else (english or chinese)


def clean(definition: FieldDefinition, raw: Any) -> Any:
    """What ``raw`` (as typed, from a file or from the API) means, ready for ``Party.custom``; None when it is empty.

    Raises:
        UserError: it is no value of this field; the sentence says what was expected.
    """
    if isinstance(raw, str):
        raw = unicodedata.normalize("NFKC", raw).replace("\x00", "").strip()
    value = None if raw is None or raw in ("", []) else _READ[FieldKind(definition.kind)](definition, raw)
    if value is None and definition.required:
        raise UserError(_("%(field)s cannot be empty.") % {"field": label(definition)})
    return value


def _text(definition: FieldDefinition, raw: Any) -> str | None:
    if isinstance(raw, list | dict):
        raise UserError(_expected(definition, raw, _("a text")))
    said = text.clean(str(raw))
    if len(said) > LONGEST:
        raise UserError(
            _("%(field)s takes at most %(n)s characters.")
            % {"field": label(definition), "n": show_as.show_number(LONGEST)}
        )
    return said or None


def _decimal(definition: FieldDefinition, raw: Any, expected: str) -> Decimal:
    try:
        value = None if isinstance(raw, bool | list | dict) else Decimal(str(raw).replace(",", "").removeprefix("NT$"))
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or abs(value) >= 10**13:
        raise UserError(_expected(definition, raw, expected))
    return value


def _number(definition: FieldDefinition, raw: Any) -> int | float:
    value = _decimal(definition, raw, _("a number"))
    return int(value) if value == value.to_integral_value() else float(value)


def _money(definition: FieldDefinition, raw: Any) -> int:
    return to_minor(_decimal(definition, raw, _("an amount of money")), settings.CURRENCY)


def _day(definition: FieldDefinition, raw: Any) -> str:
    found = _DATE.match(raw.isoformat() if isinstance(raw, date) else str(raw))
    try:
        return date(*map(int, found.groups())).isoformat() if found else date.fromisoformat(str(raw)).isoformat()
    except ValueError as error:
        raise UserError(_expected(definition, raw, _("a date such as 2026-11-22"))) from error


def _yes_no(definition: FieldDefinition, raw: Any) -> bool:
    said = str(raw).casefold()
    if said not in _YES | _NO:
        raise UserError(_expected(definition, raw, _("yes or no")))
    return said in _YES


def _choice(definition: FieldDefinition, raw: Any) -> str:
    said = text.fold(str(raw))
    for option in definition.options:
        if said in {text.fold(option.get(name, "")) for name in ("value", "label", "label_zh")}:
            return str(option["value"])
    names = pgettext("list", ", ").join(option_label(definition, one["value"]) for one in definition.options)
    raise UserError(_expected(definition, raw, _("one of: %(names)s") % {"names": names}))


def _choices(definition: FieldDefinition, raw: Any) -> list[str] | None:
    parts = raw if isinstance(raw, list) else _BETWEEN_CHOICES.split(str(raw))
    chosen = {_choice(definition, part) for part in parts if str(part).strip()}
    return [one["value"] for one in definition.options if one["value"] in chosen] or None


def _link(definition: FieldDefinition, raw: Any) -> str:
    said = str(raw)
    said = said if "://" in said else f"https://{said}"
    if not _LINK.fullmatch(said) or len(said) > LONGEST:
        raise UserError(_expected(definition, raw, _("a web address such as https://example.com")))
    return said


_READ: Final[dict[FieldKind, Callable[[FieldDefinition, Any], Any]]] = {
    FieldKind.TEXT: _text, FieldKind.NUMBER: _number, FieldKind.MONEY: _money, FieldKind.DATE: _day,
    FieldKind.YES_NO: _yes_no, FieldKind.CHOICE: _choice, FieldKind.CHOICES: _choices, FieldKind.LINK: _link,
}  # fmt: skip


def _expected(definition: FieldDefinition, raw: Any, what: str) -> str:
    return _("%(field)s: “%(value)s” is not %(what)s.") % {
        "field": label(definition), "value": str(raw)[:80], "what": what,
    }  # fmt: skip


def shown(definition: FieldDefinition, value: Any) -> str:
    """A stored value in words; empty for None."""
    if value is None or value == "":
        return ""
    match definition.kind:
        case FieldKind.MONEY:
            return show_as.show_money(value)
        case FieldKind.NUMBER:
            return show_as.show_number(value)
        case FieldKind.DATE:
            return show_as.show_date(date.fromisoformat(value))
        case FieldKind.YES_NO:
            return _("Yes") if value else _("No")
        case FieldKind.CHOICE:
            return option_label(definition, value)
        case FieldKind.CHOICES:
            return pgettext("list", ", ").join(option_label(definition, one) for one in value)
        case _:
            return str(value)


def unknown(party: Party, definitions: Iterable[FieldDefinition]) -> dict[str, Any]:
    """What ``party.custom`` holds beside the defined fields: columns that an import kept, values of retired fields."""
    known = {one.key for one in definitions}
    return {key: value for key, value in party.custom.items() if key not in known}


_OUTPUT: Final[dict[str, Field[Any, Any]]] = {
    FieldKind.NUMBER: FloatField(), FieldKind.MONEY: FloatField(), FieldKind.YES_NO: BooleanField(),
}  # fmt: skip
_JSON_TYPE: Final = {FieldKind.NUMBER: "number", FieldKind.MONEY: "number", FieldKind.YES_NO: "boolean"}
_CAST: Final = {FieldKind.NUMBER: "float8", FieldKind.MONEY: "float8", FieldKind.YES_NO: "boolean"}


class OwnValue(Func):
    """The value of a custom field as a column that can be compared, sorted and summed, written as its index is."""

    def __init__(self, definition: FieldDefinition) -> None:
        super().__init__(F("custom"), output_field=_OUTPUT.get(definition.kind, CharField()))
        self.key, self.kind = definition.key, FieldKind(definition.kind)

    def as_sql(self, compiler: Any, connection: Any, *_asked: Any, **_context: Any) -> Any:
        """Without parameters of its own, so that the expression index is recognised; the key is checked by ``KEY``."""
        column, parameters = compiler.compile(self.get_source_expressions()[0])
        return value_sql(connection.vendor, self.key, self.kind, column), parameters


def value_sql(vendor: str, key: str, kind: str, column: str = '"custom"') -> str:
    """The SQL of the field's value, read from the JSON ``column``.

    Raises:
        ValueError: ``key`` is not the key of a field.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"not the key of a field: {key!r}")
    if vendor == "sqlite":
        return f"json_extract({column}, '$.{key}')"
    if kind not in _CAST:
        return f"({column} ->> '{key}')"
    told, cast = _JSON_TYPE[FieldKind(kind)], _CAST[FieldKind(kind)]
    return f"(CASE WHEN jsonb_typeof({column} -> '{key}') = '{told}' THEN ({column} ->> '{key}')::{cast} END)"
