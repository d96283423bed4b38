"""Carrying out the kind ``customers``: each row finds whom it means and adds what is new; who is ambiguous is set aside."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.customers.models import FieldDefinition
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers import matching
from regulars.integrations.imports.engine.customers.applying import Applier, end_replaced_points
from regulars.integrations.imports.engine.customers.directory import Directory
from regulars.integrations.imports.engine.customers.erased import Erased
from regulars.integrations.imports.engine.customers.matching import Match
from regulars.integrations.imports.engine.customers.people import People
from regulars.integrations.imports.engine.customers.reading import PersonReader
from regulars.integrations.imports.engine.customers.record import Record, empty_facts
from regulars.integrations.imports.engine.customers.row import Person
from regulars.integrations.imports.engine.customers.writing import Hint, Writer
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.engine.sources import batches_of
from regulars.integrations.imports.files import Row
from regulars.integrations.imports.plan import DEFAULT_SOURCE
from regulars.staff.models import User


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
        definitions = {one.key: one for one in FieldDefinition.objects.active()}
        self.reader = PersonReader(self.parser, owners, definitions)
        options = context.plan.options
        named = (
            options.source != DEFAULT_SOURCE or options.snapshot == "yes"
        )  # files called "import" need not be of one system
        brought = batches_of(options.source) - {context.batch} if named else frozenset()
        with_staff = self.parser.mapped("contact") or self.parser.mapped("post")
        ours = context.plan.layout == "regulars"  # our own export has every address, so what it lacks is gone
        self.directory = Directory(options.source, None if ours else brought, with_staff=with_staff)
        self.applier, self.relating = Applier(context, self.directory), People(context, self.directory)
        self.erased = Erased(options.source)
        self.met: set[int] = set()
        """Whom the rows meant; kept in a preview only."""
        self._queue: list[Record] = []
        self._hints: list[Hint] = []
        self._seen: set[int] = set()
        self._told: set[str] = set()

    @property
    def touched(self) -> list[Record]:
        """Whom the rows settled last bring or change."""
        return self._queue

    def read(self, rows: list[Row]) -> Chunk:
        """Parse rows; touches no table."""
        chunk = Chunk([], [], len(rows))
        for number, cells in rows:
            values = self.parser.read(cells)
            person = values if isinstance(values, Reject) else self.reader.read(number, cells, values)
            if isinstance(person, Reject):
                chunk.rejects.append((number, cells, person))
                continue
            numbers = {*person.externals, *([f"own {person.own}"] if person.own else [])}
            person.again = not self._told.isdisjoint(numbers)
            self._told.update(numbers)
            chunk.people.append(person)
        return chunk

    def settle(self, chunk: Chunk) -> None:
        """Find the party of each row and what the row adds to it."""
        self._queue, self._hints, self.relating.touched = [], [], []
        chunk.people, erased = self.erased.set_aside(chunk.people)
        chunk.rejects += erased
        self.directory.fetch(chunk.people)
        met: dict[int, Record] = {}
        whole: set[int] = set()
        for person in chunk.people:
            self._note(person)
            match = matching.find(person, self.directory)
            if match.ambiguous or (person.own and match.record is None):
                chunk.rejects.append((person.row, person.cells, self._set_aside(person, match)))
            else:
                partly = match.by == "own" and match.record is not None and match.record.id != person.own
                person.again |= partly  # a row about a merged record adds to the winner, and overwrites nothing
                record = self._settle_one(person, match)
                met[id(record)] = record
                if not partly:
                    whole.add(id(record))
        if self.context.preview:
            self.met |= {record.id for record in met.values() if record.id}
        for key, record in met.items():
            if record.id and key in whole and end_replaced_points(record):
                self._enqueue(record)
        for record in self.relating.touched:
            self._enqueue(record)

    def _note(self, person: Person) -> None:
        """Count what is worth knowing of a row, whatever becomes of it."""
        tally, raw = self.context.tally, hash(tuple(person.cells))
        if raw in self._seen:
            tally.duplicates += 1
        self._seen.add(raw)
        for name in person.shortened:
            tally.warn("shortened", f"{person.row}: {name}")
        for said in person.unread:
            tally.warn("unread", said)

    def _settle_one(self, person: Person, match: Match) -> Record:
        tally, record = self.context.tally, match.record
        created = record is None
        if record is None:
            record = self.directory.remember(Record(0, empty_facts(), since=person.since))
            record.source = self.directory.source
        before = record.queued or not record.id
        changed = self.applier.apply(record, person, match)
        changed |= self.relating.relate(record, person)
        self.directory.put_all(record, person)
        if created or changed or (record.trashed and record.id):
            tally.accepted += 1
            tally.customers_created += created
            tally.customers_changed += not created and not before
            self._enqueue(record)
        else:
            tally.known += 1
        tally.customers_known += not created
        self._hint(record, match)
        return record

    def _enqueue(self, record: Record) -> None:
        if not record.queued:
            record.queued = True
            self._queue.append(record)

    def _hint(self, record: Record, match: Match) -> None:
        """Leave what may be the same for a person to say."""
        new = [(one, "numbers") for one in match.rivals] + (
            [(one, "email") for one in match.hints] if not match.record else []
        )
        for other, why in new:
            self._hints.append(Hint(record, other, why))
            self.context.tally.hints += 1
            self.context.tally.warn(
                "two_parties" if why == "numbers" else "maybe_same", f"{record.name} / {other.name}"
            )

    def _set_aside(self, person: Person, match: Match) -> Reject:
        if not match.rivals:
            return self.parser.reject(
                "self", person.cells, _("There is no customer number %(n)s here.") % {"n": person.own}
            )
        self.context.tally.ambiguous += 1
        first, *others = match.rivals
        self._hints += [Hint(first, other, match.by) for other in others]
        names = "; ".join(f"{one.name} (#{one.id})" if one.id else one.name for one in match.rivals[:4])
        sentence = _(
            "Several customers fit this row: %(names)s. Merge them, or add a column with the number of the right one."
        )
        column = {
            "email": "email",
            "phone": "phone" if self.parser.mapped("phone") else "mobile",
            "tax_id": "tax_id",
        }.get(match.by, "name")
        return self.parser.reject(column, person.cells, sentence % {"names": names})

    def write(self, chunk: Chunk) -> None:
        """Write what ``settle`` found to be new or different."""
        Writer(self.context, self.directory.source).write(self._queue, self._hints)
        self.directory.forget()
        self._queue, self._hints, self.relating.touched = [], [], []
