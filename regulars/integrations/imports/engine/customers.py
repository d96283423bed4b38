"""The kind ``customers``: each row finds its party by number, tax ID, or address and name; blank cells overwrite nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils import timezone

from regulars.customers.models import Consent, ContactPoint, Identifier, Party, PartyRelation, PartyRole, Revision
from regulars.integrations.imports.engine import bulk, parties
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.engine.people import TAX_SYSTEM, Person, PersonReader
from regulars.integrations.imports.files import Row
from regulars.kit import clock, phone, text
from regulars.staff.models import User

_COLUMNS: Final = (
    "kind", "name", "fold", "family_name", "given_name", "other_name", "salutation", "birth_date", "language", "address", "city", "region", "postcode",
    "country", "industry", "about", "owner_id", "custom",
)  # fmt: skip
_EMPTY: Final[dict[str, Any]] = {
    **dict.fromkeys(_COLUMNS, ""),
    "birth_date": None,
    "owner_id": None,
    "custom": {},
    "kind": "person",
}


@dataclass(slots=True, eq=False)
class Record:
    """A party as it is and as it becomes. ``id`` is 0 until written; ``before`` keeps what changed."""

    id: int
    facts: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    identifiers: set[tuple[str, str]] = field(default_factory=set)
    points: dict[tuple[str, str], bool] = field(default_factory=dict)
    preferred: set[str] = field(default_factory=set)
    consents: dict[str, str] = field(default_factory=dict)
    employers: set[int] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    new_identifiers: list[tuple[str, str]] = field(default_factory=list)
    new_points: list[tuple[str, str, str, bool]] = field(default_factory=list)
    new_consents: list[tuple[str, str, int]] = field(default_factory=list)
    works_at: list[tuple[Record, str]] = field(default_factory=list)
    since: date | None = None
    trashed: bool = False
    queued: bool = False


@dataclass(slots=True)
class Chunk:
    """Rows of a customer file."""

    people: list[Person]
    rejects: list[tuple[int, list[str], Reject]]
    rows: int


class CustomersImporter:
    """Carries out the kind ``customers``."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        owners = {name.casefold(): pk for name, pk in User.objects.values_list("username", "pk")}
        self.reader = PersonReader(self.parser, owners)
        self.source = context.plan.options.source
        self._by: dict[tuple[str, str], Record] = {}
        self._by_id: dict[int, Record] = {}
        self._queue: list[Record] = []
        self._seen: set[int] = set()
        self._told: set[str] = set()

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        chunk = Chunk([], [], len(rows))
        for number, cells in rows:
            values = self.parser.read(cells)
            person = values if isinstance(values, Reject) else self.reader.read(number, cells, values)
            if isinstance(person, Reject):
                chunk.rejects.append((number, cells, person))
                continue
            person.again = not self._told.isdisjoint(person.externals)
            self._told.update(person.externals)
            chunk.people.append(person)
        return chunk

    def settle(self, chunk: Chunk) -> None:
        """Find the party of each row and what the row adds to it."""
        if not self.context.preview:
            self._by.clear()
            self._by_id.clear()
        self._queue = []
        self._fetch(chunk.people)
        tally = self.context.tally
        for person in chunk.people:
            raw = hash(tuple(person.cells))
            if raw in self._seen:
                tally.duplicates += 1
            self._seen.add(raw)
            for name in person.shortened:
                tally.warn("shortened", f"{person.row}: {name}")
            record = self._find(person)
            created = record is None or (record.id == 0 and not record.queued)
            if record is None:
                record = Record(0, {**_EMPTY, "custom": {}}, since=person.since)
            changed = self._apply(record, person)
            if created or changed:
                tally.accepted += 1
                tally.customers_created += created
                tally.customers_changed += not created and bool(record.id)
                self._enqueue(record)
            else:
                tally.known += 1
            tally.customers_known += not created
            self._index(record, person)

    def _enqueue(self, record: Record) -> None:
        if not record.queued:
            record.queued = True
            self._queue.append(record)

    # --- finding ----------------------------------------------------------------------------------------------------

    def _fetch(self, people: list[Person]) -> None:
        """Read what the record knows of anybody these rows may mean: a handful of queries a chunk."""
        keys = [one for person in people for one in person.externals]
        found: dict[tuple[str, str], int] = {}
        for system, wanted in (
            (self.source, keys),
            (TAX_SYSTEM, [person.tax_id for person in people if person.tax_id]),
        ):
            statement = """SELECT i.external_id, coalesce(p.merged_into_id, p.id) FROM customers_identifier i JOIN customers_party p ON p.id = i.party_id
                           WHERE i.system = %s AND i.external_id IN ({marks})"""
            found.update(
                {
                    (system, external): party
                    for external, party in bulk.select(statement, list(dict.fromkeys(wanted)), system)
                }
            )
        points = [
            point.normalised
            for person in people
            for point in person.points
            if point.kind in {"email", "mobile", "phone"}
        ]
        statement = """SELECT c.normalised, p.fold, p.id FROM customers_contactpoint c JOIN customers_party p ON p.id = c.party_id
                       WHERE c.ended_at IS NULL AND p.merged_into_id IS NULL AND c.normalised IN ({marks})"""
        for normalised, fold, party in bulk.select(statement, list(dict.fromkeys(points))):
            found.setdefault((f"at {normalised}", fold), party)
        nameless = {text.fold(one.name)[:200] for one in people if one.named and not one.externals and not one.tax_id}
        nameless |= {text.fold(one.company)[:200] for one in people if one.company}
        statement = """SELECT id, fold, city, address, postcode, kind FROM customers_party
                       WHERE merged_into_id IS NULL AND fold IN ({marks})"""
        for party, fold, city, address, postcode, kind in bulk.select(statement, sorted(nameless)):
            found.setdefault((f"name {fold}", f"{city}|{address}|{postcode}"), party)
            if kind == "organisation":
                found.setdefault(("organisation", fold), party)
        self._load({party for party in found.values() if party not in self._by_id})
        for key, party in found.items():
            if party in self._by_id:
                self._by.setdefault(key, self._by_id[party])

    def _load(self, ids: Iterable[int]) -> None:
        wanted = sorted(ids)
        for batch in bulk.batches(wanted):
            for row in Party.objects.filter(pk__in=batch).values("id", "trashed_at", *_COLUMNS):
                self._by_id[row["id"]] = Record(
                    row["id"], {name: row[name] for name in _COLUMNS}, trashed=row["trashed_at"] is not None
                )
        for party, system, external in bulk.select(
            "SELECT party_id, system, external_id FROM customers_identifier WHERE party_id IN ({marks})", wanted
        ):
            self._by_id[party].identifiers.add((system, external))
        statement = "SELECT party_id, kind, normalised, ended_at, preferred FROM customers_contactpoint WHERE party_id IN ({marks})"
        for party, kind, normalised, ended, preferred in bulk.select(statement, wanted):
            self._by_id[party].points[kind, normalised] = ended is None
            if preferred:
                self._by_id[party].preferred.add(kind)
        statement = "SELECT party_id, channel, state FROM customers_consent WHERE purpose = 'marketing' AND party_id IN ({marks}) ORDER BY given_at, id"
        for party, channel, state in bulk.select(statement, wanted):
            self._by_id[party].consents[channel] = state
        statement = "SELECT party_id, other_id FROM customers_partyrelation WHERE kind = 'employed_by' AND valid_to IS NULL AND party_id IN ({marks})"
        for party, other in bulk.select(statement, wanted):
            self._by_id[party].employers.add(other)
        statement = """SELECT r.other_id, p.fold FROM customers_partyrelation r JOIN customers_party p ON p.id = r.party_id
                       WHERE r.kind = 'employed_by' AND r.valid_to IS NULL AND r.other_id IN ({marks})"""
        for firm, fold in bulk.select(statement, wanted):
            self._by_id[firm].staff.add(fold)

    def _find(self, person: Person) -> Record | None:
        fold = text.fold(person.name)[:200]
        keys: list[tuple[str, str]] = [(self.source, external) for external in person.externals]
        if person.tax_id:
            keys.append((TAX_SYSTEM, person.tax_id))
        if not any(key in self._by for key in keys):
            keys += [
                (f"at {point.normalised}", fold)
                for point in person.points
                if point.kind in {"email", "mobile", "phone"}
            ]
        if not person.externals and not person.tax_id and person.named:
            place = person.facts
            keys.append(
                (f"name {fold}", f"{place.get('city', '')}|{place.get('address', '')}|{place.get('postcode', '')}")
            )
        if person.externals:  # two numbers of one system are two customers, whatever else they share
            keys = [key for key in keys if key[0] in {self.source, TAX_SYSTEM} or not self._numbered(key)]
        found = list({id(record): record for key in keys if (record := self._by.get(key)) is not None}.values())
        if len(found) > 1 and person.externals:
            self.context.tally.warn("two_parties", f"{person.row}: {', '.join(person.externals)}")
        return found[0] if found else None

    def _numbered(self, key: tuple[str, str]) -> bool:
        record = self._by.get(key)
        return record is not None and any(system == self.source for system, _external in record.identifiers)

    def _index(self, record: Record, person: Person) -> None:
        fold = record.facts["fold"]
        for external in person.externals:
            self._by.setdefault((self.source, external), record)
        if person.tax_id:
            self._by.setdefault((TAX_SYSTEM, person.tax_id), record)
        for point in person.points:
            self._by.setdefault((f"at {point.normalised}", fold), record)
        facts = record.facts
        self._by.setdefault((f"name {fold}", f"{facts['city']}|{facts['address']}|{facts['postcode']}"), record)
        if facts["kind"] == "organisation":
            self._by.setdefault(("organisation", fold), record)

    # --- what a row adds --------------------------------------------------------------------------------------------

    def _apply(self, record: Record, person: Person) -> bool:
        """Put what the row says onto the record; returns whether anything differs."""
        changed = self._apply_name(record, person) | self._apply_facts(record, person)
        systems = [(self.source, external) for external in person.externals] + (
            [(TAX_SYSTEM, person.tax_id)] if person.tax_id else []
        )
        for key in systems:
            other = self._by.get(key)
            if key not in record.identifiers and (other is None or other is record):
                record.identifiers.add(key)
                record.new_identifiers.append(key)
                changed = True
        for point in person.points:
            if not record.points.get((point.kind, point.normalised)):
                first = point.kind not in record.preferred
                record.preferred.add(point.kind)
                record.points[point.kind, point.normalised] = True
                record.new_points.append((point.kind, point.raw, point.normalised, first))
                changed = True
        for channel, state in person.consents:
            if record.consents.get(channel) != state:
                record.consents[channel] = state
                record.new_consents.append((channel, state, person.row))
                changed = True
        if person.company:
            changed |= self._employ(record, person)
        if person.contact:
            changed |= self._add_contact(record, person)
        return changed or (record.trashed and bool(record.id))

    def _apply_facts(self, record: Record, person: Person) -> bool:
        """Fields and custom fields; of several rows on one customer the first decides."""
        changed = False
        for name, value in person.facts.items():
            if not (person.again and record.facts[name]):
                changed |= self._set(record, name, value)
        custom = record.facts["custom"]
        told = {
            key: value
            for key, value in person.custom.items()
            if custom.get(key) != value and not (person.again and key in custom)
        }
        return self._set(record, "custom", {**custom, **told}) or changed if told else changed

    def _add_contact(self, record: Record, person: Person) -> bool:
        fold = text.fold(person.contact)[:200]
        if fold in record.staff:
            return False
        record.staff.add(fold)
        contact = Record(0, {**_EMPTY, "custom": {}, "name": person.contact[:200], "fold": fold})
        contact.works_at.append((record, person.job[:80]))
        self.context.tally.customers_created += 1
        self._enqueue(contact)
        return True

    def _apply_name(self, record: Record, person: Person) -> bool:
        kept = record.facts["name"]
        if kept and not person.named:
            return False
        numbers = {text.fold(parties.name_of_number(external)) for _system, external in record.identifiers}
        if kept and record.facts["fold"] not in numbers:
            if record.facts["fold"] != text.fold(person.name)[:200]:
                self.context.tally.warn(
                    "two_names", f"{person.externals[0] if person.externals else person.row}: {kept} / {person.name}"
                )
            return False
        changed = self._set(record, "kind", person.kind) | self._set(record, "name", person.name)
        return self._set(record, "fold", text.fold(person.name)[:200]) or changed

    def _set(self, record: Record, name: str, value: Any) -> bool:
        current = record.facts[name]
        if current == value:
            return False
        record.before.setdefault(name, current)
        record.facts[name] = value
        return True

    def _employ(self, record: Record, person: Person) -> bool:
        fold = text.fold(person.company)[:200]
        firm = self._by.get(("organisation", fold))
        if firm is record:
            return False
        if firm is None:
            firm = Record(
                0, {**_EMPTY, "custom": {}, "kind": "organisation", "name": person.company[:200], "fold": fold}
            )
            self._by["organisation", fold] = self._by[f"name {fold}", "||"] = firm
            self.context.tally.customers_created += 1
            self._enqueue(firm)
        if firm.id in record.employers or any(other is firm for other, _job in record.works_at):
            return False
        record.works_at.append((firm, person.job[:80]))
        return True

    # --- writing ----------------------------------------------------------------------------------------------------

    def write(self, chunk: Chunk) -> None:
        """Write what ``settle`` found to be new or different."""
        new = [record for record in self._queue if not record.id]
        changed = [record for record in self._queue if record.id and record.before]
        self._create(new)
        self._change(changed)
        self._restore()
        self._insert_reach()
        self._insert_consents()
        self._insert_relations()

    def _insert_reach(self) -> None:
        now, batch = clock.now(), self.context.batch
        bulk.insert(
            Identifier,
            ("party_id", "system", "external_id", "batch_id", "created_at"),
            [(record.id, *key, batch, now) for record in self._queue for key in record.new_identifiers],
        )
        points = [
            (record.id, kind, raw[:254], normalised[:254], _reversed(kind, normalised), "", first, batch, now)
            for record in self._queue
            for kind, raw, normalised, first in record.new_points
        ]
        bulk.insert(ContactPoint, parties.POINT_COLUMNS, points, or_ignore=True)

    def _insert_consents(self) -> None:
        now, batch, evidence = clock.now(), self.context.batch, self.context.look.name[:200]
        rows = [
            (
                record.id,
                channel,
                "marketing",
                state,
                now,
                f"{evidence}, {row}",
                self.source,
                now,
                self.context.user,
                batch,
            )
            for record in self._queue
            for channel, state, row in record.new_consents
        ]
        columns = (
            "party_id", "channel", "purpose", "state", "given_at", "evidence", "source", "recorded_at",
            "recorded_by_id", "batch_id",
        )  # fmt: skip
        bulk.insert(Consent, columns, rows)

    def _insert_relations(self) -> None:
        now, batch = clock.now(), self.context.batch
        rows = [
            (record.id, firm.id, "employed_by", job, batch, now)
            for record in self._queue
            for firm, job in record.works_at
        ]
        columns = ("party_id", "other_id", "kind", "title", "batch_id", "created_at")
        bulk.insert(PartyRelation, columns, rows, or_ignore=True)

    def _create(self, records: list[Record]) -> None:
        if not records:
            return
        now, batch, today = clock.now(), self.context.batch, timezone.localdate()
        for record, pk in zip(records, bulk.allocate(Party, len(records)), strict=True):
            record.id = pk
            record.before.clear()
        columns = (
            "id",
            *_COLUMNS,
            "source",
            "batch_id",
            "created_at",
            "updated_at",
            "created_by_id",
            "preferred_channel",
            "preferred_time",
            "version",
        )
        bulk.insert(
            Party,
            columns,
            [
                (record.id, *_stored(record.facts), self.source, batch, now, now, self.context.user, "", "", 1)
                for record in records
            ],
        )
        parties.make_summaries(record.id for record in records)
        role = self.context.plan.options.role
        bulk.insert(
            PartyRole,
            ("party_id", "role", "valid_from", "batch_id"),
            [(record.id, role, record.since or today, batch) for record in records],
        )

    def _change(self, records: list[Record]) -> None:
        if not records:
            return
        now = clock.now()
        Revision.objects.bulk_create(
            [
                Revision(
                    table=Party._meta.label_lower,
                    object_id=record.id,
                    party_id=record.id,
                    before={_bare(name): _json(value) for name, value in record.before.items() if name != "fold"},
                    after={_bare(name): _json(record.facts[name]) for name in record.before if name != "fold"},
                    made_by_id=self.context.user,
                    batch_id=self.context.batch,
                )
                for record in records
            ],
            batch_size=2_000,
        )
        assignments = ", ".join(f"{name} = %s" for name in _COLUMNS)
        bulk.execute_many(
            f"UPDATE customers_party SET {assignments}, updated_at = %s, version = version + 1 WHERE id = %s",  # noqa: S608 -- our own names
            [(*_stored(record.facts), now, record.id) for record in records],
        )

    def _restore(self) -> None:
        trashed = [record for record in self._queue if record.trashed and record.id]
        if trashed:
            restored = parties.restore_trashed(
                [record.id for record in trashed], batch=self.context.batch, by=self.context.user
            )
            for _still in range(len(trashed) - restored):
                self.context.tally.warn("in_trash")


def _stored(facts: dict[str, Any]) -> list[Any]:
    return [parties.as_json(facts[name]) if name == "custom" else facts[name] for name in _COLUMNS]


def _bare(name: str) -> str:
    return name.removesuffix("_id")


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _reversed(kind: str, normalised: str) -> str:
    return phone.digits(normalised.partition(";")[0])[::-1][:40] if kind in {"mobile", "phone", "fax"} else ""
