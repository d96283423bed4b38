"""One row of a customer file as a person or company, before anybody has looked whether it is known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from regulars.customers import fields as own_fields
from regulars.customers.models import FieldDefinition, Party
from regulars.integrations.imports.engine import parties
from regulars.integrations.imports.engine.customers import posts, reach
from regulars.integrations.imports.engine.customers.row import Contact, Person
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.plan import OWN_FIELD, is_own_field
from regulars.integrations.imports.values.own import read_own
from regulars.integrations.imports.values.problem import Problem
from regulars.integrations.imports.values.texts import several
from regulars.kit import text
from regulars.kit.errors import UserError

TAX_SYSTEM: Final = "tax_id"
CARD_SYSTEM: Final = "vcard"
_FIELDS: Final = (
    "family_name", "given_name", "salutation", "language", "industry", "about",
)  # fmt: skip
_OF_CONTACT: Final = ("contact", "contact_job", "contact_email", "contact_phone")
_PLACE: Final = ("address", "city", "region", "postcode", "country")
_LENGTHS: Final = {
    one.attname: one.max_length for one in Party._meta.concrete_fields if getattr(one, "max_length", None)
}
_ORGANISATION = frozenset(
    {"company", "organisation", "organization", "firm", "business", "corporate", "公司", "公司客戶", "企業", "法人", "b2b", "1", "true", "yes", "empresa", "firma"}
)  # fmt: skip
_HOUSEHOLD = frozenset({"household", "家戶"})
_PERSON = frozenset({"person", "individual", "個人", "聯絡人"})
_DASHES = frozenset({"-", "－", "–", "—", "?"})
_GROUPS_OF_ALL: Final = re.compile(r"^\*\s*(?:myContacts|starred)?$")


class PersonReader:
    """Turns the values of a row into a ``Person``."""

    def __init__(self, parser: Parser, owners: dict[str, int], definitions: Mapping[str, FieldDefinition]) -> None:
        self._parser, self._at, self._owners = parser, parser.place, owners
        self._custom = [*parser.columns("custom"), *parser.columns("new_field")]
        self._tags = (parser.columns("tags") or [""])[0]
        self._own = {key: definitions.get(key.removeprefix(OWN_FIELD)) for key in parser.place if is_own_field(key)}
        self._type_says_company = any(
            re.search(r"is.?a?.?company", name, re.IGNORECASE) for name in parser.columns("type")
        )
        self._reach = reach.ReachReader(parser)
        self._continues = any("/" in name for name in parser.columns("contact"))
        self._last: dict[str, Any] = {}

    def read(self, row: int, cells: list[str], values: list[Any]) -> Person | Reject:
        """The person or company of a row, or why the row is rejected."""
        get = {key: values[place] for key, place in self._at.items()}
        if self._continues:
            get = self._continued(get)
        kind, name, company = self._who(get)
        externals = list(dict.fromkeys(one for one in (get["customer"], *get["alias"]) if one))
        points, unread = self._reach.points(get, cells)
        named = bool(name)
        name = name or (points[0].raw if points else parties.name_of_number(externals[0]) if externals else "")
        if not name:
            sentence = _("The row has neither name, number nor address: nobody would know who this is.")
            return self._parser.reject("name", cells, sentence)
        person = Person(
            row=row, cells=cells, kind=kind, name=name[:200], named=named, facts=self._facts(get), externals=externals,
            own=read_own(get["self"]), tax_id=get["tax_id"], points=points, consents=_consents(get), custom=dict(unread), company=company,
            company_id=get["company_id"], since=get["since"], reported=get["reported_on"],
            unread=[f"{column}: {value}" for column, value in unread],
        )  # fmt: skip
        problem = self._own_values(person, get) or self._owner(person, get)
        if problem is not None:
            column, sentence = problem
            return self._parser.reject(column, cells, sentence)
        self._softer(person, get)
        self._people(person, get, cells)
        self._rest(person, get)
        _shorten(person)
        person.blanks = [
            one
            for one in (*_FIELDS, *_PLACE, "other_name", "birth_date")
            if self._parser.mapped(one) and one not in person.facts
        ]
        return person

    def _continued(self, get: dict[str, Any]) -> dict[str, Any]:
        """A row of which only the contact is filled belongs to the customer of the row above (one-to-many exports)."""
        own = ("customer", "name", "company", "email", "phone", "tax_id", "family_name")
        if any(get[key] and get[key] != [""] for key in own) or not get["contact"] or not self._last:
            self._last = get
            return get
        return {**self._last, **{key: get[key] for key in _OF_CONTACT}}

    def _facts(self, get: dict[str, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = {key: _plain(get[key]) for key in _FIELDS if _plain(get[key])}
        if others := " · ".join(dict.fromkeys(_plain(one) for one in get["other_name"] if _plain(one))):
            facts["other_name"] = others
        if get["middle_name"] and not text.has_han(get["middle_name"]):
            facts["given_name"] = f"{facts.get('given_name', '')} {get['middle_name']}".strip()
        if isinstance(get["birth_date"], date):
            facts["birth_date"] = get["birth_date"]
        facts |= self._reach.place(get)
        return facts

    def _own_values(self, person: Person, get: dict[str, Any]) -> tuple[str, str] | None:
        """Values of the company's own fields, as their definitions read them."""
        for key, definition in self._own.items():
            raw = get[key]
            if definition is None or not raw:
                continue
            try:
                person.custom[definition.key] = own_fields.clean(definition, raw)
            except UserError as error:
                return key, str(error)
        return None

    def _owner(self, person: Person, get: dict[str, Any]) -> tuple[str, str] | None:
        if get["owner"]:
            owner = self._owners.get(get["owner"].casefold())
            if owner is None:
                return "owner", _("Nobody signs in as “%(name)s”.") % {"name": get["owner"]}
            person.facts["owner_id"] = owner
        return None

    def _softer(self, person: Person, get: dict[str, Any]) -> None:
        if get["uid"]:
            person.softer.append((CARD_SYSTEM, get["uid"]))
        for one in re.split(r"\s*(?:;|:::)\s*", get["identifiers"]):
            system, colon, number = one.partition(":")
            if colon and system.strip() and number.strip():
                system, number = system.strip()[:60], number.strip()[:120]
                if system == TAX_SYSTEM:
                    person.tax_id = person.tax_id or number
                else:
                    person.softer.append((system, number))

    def _people(self, person: Person, get: dict[str, Any], cells: list[str]) -> None:
        """The contact person, the holders of posts, and what the position says of whom."""
        contact = _plain(get["contact"]) if person.kind == "organisation" else ""
        job = get["job"]
        if contact:
            own_job = get["contact_job"] or (job if not person.company else "")
            person.contacts.append(Contact(contact, own_job, self._reach.contact_points(get)))
        if person.company or person.company_id:
            person.job = job
        elif job and not contact:
            person.custom[self._parser.columns("job")[0]] = job
        if person.kind == "organisation":
            self._posts(person, cells)

    def _posts(self, person: Person, cells: list[str]) -> None:
        details = dict(self._parser.told("post_job", cells))
        for column, cell in self._parser.told("post", cells):
            found = posts.holders(cell)
            beside = next((said for name, said in details.items() if name.startswith(column) and name != column), "")
            if len(found) == 1 and _plain(beside.strip()) and not found[0].detail:
                found[0].detail = _plain(beside.strip())[:60]
            person.posts[column] = found

    def _rest(self, person: Person, get: dict[str, Any]) -> None:
        """What has no field of its own is kept under its column's name."""
        for column, raw in zip(self._custom, [*get["custom"], *get["new_field"]], strict=True):
            if value := _plain(raw):
                person.custom[column] = value
        if tags := _tags(get["tags"]):
            person.custom[self._tags] = tags
        if isinstance(get["birth_date"], str):
            person.custom[self._parser.columns("birth_date")[0]] = get["birth_date"]
        for column, raw in zip(self._parser.columns("related"), get["related"], strict=True):
            if value := ", ".join(several(raw)):
                person.custom[column] = value
        person.custom.update(self._reach.other_places(get))

    def _who(self, get: dict[str, Any]) -> tuple[str, str, str]:
        """Kind, name, and the company the person works at."""
        name, company = _plain(get["name"]), _plain(get["company"])
        if not name and not company:
            name = _plain(get["contact"])
        parts = text.person_name(get["family_name"], get["given_name"])
        says = self._said_kind(get["type"].casefold())
        if says == "household":
            return "household", name, ""
        if says == "organisation" or (company and not name and not parts and not get["job"]):
            whole = company if company and not name else name or company
            return "organisation", whole, company if name and company and name != company else ""
        if parts:
            return "person", parts if text.has_han(parts) else name or parts, company
        if says == "person" or get["company_id"]:
            return "person", name, company
        is_firm = name and (get["tax_id"] or (not company and parties.kind_of_name(name) == "organisation"))
        return "organisation" if is_firm else "person", name, company if company != name else ""

    def _said_kind(self, word: str) -> str:
        if not word:
            return ""
        if word in _ORGANISATION:
            return "organisation"
        if word in _HOUSEHOLD:
            return "household"
        return "person" if self._type_says_company or word in _PERSON else ""


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


def _tags(cells: list[str]) -> str:
    """The tags of a row; Google's groups of everybody are none."""
    found = [tag for cell in cells for tag in several(cell)]
    kept = [tag.removeprefix("* ").strip() for tag in found if not _GROUPS_OF_ALL.match(tag.strip())]
    return ", ".join(dict.fromkeys(kept))


def _plain(value: Any) -> Any:
    if type(value) is Problem:
        return ""
    return "" if isinstance(value, str) and value in _DASHES else value


def _shorten(person: Person) -> None:
    for key, value in person.facts.items():
        most = _LENGTHS.get(key)
        if isinstance(value, str) and most and len(value) > most:
            person.facts[key] = value[:most]
            person.shortened.append(key)
