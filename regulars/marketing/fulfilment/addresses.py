"""Addresses as they stand on an envelope, by the custom of the country they go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.conf import settings

from regulars.kit.text import clean, fold, has_han

_NAMES: Final[dict[str, str]] = {
    "TW": "tw taiwan roc 台灣 臺灣 中華民國", "CN": "cn china 中國 中國大陸", "HK": "hk hongkong 香港", "MO": "mo macau 澳門", "JP": "jp japan 日本",
    "DE": "de germany deutschland 德國", "FR": "fr france 法國", "IT": "it italy 義大利", "ES": "es spain 西班牙", "NL": "nl netherlands 荷蘭",
    "BE": "be belgium 比利時", "AT": "at austria 奧地利", "CH": "ch switzerland 瑞士", "DK": "dk denmark 丹麥", "SE": "se sweden 瑞典",
    "NO": "no norway 挪威", "FI": "fi finland 芬蘭", "PL": "pl poland 波蘭", "CZ": "cz czechia 捷克", "PT": "pt portugal 葡萄牙",
}  # fmt: skip
_CODES: Final = {fold(name): code for code, names in _NAMES.items() for name in names.split()}
_POSTCODE_FIRST: Final = frozenset(
    ["DE", "FR", "IT", "ES", "NL", "BE", "AT", "CH", "DK", "SE", "NO", "FI", "PL", "CZ", "PT"]
)
_HAN_ORDER: Final = frozenset({"TW", "CN", "HK", "MO", "JP"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where something goes. ``country`` as it was written: a name or a code; empty: the company's own."""

    recipient: str
    address: str
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    @property
    def complete(self) -> bool:
        """Whether a postman could find it."""
        return bool(self.recipient and self.address and (self.city or has_han(self.address)))

    @property
    def key(self) -> str:
        """Addresses with the same key are one place."""
        return fold(f"{self.city}{self.address}".replace(" ", ""))


def code_of(country: str) -> str:
    """The code of a country as it was written; empty for one that is written in no special way."""
    return _CODES.get(fold(country.replace(" ", "").replace(".", "")), "" if country.strip() else settings.COUNTRY)


def lines_of(one: Address, *, organisation: bool = False) -> list[str]:
    """The lines of a label, from the top.

    In Han characters the place comes first, large to small, then who it is for (君收; a company 公啟). Elsewhere the recipient comes
    first, then street, city with region and postcode (the postcode first on the Continent), and the country where it is another one.
    """
    code = code_of(one.country)
    if has_han(one.address) and code in _HAN_ORDER:
        return _han(one, code, organisation=organisation)
    place = clean(f"{one.postcode} {one.city}" if code in _POSTCODE_FIRST else _city_line(one))
    abroad = clean(one.country).upper() if code != settings.COUNTRY else ""
    return [line for line in (one.recipient, one.address, place, abroad) if line]


def _han(one: Address, code: str, *, organisation: bool) -> list[str]:
    area = one.city or one.region
    place = one.address if one.address.startswith(area) else f"{area}{one.address}"
    polite = "公啟" if organisation else "君收"
    recipient = f"{one.recipient} {polite}" if has_han(one.recipient) else one.recipient
    abroad = one.country if code != settings.COUNTRY else ""
    return [line for line in (abroad, clean(f"{one.postcode} {place}"), recipient) if line]


def _city_line(one: Address) -> str:
    right = clean(f"{one.region} {one.postcode}")
    return f"{one.city}, {right}" if one.city and right else one.city or right
