"""Machines at companies, their warranties and service contracts in every state, and the visits made under them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from regulars.customers.models import Asset, Contract
from regulars.demo.loader.bulk import Keys, write
from regulars.demo.loader.companies import Account
from regulars.demo.loader.entries import Entries, as_json
from regulars.demo.loader.moments import Calendar
from regulars.demo.loader.trade import CURRENCY
from regulars.demo.simulator.companies import YEAR, Machines
from regulars.demo.simulator.model import DAYS
from regulars.demo.words import corporate

_RENEWS_EVERY = 6  # every sixth contract renews by itself
_LONGEST = 4  # terms


def load_machines(
    machines: Machines, accounts: list[Account], *, entries: Entries, keys: Keys, calendar: Calendar
) -> int:
    """Write machines and contracts, and gather the visits; returns the number of rows."""
    size = len(machines.firm)
    if not size:
        return 0
    pks, firm = keys.run(Asset, size), [accounts[i].key for i in machines.firm.tolist()]
    gone = np.isfinite(machines.retired)
    retired = calendar.dates(np.where(gone, machines.retired, 0.0))
    rows = write(
        Asset, size, id=pks, party_id=firm, name=[corporate.MACHINES[i] for i in machines.model.tolist()],
        serial=[f"CM{2_000 + n:06d}" for n in range(size)], installed_on=calendar.dates(machines.installed),
        warranty_until=calendar.dates(machines.warranty),
        retired_on=[day if out else None for day, out in zip(retired, gone.tolist(), strict=True)],
    )  # fmt: skip
    terms = list(_terms(machines, keys))
    _add_visits(terms, machines, firm, entries, calendar)
    return rows + _write_terms(terms, machines, firm, pks, calendar)


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of the contract of machine ``n``; days since the opening, both ends included."""

    pk: int
    n: int
    first: float
    last: float
    follows: int | None
    is_newest: bool


def _terms(machines: Machines, keys: Keys) -> Iterator[_Term]:
    """Every machine's terms from its installation on, each following the one before."""
    for n, state in enumerate(machines.state):
        if state == "none":
            continue
        newest = float(machines.starts[n])
        begins = [newest]
        while begins[0] - YEAR >= machines.installed[n] and len(begins) < _LONGEST:
            begins.insert(0, begins[0] - YEAR)
        if state == "next_made":
            begins.append(newest + YEAR)
        follows = None
        for number, first in enumerate(begins):
            (pk,) = keys.run(Contract, 1)
            yield _Term(pk, n, first, first + YEAR - 1, follows, number == len(begins) - 1)
            follows = pk


def _write_terms(terms: list[_Term], machines: Machines, firm: list[int], assets: range, calendar: Calendar) -> int:
    plans = [corporate.PLANS[int(machines.plan[one.n])] for one in terms]
    newest = np.array([machines.state[one.n] == "ended" and one.is_newest for one in terms], bool)
    ended = calendar.dates(np.array([DAYS - 20 - one.n % 30 for one in terms], float))
    first = calendar.dates(np.array([one.first for one in terms]))
    return write(
        Contract, len(terms), id=[one.pk for one in terms], party_id=[firm[one.n] for one in terms], kind="service",
        asset_id=[assets[one.n] for one in terms], number=[f"SV-{day[:4]}-{one.n:04d}" for one, day in zip(terms, first, strict=True)],
        title=[plan[0] for plan in plans], starts_on=first, ends_on=calendar.dates(np.array([one.last for one in terms])),
        amount=[plan[3] for plan in plans], currency=CURRENCY, response_hours=[plan[1] for plan in plans],
        visits_included=[plan[2] for plan in plans], coverage=[plan[4] for plan in plans], notice_days=[plan[5] for plan in plans],
        renews=[one.n % _RENEWS_EVERY == _RENEWS_EVERY - 1 and machines.state[one.n] == "valid" and one.is_newest for one in terms],
        ended_on=[day if over else None for day, over in zip(ended, newest.tolist(), strict=True)],
        ended_reason=[corporate.END_REASONS[one.n % len(corporate.END_REASONS)] if over else "" for one, over in zip(terms, newest.tolist(), strict=True)],
        follows_id=[one.follows for one in terms],
    )  # fmt: skip


def _add_visits(terms: list[_Term], machines: Machines, firm: list[int], entries: Entries, calendar: Calendar) -> None:
    """Visits spread over the part of each term that has passed."""
    visits: list[tuple[_Term, float, str]] = []
    for one in terms:
        included, passed = corporate.PLANS[int(machines.plan[one.n])][2], min(one.last, DAYS - 1.5) - one.first
        made = round(included * float(machines.visits[one.n]) * max(min(passed / YEAR, 1), 0))
        for number in range(made):
            note = corporate.VISIT_NOTES[(one.n + number) % len(corporate.VISIT_NOTES)]
            visits.append((one, one.first + passed * (number + 1) / (made + 1), note))
    days = np.array([day for _, day, _ in visits], np.float64)
    entries.add(
        calendar.moments(days, at_work=True), kind="customers.contract_used", customer_id=[firm[one.n] for one, _, _ in visits],
        object_type="contract", object_id=[one.pk for one, _, _ in visits], quantity=1.0, text=[note for _, _, note in visits],
        payload=[as_json({"title": corporate.PLANS[int(machines.plan[one.n])][0]}) for one, _, _ in visits],
    )  # fmt: skip
