"""From the words of the URL to values, to a narrowed queryset, to the words of the chip."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.kit import clock
from regulars.kit.money import to_minor
from regulars.web import format as show
from regulars.web.access import User, can
from regulars.web.listing.keyset import field_at
from regulars.web.resources import Choice, Filter, Range, Rows

SEPARATOR = ","
TO = ".."


def parse(one: Filter, raw: str, user: User) -> Any:
    """The value of ``raw`` for this filter; None where it says nothing usable (the filter is then left out)."""
    raw = raw.strip()
    if not raw or (one.rule and not can(user, one.rule)):
        return None
    match one.kind:
        case "flag":
            return {"1": True, "0": False}.get(raw)
        case "multi":
            known = {choice.value for choice in choices(one, user)}
            return [value for value in raw.split(SEPARATOR) if not known or value in known] or None
        case "choice" | "person":
            known = {choice.value for choice in choices(one, user)}
            return raw if not known or raw in known else None
        case "month":
            return _day(f"{raw}-01")
        case "range" | "money_range" | "date_range":
            return _range(one, raw)
        case _:
            return raw


def _range(one: Filter, raw: str) -> Range | None:
    if one.kind == "date_range" and raw.startswith("last") and raw[4:].isdigit():
        return Range(show.local_day(clock.now()) - timedelta(days=min(int(raw[4:]), 36_500)), None)
    low_raw, found, high_raw = raw.partition(TO)
    read = _day if one.kind == "date_range" else _minor if one.kind == "money_range" else _decimal
    low, high = read(low_raw), read(high_raw if found else low_raw)
    return Range(low, high) if low is not None or high is not None else None


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def _decimal(raw: str) -> Decimal | None:
    try:
        value = Decimal(raw.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**15 else None


def _minor(raw: str) -> int | None:
    value = _decimal(raw)
    return None if value is None else to_minor(value, settings.CURRENCY)


def choices(one: Filter, user: User) -> list[Choice]:
    """What may be chosen; empty where anything may be typed."""
    return list(one.choices(user)) if one.choices else []


def narrow(queryset: Rows, one: Filter, value: Any, user: User) -> Rows:
    """``queryset`` narrowed by a parsed value."""
    if one.apply:
        return one.apply(queryset, value)
    if one.kind == "person":
        value = user.pk if value == "me" else value
        return queryset.filter(**({f"{one.field}__isnull": True} if value == "none" else {one.field: value}))
    if one.kind == "multi":
        return queryset.filter(**{f"{one.field}__in": value})
    if one.kind == "text":
        return queryset.filter(**{f"{one.field}__icontains": value})
    if one.kind == "month":
        last = value.replace(day=monthrange(value.year, value.month)[1])
        return _between(queryset, one.field, Range(value, last))
    if isinstance(value, Range):
        return _between(queryset, one.field, value)
    return queryset.filter(**{one.field: value})


def _between(queryset: Rows, path: str, span: Range) -> Rows:
    low, high = span.low, span.high
    if isinstance(low or high, date) and isinstance(field_at(queryset.model, path), DateTimeField):
        start = _midnight(low) if low else None
        end = _midnight(high + timedelta(days=1)) if high else None
        return _bounded(queryset, path, start, end, "lt")
    return _bounded(queryset, path, low, high, "lte")


def _bounded(queryset: Rows, path: str, low: Any, high: Any, upper: str) -> Rows:
    if low is not None:
        queryset = queryset.filter(**{f"{path}__gte": low})
    if high is not None:
        queryset = queryset.filter(**{f"{path}__{upper}": high})
    return queryset


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def words(one: Filter, value: Any, raw: str, user: User) -> str:
    """What the chip says after the filter's name."""
    if one.words:
        return one.words(str(value))
    match one.kind:
        case "flag":
            return _("yes") if value else _("no")
        case "month":
            return show.show_month(value)
        case "date_range" if raw.startswith("last"):
            return _("last %(n)s days") % {"n": raw[4:]}
        case "range" | "money_range" | "date_range":
            return _span_words(one, value)
        case "choice" | "person" | "multi":
            return _choice_words(value if isinstance(value, list) else [value], choices(one, user))
        case _:
            return str(value)


def _choice_words(chosen: list[str], known: list[Choice]) -> str:
    named = {choice.value: str(choice.label) for choice in known}
    said = [named.get(key, key) for key in chosen]
    if len(said) > 2:
        return f"{said[0]} +{len(said) - 1}"
    return pgettext("list", ", ").join(said)


def _span_words(one: Filter, span: Range) -> str:
    def say(value: Any) -> str:
        if one.kind == "date_range":
            return show.show_date(value)
        return show.show_money(value) if one.kind == "money_range" else show.show_number(value)

    if span.low is None:
        return _("up to %(value)s") % {"value": say(span.high)}
    if span.high is None:
        return _("from %(value)s") % {"value": say(span.low)}
    if span.low == span.high:
        return say(span.low)
    return f"{say(span.low)} – {say(span.high)}"


def ends(one: Filter, value: Any) -> tuple[str, str]:
    """Both ends of a span as its input fields hold them."""
    if not isinstance(value, Range):
        return "", ""

    def hold(end: Any) -> str:
        if end is None:
            return ""
        return show.plain_money(end) if one.kind == "money_range" else str(end)

    return hold(value.low), hold(value.high)
