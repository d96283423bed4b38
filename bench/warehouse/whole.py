"""The whole refresh, in a process of its own: `python -m bench.warehouse.whole FOLDER` prints processor seconds by part."""

import json
import sys
from pathlib import Path
from typing import Any

from bench.warehouse.timing import processor, spent
from bench.warehouse.trade import DAYS, FIRST_DAY

LINES = """
SELECT order_id, product_id FROM lines
WHERE day <= $today AND currency = $currency AND quantity > 0 AND product_id IS NOT NULL
"""


def whole_refresh(folder: Path) -> dict[str, float]:
    """State, occasions, stages, scores, cohorts, pairs, lifetime value, written; run in a process of its own.

    Returns:
        Processor seconds by part.
    """
    from regulars.intelligence.analyses.desk import Desk
    from regulars.intelligence.warehouse import definitions, engine, ledger
    from regulars.intelligence.warehouse.state import State
    from regulars.intelligence.warehouse.store import Store

    store, taken = Store(folder), {"loading": processor()}
    with engine.opened(store) as connection:
        horizon = ledger.look(connection, FIRST_DAY + DAYS - 1)
        desk = Desk(connection, horizon)
        state = State(store)
        taken["state and occasions"] = spent(lambda: trade(state, connection, desk))
        taken["stages"] = spent(lambda: stages(desk))
        for name in ("rfm", "cohort", "item"):
            taken[name] = spent(lambda: definitions.make(connection, name, horizon.parameters))  # noqa: B023 -- called here
        taken["pair"] = spent(lambda: pairs(connection, horizon))
        taken["lifetime value"] = spent(lambda: lifetime_value(connection, horizon.today))
        started = processor()
        for name in ("rfm", "cohort", "pair", "value", "standing", "move"):
            connection.execute(f"COPY {name} TO '{folder}/{name}.parquet' (FORMAT parquet)")
        taken["writing"] = processor() - started
    return taken


def trade(state: Any, connection: Any, desk: Any) -> None:
    """The tables ``state`` and ``purchase``, and the rows of the latter before the stages."""
    from regulars.intelligence.warehouse import ledger

    state._made(connection, desk.horizon)  # noqa: SLF001 -- from all facts, whatever is kept
    made = ledger.group(connection, desk.horizon, made=("state", "customer"), passed=state.occasions)
    desk.purchases = ledger.purchases(connection, made)


def stages(desk: Any) -> None:
    """What is learned from all customers together, and everybody's way through the stages by it."""
    from regulars.intelligence import nightly
    from regulars.intelligence.analyses import stage

    desk.calibrations = nightly._learned(desk, [])  # noqa: SLF001 -- as the nightly run does
    stage.make(desk)


def pairs(connection: Any, horizon: Any) -> None:
    """The table ``pair`` as the product counts pairs: one pass over the baskets of the products sold most."""
    import numpy as np

    from regulars.intelligence.models import pair_lift
    from regulars.intelligence.models.patterns.baskets import Baskets
    from regulars.intelligence.warehouse.frames import lay
    from regulars.intelligence.warehouse.passing import batches

    sold = np.sort(connection.execute("SELECT product_id FROM item").fetchnumpy()["product_id"])
    codes = np.full(connection.execute("SELECT max(product_id) FROM lines").fetchone()[0] + 1, -1, np.int32)
    codes[sold] = np.arange(len(sold))
    orders, items = [], []
    for batch in batches(connection, horizon, LINES):
        code = codes[batch["product_id"]]
        orders.append(batch["order_id"][code >= 0])
        items.append(code[code >= 0])
    basket, item = np.concatenate(orders), np.concatenate(items)
    del orders, items
    baskets = Baskets.from_lines(basket, item, sold.tolist())
    found = pair_lift(baskets, top=len(sold), min_count=1)
    first, second = (sold[side(found.left, found.right)] for side in (np.minimum, np.maximum))
    lay(connection, "pair", {"first_id": first, "second_id": second, "orders": found.count})


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


if __name__ == "__main__":
    print(json.dumps(whole_refresh(Path(sys.argv[1]))))
