"""One row of a customer file as a person or company, before anybody has looked whether it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.customers.models import Party
from regulars.integrations.imports.engine import parties
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.kit import phone, text

TAX_SYSTEM: Final = "tax_id"
_FIELDS: Final = (
    "family_name", "given_name", "other_name", "salutation", "birth_date", "language", "city", "region", "postcode", "country", "industry", "about",
)  # fmt: skip
_LENGTHS: Final = {
    one.attname: one.max_length for one in Party._meta.concrete_fields if getattr(one, "max_length", None)
}
_ORGANISATION = frozenset(
    {
        "company",
        "organisation",
        "organization",
        "firm",
        "business",
        "corporate",
        "公司",
        "公司客戶",
        "企業",
        "法人",
        "b2b",
        "1",
        "true",
        "yes",
        "empresa",
        "firma",
    }
)
_DASHES = frozenset({"-", "－", "–", "—", "?"})
_REGIONS: Final = {
    "taiwan": "TW", "台灣": "TW", "臺灣": "TW", "united kingdom": "GB", "uk": "GB", "great britain": "GB", "england": "GB", "united states": "US", "usa": "US",
    "us": "US", "germany": "DE", "deutschland": "DE", "france": "FR", "spain": "ES", "portugal": "PT", "brazil": "BR", "brasil": "BR", "japan": "JP", "日本": "JP",
    "china": "CN", "中國": "CN", "hong kong": "HK", "香港": "HK", "singapore": "SG", "新加坡": "SG", "south korea": "KR", "korea": "KR", "italy": "IT", "austria": "AT",
    "switzerland": "CH", "netherlands": "NL", "belgium": "BE", "sweden": "SE", "norway": "NO", "denmark": "DK", "finland": "FI", "poland": "PL", "ireland": "IE",
    "canada": "CA", "mexico": "MX", "argentina": "AR", "venezuela": "VE", "australia": "AU", "new zealand": "NZ", "india": "IN", "south africa": "ZA",
}  # fmt: skip


@dataclass(slots=True)
class Point:
    """A contact point of a row, with the form in which it is compared."""

    kind: str
    raw: str
    normalised: str


@dataclass(slots=True)
class Person:
    """What one row says of one party. ``facts`` holds only what the row fills."""

    row: int
    cells: list[str]
    kind: str
    name: str
    named: bool
    facts: dict[str, Any]
    externals: list[str]
    tax_id: str
    points: list[Point]
    consents: list[tuple[str, str]]
    custom: dict[str, str]
    company: str = ""
    job: str = ""
    since: date | None = None
    contact: str = ""
    again: bool = False
    shortened: list[str] = field(default_factory=list)


class PersonReader:
    """Turns the values of a row into a ``Person``."""

    def __init__(self, parser: Parser, owners: dict[str, int]) -> None:
        self._parser, self._at, self._owners = parser, parser.place, owners
        self._custom = parser.columns("custom")
        self._type_says_company = any(
            re.search(r"is.?a.?company", name, re.IGNORECASE) for name in parser.columns("type")
        )

    def read(self, row: int, cells: list[str], values: list[Any]) -> Person | Reject:
        """The person or company of a row, or why the row is rejected."""
        get = {key: values[place] for key, place in self._at.items()}
        kind, name, company = self._who(get)
        externals = list(dict.fromkeys(one for one in (get["customer"], *get["alias"]) if one))
        points = self._points(get)
        named = bool(name)
        name = name or (points[0].raw if points else parties.name_of_number(externals[0]) if externals else "")
        if not name:
            return self._parser.reject(
                "name", cells, _("The row has neither name, number nor address: nobody would know who this is.")
            )
        facts: dict[str, Any] = {key: _plain(get[key]) for key in _FIELDS if _plain(get[key])}
        if address := _joined([_plain(one) for one in get["address"]]):
            facts["address"] = address
        if get["owner"]:
            owner = self._owners.get(get["owner"].casefold())
            if owner is None:
                return self._parser.reject("owner", cells, _("Nobody signs in as “%(name)s”.") % {"name": get["owner"]})
            facts["owner_id"] = owner
        custom = {
            column: value for column, raw in zip(self._custom, get["custom"], strict=True) if (value := _plain(raw))
        }
        contact = _plain(get["contact"]) if kind == "organisation" else ""
        if get["job"] and not company and not contact:
            custom[self._parser.columns("job")[0]] = get["job"]
        person = Person(
            row,
            cells,
            kind,
            name[:200],
            named,
            facts,
            externals,
            get["tax_id"],
            points,
            _consents(get),
            custom,
            company,
            get["job"] if company or contact else "",
            get["since"],
            contact,
        )
        _shorten(person)
        return person

    def _who(self, get: dict[str, Any]) -> tuple[str, str, str]:
        """Kind, name, and the company the person works at."""
        name, company = _plain(get["name"]), _plain(get["company"])
        if not name and not company:
            name = _plain(get["contact"])
        parts = text.person_name(get["family_name"], get["given_name"])
        word = get["type"].casefold()
        says = (
            ""
            if not word
            else "organisation"
            if word in _ORGANISATION
            else "person"
            if self._type_says_company or word in {"person", "individual", "個人"}
            else ""
        )
        if says == "organisation" or (company and not name and not parts):
            return (
                "organisation",
                company if company and not name else name or company,
                company if name and company and name != company else "",
            )
        if parts:
            return "person", name or parts, company
        if says == "person":
            return "person", name, company
        kind = (
            "organisation"
            if name and (get["tax_id"] or (not company and parties.kind_of_name(name) == "organisation"))
            else "person"
        )
        return kind, name, company if company != name else ""

    def _points(self, get: dict[str, Any]) -> list[Point]:
        region = _REGIONS.get(
            get["country"].casefold(), get["country"].upper() if len(get["country"]) == 2 else settings.COUNTRY
        )
        found = [Point("email", one, one) for cell in get["email"] for one in cell.split(";") if one]
        for kind, numbers in (("mobile", get["mobile"]), ("phone", get["phone"]), ("fax", [get["fax"]])):
            found += [Point(kind, one, phone.normalise(one, region=region)) for one in numbers if one]
        if get["line_id"]:
            found.append(Point("line", get["line_id"], text.fold(get["line_id"])))
        if web := _plain(get["web"]):
            found.append(Point("web", web, text.fold(web)))
        return list({(one.kind, one.normalised): one for one in found}.values())


def _consents(get: dict[str, Any]) -> list[tuple[str, str]]:
    """Channel and state for each answer the row gives; an empty cell is no answer."""
    answers = []
    for channel, yes, no in (("email", "email_consent", "email_refusal"), ("phone", "phone_consent", "phone_refusal")):
        refused, granted = get[no], get[yes]
        if refused is True or granted is False:
            answers.append((channel, "withdrawn"))
        elif granted is True or refused is False:
            answers.append((channel, "granted"))
    return answers


def _plain(value: Any) -> Any:
    return "" if isinstance(value, str) and value in _DASHES else value


def _joined(parts: list[str]) -> str:
    kept = list(dict.fromkeys(part for part in parts if part))
    return ("" if any(text.has_han(part) for part in kept) else ", ").join(kept)


def _shorten(person: Person) -> None:
    for key, value in person.facts.items():
        most = _LENGTHS.get(key)
        if isinstance(value, str) and most and len(value) > most:
            person.facts[key] = value[:most]
            person.shortened.append(key)
