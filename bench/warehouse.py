"""The warehouse: scores of everybody, one new day, and the whole refresh, beside hand-written DuckDB and polars.

Three years of generated trade, 10.3 orders a customer and 4.85 lines an order: 100,000 customers, five million lines, unless
`--customers` says otherwise. Processor seconds of the whole process, medians; what comes out is compared before it counts.
“State and scores” is first, last, gaps, months and sums of every customer with RFM on it; it reads orders, which hold the sums of
their lines; the bare scan is DuckDB adding up six columns of the lines. “One new day” adds the orders of a day to the kept
state. “The whole refresh” makes state, scores, occasions, cohorts, pairs of the thousand products sold most, lifetime value, and
writes.
"""

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
MERGE = """
CREATE OR REPLACE TABLE merged AS
WITH fresh AS (
    SELECT customer_id, count(*) AS orders, sum(goods)::BIGINT AS goods, sum(amount)::BIGINT AS revenue, sum(lines)::BIGINT AS lines,
           sum(goods - cost)::BIGINT AS margin, max(day)::BIGINT AS day
    FROM orders WHERE order_id > $mark GROUP BY customer_id
)
SELECT customer_id, coalesce(s.purchases, 0) + coalesce(f.day > coalesce(s.last_day, 0), false)::BIGINT AS purchases, coalesce(s.first_day, f.day) AS first_day,
       greatest(coalesce(s.last_day, 0), coalesce(f.day, 0)) AS last_day,
       coalesce(s.gap_squares, 0) + CASE WHEN s.purchases > 0 AND f.day > s.last_day THEN (f.day - s.last_day) * (f.day - s.last_day) ELSE 0 END AS gap_squares,
       coalesce(s.orders, 0) + coalesce(f.orders, 0) AS orders, coalesce(s.goods, 0) + coalesce(f.goods, 0) AS goods,
       coalesce(s.revenue, 0) + coalesce(f.revenue, 0) AS revenue, coalesce(s.lines, 0) + coalesce(f.lines, 0) AS lines,
       coalesce(s.margin, 0) + coalesce(f.margin, 0) AS margin
FROM known s FULL JOIN fresh f USING (customer_id)
"""
"""What somebody would write who keeps the state in DuckDB; months, returns and late facts are left out, in its favour."""


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


def generate(folder: Path, customers: int) -> tuple[Any, Any]:
    """A warehouse of all days but the last, and the orders of the last day as a change."""
    import django
    import numpy as np
    import pyarrow as pa

    os.environ |= {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_HOME": str(folder.parent)}
    django.setup()

    from regulars.commerce.facts import LINES, ORDERS, RETURNS
    from regulars.customers.facts import PARTIES
    from regulars.intelligence.warehouse.extract import schema_of
    from regulars.intelligence.warehouse.store import Change, Store

    last_day = FIRST_DAY + DAYS - 1

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
    *_, (orders, _) = chunks(customers)
    new = table(ORDERS, orders, orders["day"] == last_day)
    return store, Change(ORDERS, new["order_id"].combine_chunks(), new)


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


def one_new_day(store: Any, change: Any, horizon: Any, runs: int) -> list[Figure]:
    """A day's orders into the kept state, beside DuckDB's own merge and a rebuild."""
    import shutil

    from regulars.intelligence.warehouse import definitions, engine
    from regulars.intelligence.warehouse.ledger import Horizon
    from regulars.intelligence.warehouse.state import State

    mark = store.manifest().tables["orders"].last
    with engine.opened(store) as connection:
        State(store).lay(connection, horizon)
    before = store.manifest().token
    shutil.copytree(store.folder / "state", store.folder / "state-before")
    store.put_in_force(store.amended([change], datetime.now(UTC)))
    tomorrow = Horizon(horizon.today + 1, horizon.currency)
    with engine.opened(store) as connection:

        def advance() -> None:
            connection.execute("DROP VIEW IF EXISTS state")
            assert State(store).lay(connection, tomorrow, facts_before=before, corrected=())

        taken = []
        for _ in range(runs + 1):
            shutil.rmtree(store.folder / "state")
            shutil.copytree(store.folder / "state-before", store.folder / "state")
            started = processor()
            advance()
            taken.append(processor() - started)
        mine = statistics.median(taken[1:])
        total = "SELECT count(*), sum(orders), sum(goods), sum(gap_squares), sum(purchases), sum(last_day), sum(revenue) FROM "
        advanced = connection.execute(f"{total} state").fetchone()
        connection.execute("DROP VIEW state")
        definitions.make(connection, "state", horizon.parameters)
        connection.execute("ALTER TABLE state RENAME TO known")
        merge = median(runs, lambda: connection.execute(MERGE, {"mark": mark}))
        assert connection.execute(f"{total} merged").fetchone() == advanced
        rebuild = median(runs, lambda: definitions.make(connection, "state", tomorrow.parameters))
        assert connection.execute(f"{total} state").fetchone() == advanced
    return [
        Figure(
            "one new day: processor", mine, "s", peer="DuckDB's merge of that day", peer_value=merge, target=merge / 10
        ),
        Figure("one new day: processor", mine, "s", peer="DuckDB, a rebuild", peer_value=rebuild, target=rebuild / 100),
    ]


def whole_refresh(folder: Path) -> None:
    """State, scores, occasions, cohorts, pairs, lifetime value, written; run in a process of its own."""
    import numpy as np

    from regulars.intelligence.models import BGNBD
    from regulars.intelligence.warehouse import definitions, engine, ledger
    from regulars.intelligence.warehouse.frames import lay
    from regulars.intelligence.warehouse.state import State
    from regulars.intelligence.warehouse.store import Store

    store = Store(folder)
    with engine.opened(store) as connection:
        horizon = ledger.look(connection, FIRST_DAY + DAYS - 1)
        State(store)._made(connection, horizon)  # noqa: SLF001 -- from all facts, whatever is kept
        for name in ("rfm", "purchase", "cohort", *definitions.BASKETS):
            definitions.make(connection, name, horizon.parameters)
        bought = connection.execute(
            "SELECT customer_id, purchases, first_day, last_day FROM state WHERE purchases > 0"
        ).fetchnumpy()
        frequency = (bought["purchases"] - 1).astype(float)
        recency, age = (np.asarray(day - bought["first_day"], float) for day in (bought["last_day"], horizon.today))
        model = BGNBD().fit(frequency, recency, age)
        lay(
            connection,
            "value",
            {"customer_id": bought["customer_id"], "alive": model.probability_alive(frequency, recency, age)},
        )
        for name in ("rfm", "cohort", "pair", "value"):
            connection.execute(f"COPY {name} TO '{folder}/{name}.parquet' (FORMAT parquet)")


def run(context: Context) -> list[Figure]:
    """At the size asked for."""
    from regulars.intelligence.warehouse.ledger import Horizon

    customers = context.customers or CUSTOMERS
    folder = context.home / "warehouse"
    store, change = generate(folder, customers)
    lines = store.manifest().tables["lines"].rows
    horizon, runs = Horizon(FIRST_DAY + DAYS - 2, "TWD"), min(context.runs, 3)
    figures = [
        Figure("generated lines", lines, "lines", better="more"),
        *state_and_scores(store, horizon, runs),
        *one_new_day(store, change, horizon, runs),
    ]
    whole = context.command(sys.executable, "-m", "bench.warehouse", str(folder))
    share = lines / 50_000_000
    return [
        *figures,
        Figure("the whole refresh: wall", whole.seconds, "s", target=10 * share if share >= 1 else None),
        Figure("the whole refresh: processor", whole.cpu_seconds, "s"),
        Figure("the whole refresh: memory", whole.peak_mb, "MB", target=2_000),
    ]


if __name__ == "__main__":
    whole_refresh(Path(sys.argv[1]))
