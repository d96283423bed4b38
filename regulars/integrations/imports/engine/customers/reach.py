"""How a row says a customer is reached and where it sits: several addresses, numbers with their sort, several places."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from regulars.integrations.imports.engine.customers.row import Point
from regulars.integrations.imports.engine.parse import Parser
from regulars.integrations.imports.kinds import plain
from regulars.integrations.imports.values.problem import Problem
from regulars.integrations.imports.values.texts import several
from regulars.kit import phone, text

PLACE: Final = ("address", "city", "region", "postcode", "country")
_SORT_WORDS: Final = re.compile(r"\b(?:value|type|types|label)\b")
_GROUP: Final = re.compile(r"^(?:business|home|other|mailing|billing|shipping|address \d+|商務|住家|其他)\b")
_MOBILE: Final = re.compile(r"cell|mobile|行動|手機|iphone", re.IGNORECASE)
_FAX: Final = re.compile(r"fax|傳真", re.IGNORECASE)
_LABELS: Final = (
    (gettext_noop("home"), re.compile(r"home|住家", re.IGNORECASE)),
    (gettext_noop("work"), re.compile(r"work|business|商務|office", re.IGNORECASE)),
)
_TAIWANESE: Final = re.compile(r"\(?0[2-9][0-9 ()-]{7,14}", re.ASCII)
_BETWEEN_DIGITS: Final = re.compile(r"[ ()-]")
_DASHES: Final = frozenset({"-", "－", "–", "—", "?"})
_REGIONS: Final = {
    "taiwan": "TW", "台灣": "TW", "臺灣": "TW", "united kingdom": "GB", "uk": "GB", "great britain": "GB", "england": "GB", "united states": "US", "usa": "US",
    "us": "US", "united states of america": "US", "germany": "DE", "deutschland": "DE", "france": "FR", "spain": "ES", "portugal": "PT", "brazil": "BR", "brasil": "BR", "japan": "JP", "日本": "JP",
    "china": "CN", "中國": "CN", "hong kong": "HK", "香港": "HK", "singapore": "SG", "新加坡": "SG", "south korea": "KR", "korea": "KR", "italy": "IT", "austria": "AT",
    "switzerland": "CH", "netherlands": "NL", "belgium": "BE", "sweden": "SE", "norway": "NO", "denmark": "DK", "finland": "FI", "poland": "PL", "ireland": "IE",
    "canada": "CA", "mexico": "MX", "argentina": "AR", "venezuela": "VE", "australia": "AU", "new zealand": "NZ", "india": "IN", "south africa": "ZA",
}  # fmt: skip


class ReachReader:
    """Reads contact points and places of one file; which column goes with which is settled once."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._sorts = {
            key: _pairs(parser.columns(key), parser.columns(sort))
            for key, sort in (("email", "email_type"), ("phone", "phone_type"))
        }
        groups: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for key in PLACE:
            for place, column in enumerate(parser.columns(key)):
                match = _GROUP.match(plain(column))
                groups[match.group() if match else ""][key].append(place)
        self._groups = list(groups.values())
        self._formatted = [plain(name).endswith("formatted") for name in parser.columns("address")]

    def points(self, get: dict[str, Any], cells: list[str]) -> tuple[list[Point], list[tuple[str, str]]]:
        """The contact points, and columns with their text where it is none."""
        self._region = region_of(self.place(get).get("country", ""))
        unread: list[tuple[str, str]] = []
        found: list[Point] = []
        for key in ("email", "mobile", "phone", "fax"):
            names = self._parser.told(key, cells)
            for place, value in enumerate(get[key]):
                if type(value) is Problem:
                    unread.append((names[place][0], names[place][1].strip()[:200]))
                elif value:
                    found += self._of_cell(key, value, names[place][0], self._sort(key, place, get))
        if get["line_id"]:
            found.append(Point("line", get["line_id"], text.fold(get["line_id"])))
        for cell in get["web"]:
            found += [Point("web", one, text.fold(one)) for one in several(cell) if one not in _DASHES]
        return list({(one.kind, one.normalised): one for one in reversed(found)}.values())[::-1], unread

    def contact_points(self, get: dict[str, Any]) -> list[Point]:
        """Those of the contact person."""
        mail, number = get["contact_email"], get["contact_phone"]
        found = [] if type(mail) is Problem or not mail else self._of_cell("email", mail, "", "")
        return found + ([] if type(number) is Problem or not number else self._of_cell("phone", number, "", ""))

    def _sort(self, key: str, place: int, get: dict[str, Any]) -> list[str] | str:
        sorts = self._sorts.get(key, {})
        return several(get[f"{key}_type"][sorts[place]]) if place in sorts else ""

    def _of_cell(self, key: str, value: str, column: str, sorts: list[str] | str) -> list[Point]:
        if key == "email":
            return [
                Point("email", one, one, _label(_at(sorts, place) or column))
                for place, one in enumerate(value.split(";"))
                if one
            ]
        found = []
        for place, one in enumerate(value.split("\n")):
            said = _at(sorts, place)
            kind = "fax" if _FAX.search(said) else "mobile" if key == "phone" and _MOBILE.search(said) else key
            found.append(Point(kind, one, normalised(one, self._region), _label(said or column)))
        return found

    def place(self, get: dict[str, Any]) -> dict[str, str]:
        """The first of the places a row names that has anything in it."""
        for group in self._groups:
            if found := self._of_group(group, get):
                return found
        return {}

    def other_places(self, get: dict[str, Any]) -> dict[str, str]:
        """Further places, each whole, under the name of their first column."""
        kept: dict[str, str] = {}
        main = None
        for group in self._groups:
            found = self._of_group(group, get)
            if main is None:
                main = found or None
            elif found and found != main and set(found) != {"country"}:
                first = self._parser.columns(next(iter(group)))[next(iter(group.values()))[0]]
                kept[first] = ", ".join(found.values())
        return kept

    def _of_group(self, group: dict[str, list[int]], get: dict[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, places in group.items():
            parts = [" ".join(_bare(get[key][place]).split()) for place in places]
            if key == "address":
                exact = [part for part, place in zip(parts, places, strict=True) if not self._formatted[place]]
                parts = exact if any(exact) else parts
            if value := _joined(parts) if key == "address" else next((part for part in parts if part), ""):
                found[key] = value
        return found


def normalised(number: str, region: str) -> str:
    """As ``kit.phone.normalise``; the plain notation of Taiwan's own numbers is read here, twenty times as fast."""
    if region == "TW" and (match := _TAIWANESE.fullmatch(number)) is not None:
        digits = _BETWEEN_DIGITS.sub("", match.group())
        if len(digits) in {9, 10}:
            return f"+886{digits[1:]}"
    return phone.normalise(number, region=region)


def region_of(country: str) -> str:
    """The country whose notation numbers are taken to be in."""
    return _REGIONS.get(
        country.casefold(), country.upper() if len(country) == 2 and country.isascii() else str(settings.COUNTRY)
    )


def _pairs(values: list[str], sorts: list[str]) -> dict[int, int]:
    """Which column says the sort of which: ``Phone 1 - Type`` of ``Phone 1 - Value``."""
    stems = {_stem(name): place for place, name in enumerate(sorts)}
    return {place: stems[_stem(name)] for place, name in enumerate(values) if _stem(name) in stems}


def _stem(column: str) -> str:
    return " ".join(_SORT_WORDS.sub(" ", plain(column)).split())


def _at(sorts: list[str] | str, place: int) -> str:
    if isinstance(sorts, str):
        return sorts
    return sorts[min(place, len(sorts) - 1)] if sorts else ""


def _label(said: str) -> str:
    """The sort of an address in the language of whoever imports."""
    return next((gettext(word) for word, pattern in _LABELS if pattern.search(said)), "")


def _bare(value: str) -> str:
    return "" if value.strip() in _DASHES else value


def _joined(parts: list[str]) -> str:
    kept = list(dict.fromkeys(part for part in parts if part))
    return ("" if any(text.has_han(part) for part in kept) else ", ").join(kept)
