"""How fast Insight answers on the demonstration company, as its manager: every page, a narrowed one, the trust page, the panel of a customer.

Everything is read from what the last refresh stored, so a page costs what it takes to read one row and to write it out
in words. Measured like the main pages: request by request over one connection, 30 after 3 that are not counted; the
target is the 95th percentile.
"""

import statistics

from bench import Context, Figure
from bench.pages import Visitor, measure
from regulars.intelligence import analyses

TARGET_MS, TARGET_KB = 150.0, 100.0
PASSWORD = "regulars-demo"  # of the demonstration company
NARROWED = "/insight/stage/?class=most_valuable"


def run(context: Context) -> list[Figure]:
    """Every page of Insight."""
    home = context.home / "demo"
    context.regulars("init", "--demo", home=home)
    pages = {name: f"/insight/{name}/" for name in analyses.names()}
    found = []
    with context.serving(home) as address:
        visitor = Visitor(address, "manager", PASSWORD)
        customer = visitor.first_customer()
        for name, path in {
            "all questions": "/insight/", **pages, "stage of the most valuable": NARROWED, "trust": "/insight/trust/",
            "customer with what to expect": customer,
        }.items():  # fmt: skip
            times, weight = measure(visitor, path)
            found += [
                Figure(f"{name}, median", statistics.median(times), "ms"),
                Figure(f"{name}, p95", sorted(times)[int(len(times) * 0.95)], "ms", target=TARGET_MS),
                Figure(f"{name}, weight", weight, "kB", target=TARGET_KB),
            ]
    return found
