"""The shared tables on a cluster of Spark, a master and two workers on loopback, equal to DuckDB's: whole numbers exactly, fractions to 1e-9.

Generated trade as in `warehouse`: 20,000 customers and a million lines unless `--customers` says otherwise. The cluster is there to
hold what one machine cannot, so wall seconds beside DuckDB's on the same machine say what it costs, not what it gains.
"""

import time
from typing import Any

from bench import Context, Figure, Unavailable
from bench.warehouse.trade import DAYS, FIRST_DAY, NEW_DAYS, generate

ON_REQUEST = True
CUSTOMERS = 20_000


def run(context: Context) -> list[Figure]:
    """At the size asked for."""
    from regulars.intelligence.warehouse import definitions, distributed, engine
    from regulars.intelligence.warehouse.ledger import Horizon
    from tools import spark

    if lacking := spark.lacking():
        raise Unavailable(lacking)
    store, _ = generate(context.home / "warehouse", context.customers or CUSTOMERS)
    names = (*(one for one in definitions.SHARED if one != "customer"), "rfm", "cohort", *definitions.BASKETS)
    parameters = Horizon(FIRST_DAY + DAYS - NEW_DAYS - 1, "TWD").parameters
    with spark.private_cluster() as url, distributed.session(url, store) as session:
        started = time.perf_counter()
        made = distributed.make(session, names, parameters, context.home / "made")
        theirs = time.perf_counter() - started
    with engine.opened(store) as connection:
        started = time.perf_counter()
        for name in names:
            definitions.make(connection, name, parameters)
        ours = time.perf_counter() - started
        for name, pattern in made.items():
            compare(connection, name, pattern)
    lines = store.manifest().tables["lines"].rows
    return [
        Figure("generated lines", lines, "lines", better="more"),
        Figure("tables alike", len(made), "tables", better="more", target=len(names)),
        Figure("Spark: wall", theirs, "s", peer="DuckDB on this machine", peer_value=ours),
    ]


def compare(connection: Any, name: str, pattern: str) -> None:
    """Whole numbers must be the same row by row, fractions to 1e-9.

    Raises:
        AssertionError: they differ; says which table.
    """
    columns = connection.execute(f"DESCRIBE {name}").fetchall()
    whole = [column for column, kind, *_ in columns if kind != "DOUBLE"]
    keys = ", ".join(f'"{column}"' for column in whole)
    for one, other in ((name, f"'{pattern}'"), (f"'{pattern}'", name)):
        left = connection.execute(
            f"SELECT count(*) FROM (SELECT {keys} FROM {one} EXCEPT ALL SELECT {keys} FROM {other})"
        )
        assert left.fetchone() == (0,), name
    for column in (column for column, kind, *_ in columns if kind == "DOUBLE"):
        far = f"abs(a.{column} - b.{column}) > 1e-9 * abs(a.{column}) OR (a.{column} IS NULL) <> (b.{column} IS NULL)"
        counted = connection.execute(
            f"SELECT count(*) FROM {name} a JOIN '{pattern}' b USING (customer_id) WHERE {far}"
        )
        assert counted.fetchone() == (0,), (name, column)
