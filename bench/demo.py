"""How fast the demonstration company is drawn and loaded, and how large it may be.

Drawing a million customers makes arrays only (chunks, none kept): it shows that the simulator is vectorised and bounded
in memory. Loading writes 5,000 customers with their orders and timelines into an empty database and rebuilds the facts
of their summaries. `REGULARS_BENCH_LARGE=1` loads 100,000 too.
"""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import date

from bench import Context, Figure

SMALL, LARGE, MILLION = 5_000, 100_000, 1_000_000
TODAY = date(2026, 3, 18)
_LOAD = """
import json, sys, django
django.setup()
from regulars.demo.actions import load_demo
print(json.dumps(load_demo(customers=int(sys.argv[1]))))
"""


def draw(customers: int) -> int:
    """Draw a company and forget it; returns the number of orders."""
    from regulars.demo.simulator.company import generate

    return sum(len(company.orders.at) for company in generate(customers=customers, seed=1, today=TODAY))


def load(context: Context, customers: int) -> dict[str, float]:
    """Load into a new home; what `load_demo` said."""
    home = context.home / f"demo-{customers}"
    environment = os.environ | {"REGULARS_HOME": str(home), "DJANGO_SETTINGS_MODULE": "regulars.config.settings"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=environment, check=True)
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(customers)], env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def run(context: Context) -> list[Figure]:
    """Seconds and memory to draw a million, seconds and rows a second to load."""
    started = time.perf_counter()
    orders = draw(MILLION)
    drawn = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    small = load(context, SMALL)
    figures = [
        Figure("draw a million customers", drawn, "s", target=300),
        Figure("orders drawn", orders / drawn, "orders/s", better="more"),
        Figure("peak memory of drawing", peak, "MB", target=1_000),
        Figure("load 5,000 customers", small["seconds"], "s", target=25),
        Figure("rows loaded", small["rows_per_second"], "rows/s", better="more"),
    ]
    if os.environ.get("REGULARS_BENCH_LARGE") == "1":
        large = load(context, LARGE)
        figures += [
            Figure("load 100,000 customers", large["seconds"], "s"),
            Figure("rows loaded, 100,000 customers", large["rows_per_second"], "rows/s", better="more"),
        ]
    return figures
