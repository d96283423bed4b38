"""Texts, numbers of customers and orders, yes and no."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from regulars.integrations.imports.values.problem import Problem
from regulars.kit import text as kit_text

BLANKS: Final = frozenset(
    {"", "-", "－", "–", "—", "?", "null", "none", "nan", "n/a", "#n/a", "na", "nil", "無", "(null)", "\\n"}
)
"""What stands for "nothing" in columns of numbers, dates and identifiers. In texts only an empty cell does."""

_FLOAT_ID = re.compile(r"^([+-]?\d+)\.0+$")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$")
_FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
_SEVERAL = re.compile(r"\s*:::\s*|[\r\n]+")
_DISARMED = re.compile(r"^'(?=[=+\-@\t\r])")
"""The apostrophe with which exports keep a spreadsheet from running a text."""
_REFERENCE = re.compile(r"&#(\d{3,7});")
_YES = frozenset(
    {"1", "1.0", "true", "t", "yes", "y", "x", "v", "✓", "是", "有", "同意", "sim", "granted", "subscribed", "opt-in"}
)
_NO = frozenset(
    {
        "0",
        "0.0",
        "false",
        "f",
        "no",
        "n",
        "否",
        "無",
        "不同意",
        "拒收",
        "não",
        "nao",
        "withdrawn",
        "unsubscribed",
        "opt-out",
    }
)


def is_blank(raw: str) -> bool:
    """Whether a cell of numbers, dates or identifiers says nothing."""
    return raw.strip().casefold() in BLANKS


def several(raw: str) -> list[str]:
    """The values of a cell that holds more than one, as Google Contacts and our vCards write them, or one a line."""
    return [part.strip() for part in _SEVERAL.split(raw) if part.strip()] if raw else []


def read_name(raw: str) -> str:
    """Return a name; a character that the file's encoding did not have (``&#23515;``) is put back."""
    return read_text(_REFERENCE.sub(_character, raw) if "&#" in raw else raw)


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1))
    return chr(code) if 0xA0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()


def read_text(raw: str) -> str:
    """Return ``raw`` without control characters, blanks folded."""
    return kit_text.clean(_DISARMED.sub("", raw)) if raw else ""


def read_long_text(raw: str) -> str:
    """Return ``raw`` with its line breaks (as one kind of break) and without other control characters."""
    lines = _DISARMED.sub("", raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(kit_text.clean(line) for line in lines).strip()


def read_id(raw: str) -> str | Problem:
    """Return an identifier as the other system writes it: ``13085.0`` and ``="13085"`` are 13085; "" for none.

    Leading zeros stay. A number that a spreadsheet shortened (4.5E+12) has lost digits and is refused.
    """
    value = kit_text.clean(unicodedata.normalize("NFKC", raw)) if raw else ""
    if value.casefold() in BLANKS:
        return ""
    if match := _FORMULA_TEXT.match(value):
        value = match.group(1).strip()
    value = value.removeprefix("'")
    if match := _FLOAT_ID.match(value):
        return match.group(1)
    if _SCIENTIFIC.match(value):
        return Problem(
            _("“%(value)s” was shortened by a spreadsheet; the last digits are lost.") % {"value": raw.strip()}
        )
    if len(value) > 120:
        return Problem(_("The identifier is longer than 120 characters."))
    return value


def read_flag(raw: str) -> bool | Problem | None:
    """Return yes or no; None for an empty cell."""
    value = unicodedata.normalize("NFKC", raw).strip().casefold()
    if value in _YES:
        return True
    if value in _NO:
        return False
    if value in BLANKS:
        return None
    return Problem(_("“%(value)s” is neither yes nor no.") % {"value": raw.strip()})
