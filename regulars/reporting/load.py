"""Facts down: from the record into the warehouse, in one consistent reading that keeps nobody waiting.

After the first load only rows that the log of changes names are read again (docs/adr/0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection

from regulars.catalogue import facts as catalogue
from regulars.commerce import facts as commerce
from regulars.customers import facts as customers
from regulars.kit import clock
from regulars.reporting.models import WarehouseMark

if TYPE_CHECKING:
    from regulars.intelligence.warehouse.store import Change, Manifest, Store
    from regulars.intelligence.warehouse.tables import FactTable

TABLES = (*commerce.TABLES, *customers.TABLES, *catalogue.TABLES)
MOST_CHANGES: Final = 300_000
"""With more rows in the log than this it is quicker to read everything."""
FEW: Final = 5_000
"""Of so many changed parties all facts are read from the record: quicker than to look for them among everybody's."""
_AT_ONCE: Final = 50_000


Log = list[tuple[int, str, int, int | None]]
"""Changes noted by the database: number, fact, row, party."""


@dataclass(frozen=True)
class Loaded:
    """A generation of the warehouse that is in force.

    Attributes:
        whole: True when every fact was read; then ``parties`` says nothing.
        parties: whose facts have changed since the generation before.
        corrected: of these, whose trade of before has changed; the others have new trade at most.
        before: the token of that generation.
        seen: ids of the log that were seen, to be forgotten when all that rests on them is written.
        owned: all facts of ``parties`` by table, where these are few among many.
    """

    manifest: Manifest
    whole: bool
    before: str = ""
    parties: set[int] = field(default_factory=set)
    corrected: set[int] = field(default_factory=set)
    seen: list[int] = field(default_factory=list)
    owned: Mapping[str, Any] = field(default_factory=dict)


def warehouse() -> Store:
    """The warehouse of this house."""
    from regulars.intelligence.warehouse.store import Store  # noqa: PLC0415 -- heavy: only for whoever analyses

    return Store(Path(settings.HOME) / "warehouse")


def facts_down(store: Store, *, whole: bool = False) -> Loaded:
    """Bring the warehouse to where the record is now: by what has changed, or ``whole``."""
    before = store.manifest()
    mark = WarehouseMark.objects.order_by("pk").first() or WarehouseMark()
    whole = whole or not before.token or before.token not in {mark.intended, mark.reached} or not store.holds(TABLES)
    with snapshot() as cursor:
        log = _read_log(cursor)
        whole = whole or len(log) > MOST_CHANGES
        if not whole and not log:
            return Loaded(before, False, before.token)
        made = (
            store.drafted(_everything(cursor), clock.now())
            if whole
            else store.amended(_changes(cursor, log), clock.now())
        )
        parties = {party for _, _, _, party in log if party is not None} | _owners(cursor, log)
        owned = {} if whole else _owned(cursor, parties, before)
    mark.intended = made.token
    mark.save()
    store.put_in_force(made)
    return Loaded(made, whole, before.token, parties, _corrected(log, before), [number for number, *_ in log], owned)


def reached(loaded: Loaded) -> None:
    """Note that everything that rests on these facts is written, and forget the changes that were seen."""
    WarehouseMark.objects.update(intended=loaded.manifest.token, reached=loaded.manifest.token)
    seen = loaded.seen
    with connection.cursor() as cursor:
        for start in range(0, len(seen), _AT_ONCE):
            some = seen[start : start + _AT_ONCE]
            if connection.vendor == "postgresql":  # what committed late may lie between: only what was seen goes
                cursor.execute("DELETE FROM reporting_factchange WHERE id = ANY(%s)", [some])
            else:  # one writer at a time: what was not seen lies beyond
                cursor.execute("DELETE FROM reporting_factchange WHERE id <= %s", [some[-1]])


def _read_log(cursor: Any) -> Log:
    cursor.execute("SELECT id, fact, row, party FROM reporting_factchange ORDER BY id")
    return list(cursor.fetchall())


def _corrected(log: Log, before: Manifest) -> set[int]:
    """Whose orders or returns that were there before have changed."""
    last = {name: before.tables[name].last for name in ("orders", "returns") if name in before.tables}
    return {party for _, fact, row, party in log if party is not None and row <= last.get(fact, -1)}


def _owners(cursor: Any, log: Log) -> set[int]:
    """Who bought the orders whose lines have changed."""
    keys = _changed(log, "lines")
    if not keys:
        return set()
    orders = _asked_for(keys, "lines")
    cursor.execute(f"SELECT customer_id FROM commerce_order WHERE customer_id IS NOT NULL AND id IN ({orders})")  # noqa: S608 -- our own numbers
    return {party for (party,) in cursor.fetchall()}


def _changed(log: Log, *facts: str) -> list[int]:
    """The rows of ``facts`` that the log names, in order."""
    return sorted({row for _, fact, row, _ in log if fact in facts})


def _asked_for(keys: list[int], *facts: str) -> str:
    """What stands in an IN for ``keys``, the changed rows of ``facts``."""
    if len(keys) <= FEW:
        return _numbers(keys)
    names = ", ".join(f"'{name}'" for name in facts)
    return f"SELECT row FROM reporting_factchange WHERE fact IN ({names})"  # noqa: S608 -- our own names


def _numbers(ids: Iterable[int]) -> str:
    """``ids`` for an IN: PostgreSQL guesses wrong how many a log holds that was empty a minute ago, and would read whole tables."""
    return ", ".join(map(str, sorted(ids)))


def _owned(cursor: Any, parties: set[int], before: Manifest) -> dict[str, Any]:
    """All facts of the changed parties by table; none when these are many, or when the house is small and takes up everybody."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence import nightly  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.extract import batches, schema_of  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.ledger import WHOSE  # noqa: PLC0415 -- heavy: only for whoever analyses

    if not 0 < len(parties) <= FEW or before.tables["parties"].rows < nightly.SMALL_HOUSE:
        return {}
    found = {}
    for table in TABLES:
        if table.name in WHOSE:
            read = batches(table, cursor, vendor=connection.vendor, zone=settings.TIME_ZONE, whose=_numbers(parties))
            found[table.name] = pa.concat_tables([schema_of(table).empty_table(), *read])
    return found


def _everything(cursor: Any) -> Iterator[tuple[FactTable, Iterator[Any]]]:
    from regulars.intelligence.warehouse.extract import batches  # noqa: PLC0415 -- heavy: only for whoever analyses

    for table in TABLES:
        yield table, batches(table, cursor, vendor=connection.vendor, zone=settings.TIME_ZONE)


def _changes(cursor: Any, log: Log) -> Iterator[Change]:
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.extract import batches, schema_of  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.store import Change  # noqa: PLC0415 -- heavy: only for whoever analyses

    for table in TABLES:
        told = (table.name, *table.follows)
        keys = _changed(log, *told)
        if not keys:
            continue
        wanted = _asked_for(keys, *told)
        read = batches(table, cursor, vendor=connection.vendor, zone=settings.TIME_ZONE, wanted=wanted)
        rows = pa.concat_tables([schema_of(table).empty_table(), *read])
        yield Change(table, pa.array(keys, pa.int64()), rows)


@contextmanager
def snapshot() -> Iterator[Any]:
    """A cursor whose every statement sees the record as of one moment, without holding back writers.

    Inside somebody else's transaction that one is used.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            yield cursor
            return
        postgresql = connection.vendor == "postgresql"
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgresql else "BEGIN DEFERRED")
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")
