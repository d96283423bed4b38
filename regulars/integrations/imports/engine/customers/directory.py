"""Who is here already: everybody a chunk of rows may mean, read in a handful of queries and found by key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from regulars.customers.models import Party
from regulars.integrations.imports.engine import bulk
from regulars.integrations.imports.engine.customers.record import COLUMNS, Job, PointHeld, Record
from regulars.integrations.imports.engine.customers.row import Person
from regulars.kit import text

Key = tuple[str, str]
_WHERE_THEY_WORK = """SELECT id, party_id, other_id, title, valid_from, valid_to, batch_id FROM customers_partyrelation
                      WHERE kind = 'employed_by' AND valid_to IS NULL AND party_id IN ({marks})"""
_WHO_WORKS_THERE = """SELECT id, party_id, other_id, title, valid_from, valid_to, batch_id FROM customers_partyrelation
                      WHERE kind = 'employed_by' AND other_id IN ({marks})"""
_MERGED = "SELECT id, merged_into_id FROM customers_party WHERE merged_into_id IS NOT NULL AND id IN ({marks})"
_FOUND_BY = {"email", "mobile", "phone"}


def at(normalised: str) -> Key:
    """The key of a contact point."""
    return "at", normalised


def called(fold: str, place: str) -> Key:
    """The key of a name at a place."""
    return f"name {fold}", place


def firm_called(fold: str) -> Key:
    """The key of an organisation's name."""
    return "organisation", fold


def folded(name: str) -> str:
    """A name as it is compared, as long as it is kept."""
    return text.fold(name)[:200]


def place_of(facts: dict[str, Any]) -> str:
    """Where somebody is, for telling namesakes apart."""
    return f"{facts.get('city', '')}|{facts.get('address', '')}|{facts.get('postcode', '')}"


class Directory:
    """Records by key. ``brought`` are the batches of earlier imports of the source; None: all there is may be replaced. Forgets between chunks what the database knows; a preview, which writes nothing, keeps everything."""

    def __init__(self, source: str, brought: frozenset[int] | None, *, with_staff: bool) -> None:
        self.source = source
        self._brought, self._with_staff = brought, with_staff
        self._by: dict[Key, dict[int, Record]] = defaultdict(dict)
        self._by_id: dict[int, Record] = {}
        self._new: list[Record] = []
        self._became: dict[int, int] = {}

    def remember(self, record: Record) -> Record:
        """Take charge of a record that is new."""
        self._new.append(record)
        return record

    def forget(self) -> None:
        """Begin anew. Records know each other in circles; these are opened, for an import runs without the collector."""
        for record in (*self._new, *self._by_id.values()):
            for held in (record.jobs, record.staff, record.staffed, record.begun, record.ended):
                held.clear()
        self._new.clear()
        self._by.clear()
        self._by_id.clear()

    def found(self, key: Key) -> list[Record]:
        """Everybody with that key, the oldest first."""
        records = self._by.get(key)
        if not records:
            return []
        return (
            list(records.values()) if len(records) == 1 else sorted(records.values(), key=lambda one: one.id or 1 << 62)
        )

    def numbered(self, own: int) -> Record | None:
        """The party of that number here; of a merged one the record it became part of."""
        return self._by_id.get(self._became.get(own, own))

    def put(self, key: Key, record: Record) -> None:
        """Let a record be found by a key."""
        self._by[key][id(record)] = record

    def put_all(self, record: Record, person: Person | None = None) -> None:
        """Let a record be found by what it is called and by what a row says of it."""
        fold = record.fold
        self.put(called(fold, place_of(record.facts)), record)
        if record.is_firm:
            self.put(firm_called(fold), record)
        for key in record.identifiers:
            self.put(key, record)
        for point in person.points if person else ():
            if point.kind in _FOUND_BY:
                self.put(at(point.normalised), record)

    # --- reading ----------------------------------------------------------------------------------------------------

    def fetch(self, people: list[Person]) -> None:
        """Read everybody these rows may mean."""
        own = {person.own for person in people if person.own}
        self._became = dict(bulk.select(_MERGED, sorted(own)))
        ids = {self._became.get(one, one) for one in own}
        ids |= self._by_number(people)
        ids |= self._by_point(people)
        ids |= self._by_name(people)
        self._load(ids)

    def _by_number(self, people: list[Person]) -> set[int]:
        wanted: dict[str, list[str]] = defaultdict(list)
        for person in people:
            wanted[self.source] += person.externals
            if person.company_id:
                wanted[self.source].append(person.company_id)
            if person.tax_id:
                wanted["tax_id"].append(person.tax_id)
            for system, number in person.softer:
                wanted[system].append(number)
        statement = """SELECT coalesce(p.merged_into_id, p.id) FROM customers_identifier i JOIN customers_party p ON p.id = i.party_id
                       WHERE i.system = %s AND i.external_id IN ({marks})"""
        return {
            party
            for system, numbers in wanted.items()
            for (party,) in bulk.select(statement, list(dict.fromkeys(numbers)), system)
        }

    def _by_point(self, people: list[Person]) -> set[int]:
        points = [point.normalised for person in people for point in person.points if point.kind in _FOUND_BY]
        statement = """SELECT c.party_id FROM customers_contactpoint c JOIN customers_party p ON p.id = c.party_id
                       WHERE c.ended_at IS NULL AND p.merged_into_id IS NULL AND c.normalised IN ({marks})"""
        return {party for (party,) in bulk.select(statement, list(dict.fromkeys(points)))}

    def _by_name(self, people: list[Person]) -> set[int]:
        names = {
            folded(one.name) for one in people if one.named and not one.externals and not one.tax_id and not one.own
        }
        firms = {folded(one.company) for one in people if one.company}
        statement = """SELECT id, fold, kind FROM customers_party WHERE merged_into_id IS NULL AND fold IN ({marks})"""
        return {
            party
            for party, fold, kind in bulk.select(statement, sorted(names | firms))
            if fold in names or kind == "organisation"
        }

    def _load(self, ids: Iterable[int]) -> None:
        new = self._parties(ids)
        self._identifiers(new)
        self._points(new)
        self._consents(new)
        staff = self._relations(new)
        if staff:
            self._identifiers(staff)
            self._points(staff)

    def _parties(self, ids: Iterable[int]) -> list[int]:
        wanted = sorted(one for one in set(ids) if one not in self._by_id)
        loaded = []
        for batch in bulk.batches(wanted):
            for row in Party.objects.filter(pk__in=batch, merged_into=None).values(
                "id", "trashed_at", "source", *COLUMNS
            ):
                record = Record(row["id"], {name: row[name] for name in COLUMNS}, trashed=row["trashed_at"] is not None)
                record.source = row["source"]
                self._by_id[record.id] = record
                self.put_all(record)
                loaded.append(record.id)
        return loaded

    def _identifiers(self, ids: list[int]) -> None:
        for party, system, external in bulk.select(
            "SELECT party_id, system, external_id FROM customers_identifier WHERE party_id IN ({marks})", ids
        ):
            self._by_id[party].identifiers.add((system, external))
            self.put((system, external), self._by_id[party])

    def _points(self, ids: list[int]) -> None:
        statement = "SELECT party_id, id, kind, normalised, ended_at, preferred, batch_id, raw FROM customers_contactpoint WHERE party_id IN ({marks})"
        for party, pk, kind, normalised, ended, preferred, batch, raw in bulk.select(statement, ids):
            record = self._by_id[party]
            record.points[kind, normalised] = PointHeld(pk, ended is None, self._is_ours(batch), raw)
            if preferred:
                record.preferred.add(kind)
            if ended is None and kind in _FOUND_BY:
                self.put(at(normalised), record)

    def _is_ours(self, batch: int | None) -> bool:
        return self._brought is None or batch in self._brought

    def _consents(self, ids: list[int]) -> None:
        statement = "SELECT party_id, channel, state FROM customers_consent WHERE purpose = 'marketing' AND party_id IN ({marks}) ORDER BY given_at, id"
        for party, channel, state in bulk.select(statement, ids):
            self._by_id[party].consents[channel] = state

    def _relations(self, ids: list[int]) -> list[int]:
        """Where these work, and who works at them; returns whom that brought in."""
        rows = list(bulk.select(_WHERE_THEY_WORK, ids))
        rows += bulk.select(
            _WHO_WORKS_THERE, [one for one in ids if self._by_id[one].is_firm] if self._with_staff else []
        )
        known = {row[0]: row for row in rows}
        new = self._parties({row[1] for row in known.values()} | {row[2] for row in known.values()})
        for pk, party, other, title, since, until, batch in sorted(known.values()):
            person, firm = self._by_id.get(party), self._by_id.get(other)
            if person is None or firm is None:
                continue
            firm.staff.setdefault(person.fold, person)
            if until is None:
                job = Job(person, firm, title, pk, _day(since), self._is_ours(batch))
                person.jobs.append(job)
                firm.staffed.append(job)
        return new


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
