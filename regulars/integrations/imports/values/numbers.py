"""Numbers as people write them: 1,234.50 · 1.234,50 · 1 234,50 · full-width digits · (1.00) · 1.00- · NT$1,234."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from regulars.integrations.imports.values.problem import Problem
from regulars.integrations.imports.values.texts import is_blank

Mark = Literal[".", ","]
Shape = Literal["whole", "point", "comma", "either"]

_PLAIN = re.compile(r"-?\d{1,15}")
_PLAIN_POINT = re.compile(r"-?(?:\d{4,12}\.\d{1,12}|0\.\d{1,12}|\d{1,3}\.(?:\d{1,2}|\d{4,12}))")
_CURRENCY = re.compile(
    r"NT\$|US\$|HK\$|AU\$|CA\$|R\$|CN¥|RM|[$£€¥₩₹]|新[台臺]幣|人民幣|美元|[元圓]整?|\b(?:TWD|NTD|USD|EUR|GBP|JPY|CNY|RMB|HKD|BRL|KRW|AUD|CAD)\b",
    re.IGNORECASE,
)
_MINUS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "﹣": "-",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "’": "'",
        "，": ",",
        "．": ".",
    }
)
_BODY = re.compile(r"\d[\d.,' ]*|[.,]\d+")
_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_SPACED = re.compile(r"\d{1,3}(?:[ ']\d{3})+(?![\d])")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{2,3})*\.\d{3}")
_COMMAED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}")
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class DecimalStyle:
    """How one column writes its numbers: the decimal mark, and whether both marks occur in it."""

    mark: Mark = "."
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """A number taken apart: what it is with either mark as the decimal one (None: impossible)."""

    shape: Shape
    with_point: Decimal | None
    with_comma: Decimal | None


def detect_style(values: Iterable[str]) -> tuple[DecimalStyle, bool]:
    """Return the style of a column from its distinct values, and whether there was any evidence for it."""
    shapes = Counter(seen.shape for value in values if (seen := _take_apart(value)) is not None)
    points, commas = shapes["point"], shapes["comma"]
    if points and commas:
        return DecimalStyle("," if commas > points else ".", mixed=True), True
    return DecimalStyle("," if commas else "."), bool(points or commas)


def looks_like_number(value: str) -> bool:
    """Whether ``value`` can be read as a number in some style."""
    return _take_apart(value) is not None


def read_number(raw: str, style: DecimalStyle) -> Decimal | Problem | None:
    """Return the number ``raw`` stands for; None for an empty cell."""
    if _PLAIN.fullmatch(raw) or (style.mark == "." and not style.mixed and _PLAIN_POINT.fullmatch(raw)):
        return Decimal(raw)
    if is_blank(raw):
        return None
    seen = _take_apart(raw)
    if seen is None:
        return Problem(_("“%(value)s” is not a number.") % {"value": raw.strip()})
    if seen.shape == "either" and style.mixed:
        values = {"value": raw.strip(), "one": seen.with_point, "other": seen.with_comma}
        return Problem(
            _("“%(value)s” may mean %(one)s or %(other)s; this column writes decimals in both ways.") % values
        )
    chosen = seen.with_comma if style.mark == "," else seen.with_point
    return chosen if chosen is not None else (seen.with_point if seen.with_point is not None else seen.with_comma)


def _take_apart(raw: str) -> _Seen | None:
    text = unicodedata.normalize("NFKC", raw).translate(_MINUS).strip()
    if not text or len(text) > _LONGEST:
        return None
    text = _CURRENCY.sub("", text).strip()
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1].strip()
    if text.endswith("-"):
        negative, text = not negative, text[:-1].strip()
    elif text.startswith(("-", "+")):
        negative, text = negative != text.startswith("-"), text[1:].strip()
    if _EXPONENT.fullmatch(text):
        value = Decimal(text)
        return _signed("point" if "." in text else "whole", value, None if "." in text else value, negative=negative)
    if not _BODY.fullmatch(text):
        return None
    text = _SPACED.sub(lambda match: match.group().replace(" ", "").replace("'", ""), text)
    if " " in text or "'" in text:
        return None
    return _by_marks(text, negative=negative)


def _by_marks(text: str, *, negative: bool) -> _Seen | None:
    points, commas = text.count("."), text.count(",")
    if not points and not commas:
        return _signed("whole", Decimal(text), Decimal(text), negative=negative)
    if points and commas:
        return _both_marks(text, negative=negative)
    mark, grouped = (".", _DOTTED) if points else (",", _COMMAED)
    thousands = Decimal(text.replace(mark, "")) if grouped.fullmatch(text) and not text.startswith("0") else None
    decimal = Decimal(text.replace(",", ".")) if text.count(mark) == 1 else None
    if thousands is None and decimal is None:
        return None
    with_point, with_comma = (decimal, thousands) if mark == "." else (thousands, decimal)
    shape: Shape = (
        "either" if thousands is not None and decimal is not None else "point" if with_point is not None else "comma"
    )
    return _signed(shape, with_point, with_comma, negative=negative)


def _both_marks(text: str, *, negative: bool) -> _Seen | None:
    last = "." if text.rfind(".") > text.rfind(",") else ","
    first = "," if last == "." else "."
    whole, _mark, fraction = text.rpartition(last)
    if last in whole or not (_COMMAED if first == "," else _DOTTED).fullmatch(whole):
        return None
    value = Decimal(f"{whole.replace(first, '')}.{fraction or '0'}")
    return _signed(
        "point" if last == "." else "comma", *((value, None) if last == "." else (None, value)), negative=negative
    )


def _signed(shape: Shape, with_point: Decimal | None, with_comma: Decimal | None, *, negative: bool) -> _Seen:
    if negative:
        with_point = -with_point if with_point is not None else None
        with_comma = -with_comma if with_comma is not None else None
    return _Seen(shape, with_point, with_comma)
