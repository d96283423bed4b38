"""One cell of a list: as HTML, as plain text, as a value for a file.

Written as plain functions, not templates: a page has hundreds of cells.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit.money import to_decimal
from regulars.web import format as show
from regulars.web.icons import icon
from regulars.web.resources import Badge, Column, follow
from regulars.web.stages import STAGES, VALUE_CLASSES

EMPTY: SafeString = mark_safe('<span class="nothing" aria-label="–">–</span>')


def currency_of(column: Column, row: Any) -> str:
    """The currency of a money cell."""
    return (follow(row, column.currency) if column.currency else None) or settings.CURRENCY


def plain(column: Column, row: Any) -> str:
    """The cell as words; empty for None."""
    value = column.of(row)
    if value is None or value == "":
        return ""
    return _words(column, value, row)


_WORDS: dict[str, Callable[[Any], str]] = {
    "number": show.show_number,
    "percent": show.show_percent,
    "date": show.show_date,
    "datetime": show.show_datetime,
    "ago": show.ago,
    "stage": lambda value: str(STAGES.get(value, value)),
    "value_class": lambda value: str(VALUE_CLASSES.get(value, value)),
    "flag": lambda value: _("Yes") if value else _("No"),
    "badge": lambda value: str(value.label),
    "link": lambda value: str(value.label),
}


def _words(column: Column, value: Any, row: Any) -> str:
    if column.kind == "money":
        return show.show_money(value, currency_of(column, row))
    return _WORDS.get(column.kind, str)(value)


def html(column: Column, row: Any) -> SafeString:
    """The cell as HTML."""
    value = column.of(row)
    if value is None or value == "":
        return EMPTY
    match column.kind:
        case "stage":
            return stage(value)
        case "value_class":
            return value_class(value)
        case "badge":
            return badge(value)
        case "flag":
            return icon("check") if value else EMPTY
    words = escape(_words(column, value, row))
    match column.kind:
        case "link":
            return _marked(f'<a href="{escape(value.url)}" class="link">{words}</a>')
        case "ago" | "datetime" | "date":
            return _moment(value, words)
        case "money" | "number" | "percent" if value < 0:
            return _marked(f'<span class="negative">{words}</span>')
    return words


def _marked(html_of_escaped_parts: str) -> SafeString:
    return mark_safe(html_of_escaped_parts)  # noqa: S308 -- every caller escapes its parts


def _moment(value: date | datetime, words: SafeString) -> SafeString:
    full = show.show_datetime(value) if isinstance(value, datetime) else show.show_date(value)
    return _marked(f'<time datetime="{value.isoformat()}" title="{full}">{words}</time>')


def stage(key: str) -> SafeString:
    """Glyph, word and colour of a stage; an unknown key is shown as it is."""
    return _stage(key, get_language()) if key in STAGES else escape(key)


@cache
def _stage(key: str, language: str | None) -> SafeString:
    return format_html('<span class="stage stage-{}">{}<span>{}</span></span>', key, icon(f"glyph-{key}"), STAGES[key])


def value_class(key: str) -> SafeString:
    """Glyph and word of a value class; an unknown key is shown as it is."""
    return _value_class(key, get_language()) if key in VALUE_CLASSES else escape(key)


@cache
def _value_class(key: str, language: str | None) -> SafeString:
    glyph = icon(f"class-{key}")
    return format_html('<span class="value-class class-{}">{}<span>{}</span></span>', key, glyph, VALUE_CLASSES[key])


def badge(value: Badge) -> SafeString:
    """A word with a tone."""
    glyph = icon(value.icon) if value.icon else ""
    return format_html('<span class="badge tone-{}">{}{}</span>', value.tone, glyph, value.label)


def for_file(column: Column, row: Any) -> str | int | float | Decimal | date | datetime | None:
    """The cell for a file: numbers and dates as such, money as an exact decimal number of major units."""
    value = column.of(row)
    if value is None:
        return None
    match column.kind:
        case "money":
            return to_decimal(value, currency_of(column, row))
        case "number" | "percent":
            return value  # type: ignore[no-any-return]
        case "date":
            return show.local_day(value)
        case "datetime" | "ago":
            return value  # type: ignore[no-any-return]
        case _:
            return _words(column, value, row)
