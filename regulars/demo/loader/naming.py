"""Indices into words as the words themselves: people, firms, homes, numbers. Numbers and domains belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from regulars.demo.simulator.profiles import Names, Profiles
from regulars.demo.words import firms, names, places
from regulars.kit import text

MAIL_DOMAINS: Final = ("example.com", "example.org", "example.net", "mail.example", "post.example")
_LOCAL_DIGITS: Final = {"02": 8, "04": 8, "037": 6, "089": 6}
_FORMS: Final = len(firms.FORMS)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its parts. ``latin`` is the other script, ``handle`` what an address is made of."""

    family: str
    given: str
    latin: str
    handle: str
    woman: bool
    foreign: bool

    @property
    def shown(self) -> str:
        """The name to show."""
        return text.person_name(self.family, self.given)

    @property
    def salutation(self) -> str:
        """How the person is addressed."""
        if self.foreign:
            return "Ms." if self.woman else "Mr."
        return "小姐" if self.woman else "先生"

    @property
    def addressed(self) -> str:
        """Family name with salutation, as in notes."""
        return f"{self.salutation} {self.family}" if self.foreign else f"{self.family}{self.salutation}"


def people_names(drawn: Names) -> list[PersonName]:
    """The names behind the indices."""
    columns = (drawn.woman, drawn.foreign, drawn.family, drawn.given, drawn.second, drawn.age_group)
    return [_person(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _person(woman: bool, foreign: bool, family: int, given: int, second: int, age_group: int) -> PersonName:
    if foreign:
        surname, first = names.FOREIGN_FAMILIES[family][0], names.FOREIGN_GIVEN[woman][given]
        handle = f"{first}.{surname}".lower().replace("'", "").replace("ü", "ue")
        return PersonName(surname, first, "", handle, woman, foreign)
    pool = names.GIVEN[age_group + 3 * woman]
    characters = [pool[given]] + ([pool[second]] if second >= 0 else [])
    han, latin = names.SURNAMES[family]
    spoken = "-".join(sound for _, sound in characters)
    handle = f"{spoken.replace('-', '')}.{latin.replace('-', '')}".lower()
    return PersonName(
        han, "".join(character for character, _ in characters), f"{spoken} {latin}", handle, woman, foreign
    )


def origin(drawn: Names, position: int) -> str:
    """The country a foreigner is from."""
    return names.FOREIGN_FAMILIES[int(drawn.family[position])][1]


def address(profiles: Profiles, position: int) -> tuple[str, str]:
    """Street address and postcode of a home in Taiwan."""
    city = places.CITIES[profiles.city[position]]
    district, postcode = city.districts[profiles.district[position]]
    road, house = int(profiles.road[position]), int(profiles.house[position])
    street = places.ROADS[road // len(places.SECTIONS)]
    section = places.SECTIONS[road % len(places.SECTIONS)] if street.endswith("路") else ""
    floor = f"{house % 11 + 2}樓" if house % 3 == 0 else ""
    return f"{district}{street}{section}{house}號{floor}", postcode


def mobile(number: int) -> tuple[str, str]:
    """A number of the 0990 and 0991 series as written and in E.164; different for different ``number`` below 2 million."""
    digits = f"99{number // 1_000_000 % 2}{number * 7_919 % 1_000_000:06d}"
    return f"0{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"+886{digits}"


def landline(area: str, number: int) -> tuple[str, str]:
    """A number with 555 near the front as written and in E.164."""
    length = _LOCAL_DIGITS.get(area, 7)
    front = {"02": "5555", "04": "3555"}.get(area, "555")
    rest = length - len(front)
    local = f"{front}{number * 7 % 10**rest:0{rest}d}"
    return f"({area}){local[:-4]}-{local[-4:]}", f"+886{area[1:]}{local}"


def firm_name(number: int) -> tuple[str, str, str, str]:
    """Name, name in English, handle and industry of a company; different for each ``number`` below 504."""
    stem, latin = firms.STEMS[number % len(firms.STEMS)]
    trade, english, industry = firms.TRADES[(number // len(firms.STEMS) + 5 * number) % len(firms.TRADES)]
    form, ending = firms.FORMS[number // 504 % _FORMS]
    branch = f"（第 {number // 1_008 + 1} 營業處）" if number >= 504 * _FORMS else ""
    handle = f"{latin}-{english}".lower().replace(" ", "-")
    return f"{stem}{trade}{form}{branch}", f"{latin} {english} {ending}", handle, industry


def tax_id(number: int) -> str:
    """A 統一編號 that is valid only by the rule of today (sum divisible by 5), not by the old one (by 10)."""
    seven = f"{(1_204_567 + number * 79_193) % 10_000_000:07d}"
    seven = f"{seven[:6]}8" if seven[6] == "7" else seven
    products = (int(digit) * weight for digit, weight in zip(seven, (1, 2, 1, 2, 1, 2, 4), strict=True))
    total = sum(product // 10 + product % 10 for product in products)
    return f"{seven}{(5 - total) % 10}"
