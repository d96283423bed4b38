"""The parties of a chunk: customers, people at companies, households; how to reach them and what they are to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np

from regulars.customers.models import ContactPoint, Identifier, Party, PartyRelation, PartyRole
from regulars.demo.loader import naming
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.naming import PersonName
from regulars.demo.loader.staff import Staff
from regulars.demo.simulator.company import Company
from regulars.demo.simulator.model import DAYS, Kind
from regulars.demo.words import firms, places
from regulars.kit import text

BEST_CUSTOMERS: Final = 97.0  # percentile of spend above which a person has a seller of their own
_PREFERS: Final = ("email", "phone", "line", "phone", "email", "phone")  # by baskets.CHANNELS
_TIMES: Final = ("平日晚上", "午休時間", "週末", "上班時間")
_TIME_KNOWN: Final = 0.15
_SHOP, _TAX = "shop", "tax_id"


@dataclass
class Parties:
    """Keys and names of the parties of a chunk."""

    keys: range  # of customers, by position
    names: list[PersonName]  # of customers; of companies not used
    shown: list[str]
    colleague_keys: range
    colleague_names: list[PersonName]
    first_colleague: dict[int, int]  # position in colleagues of the one in charge, by customer
    owners: list[int | None]
    firm_numbers: dict[int, int]


def load_parties(
    company: Company, *, staff: Staff, keys: Keys, calendar: Calendar, resellers: range, firms_before: int
) -> tuple[Parties, int]:
    """Write the parties and what hangs on them; returns them and the number of rows."""
    size = len(company.people.kind)
    households = int(company.profiles.household.max(initial=-1)) + 1
    found = _name_all(company, keys, staff, firms_before)
    house_keys = keys.run(Party, households)
    rows = write(Party, size, **_customers(company, found, staff, calendar), id=found.keys)
    rows += write(
        Party, len(found.colleague_keys), **_colleagues(company, found, staff, calendar), id=found.colleague_keys
    )
    rows += write(Party, households, **_households(company, found, staff, calendar), id=house_keys)
    rows += _reach(company, found)
    rows += _identify(company, found)
    rows += _roles(company, found, calendar)
    rows += _relate(company, found, calendar, house_keys, resellers)
    return found, rows


def _name_all(company: Company, keys: Keys, staff: Staff, firms_before: int) -> Parties:
    names = naming.people_names(company.profiles.names)
    corporate = np.flatnonzero(company.people.kind == Kind.CORPORATE).tolist()
    numbers = {position: firms_before + rank for rank, position in enumerate(corporate)}
    shown = [naming.firm_name(numbers[i])[0] if i in numbers else name.shown for i, name in enumerate(names)]
    colleagues = company.colleagues
    first = {
        int(firm): place
        for place, (firm, rank) in enumerate(zip(colleagues.firm, colleagues.rank, strict=True))
        if rank == 0
    }
    return Parties(
        keys=keys.run(Party, len(names)),
        names=names,
        shown=shown,
        colleague_keys=keys.run(Party, len(colleagues.firm)),
        colleague_names=naming.people_names(colleagues.names),
        first_colleague=first,
        owners=_owners(company, staff),
        firm_numbers=numbers,
    )


def _owners(company: Company, staff: Staff) -> list[int | None]:
    """Companies and the best customers belong to a seller of their region; the others to team and territory alone."""
    known = company.orders.customer >= 0
    spent = np.bincount(company.orders.customer[known], company.amount[known], minlength=len(company.people.kind))
    best = (spent >= np.percentile(spent, BEST_CUSTOMERS)) & (spent > 0)
    owned = ((company.people.kind == Kind.CORPORATE) | best) & ~company.profiles.abroad
    sellers = [staff.sellers_of_city[city] for city in company.profiles.city.tolist()]
    return [
        group[i % len(group)] if mine else None
        for i, (group, mine) in enumerate(zip(sellers, owned.tolist(), strict=True))
    ]


def _customers(company: Company, found: Parties, staff: Staff, calendar: Calendar) -> dict[str, Any]:
    profiles, size = company.profiles, len(found.shown)
    corporate = (company.people.kind == Kind.CORPORATE).tolist()
    home = [home_of(company, position) for position in range(size)]
    born = [company.market.today - timedelta(days=days) for days in profiles.born.tolist()]
    birthday_known, abroad = profiles.known[:, 0].tolist(), profiles.abroad.tolist()
    created = calendar.moments(np.floor(company.people.lead_at))
    trades = [naming.firm_name(found.firm_numbers[i]) if firm else ("", "", "", "") for i, firm in enumerate(corporate)]
    prefers = [_PREFERS[channel] for channel in company.habits.channel.tolist()]
    timed = (profiles.house % 100 < 100 * _TIME_KNOWN).tolist()
    return {
        "kind": ["organisation" if firm else "person" for firm in corporate],
        "name": found.shown,
        "fold": [text.fold(name) for name in found.shown],
        "family_name": ["" if firm else name.family for firm, name in zip(corporate, found.names, strict=True)],
        "given_name": ["" if firm else name.given for firm, name in zip(corporate, found.names, strict=True)],
        "other_name": [trade[1] if firm else name.latin for firm, trade, name in zip(corporate, trades, found.names, strict=True)],
        "salutation": ["" if firm else name.salutation for firm, name in zip(corporate, found.names, strict=True)],
        "birth_date": [str(day) if known and not firm else None for day, known, firm in zip(born, birthday_known, corporate, strict=True)],
        "language": ["en" if name.foreign and not firm else "zh-hant" for firm, name in zip(corporate, found.names, strict=True)],
        "preferred_channel": prefers,
        "preferred_time": [_TIMES[i % len(_TIMES)] if known else "" for i, known in enumerate(timed)],
        "address": [place["address"] for place in home],
        "city": [place["city"] for place in home],
        "region": [place["region"] for place in home],
        "postcode": [place["postcode"] for place in home],
        "country": [place["country"] for place in home],
        "industry": [trade[3] for trade in trades],
        "owner_id": found.owners,
        "team_id": [staff.team_of_city[city] for city in profiles.city.tolist()],
        "territory_id": [None if away else staff.cities[city] for city, away in zip(profiles.city.tolist(), abroad, strict=True)],
        "source": [firms.LEAD_SOURCES[source] for source in profiles.source.tolist()],
        "created_at": created,
        "updated_at": created,
    }  # fmt: skip


def home_of(company: Company, position: int) -> dict[str, str]:
    """Where a customer lives, as the fields of a party."""
    profiles = company.profiles
    if profiles.abroad[position]:
        country = naming.origin(profiles.names, position)
        return {"address": "", "city": places.FOREIGN_CITIES[country], "region": "", "postcode": "", "country": country}
    street, postcode = naming.address(profiles, position)
    city = places.CITIES[profiles.city[position]]
    return {"address": street, "city": city.name, "region": city.region, "postcode": postcode, "country": places.HOME}


def _colleagues(company: Company, found: Parties, staff: Staff, calendar: Calendar) -> dict[str, Any]:
    firm = company.colleagues.firm.tolist()
    created = calendar.moments(np.floor(company.people.lead_at[company.colleagues.firm]))
    city = company.profiles.city[company.colleagues.firm].tolist()
    names = found.colleague_names
    return {
        "kind": "person",
        "name": [name.shown for name in names],
        "fold": [text.fold(name.shown) for name in names],
        "family_name": [name.family for name in names],
        "given_name": [name.given for name in names],
        "other_name": [name.latin for name in names],
        "salutation": [name.salutation for name in names],
        "language": ["en" if name.foreign else "zh-hant" for name in names],
        "preferred_channel": "email",
        "city": [places.CITIES[place].name for place in city],
        "region": [places.CITIES[place].region for place in city],
        "country": places.HOME,
        "owner_id": [found.owners[position] for position in firm],
        "team_id": [staff.team_of_city[place] for place in city],
        "territory_id": [staff.cities[place] for place in city],
        "source": "公司窗口",
        "created_at": created,
        "updated_at": created,
    }


def _households(company: Company, found: Parties, staff: Staff, calendar: Calendar) -> dict[str, Any]:
    heads = _heads(company)
    created = calendar.moments(np.floor(company.people.lead_at[heads]))
    home = [home_of(company, position) for position in heads]
    shown = [f"{found.names[position].shown}家" for position in heads]
    city = company.profiles.city[heads].tolist()
    return {
        "kind": "household",
        "name": shown,
        "fold": [text.fold(name) for name in shown],
        "language": "zh-hant",
        **{name: [place[name] for place in home] for name in ("address", "city", "region", "postcode", "country")},
        "team_id": [staff.team_of_city[place] for place in city],
        "territory_id": [staff.cities[place] for place in city],
        "created_at": created,
        "updated_at": created,
    }


def _heads(company: Company) -> list[int]:
    """The first member of each household, by its number."""
    homes = company.profiles.household
    numbers, first = np.unique(homes[homes >= 0], return_index=True)
    members = np.flatnonzero(homes >= 0)[first]
    return [int(member) for _, member in sorted(zip(numbers.tolist(), members.tolist(), strict=True))]


def _reach(company: Company, found: Parties) -> int:
    """Contact points; each is the preferred one of its kind."""
    rows: list[tuple[int, str, str, str, str]] = []
    known = company.profiles.known.tolist()
    corporate = (company.people.kind == Kind.CORPORATE).tolist()
    for i, (key, name) in enumerate(zip(found.keys, found.names, strict=True)):
        number, area = company.start + i, places.CITIES[company.profiles.city[i]].area
        if corporate[i]:
            handle = naming.firm_name(found.firm_numbers[i])[2]
            mail, site = f"service@{handle}.example", f"https://www.{handle}.example"
            rows += [
                (key, "phone", *_dialled(*naming.landline(area, number))),
                (key, "email", mail, mail, ""),
                (key, "web", site, site, ""),
            ]
            continue
        rows.append((key, "mobile", *_dialled(*naming.mobile(number))))
        if known[i][1]:
            mail = f"{name.handle}{number % 9973}@{naming.MAIL_DOMAINS[number % len(naming.MAIL_DOMAINS)]}"
            rows.append((key, "email", mail, mail, ""))
        if known[i][2] and not company.profiles.abroad[i]:
            rows.append((key, "phone", *_dialled(*landline_of(company, i))))
        if known[i][3]:
            handle = f"{name.handle.replace('.', '_')}{number % 997}"
            rows.append((key, "line", handle, handle, ""))
    colleagues = zip(found.colleague_keys, found.colleague_names, company.colleagues.firm.tolist(), strict=True)
    for place, (key, name, firm) in enumerate(colleagues):
        handle = naming.firm_name(found.firm_numbers[firm])[2]
        mail = f"{name.handle}@{handle}.example"
        rows += [
            (key, "mobile", *_dialled(*naming.mobile(1_000_000 + company.start + place))),
            (key, "email", mail, mail, ""),
        ]
    party, kind, raw, normalised, backwards = (list(column) for column in zip(*rows, strict=True))
    return write(
        ContactPoint, len(rows), party_id=party, kind=kind, raw=raw, normalised=normalised, reversed_digits=backwards, preferred=True
    )  # fmt: skip


def landline_of(company: Company, position: int) -> tuple[str, str]:
    """The number at home, as written and in E.164: people of one household share it."""
    home = int(company.profiles.household[position])
    first = position if home < 0 else int(np.argmax(company.profiles.household == home))
    return naming.landline(places.CITIES[company.profiles.city[first]].area, company.start + first)


def _dialled(raw: str, normalised: str) -> tuple[str, str, str]:
    return raw, normalised, normalised[:0:-1]


def _identify(company: Company, found: Parties) -> int:
    shop = [external_id(company.start + i) for i in range(len(found.keys))]
    rows = write(Identifier, len(shop), party_id=found.keys, system=_SHOP, external_id=shop)
    numbers = [naming.tax_id(number) for number in found.firm_numbers.values()]
    owners = [found.keys[position] for position in found.firm_numbers]
    return rows + write(Identifier, len(numbers), party_id=owners, system=_TAX, external_id=numbers)


def external_id(number: int) -> str:
    """The customer's number in the shop: what the truth file calls them."""
    return f"M{number:07d}"


def _roles(company: Company, found: Parties, calendar: Calendar) -> int:
    people = company.people
    lead, first = np.floor(people.lead_at), np.floor(people.first_at)
    buys = np.flatnonzero(people.first_at < DAYS)
    waits = np.flatnonzero((first > lead) | (people.first_at >= DAYS))
    until = calendar.dates(np.where(first[waits] < DAYS, first[waits], 0.0))
    ended = [day if bought else None for day, bought in zip(until, (first[waits] < DAYS).tolist(), strict=True)]
    rows = write(
        PartyRole,
        len(buys),
        party_id=[found.keys[i] for i in buys],
        role="customer",
        valid_from=calendar.dates(first[buys]),
    )
    return rows + write(
        PartyRole, len(waits), party_id=[found.keys[i] for i in waits], role="prospect", valid_from=calendar.dates(lead[waits]), valid_to=ended
    )  # fmt: skip


def _relate(company: Company, found: Parties, calendar: Calendar, house_keys: range, resellers: range) -> int:
    since = calendar.dates(company.people.lead_at)
    keys, rows = found.keys, list[tuple[int, int, str, str, str]]()
    brought = np.flatnonzero(company.course.referrer >= 0)
    rows += [(keys[i], keys[company.course.referrer[i]], "referred_by", "", since[i]) for i in brought]
    members = np.flatnonzero(company.profiles.household >= 0)
    rows += [(keys[i], house_keys[company.profiles.household[i]], "member_of", "", since[i]) for i in members]
    through = np.flatnonzero(company.habits.reseller >= 0)
    rows += [(keys[i], resellers[company.habits.reseller[i]], "buys_through", "", since[i]) for i in through]
    colleagues = zip(
        found.colleague_keys, company.colleagues.firm.tolist(), company.colleagues.rank.tolist(), strict=True
    )
    for key, firm, rank in colleagues:
        rows.append((key, keys[firm], "employed_by", firms.TITLES[(firm + rank) % len(firms.TITLES)], since[firm]))
        if rank:
            rows.append((key, found.colleague_keys[found.first_colleague[firm]], "reports_to", "", since[firm]))
    if not rows:
        return 0
    party, other, kind, title, start = (list(column) for column in zip(*rows, strict=True))
    return write(PartyRelation, len(rows), party_id=party, other_id=other, kind=kind, title=title, valid_from=start)
