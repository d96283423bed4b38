"""The purchase occasions of everybody by the compiled pass over the orders, beside a state that stands already."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from regulars.intelligence.warehouse.engine import Engine
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.passing import over_orders

_BOUGHT: Final = "SELECT customer_id, purchases FROM state WHERE purchases > 0 ORDER BY customer_id"


def by_pass(engine: Engine, horizon: Horizon) -> pa.Table | None:
    """The columns of ``purchase``, sorted by customer and day; None when ids lie too far apart, or ``state`` says otherwise.

    ``state`` must lie in the engine, as of the same horizon.
    """
    passed = over_orders(engine, horizon)
    if passed is None:
        return None
    said, purchases = engine.execute(_BOUGHT).fetchnumpy(), passed.state["purchases"].to_numpy()
    found = {
        "customer_id": passed.state["customer_id"].to_numpy()[purchases > 0],
        "purchases": purchases[purchases > 0],
    }
    return passed.occasions if all(np.array_equal(found[name], said[name]) for name in found) else None
