"""The warehouse: scores of everybody, new days, and the whole refresh, beside hand-written DuckDB and polars.

Three years of generated trade, 10.3 orders a customer and 4.85 lines an order: 100,000 customers, five million lines, unless
`--customers` says otherwise (a million are fifty million lines and 0.8 GB of disk, for a while). Processor seconds of the whole
process, medians; what comes out is compared before it counts. “State and scores” is first, last, gaps, months and sums of every
customer with RFM on it; it reads orders, which hold the sums of their lines; the bare scan is DuckDB adding up six columns of
the lines. “One new day” takes up the orders of the last seven days, day by day, into the kept state and onto disk; the peers keep
theirs up to date by MERGE INTO, in memory and in a file, or write it anew by a join in memory (months, returns and late facts
are left out, in their favour). “The whole refresh” makes state, purchase occasions, everybody's stages, scores, cohorts, pairs of the
thousand products sold most, lifetime value, and writes, in a process of its own; its parts are processor seconds. polars lives in
an environment of its own, made on the first run.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from bench.harness import ROOT, Context, Figure, Unavailable
from bench.warehouse.days import new_days
from bench.warehouse.timing import median, spent
from bench.warehouse.trade import DAYS, FIRST_DAY, NEW_DAYS, generate

PEERS = ROOT / "var" / "peers" / "polars"
CUSTOMERS = 100_000
SUMMED = ("order_id", "customer_id", "day", "quantity", "amount", "cost")


def by_polars(store: Any, horizon: Any, runs: int) -> dict[str, Any]:
    """What polars finds and the processor seconds it takes, in an environment of its own, made on the first run.

    Raises:
        Unavailable: it cannot be installed or breaks.
    """
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
    made = subprocess.run([python, "-m", "pip", "install", "-q", "polars"], capture_output=True, text=True, check=False)
    if made.returncode:
        raise Unavailable(f"polars cannot be installed: {made.stderr.strip().splitlines()[-1]}")
    files = [str(store.folder / one) for one in store.manifest().tables["orders"].segments]
    words = [str(python), str(Path(__file__).parent / "peers.py"), str(horizon.today), str(runs), *files]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Unavailable(f"polars broke: {ran.stderr.strip().splitlines()[-1]}")
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def sums(connection: Any) -> dict[str, int]:
    """By which the tables ``state`` and ``rfm`` are compared with a peer's: sums of their columns, the scores' by customer."""
    names = ("purchases", "gap_squares", "first_day", "last_day", "orders", "goods", "revenue", "lines", "margin")
    scores = ("recency", "frequency", "monetary")
    columns = [f"sum({name})::BIGINT AS {name}" for name in names]
    columns += [f"sum({name}_score * customer_id)::BIGINT AS {name}" for name in scores]
    row = connection.execute(f"SELECT {', '.join(columns)} FROM state JOIN rfm USING (customer_id)").fetchone()
    return dict(zip((*names, *scores), row, strict=True))


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
        told = sums(connection)
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
    theirs = by_polars(store, horizon, runs)
    for name, expected_sum in told.items():
        assert theirs[name] == expected_sum, name
    figures.append(
        Figure(
            "state and scores: processor",
            mine,
            "s",
            peer="polars",
            peer_value=theirs["seconds"],
            target=theirs["seconds"],
        )
    )
    return figures


def pairs_by_sql(store: Any, today: int) -> float:
    """Processor seconds of the definitions over the same lines; what the refresh has written must be the same."""
    from bench.warehouse.whole import WRITTEN
    from regulars.intelligence.warehouse import definitions, engine
    from regulars.intelligence.warehouse.ledger import Horizon
    from regulars.intelligence.warehouse.store import Store

    def made() -> None:
        for name in definitions.BASKETS:
            definitions.make(connection, name, Horizon(today, "TWD").parameters)

    with engine.opened(store) as connection:
        taken = spent(made)
        told = "SELECT count(*), sum(orders), sum(hash(first_id, second_id, orders)::HUGEINT) FROM"
        expected = connection.execute(f"{told} pair").fetchone()
        written = Store(store.folder / WRITTEN).reading("pair")
        assert connection.execute(f"{told} ({written})").fetchone() == expected
    return taken


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
    whole = context.command(sys.executable, "-m", "bench.warehouse.whole", str(folder))
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
