"""What assets and contracts have in common on their way in: whose, which, new, changed or known."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, ClassVar, Generic, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from regulars.customers.models import Asset, Batch, Contract, Party
from regulars.integrations.imports.engine.context import Context
from regulars.integrations.imports.engine.customers.row import Person
from regulars.integrations.imports.engine.holdings.whose import Holders, NobodyError, holder_of
from regulars.integrations.imports.engine.parse import Parser, Reject
from regulars.integrations.imports.files import Row
from regulars.integrations.imports.values.own import read_own
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.staff.models import User

Thing = TypeVar("Thing", Asset, Contract)


@dataclass(slots=True, eq=False)
class Entry:
    """One row. ``key`` is what it is known by within the file, ``nth`` how many rows before it had the same; ``own`` is the number
    we gave the thing, ``told`` whether a row before it had that number.
    """

    row: int
    cells: list[str]
    at: dict[str, Any]
    holder: Person
    key: tuple[Any, ...]
    nth: int
    own: int = 0
    told: bool = False
    party: int = 0


@dataclass(slots=True)
class Chunk(Generic[Thing]):
    """Rows of a file of assets or contracts, and what becomes of them."""

    entries: list[Entry] = field(default_factory=list)
    rejects: list[tuple[int, list[str], Reject]] = field(default_factory=list)
    rows: int = 0
    fresh: list[Thing] = field(default_factory=list)
    changed: list[tuple[Thing, dict[str, Any]]] = field(default_factory=list)


class HoldingsImporter(ABC, Generic[Thing]):
    """Carries out a kind whose rows are things that hang on customers."""

    sort: ClassVar[str]
    """The model's name, as it stands in our own numbers and before ``_created`` and ``_changed`` in the figures."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parser = Parser(context.plan, context.look, context.zone)
        self.erases = context.plan.options.blank == "erase"
        self.today = timezone.localdate(clock.now())
        self._holders = Holders(context.plan.options.source)
        self._nth: Counter[tuple[Any, ...]] = Counter()
        self._told: set[int] = set()
        self._drafts: dict[int, list[Thing]] = defaultdict(list)
        self._held: dict[int, list[Thing]] = {}
        self._by_own: dict[int, Thing] = {}

    # --- what each kind says ----------------------------------------------------------------------------------------

    @abstractmethod
    def key_of(self, at: dict[str, Any]) -> tuple[Any, ...]:
        """What the row is known by within its file."""

    @abstractmethod
    def load(self, parties: list[int], own: list[int]) -> Iterable[Thing]:
        """The things of these customers, and those of these numbers of ours."""

    @abstractmethod
    def look_up(self, entries: list[Entry]) -> None:
        """Read what else these rows name."""

    @abstractmethod
    def find(self, entry: Entry, held: list[Thing]) -> Thing | None:
        """Which of the customer's things the row means; None: a new one."""

    @abstractmethod
    def told(self, entry: Entry, thing: Thing | None) -> dict[str, Any]:
        """What the row says, by column of the table."""

    @abstractmethod
    def draft(self, entry: Entry, told: dict[str, Any], held: list[Thing]) -> Thing:
        """A new thing, checked and not yet written."""

    @abstractmethod
    def check(self, thing: Thing) -> None:
        """Refuse what does not fit."""

    @abstractmethod
    def insert(self, fresh: list[Thing], by: User | None, batch: Batch) -> None:
        """Write new things, with their entries on the timeline."""

    @abstractmethod
    def change(self, thing: Thing, changes: dict[str, Any], by: User | None, batch: Batch) -> None:
        """Change one with its history."""

    # --- what they share --------------------------------------------------------------------------------------------

    def read(self, rows: list[Row]) -> Chunk[Thing]:
        """Parse rows; touches no table."""
        chunk: Chunk[Thing] = Chunk(rows=len(rows))
        for number, cells in rows:
            values = self.parser.read(cells)
            if isinstance(values, Reject):
                chunk.rejects.append((number, cells, values))
                continue
            at = {key: values[place] for key, place in self.parser.place.items()}
            key, own = self.key_of(at), read_own(at["self"], sort=self.sort)
            holder = holder_of(number, cells, at)
            chunk.entries.append(Entry(number, cells, at, holder, key, self._nth[key], own, own in self._told))
            self._nth[key] += 1
            self._told |= {own} - {0}
        return chunk

    def settle(self, chunk: Chunk[Thing]) -> None:
        """Find for each row whose it is and which it means, and what it adds."""
        self._holders.fetch([one.holder for one in chunk.entries])
        placed = []
        for entry in chunk.entries:
            try:
                entry.party = self._holders.find(entry.holder)
                placed.append(entry)
            except NobodyError as nobody:
                self._refuse(chunk, entry, nobody.field, nobody.sentence)
        self._fetch(placed)
        for entry in placed:
            try:
                self._settle_one(chunk, entry)
            except UserError as error:
                self._refuse(chunk, entry, "", str(error))

    def _fetch(self, placed: list[Entry]) -> None:
        self._held, self._by_own = defaultdict(list), {}
        for thing in self.load(sorted({one.party for one in placed}), [one.own for one in placed if one.own]):
            self._held[thing.party_id].append(thing)
            self._by_own[thing.pk] = thing
        for party, drafts in self._drafts.items():
            self._held[party] += drafts
        self.look_up(placed)

    def _settle_one(self, chunk: Chunk[Thing], entry: Entry) -> None:
        tally, held = self.context.tally, self._held[entry.party]
        thing, again = self._own(entry), entry.told
        if thing is None:
            thing, again = self.find(entry, held), bool(entry.nth and entry.key[0])
        # of several rows on one thing the first decides
        tally.duplicates += again
        if thing is None:
            draft = self.draft(entry, self.told(entry, None), held)
            held.append(draft)
            chunk.fresh.append(draft)
            tally.accepted += 1
            setattr(tally, f"{self.sort}s_created", getattr(tally, f"{self.sort}s_created") + 1)
            if self.context.preview:
                self._drafts[entry.party].append(draft)
            return
        told = self.told(entry, thing)
        changes = {} if again else {name: value for name, value in told.items() if getattr(thing, name) != value}
        if not changes:
            tally.known += 1
            return
        self._alter(thing, changes)
        chunk.changed.append((thing, changes))
        tally.accepted += 1
        setattr(tally, f"{self.sort}s_changed", getattr(tally, f"{self.sort}s_changed") + 1)

    def _own(self, entry: Entry) -> Thing | None:
        """The thing of our own number; None where there is none, or it is of another installation."""
        found = self._by_own.get(entry.own)
        if found is not None and found.party_id != entry.party:
            name = Party.objects.only("name").get(pk=found.party_id).name
            raise UserError(_("This is here already and belongs to %(name)s.") % {"name": name})
        return found

    def _alter(self, thing: Thing, changes: dict[str, Any]) -> None:
        """Let the thing at hand have its new values, unless they do not fit."""
        before = {name: getattr(thing, name) for name in changes}
        try:
            for name, value in changes.items():
                setattr(thing, name, value)
            self.check(thing)
        except UserError:
            for name, value in before.items():
                setattr(thing, name, value)
            raise

    def _refuse(self, chunk: Chunk[Thing], entry: Entry, name: str, sentence: str) -> None:
        known = name if name in self.parser.place else ""
        reject = self.parser.reject(known, entry.cells, sentence) if known else Reject("", "", sentence)
        chunk.rejects.append((entry.row, entry.cells, reject))

    def write(self, chunk: Chunk[Thing]) -> None:
        """Write what is new and what changed."""
        by = User.objects.filter(pk=self.context.user or 0).first()
        batch = Batch.objects.get(pk=self.context.batch)
        self.insert(chunk.fresh, by, batch)
        for thing, changes in chunk.changed:
            self.change(thing, changes, by, batch)

    # --- helpers of the kinds ---------------------------------------------------------------------------------------

    def filled(self, at: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
        """Column of the table → value, of the fields that the row fills; emptied ones too where the import erases."""
        told = {}
        for key, column in columns.items():
            value = at[key]
            if value not in ("", None) or (self.erases and self.parser.mapped(key)):
                told[column] = value
        return told

    def moment_of(self, day: date | None) -> datetime:
        """When something that began on a day stands on the timeline: at noon of it, or now."""
        now = clock.now()
        return now if day is None else min(now, timezone.make_aware(datetime.combine(day, time(12))))


def word(raw: str) -> str:
    """A word of a status or kind as it is compared."""
    return text.fold(raw).replace("_", " ").replace("-", " ").strip()
