"""What is remembered of every customer from one run to the next, so that few changes need little work.

Three tables, kept like the facts as immutable segments with a patch: ``score`` (one row a customer: everything computed
of him), ``move`` (every move between stages), ``told`` (what was last written into the record, as hashes). The notes say
from which facts they were computed, for which day, and where the lines between customers lay (``Ruler``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from regulars.intelligence.analyses.desk import Ruler
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.store import Change, Manifest, Query, Store
from regulars.intelligence.warehouse.tables import Derived

VERSION: Final = 4
"""Of the tables and of the rules behind them; what another version left is not read."""
_GRAINS: Final = {
    "score": "one customer, with everything computed of him",
    "move": "one move of one customer between two stages",
    "told": "one customer, with hashes of what the record was last told of him",
}


@dataclass(frozen=True)
class Notes:
    """What the tables rest on. ``facts`` is the token of the warehouse's generation, ``learned`` of the calibrations."""

    facts: str
    learned: str
    horizon: Horizon
    ruler: Ruler


class Memory:
    """The folder ``memory`` within a warehouse."""

    def __init__(self, store: Store) -> None:
        self.store = Store(store.folder / "memory")

    def notes(self) -> Notes | None:
        """What the last run noted; None when there was none, or when it was made by another version."""
        kept = self.store.manifest().notes
        if kept.get("version") != VERSION:
            return None
        ruler = Ruler(**kept["ruler"])
        return Notes(kept["facts"], kept["learned"], Horizon(**kept["horizon"]), ruler)

    def forget(self) -> None:
        """Let the next run remember nothing."""
        self.store.put_in_force(Manifest(self.store.manifest().generation + 1))

    def keep_all(self, engine: Any, queries: Mapping[str, str], notes: Notes) -> None:
        """Replace everything by what the queries give."""
        parts = [(_table(name, None), Query(engine, sql)) for name, sql in queries.items()]
        self._put(self.store.drafted(parts, datetime.now(UTC)), notes)

    def keep_some(self, ids: Iterable[int], engine: Any, queries: Mapping[str, str], notes: Notes) -> None:
        """Replace what is remembered of some customers; whom the queries do not give any more is forgotten."""
        keys = pa.array(sorted(set(ids)), pa.int64())
        found = {name: engine.execute(sql).to_arrow_table() for name, sql in queries.items()}
        changes = [Change(_table(name, rows.schema), keys, rows) for name, rows in found.items()]
        self._put(self.store.amended(changes, datetime.now(UTC)), notes)

    def _put(self, made: Manifest, notes: Notes) -> None:
        said = {**asdict(notes), "version": VERSION}
        self.store.put_in_force(Manifest(made.generation, made.taken_at, made.tables, made.token, said))


def _table(name: str, schema: pa.Schema | None) -> Derived:
    return Derived(name, _GRAINS[name], "customer_id", schema)
