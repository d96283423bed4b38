"""Puts the parts together: the frame once, then every chunk in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from regulars.customers.models import Identifier, Party, PartyRole
from regulars.demo.loader import naming, parties
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.companies import Account, accounts_of, load_around, load_groups, load_people
from regulars.demo.loader.consents import load_beginnings, load_consents
from regulars.demo.loader.contracts import load_machines
from regulars.demo.loader.conversations import load_conversations
from regulars.demo.loader.doubles import Doubles
from regulars.demo.loader.entries import Entries
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.parties import Parties, load_parties
from regulars.demo.loader.sentences import Talker
from regulars.demo.loader.staff import Staff, load_staff
from regulars.demo.loader.talk import Desk, load_contacts
from regulars.demo.loader.tasks import load_complaints, load_promises
from regulars.demo.loader.things import load_things
from regulars.demo.loader.trade import load_products, load_trade
from regulars.demo.loader.views import load_views
from regulars.demo.simulator import companies
from regulars.demo.simulator.company import Company, Market
from regulars.demo.truth import TruthFile
from regulars.demo.words import corporate, firms, places
from regulars.kit import text

_RESELLER_TAX_NUMBERS: Final = 900_000


class Loader:
    """Writes a company; ``rows`` counts what was written."""

    def __init__(self, market: Market, *, seed: int, truth: Path) -> None:
        self.keys, self.calendar, self.market, self.seed = Keys(), Calendar(market.opened), market, seed
        self.truth_file = truth
        self.rows, self.firms = 0, 0
        self.doubles = Doubles(seed)
        self.accounts: list[Account] = []

    def load(self, chunks: Iterable[Company], progress: Callable[[int], None]) -> None:
        """Write staff, products, resellers, views, and every chunk; ``progress`` is told the customers written so far."""
        staff = load_staff()
        products = load_products(self.market.goods, self.keys)
        resellers = self._resellers(staff)
        self.rows += len(products) + load_views(staff.users["manager"])
        with TruthFile(self.truth_file, self.seed) as truth:
            for company in chunks:
                found = self._chunk(company, staff, products, resellers)
                numbers = [parties.external_id(company.start + position) for position in range(len(found.keys))]
                truth.add(company, found.keys, numbers)
                progress(company.start + len(found.keys))
        self.doubles.write_truth(self.truth_file)
        self._companies(staff, resellers)
        self.keys.settle()

    def _chunk(self, company: Company, staff: Staff, products: range, resellers: range) -> Parties:
        entries = Entries()
        common: dict[str, Any] = {"keys": self.keys, "calendar": self.calendar}
        found, rows = load_parties(company, staff=staff, resellers=resellers, firms_before=self.firms, **common)
        self.firms += len(found.firm_numbers)
        accounts = accounts_of(company, found)
        self.accounts += accounts
        rng = companies.generator(self.seed, company.start)
        since = np.array([one.since for one in accounts])
        machines = companies.draw_machines(rng, since, len(corporate.MACHINES), len(corporate.PLANS))
        rows += load_machines(machines, accounts, entries=entries, **common)
        _, traded = load_trade(company, found=found, products=products, resellers=resellers, entries=entries, **common)
        talker = Talker(self.seed + company.start)
        desk = Desk(company=company, found=found, staff=staff, entries=entries, talker=talker, **common)
        load_beginnings(desk)
        rows += self.doubles.load(company, found, staff, entries=entries, **common)
        tasks = load_promises(desk, load_contacts(desk)) + load_complaints(desk)
        rows += load_conversations(desk) if company.start == 0 else 0
        self.rows += (
            rows + traded + tasks + load_consents(desk) + load_things(desk, products) + entries.write(self.keys)
        )
        return found

    def _companies(self, staff: Staff, resellers: range) -> None:
        """The people inside companies and the groups they form, drawn last and from numbers of their own."""
        rng, accounts = companies.generator(self.seed), self.accounts
        staffing = companies.draw_staffing(rng, len(accounts))
        self.rows += load_people(staffing, accounts, staff, self.keys, self.calendar)
        self.rows += load_groups(accounts, self.calendar) + load_around(staff, self.keys, self.calendar, resellers)

    def _resellers(self, staff: Staff) -> range:
        pks = self.keys.run(Party, len(firms.RESELLERS))
        cities = [
            next(i for i, city in enumerate(places.CITIES) if city.name == home) for _, _, home in firms.RESELLERS
        ]
        names = [name for name, _, _ in firms.RESELLERS]
        since = self.calendar.moments(self._opening(len(pks)))
        self.rows += write(
            Party, len(pks), id=pks, kind="organisation", name=names, fold=[text.fold(name) for name in names],
            other_name=[latin for _, latin, _ in firms.RESELLERS], language="zh-hant", preferred_channel="email", industry="零售通路",
            city=[places.CITIES[i].name for i in cities], region=[places.CITIES[i].region for i in cities], country=places.HOME,
            owner_id=[staff.sellers_of_city[i][0] for i in cities], team_id=[staff.team_of_city[i] for i in cities],
            territory_id=[staff.cities[i] for i in cities], source="經銷商", created_at=since, updated_at=since,
        )  # fmt: skip
        day = self.calendar.dates(self._opening(len(pks)))
        self.rows += write(PartyRole, len(pks), party_id=pks, role="reseller", valid_from=day)
        tax = [naming.tax_id(_RESELLER_TAX_NUMBERS + number) for number in range(len(pks))]
        self.rows += write(Identifier, len(pks), party_id=pks, system="tax_id", external_id=tax)
        return pks

    @staticmethod
    def _opening(size: int) -> Any:
        return np.zeros(size)
