"""How fast anybody is found, and what a call brings up, among as many customers as the database holds.

Server time within one process, query by query: the median and the 95th percentile over kinds of query, each asked with
values of customers drawn at random from the record, by somebody who sees everybody and by a seller who sees one team.
Points at the database of REGULARS_HOME or REGULARS_DATABASE_URL where it holds customers (see bench/scale), else at a
demonstration company of its own. Peers on like hardware: 190–320 ms to find a phone among 100,000, 960–1,070 ms among a
million, and nothing at all for a number in local notation.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

from bench.harness import Context, Figure

TARGET_MS = 100.0
PEER_PHONE_MS = 1_000.0


def run(context: Context) -> list[Figure]:
    """Every kind of query, and the screen pop."""
    home = Path(os.environ["REGULARS_HOME"]) if _is_filled(context) else context.home
    if home == context.home:
        context.regulars("init", "--demo", home=home)
    told = context.command(sys.executable, "-m", "bench.asking", str(context.runs), home=home).json
    figures = [Figure("customers in the record", told["customers"], "", better="more")]
    for kind, times in told["times"].items():
        peer = ("established Python CRM, a million", PEER_PHONE_MS) if kind.startswith("phone") else ("", None)
        figures += [
            Figure(f"{kind}, median", statistics.median(times), "ms", TARGET_MS, peer[0], peer[1]),
            Figure(f"{kind}, p95", _p95(times), "ms", TARGET_MS),
        ]
    every = [one for times in told["times"].values() for one in times]
    return [*figures, Figure("all of these together, p95", _p95(every), "ms", TARGET_MS)]


def _p95(times: list[float]) -> float:
    return sorted(times)[min(int(len(times) * 0.95), len(times) - 1)]


def _is_filled(context: Context) -> bool:
    """Whether REGULARS_HOME names a record with customers."""
    if "REGULARS_HOME" not in os.environ:
        return False
    said = context.command(sys.executable, "-m", "bench.asking", "0", home=Path(os.environ["REGULARS_HOME"]))
    return bool(said.json["customers"])
