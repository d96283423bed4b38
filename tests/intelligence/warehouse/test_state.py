"""The state kept of each customer: whatever happens to the record, advancing comes to what making it anew comes to."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.commerce.facts import ORDERS, RETURNS
from regulars.intelligence.days import to_day
from regulars.intelligence.warehouse import definitions, engine, passing, state
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.patch import COLUMNS, Patch
from regulars.intelligence.warehouse.store import Change, Store
from tests.support.warehouse import parts, warehouse

TODAY = date(2026, 3, 1)
Row = tuple[Any, ...]


@dataclass
class Record:
    """A record that changes: rows by id, and the log of what changed (table, id, customer before, customer now)."""

    store: Store
    dice: random.Random
    tables: dict[str, dict[int, Row]] = field(default_factory=lambda: {"orders": {}, "returns": {}})
    log: set[tuple[str, int, int | None]] = field(default_factory=set)
    day: int = to_day(TODAY)

    def put(  # noqa: PLR0917
        self, table: str, number: int, who: int | None, day: int, amount: int, cost: int | None, currency: str
    ) -> None:
        self.forget(table, number)
        at = day * 86_400 + 3_600 * self.dice.randrange(20)
        row = (
            (number, who, at, amount + 50, amount, cost, 2, 1.0, "web", currency, 0)
            if table == "orders"
            else (number, who, None, at, -amount, -amount, cost, currency, 0)
        )
        self.tables[table][number] = row
        self.log.add((table, number, who))

    def forget(self, table: str, number: int) -> None:
        if row := self.tables[table].pop(number, None):
            self.log.add((table, number, row[1]))

    def next_id(self, table: str) -> int:
        known = [number for name, number, _ in self.log if name == table]
        return max([*self.tables[table], *known, self.store.manifest().tables[table].last, 0]) + 1

    def bring_down(self) -> tuple[str, set[int]]:
        """What the loader does: a patch, and whose earlier facts have changed."""
        before = self.store.manifest()
        changes, corrected = [], set()
        for table in (ORDERS, RETURNS):
            told = [(number, who) for name, number, who in self.log if name == table.name]
            keys = sorted({number for number, _ in told})
            now = [self.tables[table.name][key] for key in keys if key in self.tables[table.name]]
            rows = pa.concat_tables([state_schema(table).empty_table(), *parts(table, now)])
            changes.append(Change(table, pa.array(keys, pa.int64()), rows))
            corrected |= {who for number, who in told if number <= before.tables[table.name].last and who is not None}
        self.log.clear()
        self.store.put_in_force(self.store.amended(changes, datetime.now(UTC)))
        return before.token, corrected


def state_schema(table: Any) -> pa.Schema:
    from regulars.intelligence.warehouse.extract import schema_of

    return schema_of(table)


def rows_of(connection: engine.Engine) -> list[Row]:
    found: list[Row] = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM state ORDER BY customer_id").fetchall()
    return found


def both_ways(record: Record, facts_before: str, corrected: set[int] | None) -> tuple[bool, list[Row], list[Row]]:
    """Whether it was advanced, what came of it, and what the SQL over everything comes to."""
    horizon = Horizon(record.day, "TWD")
    with engine.opened(record.store) as connection:
        was_advanced = state.State(record.store).lay(
            connection, horizon, facts_before=facts_before, corrected=corrected
        )
        kept = rows_of(connection)
    with engine.opened(record.store) as connection:
        definitions.make(connection, "state", horizon.parameters)
        return was_advanced, kept, rows_of(connection)


def live(record: Record) -> None:
    """A day or so of trade, with everything that goes wrong."""
    dice = record.dice

    def when() -> int:
        return record.day + dice.choice([0, 0, 0, 0, -1, -1, -40, -700, 2, 30])

    for _ in range(dice.randrange(12)):
        table = dice.choice(["orders", "orders", "orders", "returns"])
        who = dice.choice([None, *range(1, 40), *range(1, 8)])
        currency = dice.choice(["TWD"] * 9 + ["USD"])
        amount, cost = dice.choice([0, -5, 100, 250, 999]), dice.choice([None, 0, 60])
        record.put(table, record.next_id(table), who, when(), amount, cost, currency)
    for _ in range(dice.randrange(4)):  # corrections, deletions, merges
        table = dice.choice(["orders", "returns"])
        if not record.tables[table]:
            continue
        number = dice.choice(list(record.tables[table]))
        match dice.randrange(3):
            case 0:
                record.put(table, number, dice.randrange(1, 40), when(), 77, None, "TWD")
            case 1:
                record.forget(table, number)
            case 2:
                loser, winner = dice.randrange(1, 40), dice.randrange(1, 8)
                for one, row in list(record.tables["orders"].items()):
                    if row[1] == loser:
                        record.put("orders", one, winner, row[2] // 86_400, row[4], row[5], row[9])
    record.day += dice.choice([0, 0, 1, 1, 3, 40])


@pytest.mark.parametrize("seed", range(4))
def test_advancing_comes_to_what_making_anew_comes_to(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    record = Record(warehouse(tmp_path, [], currency="TWD"), dice)
    advanced = 0
    for _ in range(25):
        live(record)
        was_advanced, kept, anew = both_ways(record, *record.bring_down())
        advanced += was_advanced
        assert kept == anew
    assert advanced == 24
    assert len(anew) > 20


def test_a_large_patch_is_taken_into_the_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_SMALL", 3)
    record = Record(warehouse(tmp_path, []), random.Random(5))
    bases = set()
    for _ in range(12):
        live(record)
        _, kept, anew = both_ways(record, *record.bring_down())
        assert kept == anew
        note = state.State(record.store).note()
        assert note is not None
        bases.add(note.base)
    assert len(bases) > 1


def passing_over(monkeypatch: pytest.MonkeyPatch) -> list[pa.Table | None]:
    """Let even small houses be passed over; what came of each pass."""
    passed: list[pa.Table | None] = []
    pass_over = passing.over_orders

    def told(*given: Any) -> passing.Passed | None:
        found = pass_over(*given)
        passed.append(found and found.state)
        return found

    monkeypatch.setattr(state, "PAYS_FROM", 0)
    monkeypatch.setattr(passing, "over_orders", told)
    return passed


def test_the_pass_does_not_give_up_where_everybody_was_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = passing_over(monkeypatch)
    dice = random.Random(9)
    record = Record(warehouse(tmp_path, []), dice)
    for number in range(1, 2_001):
        day = record.day - 1_000 + number // 2
        record.put("orders", number, dice.randrange(1, 40), day, 100, dice.choice([None, 60]), "TWD")
    record.bring_down()
    for number in range(1, 2_001, 7):  # lie in the patch now, behind all that is later
        row = record.tables["orders"][number]
        record.put("orders", number, row[1], row[2] // 86_400 - dice.randrange(90), 77, None, "TWD")
    record.bring_down()
    assert record.store.manifest().tables["orders"].patch is not None
    _, kept, anew = both_ways(record, "another", None)
    assert kept == anew
    assert [len(rows) for rows in passed if rows] == [39]


@pytest.mark.parametrize("seed", range(3))
def test_the_compiled_pass_comes_to_what_the_sql_comes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    passed = passing_over(monkeypatch)
    record = Record(warehouse(tmp_path, []), random.Random(100 + seed))
    for _ in range(12):
        live(record)
        record.bring_down()
        was_advanced, kept, anew = both_ways(record, "another", None)
        assert not was_advanced
        assert kept == anew
    assert sum(one is not None for one in passed) > 8


def test_what_does_not_fit_is_made_anew(tmp_path: Path) -> None:
    record = Record(warehouse(tmp_path, [(1, TODAY, 100), (2, TODAY, 50)]), random.Random(0))
    token = record.store.manifest().token
    assert both_ways(record, "", None)[0] is False
    assert both_ways(record, "", None)[0] is True  # the same facts
    record.put("orders", 9, 1, record.day, 10, None, "TWD")
    before, corrected = record.bring_down()
    assert (before, corrected) == (token, set())
    assert both_ways(record, "another", corrected)[0] is False
    record.day -= 1
    assert both_ways(record, before, corrected)[0] is False  # a look back


def test_cost_follows_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(warehouse(tmp_path, [(who, TODAY, 100) for who in range(1, 50)]), random.Random(0))
    both_ways(record, "", None)
    seen: list[int] = []
    add = state.added

    def told(known: Any, new: Any) -> Any:
        seen.append(len(known["customer_id"]))
        return add(known, new)

    monkeypatch.setattr(state, "added", told)
    monkeypatch.setattr(state, "_derived", lambda *_: pytest.fail("nobody need be derived again"))
    record.put("orders", record.next_id("orders"), 7, record.day, 10, None, "TWD")
    record.put("orders", record.next_id("orders"), 99, record.day, 10, None, "TWD")
    was_advanced, kept, anew = both_ways(record, *record.bring_down())
    assert (was_advanced, seen) == (True, [2])
    assert kept == anew


def test_a_crash_before_the_note_is_in_place_leaves_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record(warehouse(tmp_path, [(who, TODAY, 100) for who in range(1, 9)]), random.Random(0))
    both_ways(record, "", None)
    record.put("orders", record.next_id("orders"), 3, record.day, 10, None, "TWD")
    given = record.bring_down()
    with monkeypatch.context() as crash:
        crash.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("power")))
        with pytest.raises(OSError, match="power"):
            both_ways(record, *given)
    was_advanced, kept, anew = both_ways(record, *given)
    assert was_advanced
    assert kept == anew
    assert len(list((tmp_path / "state").glob("*.arrow"))) == 2


def test_a_day_writes_its_own_rows_behind_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MOST_BATCHES", 3)
    record = Record(warehouse(tmp_path, [(who, TODAY, 100) for who in range(1, 50)]), random.Random(0))
    both_ways(record, "", None)
    files, before, lengths = set(), b"", []
    for day in range(9):
        for who in (3, 4, 100 + day):
            record.put("orders", record.next_id("orders"), who, record.day, 10, None, "TWD")
        _, kept, anew = both_ways(record, *record.bring_down())
        assert kept == anew
        note = state.State(record.store).note()
        assert note is not None
        path = tmp_path / "state" / note.patch
        if note.patch in files:
            assert path.read_bytes().startswith(before)
            lengths.append(note.length - len(before))
        files.add(note.patch)
        before = path.read_bytes()
        assert len(before) == note.length
        assert len(Patch.read(path, note.length).batches) <= 3
    assert len(set(lengths)) == 1  # however much lies there, a day of three customers writes as much
    assert len(files) == 3
    assert Patch.read(path, len(before)).rows_in_force == 2 + 9


def test_what_a_crash_left_behind_the_patch_does_not_count(tmp_path: Path) -> None:
    record = Record(warehouse(tmp_path, [(who, TODAY, 100) for who in range(1, 9)]), random.Random(0))
    both_ways(record, "", None)
    for who in (3, 4, 3, 20):
        record.put("orders", record.next_id("orders"), who, record.day, 10, None, "TWD")
        given = record.bring_down()
        with next((tmp_path / "state").glob("patch-*")).open("ab") as file:
            file.write(b"half a batch")
        was_advanced, kept, anew = both_ways(record, *given)
        assert was_advanced
        assert kept == anew


def test_what_is_kept_narrowly_comes_back_wide(tmp_path: Path) -> None:
    record = Record(warehouse(tmp_path, [(who, TODAY, 100) for who in range(1, 128)]), random.Random(0))
    both_ways(record, "", None)
    record.put("orders", record.next_id("orders"), 127, record.day, 2**40, None, "TWD")
    record.put("orders", record.next_id("orders"), 300, record.day, -(2**40), None, "TWD")
    was_advanced, kept, anew = both_ways(record, *record.bring_down())
    assert was_advanced
    assert kept == anew
    assert [row[0] for row in kept[-2:]] == [127, 300]


@pytest.mark.parametrize(
    ("values", "kind"),
    [([0], "int8"), ([-128, 127], "int8"), ([128], "int16"), ([-129], "int16"), ([2**31], "int64"), ([-(2**63), 2**63 - 1], "int64"), ([], "int8")],
)  # fmt: skip
def test_columns_are_as_narrow_as_they_can_be(values: list[int], kind: str) -> None:
    rows = pa.table({name: pa.array(values, pa.int64()) for name in COLUMNS})
    narrow = state._narrowed(rows)
    assert {str(field.type) for field in narrow.schema} == {kind}
    assert narrow["goods"].to_pylist() == values
