"""A record as it is known, and in the form in which it is compared: folded, split, with the keys that find its like."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

from regulars.intelligence.models.linkage import names, places
from regulars.intelligence.models.linkage.han import spoken
from regulars.kit.phone import digits

PERSON, ORGANISATION, HOUSEHOLD = "person", "organisation", "household"

_ROLE_BOXES: Final = frozenset(
    [
        "info",
        "service",
        "services",
        "sales",
        "contact",
        "admin",
        "office",
        "hello",
        "mail",
        "support",
        "help",
        "webmaster",
        "hr",
        "marketing",
        "enquiry",
        "enquiries",
    ]
)
_FREE_MAIL: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.com.tw",
        "hotmail.com",
        "hotmail.com.tw",
        "outlook.com",
        "outlook.com.tw",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "pchome.com.tw",
        "hinet.net",
        "msa.hinet.net",
        "seed.net.tw",
        "qq.com",
        "163.com",
        "126.com",
        "proton.me",
        "protonmail.com",
        "gmx.de",
        "gmx.net",
        "web.de",
    ]
)
_SHORTEST_LOCAL, _SHORTEST_TAIL, _INITIALS = 5, 8, 2
_NO_NUMBER: Final = frozenset({"0", "00000000", "99999999", "12345678", "0000000000"})


@dataclass(slots=True)
class Record:
    """What is known of a party. Phones in E.164 where that is known, birth date as ``YYYY-MM-DD``, empty where unknown.

    ``number`` is a number that one party alone has: of a company its tax id, of a person an official one.
    """

    id: int
    name: str = ""
    family: str = ""
    given: str = ""
    other: str = ""
    birth: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    address: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    number: str = ""


@dataclass(slots=True)
class Features:
    """A record made ready. Texts are folded; ``keys`` are ``rule|value`` by which candidates are found."""

    id: int
    family: str
    given: str
    spoken: str
    han: bool
    latin: str
    stem: str
    stems: list[str]
    pieces: list[str]
    pattern: str
    birth: str
    year: int
    emails: list[str]
    locals: list[str]
    counts: str
    domains: list[str]
    phones: list[str]
    tails: list[str]
    street: str
    numbers: str
    grams: list[str]
    postcode: str
    city: str
    number: str
    keys: list[str]


COLUMNS: Final = tuple(one.name for one in fields(Features))


def prepare(record: Record, kind: str) -> Features:
    """The record in the form in which it is compared, as the kind of party it is."""
    if kind == PERSON:
        family, given, han = names.parts(record.name, record.family, record.given)
        stem, stems = "", list[str]()
    else:
        family, given, han = "", "", names.is_han(record.name)
        stem, stems = _stems(record)
    latin = names.latin_key(record.other or ("" if han else record.name or f"{record.given} {record.family}"))
    emails = list(dict.fromkeys(mail.strip().casefold() for mail in record.emails if "@" in mail))
    phones = list(dict.fromkeys(number.partition(";")[0] for number in record.phones if len(digits(number)) >= 6))
    city = places.fold_place(record.city)
    street, numbers = places.address(record.address, record.city, record.region)
    found = Features(
        id=record.id,
        family=family,
        given=given,
        spoken=spoken(given) if han else "",
        han=han,
        latin=latin,
        stem=stem,
        stems=stems,
        pieces=names.pieces(stem),
        pattern=names.short_pattern(stem) if han else "",
        birth=record.birth,
        year=int(record.birth[:4]) if record.birth[:4].isdigit() else 0,
        emails=emails,
        locals=[
            local for mail in emails if _telling(local := mail.partition("@")[0], (family, given, *latin.split()), han)
        ],
        counts=_counts(emails),
        domains=_domains(emails, record.sites),
        phones=phones,
        tails=[tail for number in phones if len(tail := digits(number)[-_SHORTEST_TAIL:]) == _SHORTEST_TAIL],
        street=street,
        numbers=numbers,
        grams=names.pieces(street),
        postcode=places.postcode(record.postcode),
        city=city,
        number=_number(record.number),
        keys=[],
    )
    found.keys = list(dict.fromkeys(_person_keys(found) if kind == PERSON else _firm_keys(found)))
    return found


def _stems(record: Record) -> tuple[str, list[str]]:
    stems = [names.stem(text) for text in (record.name, record.other) if text.strip()]
    stems = list(dict.fromkeys(stem for stem in stems if stem))
    return (stems[0] if stems else ""), stems


def _telling(local: str, parts: tuple[str, ...], han: bool) -> bool:
    """Whether what stands before the @ says more than the name: namesakes often have john.smith@ somewhere else."""
    if len(local) < _SHORTEST_LOCAL or local in _ROLE_BOXES:
        return False
    if _has_digit(local):
        return True
    rest = local
    for part in sorted(parts, key=len, reverse=True):
        if len(part) > 1 and part in rest:
            rest = rest.replace(part, "", 1)
    made_of_name = rest != local or (han and len(parts) <= 2)
    return not made_of_name or sum(letter.isalpha() for letter in rest) > _INITIALS


def _has_digit(text: str) -> bool:
    return any("0" <= character <= "9" for character in text)


def _counts(emails: list[str]) -> str:
    """The digits before the @ of the first address: mary.lin84@ and mary.lin93@ are two people of one name."""
    local = emails[0].partition("@")[0] if emails else ""
    return "".join(character for character in local if "0" <= character <= "9")


def _domains(emails: list[str], sites: tuple[str, ...]) -> list[str]:
    hosts = [mail.rpartition("@")[2] for mail in emails]
    hosts += [_host(site) for site in sites]
    return list(dict.fromkeys(host for host in hosts if "." in host and host not in _FREE_MAIL))


def _host(site: str) -> str:
    host = site.strip().casefold().partition("://")[2] or site.strip().casefold()
    return host.partition("/")[0].partition(":")[0].removeprefix("www.")


@lru_cache(maxsize=4096)
def _plain(number: str) -> str:
    return "".join(character for character in number.casefold() if character.isalnum())


def _number(number: str) -> str:
    plain = _plain(number)
    return "" if plain in _NO_NUMBER or len(set(plain)) <= 1 else plain


def _person_keys(one: Features) -> list[str]:
    """Keys of a person; which rules there are, and how many pairs each may propose, stands in ``people``."""
    pair = "~".join(sorted(filter(None, (one.family, one.given))))
    whole = pair if one.family and one.given else ""
    initials = {part[0] for part in (one.family, one.given) if part}
    area = one.postcode[:3] or one.city
    keys = [f"phone|{number}" for number in one.phones] + [f"tail|{tail}" for tail in one.tails]
    keys += [f"email|{mail}" for mail in one.emails] + [f"local|{local}" for local in one.locals]
    if one.number:
        keys.append(f"number|{one.number}")
    if whole:
        keys.append(f"name|{whole}")
        keys += [f"name_year|{whole}|{one.year}"] * bool(one.year) + [f"name_area|{whole}|{area}"] * bool(area)
    if one.latin:
        keys.append(f"latin|{one.latin}")
    if one.birth:
        keys.append(f"birth|{one.birth}")
        keys += [f"birth_initial|{one.birth}|{initial}" for initial in sorted(initials)]
    if one.year and whole and not one.han:
        keys.append(f"sound_year|{'~'.join(sorted((names.sound(one.family), names.sound(one.given))))}|{one.year}")
    if one.numbers and one.street:
        home = f"{one.street}|{one.numbers}|{one.city}"
        keys.append(f"home|{home}")
        keys += [f"home_initial|{home}|{initial}" for initial in sorted(initials)]
    keys += [f"part|{part}" for part in (one.family, one.given) if part]
    return keys


def _firm_keys(one: Features) -> list[str]:
    """Keys of a company or a household."""
    keys = [f"name|{stem}" for stem in one.stems]
    keys += [f"number|{one.number}"] if one.number else []
    keys += [f"phone|{number}" for number in one.phones] + [f"tail|{tail}" for tail in one.tails]
    keys += [f"email|{mail}" for mail in one.emails] + [f"domain|{domain}" for domain in one.domains]
    if one.numbers and one.street:
        keys.append(f"home|{one.street}|{one.numbers}|{one.city}")
    if len(one.stem) >= 2:
        keys.append(f"begin|{one.stem[: 2 if one.han else 5]}|{one.city}")
        keys.append(f"begin|{one.stem[: 4 if one.han else 8]}")
    return keys


def row(features: Features) -> tuple[Any, ...]:
    """The values in the order of ``COLUMNS``."""
    return tuple(getattr(features, name) for name in COLUMNS)
