"""How well and how fast records of one customer are found, on public files with known duplicates and on a million records.

One fixed configuration, learned without examples from each file alone. febrl 1 and 3 at the product's own threshold
(probability 0.5). fake_1000 beside Splink in the same run: each side at the threshold of its best F1 (Splink's settings are
those of its documentation's examples for this very file, the best of three counts), and ours at its own threshold too. The million
is drawn from a seed (Chinese and Latin names, households, homonyms; `bench/linkage/synthetic.py`); its memory is that of
the whole process that links, and the time from the first record read to the last pair told.
"""

import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.harness import Context, Figure, Unavailable
from bench.linkage import sets
from regulars.intelligence.models.linkage.link import link
from regulars.intelligence.models.linkage.people import PEOPLE
from regulars.intelligence.models.linkage.records import Record
from regulars.intelligence.models.linkage.weights import THRESHOLD
from regulars.intelligence.warehouse.engine import opened
from regulars.intelligence.warehouse.store import Store

F1, WITHIN, MILLION_SECONDS, MILLION_MB = 0.95, 0.02, 600.0, 3_000.0
RECORDS = 1_000_000


def linked(records: Iterable[Record], least: float = 0.001) -> tuple[list[tuple[int, int, float]], float]:
    """Our pairs, the likeliest first, and the seconds they took."""
    with tempfile.TemporaryDirectory() as folder, opened(Store(Path(folder)), memory_limit="1200MB") as engine:
        started = time.perf_counter()
        found = link(engine, PEOPLE, records, least=least)
        pairs = [(pair.left, pair.right, pair.score.probability) for pair in found.pairs]
        return pairs, time.perf_counter() - started


def febrl(context: Context) -> list[Figure]:
    """F1 on febrl 1 and 3, as the product would decide."""
    figures = []
    for number in (1, 3):
        records, truth = sets.febrl(context.data("er_febrl") / f"dataset{number}.csv")
        pairs, seconds = linked(records)
        here = sets.at(pairs, truth, THRESHOLD)
        figures += [
            Figure(f"febrl {number}: F1", here.f1, "", target=F1, better="more"),
            Figure(f"febrl {number}: precision", here.precision, "", better="more"),
            Figure(f"febrl {number}: recall", here.recall, "", better="more"),
            Figure(f"febrl {number}: {len(records):,} records", seconds, "s"),
        ]
    return figures


def beside_splink(context: Context) -> list[Figure]:
    """fake_1000 by both, each at its best."""
    from bench.linkage import peer

    file = context.data("er_splink") / "fake_1000.csv"
    records, truth = sets.fake_1000(file)
    pairs, seconds = linked(records)
    theirs = {way: peer.run(file, way) for way in peer.WAYS}
    agreements = {way: sets.best(found, truth) for way, (found, _) in theirs.items()}
    way = max(agreements, key=lambda name: agreements[name].f1)
    ours, splink = sets.best(pairs, truth), agreements[way]
    beside: list[tuple[str, float, float]] = [
        ("best F1", ours.f1, splink.f1),
        ("precision at best F1", ours.precision, splink.precision),
        ("recall at best F1", ours.recall, splink.recall),
    ]
    name, here = f"Splink ({way})", sets.at(pairs, truth, THRESHOLD)
    figures = [
        Figure(f"fake_1000: {what}", mine, "", splink.f1 - WITHIN if what == "best F1" else None, name, its, "more")
        for what, mine, its in beside
    ]
    figures.append(Figure("fake_1000: F1 at our threshold", here.f1, "", better="more"))
    return [*figures, Figure("fake_1000: from table to pairs", seconds, "s", None, name, theirs[way][1])]


def million(context: Context) -> list[Figure]:
    """A million records in a process of their own."""
    ran = context.command(sys.executable, "-m", "bench.linkage.million", str(RECORDS))
    said = ran.json
    name = f"{said['records']:,} records"
    return [
        Figure(f"{name}: seconds", said["seconds"], "s", target=MILLION_SECONDS),
        Figure(f"{name}: peak memory", ran.peak_mb, "MB", target=MILLION_MB),
        Figure(f"{name}: F1", said["f1"], "", target=F1, better="more"),
        Figure(f"{name}: precision", said["precision"], "", better="more"),
        Figure(f"{name}: recall", said["recall"], "", better="more"),
    ]


def run(context: Context) -> list[Figure]:
    """All of it; what is not on this machine is left out."""
    figures = []
    for part in (febrl, beside_splink, million):
        try:
            figures += part(context)
        except Unavailable as reason:
            print(f"left out: {reason}")
        except ImportError as error:
            print(f"left out: {error}; install the test extras")
    return figures
