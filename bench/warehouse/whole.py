"""The whole refresh, in a process of its own: `python -m bench.warehouse.whole FOLDER` prints processor seconds by part."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.warehouse.timing import processor, spent
from bench.warehouse.trade import DAYS, FIRST_DAY

WRITTEN = "written"
TABLES = {
    "rfm": "customer_id", "cohort": "cohort", "pair": "first_id", "value": "customer_id", "standing": "customer_id", "move": "customer_id",
}  # fmt: skip
"""What a whole refresh writes, and the column by which it would be looked for."""


def whole_refresh(folder: Path) -> dict[str, float]:
    """State, occasions, stages, scores, cohorts, pairs, lifetime value, written; run in a process of its own.

    Returns:
        Processor seconds by part.
    """
    from regulars.intelligence.analyses.desk import Desk
    from regulars.intelligence.warehouse import baskets, definitions, engine, ledger
    from regulars.intelligence.warehouse.state import State
    from regulars.intelligence.warehouse.store import Store

    store, taken = Store(folder), {"loading": processor()}
    with engine.opened(store) as connection:
        horizon = ledger.look(connection, FIRST_DAY + DAYS - 1)
        desk = Desk(connection, horizon)
        state = State(store)
        taken["state and occasions"] = spent(lambda: trade(state, connection, desk))
        taken["stages"] = spent(lambda: stages(desk))
        for name in ("rfm", "cohort"):
            taken[name] = spent(lambda: definitions.make(connection, name, horizon.parameters))  # noqa: B023 -- called here
        taken["pair"] = spent(lambda: baskets.by_pass(connection, horizon))
        taken["lifetime value"] = spent(lambda: lifetime_value(connection, horizon.today))
        taken["writing"] = spent(lambda: write(Store(folder / WRITTEN), connection))
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


def write(store: Any, connection: Any) -> None:
    """What came of it, as a run writes what it remembers."""
    from regulars.intelligence.warehouse.store import Query
    from regulars.intelligence.warehouse.tables import Derived

    parts = [
        (Derived(name, name, key, None), Query(connection, f"SELECT * FROM {name}")) for name, key in TABLES.items()
    ]
    store.put_in_force(store.drafted(parts, datetime.now(UTC)))


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
