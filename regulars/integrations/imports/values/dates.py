"""Dates as people and machines write them, in one order per column; years of the Republic of China included."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, Literal

from django.utils.translation import gettext as _

from regulars.integrations.imports.values.problem import Problem
from regulars.integrations.imports.values.texts import is_blank

DateOrder = Literal["ymd", "dmy", "mdy", "roc", "serial"]
ORDERS: Final = ("ymd", "dmy", "mdy", "roc", "serial")
AMBIGUOUS: Final = "ambiguous"

_ROC_OFFSET = 1911
_PARTS = re.compile(r"(\d{1,4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,4})(?:[T\s,]+(.+))?", re.IGNORECASE)
_TIME = re.compile(
    r"(?:(AM|PM|上午|下午)\s*)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(AM|PM|上午|下午)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAY_FIRST = re.compile(
    r"(?:[a-z]+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[-\s]+([a-z]{3})[a-z]*\.?,?[-\s]+(\d{4}|\d{2})(?:[\s,]+(.+))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?:[a-z]+,?\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[\s,]+(.+))?", re.IGNORECASE
)
_EPOCH_OF_SERIALS = datetime(1899, 12, 30)  # noqa: DTZ001 -- spreadsheets know no zone


def classify(raw: str) -> str:
    """Return which order ``raw`` shows: ymd, dmy, mdy, either, roc, serial, named, or "" when it is no date."""
    text = _plain(raw)
    if text.startswith("roc"):
        return "roc"
    if text.isdigit():
        return _classify_digits(text)
    if match := _PARTS.fullmatch(text):
        first, second, third = match.group(1), int(match.group(2)), match.group(3)
        if len(first) == 4:
            return "ymd" if 1 <= second <= 12 else ""
        if len(first) == 3:
            return "roc" if len(third) <= 2 else ""
        if len(third) not in {2, 4}:
            return ""
        if len(first) == 2 and int(first) > 31 and second <= 12 and int(third) <= 31:
            return "roc"  # 79/05/06: so a birthday is written in Taiwan; who means 1979 says year first
        day_first, month_first = int(first) <= 31 and second <= 12, int(first) <= 12 and second <= 31
        if day_first and month_first:
            return "ymd" if int(first) == second else "either"
        return "dmy" if day_first else "mdy" if month_first else ""
    if _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        return "named"
    return "serial" if re.fullmatch(r"[2-7]\d{4}\.\d+", text) else ""


def _classify_digits(text: str) -> str:
    if len(text) in {8, 14} and "1800" < text[:4] < "2200" and "01" <= text[4:6] <= "12" and "01" <= text[6:8] <= "31":
        return "ymd"
    if len(text) == 7 and text[0] in "01" and "01" <= text[3:5] <= "12" and "01" <= text[5:7] <= "31":
        return "roc"
    return "serial" if len(text) == 5 and text[0] in "234567" else ""


def detect_order(values: Iterable[str]) -> str:
    """Return the order of a column of dates: one of ``ORDERS``, ``ambiguous``, or "" when these are no dates.

    31/01 proves day first, 01/31 month first; where nothing proves either, the answer is "ambiguous" and a person is asked.
    """
    seen: Counter[str] = Counter()
    total = 0
    for value in values:
        if not is_blank(value):
            total += 1
            seen[classify(value)] += 1
    dated = total - seen[""]
    if not total or dated < 0.6 * total:
        return ""
    if seen["dmy"] or seen["mdy"]:
        return "dmy" if seen["dmy"] >= seen["mdy"] else "mdy"
    if seen["either"]:
        return AMBIGUOUS
    order, _count = max(((key, n) for key, n in seen.items() if key), key=lambda pair: pair[1])
    return "ymd" if order == "named" else order


def read_moment(raw: str, order: str, zone: tzinfo) -> datetime | Problem | None:
    """Return the moment ``raw`` names, in UTC; a time without zone is taken as local in ``zone``. None for an empty cell."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        if is_blank(raw):
            return None
        read = _read(raw, order)
        if isinstance(read, Problem):
            return read
        moment = read
    if not 1800 < moment.year < 2200:
        return Problem(_("“%(value)s” lies outside the years 1801 to 2199.") % {"value": raw.strip()})
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _read(raw: str, order: str) -> datetime | Problem:
    text = _plain(raw)
    roc = order == "roc" or text.startswith("roc")
    text = text.removeprefix("roc").strip()
    if text.isdigit():
        return _from_digits(text, raw, order, roc=roc)
    if match := _PARTS.fullmatch(text):
        year, month, day = _ordered(match.group(1), match.group(2), match.group(3), "roc" if roc else order)
        return _build(year, month, day, match.group(4), raw, order)
    if match := _DAY_FIRST.fullmatch(text):
        return _build(
            _full_year(match.group(3)),
            _MONTHS.get(match.group(2).lower(), 0),
            int(match.group(1)),
            match.group(4),
            raw,
            order,
        )
    if match := _MONTH_FIRST.fullmatch(text):
        return _build(
            int(match.group(3)), _MONTHS.get(match.group(1).lower(), 0), int(match.group(2)), match.group(4), raw, order
        )
    if order == "serial" and re.fullmatch(r"\d{5}\.\d+", text):
        return _EPOCH_OF_SERIALS + timedelta(seconds=round(float(text) * 86_400))
    return _no_date(raw)


def _from_digits(text: str, raw: str, order: str, *, roc: bool) -> datetime | Problem:
    if len(text) in {8, 14} and not roc:
        clock = f"{text[8:10]}:{text[10:12]}:{text[12:14]}" if len(text) == 14 else None
        return _build(int(text[:4]), int(text[4:6]), int(text[6:8]), clock, raw, order)
    if len(text) == 7 or (roc and len(text) == 6):
        return _build(int(text[:-4]) + _ROC_OFFSET, int(text[-4:-2]), int(text[-2:]), None, raw, order)
    if order == "serial" and len(text) == 5:
        return _EPOCH_OF_SERIALS + timedelta(days=int(text))
    return _no_date(raw)


def _ordered(first: str, second: str, third: str, order: str) -> tuple[int, int, int]:
    if len(first) == 4:
        return int(first), int(second), int(third)
    if order == "roc" or (len(first) == 3 and len(third) <= 2):
        return int(first) + _ROC_OFFSET, int(second), int(third)
    if order == "mdy":
        return _full_year(third), int(first), int(second)
    if order == "ymd" and len(third) == 2 and int(first) > 31:
        return _full_year(first), int(second), int(third)
    return _full_year(third), int(second), int(first)


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 70 else 1900)


def _build(year: int, month: int, day: int, clock: str | None, raw: str, order: str) -> datetime | Problem:
    value = raw.strip()
    if not 1 <= month <= 12:
        orders = {"dmy": _("day/month/year"), "mdy": _("month/day/year")}
        if order in orders:
            return Problem(
                _("“%(value)s”: read as %(order)s there is no month %(month)s.")
                % {"value": value, "order": orders[order], "month": month}
            )
        return _no_date(raw)
    if not 1 <= year <= 9999:
        return _no_date(raw)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        values = {"value": value, "month": f"{year}-{month:02}", "last": last}
        return Problem(_("“%(value)s” is not a date: %(month)s has %(last)s days.") % values)
    moment = datetime(year, month, day)  # noqa: DTZ001 -- the caller adds the company's zone
    return moment if not clock else _with_time(moment, clock, raw)


def _with_time(moment: datetime, clock: str, raw: str) -> datetime | Problem:
    match = _TIME.fullmatch(clock.strip())
    if match is None:
        return _no_date(raw)
    half = (match.group(1) or match.group(6) or "").upper()
    hour, minute, second = int(match.group(2)), int(match.group(3)), int(match.group(4) or 0)
    if half in {"PM", "下午"} and hour < 12:
        hour += 12
    elif half in {"AM", "上午"} and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return Problem(_("“%(value)s” has no such time of day.") % {"value": raw.strip()})
    micro = int((match.group(5) or "0").ljust(6, "0")[:6])
    return moment.replace(hour=hour, minute=minute, second=second, microsecond=micro, tzinfo=_zone(match.group(7)))


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _plain(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).strip()
    for era in ("中華民國", "民國"):
        text = text.replace(era, "roc")
    return text.replace("年", "/").replace("月", "/").replace("日", " ").strip()


def _no_date(raw: str) -> Problem:
    return Problem(_("“%(value)s” is not a date.") % {"value": raw.strip()})
