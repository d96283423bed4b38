"""New days taken up by the kept state, beside DuckDB's own ways of doing so."""

import statistics
from datetime import UTC, datetime
from typing import Any

from bench.harness import Figure
from bench.warehouse.timing import spent

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
