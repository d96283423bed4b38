"""Fills a migrated, empty database with the demonstration company at any size: `python -m bench.scale.fill CUSTOMERS`.

The rows are those of `regulars init --demo`, drawn by the same simulator and written by the same loader.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def fill(customers: int) -> dict[str, float]:
    """Write everything; returns seconds of the parts, rows and memory."""
    from django.conf import settings
    from django.db import connection, transaction
    from django.utils import timezone

    from bench.scale import bare
    from regulars.demo import truth
    from regulars.demo.actions import SEED
    from regulars.demo.loader.company import Loader
    from regulars.demo.simulator.company import Market, generate
    from regulars.kit import clock

    today = timezone.localdate(clock.now())
    started = time.perf_counter()
    made = bare.strip(connection)
    loader = Loader(Market.of(today), seed=SEED, truth=truth.path(Path(settings.HOME)))

    def tell(done: int) -> None:
        print(f"{done:,} customers after {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)

    with transaction.atomic():
        loader.load(generate(customers=customers, seed=SEED, today=today), tell)
    loaded = time.perf_counter() - started
    summarise(connection, made)
    return {
        "rows": loader.rows,
        "load_seconds": loaded,
        "seconds": time.perf_counter() - started,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def summarise(connection: Any, made: list[Any]) -> None:
    """Make the indexes again, and the summaries between: theirs come last."""
    from bench.scale import bare
    from regulars.commerce.actions import rebuild_trade
    from regulars.customers.actions import ensure_summaries, rebuild_activity

    last = [one for one in made if one.table == "customers_customersummary" or one.kind == "trigger"]
    bare.dress(connection, [one for one in made if one not in last])
    ensure_summaries()
    rebuild_trade()
    rebuild_activity()
    bare.dress(connection, last)
    bare.finish(connection)


def main() -> None:
    """The command."""
    import django

    django.setup()
    print(json.dumps(fill(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
