"""The warehouse: scores of everybody, new days, and the whole refresh, beside hand-written DuckDB and polars.

Three years of generated trade, 10.3 orders a customer and 4.85 lines an order: 100,000 customers, five million lines, unless
`--customers` says otherwise (a million are fifty million lines and 0.8 GB of disk, for a while). Processor seconds of the whole
process, medians; what comes out is compared before it counts. “State and scores” is first, last, gaps, months and sums of every
customer with RFM on it; it reads orders, which hold the sums of their lines; the bare scan is DuckDB adding up six columns of
the lines. “One new day” takes up the orders of the last seven days, day by day, into the kept state and onto disk; the peers keep
theirs up to date by MERGE INTO, in memory and in a file, or write it anew by a join in memory (months, returns and late facts
are left out, in their favour). “The whole refresh” makes state, scores, occasions, cohorts, pairs of the thousand products sold most,
lifetime value, and writes, in a process of its own; its parts are processor seconds.
"""

import json
import os
import resource
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench import Context, Figure

CUSTOMERS, ORDERS_EACH, DAYS, FIRST_DAY, CHUNK = 100_000, 10.3, 1_096, 19_400, 200_000
SUMMED = ("order_id", "customer_id", "day", "quantity", "amount", "cost")
NEW_DAYS = 7
FRESH = """
SELECT customer_id, count(*) AS orders, sum(goods)::BIGINT AS goods, sum(amount)::BIGINT AS revenue, sum(lines)::BIGINT AS lines,
       sum(goods - cost)::BIGINT AS margin, max(day)::BIGINT AS day
FROM read_parquet($day) GROUP BY customer_id
"""
JOIN = f"""
CREATE OR REPLACE TABLE joined AS
SELECT customer_id, coalesce(s.purchases, 0) + coalesce(f.day > coalesce(s.last_day, 0), false)::BIGINT AS purchases, coalesce(s.first_day, f.day) AS first_day,
       greatest(coalesce(s.last_day, 0), coalesce(f.day, 0)) AS last_day,
       coalesce(s.gap_squares, 0) + CASE WHEN s.purchases > 0 AND f.day > s.last_day THEN (f.day - s.last_day) * (f.day - s.last_day) ELSE 0 END AS gap_squares,
       coalesce(s.orders, 0) + coalesce(f.orders, 0) AS orders, coalesce(s.goods, 0) + coalesce(f.goods, 0) AS goods,
       coalesce(s.revenue, 0) + coalesce(f.revenue, 0) AS revenue, coalesce(s.lines, 0) + coalesce(f.lines, 0) AS lines,
       coalesce(s.margin, 0) + coalesce(f.margin, 0) AS margin
FROM joined s FULL JOIN ({FRESH}) f USING (customer_id)
"""
MERGE = f"""
MERGE INTO {{table}} s USING ({FRESH}) f ON s.customer_id = f.customer_id
WHEN MATCHED THEN UPDATE SET
    purchases = s.purchases + (f.day > s.last_day)::BIGINT, last_day = greatest(s.last_day, f.day),
    gap_squares = s.gap_squares + CASE WHEN f.day > s.last_day THEN (f.day - s.last_day) * (f.day - s.last_day) ELSE 0 END,
    orders = s.orders + f.orders, goods = s.goods + f.goods, revenue = s.revenue + f.revenue, lines = s.lines + f.lines, margin = s.margin + f.margin
WHEN NOT MATCHED THEN INSERT (customer_id, purchases, first_day, last_day, gap_squares, orders, goods, revenue, lines, margin)
    VALUES (f.customer_id, 1, f.day, f.day, 0, f.orders, f.goods, f.revenue, f.lines, f.margin)
"""
KEPT = "customer_id, purchases, first_day, last_day, gap_squares, orders, goods, revenue, lines, margin"
TOTAL = "SELECT count(*), sum(orders), sum(goods), sum(gap_squares), sum(purchases), sum(last_day), sum(revenue), sum(margin) FROM"


def chunks(customers: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Orders and their lines as numpy columns, in the order of their days."""
    import numpy as np

    total, line = round(customers * ORDERS_EACH), 0
    for first in range(0, total, CHUNK):
        dice = np.random.default_rng(first)
        ids = np.arange(first + 1, min(first + CHUNK, total) + 1)
        day = FIRST_DAY + (ids - 1) * DAYS // total
        customer = (customers * dice.random(len(ids)) ** 2).astype(np.int64) + 1
        counts = 1 + dice.poisson(3.85, len(ids))
        owner = np.repeat(np.arange(len(ids)), counts)
        amount = dice.integers(1, 60, len(owner)) * 1_000
        starts = np.r_[0, np.cumsum(counts)[:-1]]
        at = day * 86_400 + dice.integers(0, 80_000, len(ids))
        goods = np.add.reduceat(amount, starts)
        cost = np.add.reduceat(amount * 6 // 10, starts)
        orders = {
            "order_id": ids, "customer_id": customer, "ordered_at": at, "amount": goods + 8_000, "goods": goods, "cost": cost,
            "lines": counts, "quantity": counts.astype(float), "recorded_at": at, "day": day,
        }  # fmt: skip
        lines = {
            "order_id": ids[owner], "line_id": line + 1 + np.arange(len(owner)), "customer_id": customer[owner], "ordered_at": at[owner],
            "product_id": (20_000 * dice.random(len(owner)) ** 3).astype(np.int64) + 1, "quantity": np.ones(len(owner)),
            "amount": amount, "cost": amount * 6 // 10, "returned": np.zeros(len(owner)), "day": day[owner],
        }  # fmt: skip
        line += len(owner)
        yield orders, lines


def generate(folder: Path, customers: int) -> tuple[Any, list[Any]]:
    """A warehouse of all days but the last ``NEW_DAYS``, and the orders of each of these as a change."""
    import django
    import numpy as np
    import pyarrow as pa

    os.environ |= {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_HOME": str(folder.parent)}
    django.setup()

    from regulars.commerce.facts import LINES, ORDERS, RETURNS
    from regulars.customers.facts import PARTIES
    from regulars.intelligence.warehouse.extract import schema_of
    from regulars.intelligence.warehouse.store import Change, Store

    last_day = FIRST_DAY + DAYS - NEW_DAYS

    def table(kind: Any, columns: dict[str, Any], wanted: Any) -> pa.Table:
        size = int(wanted.sum())
        given = {name: pa.array(column[wanted]) for name, column in columns.items()}
        texts = {"currency": "TWD", "channel": "web", "kind": "person", "city": ""}
        given |= {name: pa.repeat(pa.scalar(text), size) for name, text in texts.items()}
        return pa.table([given[name] for name in schema_of(kind).names], names=schema_of(kind).names).cast(
            schema_of(kind)
        )

    people = np.arange(1, customers + 1)
    party = {
        "party_id": people,
        **{name: np.ones(customers, np.int64) for name in ("created_at", "updated_at", "courted", "day")},
    }
    store = Store(folder)
    parts = [
        (ORDERS, (table(ORDERS, orders, orders["day"] < last_day) for orders, _ in chunks(customers))),
        (LINES, (table(LINES, lines, lines["day"] < last_day) for _, lines in chunks(customers))),
        (PARTIES, [table(PARTIES, party, people > 0)]),
        (RETURNS, []),
    ]
    store.replace(parts, datetime.now(UTC))
    late: dict[int, list[pa.Table]] = {}
    for orders, _ in chunks(customers):
        for day in range(max(last_day, orders["day"][0]), orders["day"][-1] + 1):
            late.setdefault(day, []).append(table(ORDERS, orders, orders["day"] == day))
    days = [pa.concat_tables(parts) for _, parts in sorted(late.items())]
    return store, [Change(ORDERS, new["order_id"].combine_chunks(), new) for new in days]


def processor() -> float:
    """Seconds of the processor that this process has used, over all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def median(runs: int, function: Callable[[], object]) -> float:
    """Median processor seconds of some calls, after one that is not counted."""
    taken = []
    for _ in range(runs + 1):
        started = processor()
        function()
        taken.append(processor() - started)
    return statistics.median(taken[1:])


def by_polars(store: Any, horizon: Any) -> Callable[[], Any]:
    """State and scores as one would write them in polars."""
    import polars as pl

    files = [str(store.folder / one) for one in store.manifest().tables["orders"].segments]

    def scored(column: str) -> Any:
        return (1 + 5 * (pl.col(column).rank("min") - 1).cast(pl.Int64) // pl.len()).alias(f"{column}_score")

    def run() -> Any:
        orders = pl.scan_parquet(files).filter((pl.col("day") <= horizon.today) & (pl.col("currency") == "TWD"))
        sums = orders.group_by("customer_id").agg(
            pl.len().alias("orders"), pl.col("goods").sum(), pl.col("amount").sum(), pl.col("lines").sum(),
            (pl.col("goods") - pl.col("cost")).sum().alias("margin"),
        )  # fmt: skip
        days = orders.filter(pl.col("goods") > 0).select("customer_id", "day").unique()
        days = days.sort("customer_id", "day").with_columns(
            pl.col("day").cast(pl.Int64).diff().over("customer_id").alias("gap")
        )
        rhythm = days.group_by("customer_id").agg(
            pl.len().alias("purchases"), pl.col("day").min().alias("first_day"), pl.col("day").max().alias("last_day"),
            (pl.col("gap") ** 2).sum().alias("gap_squares"),
        )  # fmt: skip
        both = sums.join(rhythm, on="customer_id", how="left")
        return both.with_columns(*map(scored, ("last_day", "purchases", "amount"))).collect()

    return run


def state_and_scores(store: Any, horizon: Any, runs: int) -> list[Figure]:
    """Ours from all facts beside the floor, DuckDB and polars."""
    from regulars.intelligence.warehouse import definitions, engine
    from regulars.intelligence.warehouse.state import State

    with engine.opened(store) as connection:
        summed = ", ".join(f"sum({name})" for name in SUMMED)
        floor = median(
            runs, lambda: connection.execute(f"SELECT {summed} FROM lines WHERE currency = 'TWD'").fetchall()
        )

        def by_sql() -> None:
            for name in ("state", "rfm"):
                definitions.make(connection, name, horizon.parameters)

        sql = median(runs, by_sql)
        expected = connection.execute("SELECT * FROM rfm ORDER BY customer_id").fetchnumpy()
        purchases = connection.execute("SELECT sum(purchases), sum(gap_squares) FROM state").fetchone()
        connection.execute("DROP TABLE state")

        def ours() -> None:
            connection.execute("DROP VIEW IF EXISTS state")
            State(store)._made(connection, horizon)  # noqa: SLF001 -- from all facts, whatever is kept
            definitions.make(connection, "rfm", horizon.parameters)

        mine = median(runs, ours)
        found = connection.execute("SELECT * FROM rfm ORDER BY customer_id").fetchnumpy()
        assert all((found[name] == expected[name]).all() for name in expected)
    figures = [
        Figure("state and scores: processor", mine, "s", peer="DuckDB, the SQL", peer_value=sql, target=sql),
        Figure("state and scores: times the bare scan of the lines", mine / floor, "×", target=2.5),
    ]
    if find_spec("polars"):
        run = by_polars(store, horizon)
        rows = run()
        assert (rows["purchases"].sum(), rows["gap_squares"].sum()) == purchases
        peer = median(runs, run)
        figures.append(Figure("state and scores: processor", mine, "s", peer="polars", peer_value=peer, target=peer))
    return figures


def spent(function: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    started = processor()
    function()
    return processor() - started


def new_days(store: Any, changes: list[Any], horizon: Any) -> list[Figure]:
    """Each day's orders into the kept state, beside DuckDB's own ways of doing so, in turn."""
    from regulars.intelligence.warehouse import definitions, engine
    from regulars.intelligence.warehouse.ledger import Horizon
    from regulars.intelligence.warehouse.state import State

    def takes_up(today: int, before: str) -> None:
        with engine.opened(store) as connection:
            ours.append(
                spent(lambda: State(store).lay(connection, Horizon(today, "TWD"), facts_before=before, corrected=()))
            )
            advanced.append(connection.execute(f"{TOTAL} state").fetchone())

    appended: list[float] = []
    ours: list[float] = []
    advanced: list[Any] = []
    peers: dict[str, list[float]] = {"joined": [], "merged": [], "kept.merged": []}
    with engine.opened(store) as duck:
        duck.execute(f"ATTACH '{store.folder}/peer.duckdb' AS kept")
        State(store).lay(duck, horizon)
        for name in peers:
            duck.execute(f"CREATE TABLE {name} AS SELECT {KEPT} FROM state")
        for number, change in enumerate(changes, 1):
            before = store.manifest().token
            appended.append(spent(lambda: store.put_in_force(store.amended([change], datetime.now(UTC)))))  # noqa: B023 -- called here
            takes_up(horizon.today + number, before)
            day = {"day": str(store.folder / store.manifest().tables["orders"].segments[-1])}
            for name, taken in peers.items():
                query = JOIN if name == "joined" else MERGE.format(table=name)
                taken.append(spent(lambda: duck.execute(query, day)))  # noqa: B023 -- called here
                assert duck.execute(f"{TOTAL} {name}").fetchone() == advanced[-1], name
    with engine.opened(store) as connection:
        last = Horizon(horizon.today + len(changes), "TWD")
        rebuild = spent(lambda: definitions.make(connection, "state", last.parameters))
        assert connection.execute(f"{TOTAL} state").fetchone() == advanced[-1]
    mine = statistics.median(ours)
    asked = {
        "merged": "DuckDB, MERGE INTO in memory",
        "kept.merged": "DuckDB, MERGE INTO in a file",
        "joined": "DuckDB, anew by a join",
    }
    medians = {called: statistics.median(peers[name]) for name, called in asked.items()}
    return [
        Figure("one new day: its facts appended, processor", statistics.median(appended), "s"),
        *(Figure("one new day: processor", mine, "s", peer=called, peer_value=one, target=one / 10) for called, one in medians.items()),
        Figure("one new day: processor", mine, "s", peer="DuckDB, a rebuild", peer_value=rebuild, target=rebuild / 100),
    ]  # fmt: skip


def whole_refresh(folder: Path) -> dict[str, float]:
    """State, scores, occasions, cohorts, pairs, lifetime value, written; run in a process of its own.

    Returns:
        Processor seconds by part.
    """
    from regulars.intelligence.warehouse import definitions, engine, ledger
    from regulars.intelligence.warehouse.state import State
    from regulars.intelligence.warehouse.store import Store

    store, taken = Store(folder), {"loading": processor()}
    with engine.opened(store) as connection:
        horizon = ledger.look(connection, FIRST_DAY + DAYS - 1)
        taken["state"] = spent(lambda: State(store)._made(connection, horizon))  # noqa: SLF001 -- from all facts, whatever is kept
        for name in ("rfm", "purchase", "cohort", "item"):
            taken[name] = spent(lambda: definitions.make(connection, name, horizon.parameters))  # noqa: B023 -- called here
        taken["pair"] = spent(lambda: pairs(connection, horizon))
        taken["lifetime value"] = spent(lambda: lifetime_value(connection, horizon.today))
        started = processor()
        for name in ("rfm", "cohort", "pair", "value"):
            connection.execute(f"COPY {name} TO '{folder}/{name}.parquet' (FORMAT parquet)")
        taken["writing"] = processor() - started
    return taken


def pairs(connection: Any, horizon: Any) -> None:
    """The table ``pair`` as the product counts pairs: one pass over the baskets of the products sold most."""
    import numpy as np

    from regulars.intelligence.models import pair_lift
    from regulars.intelligence.models.patterns.baskets import Baskets
    from regulars.intelligence.warehouse.frames import lay

    sold = np.sort(connection.execute("SELECT product_id FROM item").fetchnumpy()["product_id"])
    lay(connection, "code", {"product_id": sold, "code": np.arange(len(sold), dtype=np.int32)})
    read = connection.execute(
        "SELECT order_id, code FROM lines JOIN code USING (product_id) WHERE day <= $today AND currency = $currency AND quantity > 0",
        {"today": horizon.today, "currency": horizon.currency},
    ).fetchnumpy()
    found = pair_lift(Baskets.from_lines(read["order_id"], read["code"], sold.tolist()), top=len(sold), min_count=1)
    first, second = (sold[side(found.left, found.right)] for side in (np.minimum, np.maximum))
    lay(connection, "pair", {"first_id": first, "second_id": second, "orders": found.count})


def pairs_by_sql(store: Any, today: int) -> float:
    """Processor seconds of the definitions over the same lines; what the refresh has written must be the same."""
    from regulars.intelligence.warehouse import definitions, engine
    from regulars.intelligence.warehouse.ledger import Horizon

    def made() -> None:
        for name in ("basket", "pair"):
            definitions.make(connection, name, Horizon(today, "TWD").parameters)

    with engine.opened(store) as connection:
        definitions.make(connection, "item", Horizon(today, "TWD").parameters)
        taken = spent(made)
        told = "SELECT count(*), sum(orders), sum(hash(first_id, second_id, orders)::HUGEINT) FROM"
        expected = connection.execute(f"{told} pair WHERE first_id < second_id").fetchone()
        assert connection.execute(f"{told} '{store.folder}/pair.parquet'").fetchone() == expected
    return taken


def lifetime_value(connection: Any, today: int) -> None:
    """The table ``value``: how probably each customer who ever bought is still one."""
    import numpy as np

    from regulars.intelligence.models import BGNBD
    from regulars.intelligence.warehouse.frames import lay

    bought = connection.execute(
        "SELECT customer_id, purchases, first_day, last_day FROM state WHERE purchases > 0"
    ).fetchnumpy()
    frequency = (bought["purchases"] - 1).astype(float)
    recency, age = (np.asarray(day - bought["first_day"], float) for day in (bought["last_day"], today))
    model = BGNBD().fit(frequency, recency, age)
    alive = model.probability_alive(frequency, recency, age)
    lay(connection, "value", {"customer_id": bought["customer_id"], "alive": alive})


def run(context: Context) -> list[Figure]:
    """At the size asked for."""
    from regulars.intelligence.warehouse.ledger import Horizon

    customers = context.customers or CUSTOMERS
    folder = context.home / "warehouse"
    store, changes = generate(folder, customers)
    lines = store.manifest().tables["lines"].rows
    horizon, runs = Horizon(FIRST_DAY + DAYS - NEW_DAYS - 1, "TWD"), min(context.runs, 3)
    figures = [
        Figure("generated lines", lines, "lines", better="more"),
        *state_and_scores(store, horizon, runs),
        *new_days(store, changes, horizon),
    ]
    whole = context.command(sys.executable, "-m", "bench.warehouse", str(folder))
    peer, parts = pairs_by_sql(store, FIRST_DAY + DAYS - 1), whole.json
    share = lines / 50_000_000
    return [
        *figures,
        Figure("the whole refresh: wall", whole.seconds, "s", target=10 * share if share >= 0.9 else None),
        Figure("the whole refresh: processor", whole.cpu_seconds, "s"),
        Figure("the whole refresh: memory", whole.peak_mb, "MB", target=2_000),
        *(Figure(f"the whole refresh: {name}", seconds, "s") for name, seconds in parts.items() if name != "pair"),
        Figure("the whole refresh: pair", parts["pair"], "s", peer="DuckDB, the SQL", peer_value=peer, target=peer),
    ]


if __name__ == "__main__":
    print(json.dumps(whole_refresh(Path(sys.argv[1]))))
