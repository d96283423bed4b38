"""Addresses in the form in which they are compared: words of the street, and the numbers apart from them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from regulars.intelligence.models.linkage import names

_NUMERALS: Final = {numeral: str(value) for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_COUNTED: Final = re.compile(r"[〇零一二三四五六七八九十]{1,3}(?=[段樓鄰巷弄號室f-])")
_LEADING_CODE: Final = re.compile(r"^\(?\d{3}(\d{2,3})?\)?(?=\D)")
_NEIGHBOURHOOD: Final = re.compile(r"(?<=[里村])\d+鄰|(?<=[區鄉鎮市])[^\d區鄉鎮市路街]{1,3}[里村](?=\d+鄰)")
_DIGITS: Final = re.compile(r"\d+[a-z]?")
_UNITS: Final = re.compile(r"[段號樓室]|[^\w]+")
_NOT_WORD: Final = re.compile(r"[^\w]+")
_COUNTRY: Final = re.compile(r"^(台灣省?|中華民國|taiwan|roc)")
_LATIN_WORDS: Final = {
    "road": "rd", "street": "st", "avenue": "ave", "lane": "ln", "section": "sec", "boulevard": "blvd", "place": "pl", "drive": "dr", "court": "ct",
    "circuit": "cct", "crescent": "cres", "floor": "f", "number": "no",
}  # fmt: skip
_DROPPED: Final = frozenset({"no", "the", "flat", "unit"})
_CITY_ALIASES: Final = {
    "台北縣": "新北市",
    "桃園縣": "桃園市",
    "台中縣": "台中市",
    "台南縣": "台南市",
    "高雄縣": "高雄市",
}


def _counted(match: re.Match[str]) -> str:
    word = match.group()
    if "十" not in word:
        return "".join(_NUMERALS[character] for character in word)
    tens, _, ones = word.partition("十")
    return f"{_NUMERALS.get(tens, '1') if tens else '1'}{_NUMERALS.get(ones, '0') if ones else '0'}"


@lru_cache(maxsize=16_384)
def fold_place(place: str) -> str:
    """A city or region, folded; counties that became cities under their present name."""
    bare = _NOT_WORD.sub("", names.plain(place)) if names.is_han(place) else " ".join(names.plain(place).split())
    return _CITY_ALIASES.get(bare, bare)


@lru_cache(maxsize=4_096)
def postcode(code: str) -> str:
    """Letters and digits only."""
    return "".join(character for character in names.plain(code) if character.isalnum())


def address(line: str, city: str = "", region: str = "") -> tuple[str, str]:
    """The words of a street address and its numbers, ``"113/2"``; country, city and postcode in front left out.

    臺 and 台, 二段 and 2段, 5F and 5樓, 12之3號 and 12-3號 come out the same.

    >>> address("臺北市中山北路二段113號5樓", "台北市")
    ('中山北路', '2/113/5')
    """
    bare = names.plain(line)
    if not bare:
        return "", ""
    if not names.is_han(bare):
        return _latin_address(bare)
    bare = _COUNTED.sub(_counted, "".join(bare.split()).replace("之", "-"))
    bare = _COUNTRY.sub("", _LEADING_CODE.sub("", bare))
    for place in (fold_place(region), fold_place(city)):
        bare = bare.removeprefix(place) if place else bare
    for old, new in _CITY_ALIASES.items():
        bare = bare.removeprefix(old).removeprefix(new) if fold_place(city) == new else bare
    bare = _LEADING_CODE.sub("", bare)
    bare = _NEIGHBOURHOOD.sub("", bare)
    bare = re.sub(r"(?<=\d)f(?=$|[^a-z])", "樓", bare)
    return _UNITS.sub("", _DIGITS.sub("", bare)), "/".join(_DIGITS.findall(bare))


def _latin_address(bare: str) -> tuple[str, str]:
    words = [_LATIN_WORDS.get(word, word) for word in _NOT_WORD.split(bare.replace("'", "")) if word]
    kept = [word for word in words if not _DIGITS.fullmatch(word) and word not in _DROPPED]
    return " ".join(kept), "/".join(word for word in words if _DIGITS.fullmatch(word))
