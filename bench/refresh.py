"""How long a refresh takes: facts down, all analyses, scores and moves up.

The demonstration company (5,000 customers, three years) and, where it is on this machine, Online Retail II (525,461
lines). “First” writes the whole history of stages onto the timeline; “again” is what every night costs. Seconds are
those of the refresh itself, without starting the process.
"""

import sqlite3
import statistics
from pathlib import Path

from bench import Context, Figure, Unavailable

DEMO_TARGET, REAL_TARGET = 5.0, 5.0


def first_seconds(home: Path) -> float:
    """What the first finished run took."""
    with sqlite3.connect(home / "regulars.sqlite3") as record:
        row = record.execute(
            "SELECT seconds FROM reporting_analysisrun WHERE state = 'done' ORDER BY id LIMIT 1"
        ).fetchone()
    return float(row[0])


def measured(context: Context, name: str, target: float) -> list[Figure]:
    """The first refresh, the median of the following ones, and the memory of one."""
    again = [context.regulars("refresh", "--json") for _ in range(context.runs)]
    return [
        Figure(f"{name}: first refresh", first_seconds(context.home), "s", target=target),
        Figure(f"{name}: refresh again", statistics.median(one.json["seconds"] for one in again), "s", target=target),
        Figure(f"{name}: memory of the refresh", max(one.peak_mb for one in again), "MB"),
    ]


def run(context: Context) -> list[Figure]:
    """Both companies."""
    context.regulars("init", "--demo", "--json")
    figures = measured(context, "demonstration company", DEMO_TARGET)
    try:
        file = next(context.data("retail_online_retail_II").glob("*.csv.gz"))
    except Unavailable:
        return figures
    real = Context(context.home / "real", context.runs)
    real.home.mkdir()
    real.regulars("init", "--json")
    real.regulars("import", str(file), "--json")
    return [*figures, *measured(real, "Online Retail II", REAL_TARGET)]
