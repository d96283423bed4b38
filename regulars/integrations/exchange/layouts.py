"""What stands in which column: our own full table, and the columns that other systems take in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language

from regulars.customers import fields
from regulars.customers.models import FieldDefinition
from regulars.integrations.exchange.rows import Row
from regulars.integrations.imports.files.vcard import BETWEEN
from regulars.integrations.imports.layouts.own import OWN_COLUMNS
from regulars.integrations.imports.values.own import write_own

Cell = Callable[[Row], Any]
_CONSENT: Final = {"granted": "yes", "withdrawn": "no"}


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and what stands under each."""

    headers: Sequence[str]
    cells: Sequence[Cell]

    def row(self, row: Row) -> list[Any]:
        """The cells of one customer."""
        return [cell(row) for cell in self.cells]


def own_table() -> Table:
    """Everything, in the reader's language; it comes back in with ``imports.layouts.own``."""
    chinese = (get_language() or "").startswith("zh")
    definitions = fields.active()
    headers = [one.chinese if chinese else one.english for one in OWN_COLUMNS]
    cells = [_OWN[one.field or one.english] for one in OWN_COLUMNS]
    defined = {one.key for one in definitions}
    cells[-1] = lambda row: _further(row.party.custom, defined)
    for one in definitions:
        headers.append(fields.label(one))
        cells.append(_custom(one))
    return Table(headers, cells)


def _custom(definition: FieldDefinition) -> Cell:
    return lambda row: _written(definition, row.party.custom.get(definition.key))


def _written(definition: FieldDefinition, value: Any) -> Any:
    """A value of the company's own field, in the form in which it is read back."""
    if value is None:
        return None
    if definition.kind == "money":
        from regulars.kit.money import to_decimal  # noqa: PLC0415 -- only for fields of money

        return to_decimal(int(value), str(settings.CURRENCY))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _further(custom: Mapping[str, Any], defined: set[str]) -> str:
    """What imports kept under the names of their columns, as JSON: it is told, not read back."""
    rest = {key: value for key, value in custom.items() if key not in defined}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def _fact(name: str) -> Cell:
    return lambda row: getattr(row.party, name)


def _points(*kinds: str) -> Cell:
    return lambda row: BETWEEN.join(row.of_kind(*kinds))


def _point(place: int, *kinds: str) -> Cell:
    return lambda row: (row.of_kind(*kinds)[place : place + 1] or [""])[0]


def _consent(channel: str) -> Cell:
    return lambda row: _CONSENT.get(row.consents.get(channel, ""), "")


def _job(name: str) -> Cell:
    return lambda row: getattr(row.jobs[0], name) if row.jobs else ""


def _others(row: Row) -> str:
    return "; ".join(f"{system}:{number}" for system, number in row.identifiers if system != "tax_id")


_OWN: Final[dict[str, Cell]] = {
    "self": lambda row: write_own(row.party.pk),
    "type": _fact("kind"),
    **{
        name: _fact(name)
        for name in (
            "name", "family_name", "given_name", "other_name", "salutation", "address", "city", "region", "postcode", "country", "birth_date", "language",
            "industry", "about",
        )
    },
    "tax_id": lambda row: row.number("tax_id"),
    "company": _job("firm"),
    "job": _job("title"),
    "email": _points("email"),
    "mobile": _points("mobile"),
    "phone": _points("phone"),
    "fax": _points("fax"),
    "line_id": _point(0, "line"),
    "web": _points("web"),
    "owner": lambda row: row.party.owner.username if row.party.owner else "",
    "email_consent": _consent("email"),
    "phone_consent": _consent("phone"),
    "identifiers": _others,
    "Roles": lambda row: "; ".join(row.roles),
    "Relations": lambda row: "; ".join(row.relations),
    "Further values": lambda row: "",
}  # fmt: skip


def _family(row: Row) -> str:
    """The family name; a person known by one name only has it there."""
    party = row.party
    return party.family_name or ("" if party.given_name else party.name)


def _if_person(cell: Cell) -> Cell:
    return lambda row: cell(row) if row.party.kind == "person" else ""


_GIVEN, _FAMILY = _if_person(_fact("given_name")), _if_person(_family)
_COMPANY: Cell = lambda row: row.party.name if row.party.kind == "organisation" else _job("firm")(row)  # noqa: E731 -- a cell like the others
_STREET, _CITY, _REGION, _POSTCODE, _COUNTRY = (
    _fact(name) for name in ("address", "city", "region", "postcode", "country")
)
PRESETS: Final[dict[str, dict[str, Cell]]] = {
    "google": {
        "First Name": _GIVEN, "Middle Name": lambda row: "", "Last Name": _FAMILY, "File As": lambda row: "", "Phonetic First Name": lambda row: "", "Nickname": _fact("other_name"), "Name Prefix": _fact("salutation"),
        "Organization Name": _COMPANY, "Organization Title": _job("title"), "Birthday": _fact("birth_date"), "Notes": _fact("about"), "Labels": lambda row: "* myContacts",
        "E-mail 1 - Label": lambda row: "* Work" if row.of_kind("email") else "", "E-mail 1 - Value": _points("email"),
        "Phone 1 - Label": lambda row: "Mobile" if row.of_kind("mobile") else "", "Phone 1 - Value": _points("mobile"),
        "Phone 2 - Label": lambda row: "Work" if row.of_kind("phone") else "", "Phone 2 - Value": _points("phone"),
        "Phone 3 - Label": lambda row: "Work Fax" if row.of_kind("fax") else "", "Phone 3 - Value": _points("fax"),
        "Address 1 - Label": lambda row: "Work" if row.party.address else "", "Address 1 - Street": _STREET, "Address 1 - City": _CITY, "Address 1 - Region": _REGION,
        "Address 1 - Postal Code": _POSTCODE, "Address 1 - Country": _COUNTRY, "Website 1 - Label": lambda row: "Work" if row.of_kind("web") else "", "Website 1 - Value": _points("web"),
    },
    "outlook": {
        "Title": _fact("salutation"), "First Name": _GIVEN, "Middle Name": lambda row: "", "Last Name": _FAMILY, "Company": _COMPANY, "Job Title": _job("title"),
        "Business Street": _STREET, "Business City": _CITY, "Business State": _REGION, "Business Postal Code": _POSTCODE, "Business Country/Region": _COUNTRY,
        "Business Phone": _point(0, "phone"), "Business Phone 2": _point(1, "phone"), "Mobile Phone": _point(0, "mobile"), "Business Fax": _point(0, "fax"),
        "E-mail Address": _point(0, "email"), "E-mail 2 Address": _point(1, "email"), "E-mail 3 Address": _point(2, "email"), "Web Page": _point(0, "web"), "Birthday": _fact("birth_date"), "Notes": _fact("about"),
    },
    "hubspot": {
        "First Name": _GIVEN, "Last Name": _FAMILY, "Email": _point(0, "email"), "Phone Number": _point(0, "phone"), "Mobile Phone Number": _point(0, "mobile"), "Company Name": _COMPANY,
        "Job Title": _job("title"), "Street Address": _STREET, "City": _CITY, "State/Region": _REGION, "Postal Code": _POSTCODE, "Country/Region": _COUNTRY, "Website URL": _point(0, "web"),
    },
    "salesforce": {
        "Salutation": _fact("salutation"), "First Name": _GIVEN, "Last Name": _FAMILY, "Account Name": _COMPANY, "Title": _job("title"), "Email": _point(0, "email"), "Phone": _point(0, "phone"),
        "Mobile": _point(0, "mobile"), "Fax": _point(0, "fax"), "Mailing Street": _STREET, "Mailing City": _CITY, "Mailing State/Province": _REGION, "Mailing Zip/Postal Code": _POSTCODE,
        "Mailing Country": _COUNTRY, "Birthdate": _fact("birth_date"), "Description": _fact("about"),
    },
    "odoo": {
        "External ID": lambda row: f"regulars.partner_{row.party.pk}", "Name": _fact("name"), "Is a Company": lambda row: "1" if row.party.kind == "organisation" else "0", "Related Company": _job("firm"),
        "Job Position": _job("title"), "Email": _point(0, "email"), "Phone": _point(0, "phone"), "Mobile": _point(0, "mobile"), "Street": _STREET, "City": _CITY, "State": _REGION, "Zip": _POSTCODE,
        "Country": _COUNTRY, "Tax ID": lambda row: row.number("tax_id"), "Website": _point(0, "web"), "Notes": _fact("about"),
    },
}  # fmt: skip


def table_of(layout: str) -> Table:
    """Our own table, or the columns of another system."""
    if layout == "regulars":
        return own_table()
    columns = PRESETS[layout]
    return Table(list(columns), list(columns.values()))
