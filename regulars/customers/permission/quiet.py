"""Quiet hours where the customer lives: by country, and in the company's own zone where that is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from regulars.kit import text

_MOST_STEPS: Final = 50
_ZONES: Final[Mapping[str, str]] = {
    "TW": "Asia/Taipei", "CN": "Asia/Shanghai", "HK": "Asia/Hong_Kong", "MO": "Asia/Macau", "JP": "Asia/Tokyo", "KR": "Asia/Seoul",
    "SG": "Asia/Singapore", "MY": "Asia/Kuala_Lumpur", "TH": "Asia/Bangkok", "VN": "Asia/Ho_Chi_Minh", "PH": "Asia/Manila",
    "ID": "Asia/Jakarta Asia/Jayapura", "IN": "Asia/Kolkata", "AE": "Asia/Dubai", "IL": "Asia/Jerusalem", "TR": "Europe/Istanbul",
    "GB": "Europe/London", "IE": "Europe/Dublin", "FR": "Europe/Paris", "DE": "Europe/Berlin", "AT": "Europe/Vienna",
    "CH": "Europe/Zurich", "NL": "Europe/Amsterdam", "BE": "Europe/Brussels", "IT": "Europe/Rome", "ES": "Europe/Madrid Atlantic/Canary",
    "PT": "Europe/Lisbon Atlantic/Azores", "DK": "Europe/Copenhagen", "SE": "Europe/Stockholm", "NO": "Europe/Oslo",
    "FI": "Europe/Helsinki", "PL": "Europe/Warsaw", "CZ": "Europe/Prague", "GR": "Europe/Athens", "ZA": "Africa/Johannesburg",
    "US": "America/New_York Pacific/Honolulu", "CA": "America/St_Johns America/Vancouver", "MX": "America/Cancun America/Tijuana",
    "BR": "America/Sao_Paulo America/Rio_Branco", "AU": "Australia/Sydney Australia/Perth", "NZ": "Pacific/Auckland",
}  # fmt: skip
"""The zones of a country; of one with many its easternmost and westernmost: quiet in either is quiet."""
_NAMES: Final[Mapping[str, str]] = {
    "TW": "taiwan 台灣 中華民國", "CN": "china 中國 中國大陸", "HK": "hong/kong hongkong 香港", "MO": "macau macao 澳門", "JP": "japan 日本",
    "KR": "korea south/korea 韓國 南韓", "SG": "singapore 新加坡", "MY": "malaysia 馬來西亞", "TH": "thailand 泰國", "VN": "vietnam 越南",
    "PH": "philippines 菲律賓", "ID": "indonesia 印尼", "IN": "india 印度", "AE": "united/arab/emirates 阿聯", "IL": "israel 以色列",
    "TR": "turkey türkiye 土耳其", "GB": "uk united/kingdom great/britain england scotland wales 英國", "IE": "ireland eire 愛爾蘭",
    "FR": "france 法國", "DE": "germany deutschland 德國", "AT": "austria 奧地利", "CH": "switzerland 瑞士", "NL": "netherlands 荷蘭",
    "BE": "belgium 比利時", "IT": "italy 義大利", "ES": "spain 西班牙", "PT": "portugal 葡萄牙", "DK": "denmark 丹麥", "SE": "sweden 瑞典",
    "NO": "norway 挪威", "FI": "finland 芬蘭", "PL": "poland 波蘭", "CZ": "czechia czech/republic 捷克", "GR": "greece 希臘",
    "ZA": "south/africa 南非", "US": "usa united/states united/states/of/america america 美國", "CA": "canada 加拿大",
    "MX": "mexico 墨西哥", "BR": "brazil 巴西", "AU": "australia 澳洲 澳大利亞", "NZ": "new/zealand 紐西蘭",
}  # fmt: skip
_CODES: Final = {text.fold(code): code for code in _ZONES} | {
    text.fold(name.replace("/", " ")): code for code, names in _NAMES.items() for name in names.split()
}


@lru_cache(maxsize=1_000)
def zones_of(country: str) -> tuple[ZoneInfo, ...]:
    """The zones in which somebody of ``country`` (a name or a code, as it was written) may live; the company's if unknown."""
    code = _CODES.get(text.fold(country), "")
    return tuple(ZoneInfo(name) for name in _ZONES.get(code, settings.TIME_ZONE).split())


def quiet_until(at: datetime, zones: Sequence[ZoneInfo], begin: int, end: int) -> datetime | None:
    """The first moment after ``at`` that is quiet in none of ``zones``; None when ``at`` itself is such.

    Args:
        begin: minute of the day from which it is quiet; ``end`` until which. Over midnight when ``begin`` is later.
    """
    moment = at.astimezone(UTC)
    for _step in range(_MOST_STEPS):
        pushed = max(_past(moment, zone, begin, end) for zone in zones)
        if pushed == moment:
            break
        moment = pushed
    return None if moment == at else moment


def _past(moment: datetime, zone: ZoneInfo, begin: int, end: int) -> datetime:
    """``moment``, or the end of the quiet hours in which it lies."""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    over_midnight = begin > end
    quiet = minute >= begin or minute < end if over_midnight else begin <= minute < end
    if not quiet:
        return moment
    day = local.date() + timedelta(days=1 if over_midnight and minute >= begin else 0)
    return datetime.combine(day, time(end // 60, end % 60), zone).astimezone(UTC)
