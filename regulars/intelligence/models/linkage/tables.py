"""Records as tables of the engine: features, keys, candidates, and the level of every comparison of every candidate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.intelligence.models.linkage.em import Counted
from regulars.intelligence.models.linkage.records import COLUMNS, Record, prepare, row
from regulars.intelligence.models.linkage.spec import Model
from regulars.intelligence.warehouse.engine import Engine

_BATCH: Final = 25_000
_PAIRS_AT_ONCE: Final = 1_000_000
_ALWAYS_ALLOWED: Final = 300_000
"""A rule may propose so many pairs however few the records are."""
_COMMON: Final = 5
_LISTS: Final = frozenset(
    {"emails", "locals", "domains", "phones", "tails", "grams", "stems", "pieces", "keys"}
)  # fmt: skip
_TYPES: Final = {"id": pa.int64(), "year": pa.int32(), "han": pa.bool_()} | dict.fromkeys(_LISTS, pa.list_(pa.string()))
_SCHEMA: Final = pa.schema([pa.field(name, _TYPES.get(name, pa.string())) for name in COLUMNS])


def lay_records(engine: Engine, model: Model, records: Iterable[Record]) -> int:
    """Make the tables ``party`` (one row a record, ``pos`` from 0) and ``key`` (rule, key, record); returns how many."""
    rules = " ".join(f"WHEN '{rule.name}' THEN {number}" for number, rule in enumerate(model.rules))
    used = [name for name in COLUMNS if name not in _unused(model)]
    engine.execute("CREATE OR REPLACE TEMP TABLE key (rule UTINYINT, hash UBIGINT, pos INTEGER)")
    total = 0
    for batch in _batches(records, model.kind):
        engine.register("_batch", batch)
        chosen = f"SELECT (row_number() OVER () - 1 + {total})::INTEGER AS pos, {', '.join(used)} FROM _batch"
        verb = "INSERT INTO party" if total else "CREATE OR REPLACE TEMP TABLE party AS"
        engine.execute(f"{verb} {chosen}")
        engine.execute(
            f"""INSERT INTO key SELECT CASE split_part(key, '|', 1) {rules} END, hash(key), pos
            FROM (SELECT (row_number() OVER () - 1 + {total})::INTEGER AS pos, unnest(keys) AS key FROM _batch)"""
        )
        engine.unregister("_batch")
        total += batch.num_rows
    if total:
        _drop_common(engine, model)
        _weigh_rarity(engine, model)
    return total


def _unused(model: Model) -> set[str]:
    """Columns that no comparison of the model looks at stay out of the table."""
    asked = " ".join(comparison.sql for comparison in model.comparisons)
    words = set(asked.replace("(", " ").replace(")", " ").replace(",", " ").replace("[", " ").split())
    return {name for name in COLUMNS if name != "id" and f"l.{name}" not in words and name not in model.rare}


def _batches(records: Iterable[Record], kind: str) -> Iterator[pa.Table]:
    stream = iter(records)
    while some := list(islice(stream, _BATCH)):
        columns = zip(*(row(prepare(one, kind)) for one in some), strict=True)
        yield pa.table(
            [pa.array(values, type=field.type) for values, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
        )


def _drop_common(engine: Engine, model: Model) -> None:
    """Leave out of the lists what too many have: a switchboard or info@ says nothing about who it is."""
    for column in model.lists:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE common AS SELECT value FROM (SELECT unnest({column}) AS value FROM party)
            GROUP BY value HAVING count(*) > {model.shared_by_most}"""
        )
        if _number(engine, "SELECT count(*) FROM common"):
            engine.execute(
                f"""UPDATE party SET {column} = kept.list FROM (
                    SELECT pos, coalesce(list(value ORDER BY place) FILTER (value NOT IN (SELECT value FROM common)), []) AS list
                    FROM (SELECT pos, unnest({column}) AS value, generate_subscripts({column}, 1) AS place FROM party) GROUP BY pos
                ) AS kept WHERE kept.pos = party.pos AND len(kept.list) < len(party.{column})"""
            )


def _weigh_rarity(engine: Engine, model: Model) -> None:
    for column in model.rare:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE share_{column} AS
            SELECT {column} AS value, (count(*) / sum(count(*)) OVER ())::DOUBLE AS share, count(*) AS records FROM party WHERE {column} <> '' GROUP BY {column}"""
        )
        engine.execute(f"ALTER TABLE party ADD COLUMN {column}_share DOUBLE")
        engine.execute(
            f"UPDATE party SET {column}_share = s.share FROM share_{column} s WHERE s.value = party.{column}"
        )


def shares(engine: Engine, column: str, most: int) -> dict[str, float]:
    """The most frequent values of a column with their shares; those of few records would tell of whom they are."""
    rows = engine.execute(
        f"SELECT value, share FROM share_{column} WHERE records >= {_COMMON} ORDER BY share DESC, value LIMIT {most}"
    ).fetchall()
    return dict(rows)


def find_candidates(engine: Engine, model: Model, records: int, touching: Iterable[int] | None = None) -> int:
    """Make the table ``pair`` (a < b, ``rules`` as bits) of records that have a key in common; returns how many.

    Each rule takes its smallest blocks first and stops at what it may propose, so that no block explodes.

    Args:
        touching: ids of parties; only pairs with one of them.
    """
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE block AS SELECT rule, hash, count(*) AS size FROM key GROUP BY rule, hash HAVING count(*) > 1"
    )
    sizes = engine.execute("SELECT rule, size, count(*) FROM block GROUP BY rule, size ORDER BY rule, size").fetchall()
    engine.execute("CREATE OR REPLACE TEMP TABLE proposed (a INTEGER, b INTEGER, rule UTINYINT)")
    only = ""
    if touching is not None:
        engine.register("_touched", pa.table({"id": pa.array(list(touching), pa.int64())}))
        engine.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT pos FROM party JOIN _touched USING (id)")
        engine.unregister("_touched")
        only = "AND (l.pos IN (SELECT pos FROM touched) OR r.pos IN (SELECT pos FROM touched))"
    for number, rule in enumerate(model.rules):
        cap = _largest_block([(size, blocks) for of, size, blocks in sizes if of == number], rule.per_record * records)
        if cap < 2:
            continue
        engine.execute(
            f"""INSERT INTO proposed WITH kept AS (
                SELECT k.hash, k.pos FROM key k JOIN block b ON b.rule = k.rule AND b.hash = k.hash
                WHERE k.rule = {number} AND b.size <= {cap}
            ) SELECT DISTINCT l.pos, r.pos, {number} FROM kept l JOIN kept r ON l.hash = r.hash AND l.pos < r.pos {only}"""
        )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE pair AS SELECT a, b, bit_or(1::UINTEGER << rule::UINTEGER) AS rules FROM proposed GROUP BY a, b"
    )
    for used in ("proposed", "block"):
        engine.execute(f"DROP TABLE {used}")
    return _number(engine, "SELECT count(*) FROM pair")


def _largest_block(sizes: list[tuple[int, int]], budget: float) -> int:
    spent, cap = 0, 0
    for size, blocks in sizes:
        spent += blocks * size * (size - 1) // 2
        if spent > max(budget, _ALWAYS_ALLOWED):
            break
        cap = size
    return cap


def compare(engine: Engine, model: Model, pairs: str, target: str) -> None:
    """Make ``target``: a, b, rules, the level of every comparison (``c0`` …) and the shares of values that may be rare."""
    levels = [f"{one.sql} AS c{number}" for number, one in enumerate(model.comparisons)]
    rare = [f"l.{column}_share AS share_{column}" for column in model.rare]
    total = _number(engine, f"SELECT count(*) FROM {pairs}")
    step = max(1, -(-total // _PAIRS_AT_ONCE))
    for part in range(step):
        some = f"SELECT * FROM {pairs}" + (f" WHERE a % {step} = {part}" if step > 1 else "")
        verb = f"INSERT INTO {target}" if part else f"CREATE OR REPLACE TEMP TABLE {target} AS"
        engine.execute(
            f"""{verb} SELECT p.a, p.b, p.rules, {", ".join([*levels, *rare])}
            FROM ({some}) p JOIN party l ON l.pos = p.a JOIN party r ON r.pos = p.b"""
        )


def counts(engine: Engine, model: Model, table: str, *, rule: int | None = None) -> Counted:
    """How often each comparison vector occurs, of the pairs found by one rule or of all."""
    names = ", ".join(f"c{number}" for number in range(len(model.comparisons)))
    where = "" if rule is None else f"WHERE rules & {1 << rule} <> 0"
    found = engine.execute(
        f"SELECT {names}, count(*) AS n FROM {table} {where} GROUP BY {names} ORDER BY {names}"
    ).fetchnumpy()
    levels = np.stack([np.asarray(found[f"c{number}"], np.int8) for number in range(len(model.comparisons))], axis=1)
    fixes = () if rule is None else model.rules[rule].fixes
    places = {one.field: place for place, one in enumerate(model.comparisons)}
    return Counted(levels, np.asarray(found["n"], np.float64), frozenset(places[name] for name in fixes))


def random_pairs(engine: Engine, records: int, most: int, seed: int) -> None:
    """Make the table ``drawn`` of pairs of records: all when they are few, otherwise ``most`` drawn at random."""
    if records * (records - 1) // 2 <= most:
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE drawn AS SELECT l.pos AS a, r.pos AS b, 0::UINTEGER AS rules FROM party l JOIN party r ON l.pos < r.pos"
        )
        return
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, records, most), rng.integers(0, records - 1, most)
    b = b + (b >= a)
    low, high = np.minimum(a, b).astype(np.int32), np.maximum(a, b).astype(np.int32)
    engine.register("_drawn", pa.table({"a": low, "b": high}))
    engine.execute("CREATE OR REPLACE TEMP TABLE drawn AS SELECT a, b, 0::UINTEGER AS rules FROM _drawn")
    engine.unregister("_drawn")


def _number(engine: Engine, query: str) -> int:
    return int(engine.execute(query).fetchone()[0])
