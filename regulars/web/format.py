"""Dates, times, numbers and money as a reader of the current language expects them.

Days are days of the company's zone (``settings.TIME_ZONE``); English writes ``22 Nov 2026``, Taiwan ``2026年11月22日``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.money import format_money, to_decimal

MINUS = "\u2212"
DASH = "\u2013"
_MONTH_DAYS = 30.44
_YEAR_DAYS = 365.25


def is_chinese() -> bool:
    """True while the current language is Chinese."""
    return (get_language() or "en").startswith("zh")


def local_day(value: date | datetime) -> date:
    """The company's day on which ``value`` lies."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def show_date(value: date | datetime | None, *, year: bool = True) -> str:
    """``22 Nov 2026`` or ``2026年11月22日``; without the year when ``year`` is False; a dash for None."""
    return DASH if value is None else _day_words(local_day(value), year, is_chinese())


@lru_cache(maxsize=4_096)
def _day_words(day: date, year: bool, chinese: bool) -> str:
    if chinese:
        return date_format(day, "Y年n月j日" if year else "n月j日")
    return date_format(day, "j M Y" if year else "j M")


def show_month(value: date) -> str:
    """``Nov 2026`` or ``2026年11月``."""
    return date_format(value, "Y年n月" if is_chinese() else "M Y")


def show_time(value: datetime) -> str:
    """``14:05`` in the company's zone."""
    return timezone.localtime(value).strftime("%H:%M")


def show_datetime(value: datetime | None) -> str:
    """``22 Nov 2026, 14:05`` or ``2026年11月22日 14:05``; a dash for None."""
    if value is None:
        return DASH
    local, chinese = timezone.localtime(value), is_chinese()
    return f"{_day_words(local.date(), True, chinese)}{' ' if chinese else ', '}{local.hour:02}:{local.minute:02}"


def as_of(value: datetime | None) -> str:
    """The stamp of figures: the time alone today, the day too before."""
    if value is None:
        return _("not computed yet")
    if local_day(value) == local_day(clock.now()):
        return _("as of %(time)s today") % {"time": show_time(value)}
    return _("as of %(moment)s") % {"moment": show_datetime(value)}


def since(when: str) -> str:
    """``since 22 Nov 2026`` / ``自2026年11月22日起``."""
    return _("since %(date)s") % {"date": when}


def ago(value: date | datetime | None) -> str:
    """How long ago, or in how long, in the coarsest honest unit: ``3 days ago``, ``in 2 months``, ``yesterday``."""
    if value is None:
        return DASH
    now = clock.now()
    if isinstance(value, datetime):
        seconds = (now - value).total_seconds()
        if abs(seconds) < 3_600 or (abs(seconds) < 86_400 and local_day(value) == local_day(now)):
            return _within_a_day(seconds)
    return _by_days((local_day(now) - local_day(value)).days, get_language())


def _within_a_day(seconds: float) -> str:
    minutes = int(abs(seconds) // 60)
    if minutes < 1:
        return _("just now")
    hours = minutes // 60
    if seconds < 0:
        if hours:
            return ngettext("in %(n)s hour", "in %(n)s hours", hours) % {"n": hours}
        return ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
    if hours:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}


@lru_cache(maxsize=4_096)
def _by_days(days: int, language: str | None) -> str:
    near = {0: pgettext("day", "today"), 1: _("yesterday"), -1: _("tomorrow")}
    if days in near:
        return near[days]
    n, future = abs(days), days < 0
    if n < 60:
        if future:
            return ngettext("in %(n)s day", "in %(n)s days", n) % {"n": n}
        return ngettext("%(n)s day ago", "%(n)s days ago", n) % {"n": n}
    if n < 730:
        n = round(n / _MONTH_DAYS)
        if future:
            return ngettext("in %(n)s month", "in %(n)s months", n) % {"n": n}
        return ngettext("%(n)s month ago", "%(n)s months ago", n) % {"n": n}
    n = round(n / _YEAR_DAYS)
    if future:
        return ngettext("in %(n)s year", "in %(n)s years", n) % {"n": n}
    return ngettext("%(n)s year ago", "%(n)s years ago", n) % {"n": n}


def show_number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """Thousands separated, a true minus sign; ``decimals`` by default none for whole numbers, else one."""
    if value is None:
        return DASH
    if decimals is None:
        decimals = 0 if value == int(value) else 1
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def show_percent(share: float | Decimal | None, decimals: int = 0) -> str:
    """A share between 0 and 1 as ``23%``."""
    return DASH if share is None else f"{share * 100:.{decimals}f}%".replace("-", MINUS)


def show_money(amount: int | None, currency: str = "") -> str:
    """Minor units as the currency is customarily written; the company's currency when none is given."""
    return format_money(amount, currency or settings.CURRENCY)


def plain_money(amount: int, currency: str = "") -> str:
    """Minor units as a bare decimal string for files and inputs: ``48200.00``."""
    return str(to_decimal(amount, currency or settings.CURRENCY))
