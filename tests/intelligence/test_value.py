"""Where a buyer stands among all: by sorting columns here, and by the engine's own windows."""

import numpy as np
import pytest

from regulars.intelligence.analyses import value
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.warehouse import engine, frames
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.store import Store

BY_WINDOWS = """
SELECT customer_id,
    1 + (5 * (rank() OVER (ORDER BY last_day NULLS FIRST) - 1)) // count(*) OVER () AS recency_score,
    1 + (5 * (rank() OVER (ORDER BY purchases) - 1)) // count(*) OVER () AS frequency_score,
    1 + (5 * (rank() OVER (ORDER BY revenue) - 1)) // count(*) OVER () AS monetary_score,
    rank() OVER (ORDER BY revenue DESC) AS value_rank,
    100.0 * rank() OVER (ORDER BY revenue DESC) / count(*) OVER () AS value_percentile,
    (5 * (rank() OVER (PARTITION BY kind ORDER BY basket) - 1)) // count(*) OVER (PARTITION BY kind) AS basket_band,
    coalesce(sum(greatest(contribution_12m, 0)) OVER (ORDER BY contribution_12m DESC, customer_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS before,
    (sum(greatest(contribution_12m, 0)) OVER ())::BIGINT AS everything
FROM buyer ORDER BY customer_id
"""


@pytest.mark.parametrize("size", [0, 1, 7, 4_000])
def test_buyers_are_compared_as_windows_compare_them(tmp_path: object, size: int) -> None:
    draw = np.random.default_rng(size)
    with engine.opened(Store(tmp_path)) as connection:  # type: ignore[arg-type]
        frames.lay(connection, "drawn", {
            "customer_id": draw.permutation(size) + 1, "kind": np.array(["person", "organisation", "household"])[draw.integers(0, 3, size)],
            "last_day": draw.integers(-5, 60, size), "purchases": draw.integers(0, 9, size), "revenue": draw.integers(-300, 300, size),
            "basket": draw.integers(0, 400, size) / 3, "contribution_12m": draw.integers(-100, 200, size),
        })  # fmt: skip
        connection.execute(
            "CREATE TEMP TABLE buyer AS SELECT * REPLACE (CASE WHEN purchases > 0 THEN last_day END AS last_day) FROM drawn"
        )
        value._compare(Desk(connection, Horizon(60, "TWD")))
        names = [name for name, *_ in connection.execute(f"DESCRIBE {BY_WINDOWS}").fetchall()]
        compared = connection.execute(f"SELECT {', '.join(names)} FROM compared ORDER BY customer_id").fetchall()
        assert compared == connection.execute(BY_WINDOWS).fetchall()
        assert len(compared) == size
