"""The refresh at scale: everybody, everybody from scratch, and one customer in a thousand.

As a command (`python -m bench.scale.refreshing WHAT`) it does one of them in a process of its own and says what it took.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.harness import Figure

if TYPE_CHECKING:
    from bench.scale import Place

FULL_S, FEW_S, PEAK_MB = 60.0, 3.0, 3_000.0


def figures(place: Place, customers: int) -> list[Figure]:
    """Seconds, processor seconds and memory of each kind of run."""
    few = max(customers // 1000, 1)
    told = {
        what: json.loads(place.python("bench.scale.refreshing", what, str(few)))
        for what in ("first", "full", "few", "scratch")
    }
    name = place.name
    return [
        Figure(
            f"{name}: refresh, full, until value, class and stage are written",
            told["full"]["scored"],
            "s",
            target=FULL_S,
        ),
        Figure(f"{name}: refresh, full, with all further analyses", told["full"]["seconds"], "s"),
        Figure(f"{name}: refresh, full, processor time", told["full"]["cpu"], "s"),
        Figure(f"{name}: refresh, full, rows of scores written", told["full"]["written"], "rows"),
        Figure(f"{name}: refresh, one in a thousand changed", told["few"]["scored"], "s", target=FEW_S),
        Figure(f"{name}: refresh, one in a thousand, processor time", told["few"]["cpu"], "s"),
        Figure(f"{name}: refresh, again from scratch", told["scratch"]["seconds"], "s"),
        Figure(f"{name}: refresh, memory", max(one["peak_mb"] for one in told.values()), "MB", target=PEAK_MB),
    ]


def buy(few: int) -> None:
    """An order today for so many customers, spread over all."""
    from django.db.models import F

    from regulars.commerce.models import Order
    from regulars.customers.models import CustomerSummary
    from regulars.kit import clock

    buyers = CustomerSummary.objects.filter(orders__gt=0)
    every = buyers.count() // few
    who = buyers.alias(left=F("party_id") % every).filter(left=7 % every).values_list("party_id", flat=True)[:few]
    now, run = clock.now(), Order.objects.order_by("-pk").values_list("pk", flat=True).first()
    Order.objects.bulk_create(
        Order(source="bench", number=f"{run}-{pk}", customer_id=pk, ordered_at=now, currency="TWD", amount=120_000, goods=120_000, cost=70_000)
        for pk in who
    )  # fmt: skip


def measured(what: str, few: int) -> dict[str, Any]:
    """One run of a kind: ``first`` (whatever is due), ``full`` (of a new day), ``few``, ``scratch``."""
    from regulars.intelligence import nightly  # noqa: F401 -- a worker that has refreshed before has loaded it
    from regulars.kit import clock
    from regulars.reporting.actions import refresh
    from regulars.reporting.models import AnalysisRun

    last = AnalysisRun.objects.filter(state="done").order_by("-pk").values_list("as_of", flat=True).first()
    day = max(clock.now(), last) if last else clock.now()
    if what == "full":
        day += timedelta(days=1)
    with clock.stopped_at(day):
        if what == "few":
            buy(few)
            refresh()  # a first one warms the files up, as the runs before it in a worker would have
            buy(few)
        cpu, began = time.process_time(), time.perf_counter()
        done = refresh(whole=what == "scratch")
    spent = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    return {**done, **spent, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """The command."""
    import django

    django.setup()
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]))))


if __name__ == "__main__":
    main()
