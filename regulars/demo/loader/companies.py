"""Companies from the inside: their people on several levels, groups of companies, and the companies around us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.customers.models import ContactPoint, Party, PartyRelation, PartyRole
from regulars.demo.loader import naming
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.parties import Parties
from regulars.demo.loader.staff import Staff
from regulars.demo.simulator.companies import Staffing, draw_groups
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.model import DAYS
from regulars.demo.words import corporate, places
from regulars.kit import text

FIRST_MOBILE = 1_900_000


@dataclass(frozen=True, slots=True)
class Account:
    """A customer company as the parts that come last need it; ``since`` and ``left`` in days since the opening."""

    key: int
    handle: str
    since: float
    left: float
    owner: int | None
    city: int
    contact: int | None  # the person in charge there


def accounts_of(company: Company, found: Parties) -> list[Account]:
    """The companies of a chunk, in their order."""
    return [
        Account(
            key=found.keys[position], handle=naming.firm_name(number)[2], since=float(company.people.lead_at[position]),
            left=float(company.course.left_at[position]), owner=found.owners[position], city=int(company.profiles.city[position]),
            contact=found.colleague_keys[found.first_colleague[position]] if position in found.first_colleague else None,
        )
        for position, number in found.firm_numbers.items()
    ]  # fmt: skip


def load_people(staffing: Staffing, accounts: list[Account], staff: Staff, keys: Keys, calendar: Calendar) -> int:
    """Write the people added at companies with what they are to each other; returns the number of rows."""
    if not len(staffing.firm):
        return 0
    names, firm = naming.people_names(staffing.names), [accounts[i] for i in staffing.firm.tolist()]
    known = np.array([one.since for one in firm])
    since = np.floor(known + staffing.since * (DAYS - 1 - known))
    left = np.floor(known + staffing.left * (DAYS - 1 - known))
    pks = keys.run(Party, len(firm))
    rows = write(Party, len(firm), id=pks, **_columns(names, firm, staff, calendar.moments(since)))
    rows += _reach(pks, names, firm)
    return rows + _relate(pks, staffing, firm, calendar.dates(since), calendar.dates(np.minimum(left, DAYS - 1)))


def _columns(names: list[naming.PersonName], firm: list[Account], staff: Staff, created: list[str]) -> dict[str, Any]:
    return {
        "kind": "person", "name": [name.shown for name in names], "fold": [text.fold(name.shown) for name in names],
        "family_name": [name.family for name in names], "given_name": [name.given for name in names],
        "other_name": [name.latin for name in names], "salutation": [name.salutation for name in names],
        "language": ["en" if name.foreign else "zh-hant" for name in names], "preferred_channel": "email",
        "city": [places.CITIES[one.city].name for one in firm], "region": [places.CITIES[one.city].region for one in firm],
        "country": places.HOME, "owner_id": [one.owner for one in firm], "team_id": [staff.team_of_city[one.city] for one in firm],
        "territory_id": [staff.cities[one.city] for one in firm], "source": "公司窗口", "created_at": created, "updated_at": created,
    }  # fmt: skip


def _reach(pks: range, names: list[naming.PersonName], firm: list[Account]) -> int:
    mails = [
        f"{name.handle}.{number}@{one.handle}.example"
        for number, (name, one) in enumerate(zip(names, firm, strict=True))
    ]
    rows = write(
        ContactPoint, len(pks), party_id=pks, kind="email", raw=mails, normalised=mails, reversed_digits="", preferred=True
    )  # fmt: skip
    numbers = [naming.mobile(FIRST_MOBILE + n) for n in range(len(pks))]
    return rows + write(
        ContactPoint, len(pks), party_id=pks, kind="mobile", raw=[raw for raw, _ in numbers], normalised=[one for _, one in numbers],
        reversed_digits=[one[:0:-1] for _, one in numbers], preferred=True,
    )  # fmt: skip


def _relate(pks: range, staffing: Staffing, firm: list[Account], since: list[str], left: list[str]) -> int:
    rows: list[tuple[int, int, str, str, str, str | None]] = []
    taken: set[int] = set()
    for n, (one, place, under, gone) in enumerate(
        zip(firm, staffing.place.tolist(), staffing.under.tolist(), (staffing.left < 1).tolist(), strict=True)
    ):
        title = corporate.FORMER_POSITION if gone else corporate.POSITIONS[place]
        rows.append((pks[n], one.key, "employed_by", title, since[n], left[n] if gone else None))
        if under >= 0:
            rows.append((pks[n], pks[under], "reports_to", "", max(since[n], since[under]), None))
        if place == 1 and one.contact is not None and one.key not in taken:
            taken.add(one.key)
            rows.append((one.contact, pks[n], "reports_to", "", since[n], None))
    party, other, kind, titles, begun, ended = (list(column) for column in zip(*rows, strict=True))
    return write(
        PartyRelation, len(rows), party_id=party, other_id=other, kind=kind, title=titles, valid_from=begun, valid_to=ended
    )  # fmt: skip


def load_groups(accounts: list[Account], calendar: Calendar) -> int:
    """Write which companies belong to which."""
    pairs = draw_groups(len(accounts))
    days = np.array([max(accounts[lower].since, accounts[upper].since) for lower, upper in pairs])
    return write(
        PartyRelation, len(pairs), party_id=[accounts[lower].key for lower, _ in pairs], other_id=[accounts[upper].key for _, upper in pairs],
        kind="subsidiary_of", title="", valid_from=calendar.dates(days),
    )  # fmt: skip


def load_around(staff: Staff, keys: Keys, calendar: Calendar, resellers: range) -> int:
    """Write vendors, partners and a competitor; the partners work with the resellers too."""
    size, opening = len(corporate.AROUND), np.zeros(len(corporate.AROUND))
    pks = keys.run(Party, size)
    created = calendar.moments(opening)
    rows = write(
        Party, size, id=pks, kind="organisation", name=[one[0] for one in corporate.AROUND], other_name=[one[1] for one in corporate.AROUND],
        fold=[text.fold(one[0]) for one in corporate.AROUND], industry=[one[3] for one in corporate.AROUND], language="zh-hant",
        preferred_channel="email", country=places.HOME, owner_id=staff.users["manager"], created_at=created, updated_at=created,
    )  # fmt: skip
    day = calendar.dates(opening)
    rows += write(PartyRole, size, party_id=pks, role=[one[2] for one in corporate.AROUND], valid_from=day)
    partners = [pk for pk, one in zip(pks, corporate.AROUND, strict=True) if one[2] == "partner"]
    pairs = list(zip(partners, resellers, strict=False))
    return rows + write(
        PartyRelation, len(pairs), party_id=[one for one, _ in pairs], other_id=[two for _, two in pairs], kind="partner_of", title="",
        valid_from=day[0],
    )  # fmt: skip
