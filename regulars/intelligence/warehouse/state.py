"""What is kept of every customer's trade over all time, and advanced by new facts alone.

``definitions/state.sql`` says what a row is. A row of the next day follows from the row before and the day's new facts, as
long as they are later than what is known: sums are added, gaps and months continued. Whose earlier facts were corrected, moved
by a merge, deleted or came late is derived again from all of his. Both ways come to what the SQL over everything comes to, to
the last digit, because everything is a whole number.

Kept beside the facts as an uncompressed Arrow file that is mapped, not read, each column in the narrowest whole numbers that
hold it (few pages are touched for a day's customers), and a patch of whoever was touched since it was written: a stream of
batches, one for each time, to which the next is appended; a row says which earlier one it covers. A note says which generation
of the facts they rest on and how much of the patch counts. What is new is written aside or behind; the note, renamed into
place, puts it in force. Whatever does not fit is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.intelligence.warehouse import definitions, fresh
from regulars.intelligence.warehouse.engine import Engine
from regulars.intelligence.warehouse.frames import narrow
from regulars.intelligence.warehouse.ledger import PAYS_FROM, Horizon
from regulars.intelligence.warehouse.patch import COLUMNS, Columns, Patch, find
from regulars.intelligence.warehouse.store import Store

SUMS: Final = ("orders", "returns", "lines", "goods", "revenue", "returned", "margin", "uncosted")
MOST_AGAIN: Final = 0.1
"""Share of customers to be derived again above which everybody is."""
LARGEST_PATCH: Final = 0.15
"""Share of customers above which the patch is taken into the base."""
MOST_BATCHES: Final = 8
"""Batches of the patch above which they are put together: everybody touched is looked for in each."""
_SMALL: Final = 10_000
_FORMAT: Final = "2"
_NOTE: Final = "note.json"

_AHEAD = """SELECT DISTINCT customer_id FROM (SELECT customer_id, day, currency FROM orders UNION ALL SELECT customer_id, day, currency FROM returns)
            WHERE day > $today AND currency = $currency AND customer_id IS NOT NULL ORDER BY customer_id"""


@dataclass(frozen=True)
class Note:
    """What the kept rows rest on.

    Attributes:
        facts: the token of the generation of the facts.
        orders: the highest id of an order seen; ``returns`` likewise.
        ahead: customers with facts dated after ``today``: they are derived again when the day moves on.
        length: how many bytes of the patch count; what a crash has left behind them does not.
        shape: a hash of the definition and of how it is kept.
    """

    facts: str
    today: int
    currency: str
    orders: int
    returns: int
    ahead: list[int] = field(default_factory=list)
    base: str = ""
    patch: str = ""
    length: int = 0
    shape: str = ""


class State:
    """The folder ``state`` within a warehouse.

    Attributes:
        occasions: what the pass that made the state from all facts has found beside it: the rows of ``purchase``, in order.
    """

    occasions: pa.Table | None = None

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.folder / "state"
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def note(self) -> Note | None:
        """What is kept; None when nothing is, or by another definition."""
        path = self.folder / _NOTE
        kept = Note(**json.loads(path.read_text())) if path.exists() else None
        return kept if kept and kept.shape == _shape() else None

    def lay(
        self, engine: Engine, horizon: Horizon, *, facts_before: str = "", corrected: Collection[int] | None = None
    ) -> bool:
        """Let ``state`` lie in the engine as of ``horizon``, by as little work as will do, and keep it.

        Args:
            facts_before: the generation of the facts before the one in force.
            corrected: whose facts from before have changed since then; None when that is not known.

        Returns:
            Whether it was advanced (or stood there already) rather than made anew.
        """
        note, token = self.note(), self.store.manifest().token
        known = note and (note.facts == token or (note.facts == facts_before and corrected is not None))
        if note and known and note.currency == horizon.currency and note.today <= horizon.today:
            again = set() if note.facts == token else set(corrected or ())
            if self._advanced(engine, horizon, note, again):
                return True
        self._made(engine, horizon)
        return False

    def _made(self, engine: Engine, horizon: Horizon) -> None:
        """From all facts: by the compiled pass where it pays, else by the SQL."""
        held, rows = self.store.manifest().tables, None
        if "orders" in held and held["orders"].rows >= PAYS_FROM:
            from regulars.intelligence.warehouse import passing  # noqa: PLC0415 -- compiled code, for large houses only

            rows, self.occasions = passing.over_orders(engine, horizon) or (None, None)
        if rows is None:
            one = definitions.get("state")
            parameters = {name: horizon.parameters[name] for name in one.parameters}
            rows = engine.execute(one.for_duckdb(), parameters).to_arrow_table().select(COLUMNS)
        ahead = _ids(engine, _AHEAD, today=horizon.today, currency=horizon.currency)
        self._begin(engine, self._noted(horizon, ahead), rows)

    def _advanced(self, engine: Engine, horizon: Horizon, note: Note, again: set[int]) -> bool:
        """By new facts alone, and all facts of a few; False when they are not few."""
        base, patch = _mapped(self.folder / note.base), Patch.read(self.folder / note.patch, note.length)
        if horizon.today > note.today:
            again |= set(note.ahead)
        if len(again) > max(MOST_AGAIN * base.num_rows, _SMALL):
            return False
        new = fresh.trade(self.store, {"orders": note.orders, "returns": note.returns}, note.currency)
        future = new["day"] > horizon.today
        ahead = set(note.ahead) | set(new["customer_id"][future].tolist())
        if future.any() or again:
            new = _where(new, ~future & ~np.isin(new["customer_id"], sorted(again)))
        rows, late = added(_known(base, patch, new["customer_id"][_firsts(new["customer_id"])]), new)
        again |= set(late.tolist())
        if again:
            derived, later = _derived(engine, horizon, again)
            ahead = (ahead - again) | set(later)
            rows = _joined(rows, derived | {"covers": patch.latest(derived["customer_id"])})
        touched = _touched(rows, np.array(sorted(again), np.int64), patch)
        self._go_on(engine, note, self._noted(horizon, sorted(ahead)), (base, patch), touched)
        return True

    def _noted(self, horizon: Horizon, ahead: list[int]) -> Note:
        manifest = self.store.manifest()
        tables = manifest.tables
        orders, returns = (tables[name].last if name in tables else 0 for name in ("orders", "returns"))
        return Note(manifest.token, horizon.today, horizon.currency, orders, returns, ahead, shape=_shape())

    def _begin(self, engine: Engine, note: Note, rows: pa.Table) -> None:
        """A base, and a patch in which there is nothing yet."""
        stem = os.urandom(6).hex()
        note = replace(note, base=f"base-{stem}.arrow", patch=f"patch-{stem}.arrow")
        base, patch = _narrowed(rows), Patch.empty()
        _write(self.folder / note.base, base)
        self._put_in_force(replace(note, length=patch.written(self.folder / note.patch)))
        _show(engine, base, patch)

    def _go_on(self, engine: Engine, before: Note, note: Note, kept: tuple[pa.Table, Patch], touched: Columns) -> None:
        """The base as it is, and behind the patch whoever was ``touched``; put together now and then."""
        base, patch = kept
        note = replace(note, base=before.base, patch=before.patch, length=before.length)
        if len(touched["customer_id"]):
            patch = Patch((*patch.batches, touched))
            if patch.rows_in_force > max(LARGEST_PATCH * base.num_rows, _SMALL):
                self._begin(engine, note, _merged(base, patch.together().columns))
                return
            if len(patch.batches) > MOST_BATCHES:
                patch, note = patch.together(), replace(note, patch=f"patch-{os.urandom(6).hex()}.arrow", length=0)
            note = replace(note, length=patch.written(self.folder / note.patch, behind=note.length))
        self._put_in_force(note)
        _show(engine, base, patch)

    def _put_in_force(self, note: Note) -> None:
        draft = self.folder / f".{_NOTE}.{os.getpid()}"
        with draft.open("w") as file:
            file.write(json.dumps(asdict(note)))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / _NOTE)
        for path in self.folder.glob("*.arrow"):
            if path.name not in {note.base, note.patch}:
                path.unlink(missing_ok=True)


def _show(engine: Engine, base: pa.Table, patch: Patch) -> None:
    """Let ``state`` lie in the engine."""
    engine.register("state_base", base)
    engine.register("state_patch", patch.table)
    columns, wide = ", ".join(COLUMNS), ", ".join(f"{name}::BIGINT AS {name}" for name in COLUMNS)
    engine.execute(
        f"""CREATE TEMP VIEW state AS
            SELECT {wide} FROM state_base WHERE customer_id NOT IN (SELECT customer_id FROM state_patch)
            UNION ALL SELECT {columns} FROM state_patch WHERE in_force"""  # noqa: S608 -- our own names
    )


def added(known: Columns, new: Columns) -> tuple[Columns, Any]:
    """The rows of whoever has ``new`` facts, and who has facts earlier than what is known of him.

    Args:
        known: the rows so far of exactly these customers, in the order of their ids; zeros for who is new.
        new: facts sorted by customer and day.
    """
    customers = known["customer_id"]
    if not len(customers):
        return known, customers
    starts = np.flatnonzero(_firsts(new["customer_id"]))
    ends = np.r_[starts[1:], len(new["customer_id"])] - 1
    rows = dict(known)
    for name in SUMS:
        rows[name] = known[name] + np.add.reduceat(new[name], starts)
    fresh = known["orders"] + known["returns"] == 0
    rows["first_trade_day"] = np.where(
        fresh, new["day"][starts], np.minimum(known["first_trade_day"], new["day"][starts])
    )
    rows["last_trade_day"] = np.where(fresh, new["day"][ends], np.maximum(known["last_trade_day"], new["day"][ends]))
    late = _occasions(rows, known, np.repeat(np.arange(len(customers)), np.diff(np.r_[starts, ends[-1] + 1])), new)
    return (_where(rows, ~late), customers[late]) if late.any() else (rows, customers[:0])


def _occasions(rows: Columns, known: Columns, owner: Any, new: Columns) -> Any:
    """Continue purchases, gaps and months in ``rows``; whether somebody bought before his last known day."""
    is_first = _firsts(owner) | _firsts(new["day"])
    bought = new["bought"]
    if not is_first.all():  # several facts on one day: goods were bought if one of them says so
        bought = np.logical_or.reduceat(new["bought"], np.flatnonzero(is_first))
    owner, day = owner[is_first][bought], new["day"][is_first][bought]
    has_bought = known["purchases"] > 0
    late = np.zeros(len(known["customer_id"]), bool)
    late[owner[has_bought[owner] & (day < known["last_day"][owner])]] = True
    counts = ~(has_bought[owner] & (day <= known["last_day"][owner]))
    owner, day = owner[counts], day[counts]
    if not len(owner):
        return late
    leads = _firsts(owner)
    before = np.where(leads, np.where(has_bought[owner], known["last_day"][owner], day), np.r_[0, day[:-1]])
    rows["first_day"], rows["last_day"] = known["first_day"].copy(), known["last_day"].copy()
    begins = leads & ~has_bought[owner]
    rows["first_day"][owner[begins]] = day[begins]
    rows["last_day"][owner] = day  # ascending within a customer: the last one stays
    rows["purchases"] = known["purchases"] + np.bincount(owner, minlength=len(late))
    rows["gap_squares"] = known["gap_squares"].copy()
    np.add.at(rows["gap_squares"], owner, (day - before) ** 2)
    rows["months"] = known["months"].copy()
    later = np.minimum(_month(day) - _month(rows["first_day"][owner]), definitions.MONTHS - 1)
    np.bitwise_or.at(rows["months"], owner, np.int64(1) << later)
    return late


def _derived(engine: Engine, horizon: Horizon, customers: set[int]) -> tuple[Columns, list[int]]:
    """The rows of some customers from all their facts, and which of them have facts ahead."""
    engine.register("_again", pa.table({"customer_id": pa.array(sorted(customers), pa.int64())}))
    for name in ("orders", "returns"):
        engine.execute(
            f"CREATE TEMP TABLE {name} AS SELECT * FROM memory.main.{name} WHERE customer_id IN (SELECT customer_id FROM _again)"  # noqa: S608 -- our own names
        )
    one = definitions.get("state")
    parameters = {name: horizon.parameters[name] for name in one.parameters}
    rows = engine.execute(one.for_duckdb(), parameters).to_arrow_table()
    ahead = _ids(engine, _AHEAD, today=horizon.today, currency=horizon.currency)
    for name in ("orders", "returns"):
        engine.execute(f"DROP TABLE temp.{name}")
    engine.unregister("_again")
    return {name: rows[name].to_numpy() for name in COLUMNS}, ahead


def _known(base: pa.Table, patch: Patch, customers: Any) -> Columns:
    """The rows of some customers as they stand, and which of the patch's they cover; zeros for who is not there."""
    at, there = find(base["customer_id"].to_numpy(), customers)
    absent, rows = np.flatnonzero(~there), {"customer_id": customers}
    for name in COLUMNS[1:]:
        column = base[name].chunk(0).to_numpy()[at].astype(np.int64) if there.any() else np.zeros(len(at), np.int64)
        column[absent] = 0
        rows[name] = column
    rows["covers"] = patch.latest(customers)
    for batch, at, here in patch.rows_at(rows["covers"]):
        present = batch["present"][at]
        for name in COLUMNS[1:]:
            rows[name][here] = batch[name][at] * present
    return rows


def _touched(rows: Columns, again: Any, patch: Patch) -> Columns:
    """``rows``, and who was derived again and has no row any more; ``present`` tells them apart."""
    touched = rows | {"present": np.ones(len(rows["customer_id"]), np.int64)}
    gone = np.setdiff1d(again, rows["customer_id"]) if len(again) else again
    if not len(gone):
        return touched
    absent = dict.fromkeys((*COLUMNS, "present"), np.zeros(len(gone), np.int64))
    return _joined(touched, absent | {"customer_id": gone, "covers": patch.latest(gone)})


def _merged(base: pa.Table, patch: Columns) -> pa.Table:
    """The base with the patch in it, its columns made one by one."""
    ids, customers, present = base["customer_id"].to_numpy(), patch["customer_id"], patch["present"] == 1
    at, there = find(ids, customers)
    stays = np.ones(len(ids), bool)
    stays[at[there & ~present]] = False
    changed, new = there & present, ~there & present
    places = np.searchsorted(ids[stays], customers[new])
    made = {}
    for name in COLUMNS:
        column = base[name].to_numpy().astype(np.int64)
        column[at[changed]] = patch[name][changed]
        made[name] = np.insert(column[stays], places, patch[name][new])
    return pa.table(made)


def _narrowed(rows: pa.Table) -> pa.Table:
    """The same numbers, each column in the narrowest type that holds it."""
    return pa.table({name: narrow(rows[name].to_numpy()) for name in COLUMNS})


def _firsts(values: Any) -> Any:
    """Which of the values differ from the one before."""
    first = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def _joined(one: Columns, other: Columns) -> Columns:
    """Both, by customer."""
    both = {name: np.concatenate([one[name], other[name]]) for name in one}
    order = np.argsort(both["customer_id"], kind="stable")
    return {name: column[order] for name, column in both.items()}


def _where(columns: Columns, wanted: Any) -> Columns:
    return {name: column[wanted] for name, column in columns.items()}


def _month(day: Any) -> Any:
    """Months since January 1970 of a day number."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _ids(engine: Engine, query: str, **parameters: Any) -> list[int]:
    return [int(one) for (one,) in engine.execute(query, parameters).fetchall()]


def _mapped(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _write(path: Path, table: pa.Table) -> None:
    with path.open("wb") as file:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        file.flush()
        os.fsync(file.fileno())


def _shape() -> str:
    return hashlib.sha256((_FORMAT + definitions.get("state").sql).encode()).hexdigest()[:12]
