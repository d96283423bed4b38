"""How long until the first page, and how much memory the two processes hold when nobody does anything.

An empty system on the embedded database: migrated, served by one web process and one worker. Memory is what the
processes hold alone plus their share of what they hold together (PSS), ten seconds of idleness after the first page.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Context, Figure, Unavailable

SETTLE_SECONDS = 10


def descendants(pid: int) -> Iterator[int]:
    """A process and all it started."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in thread.read_text().split():
            yield from descendants(int(child))


def held_mb(pid: int) -> float:
    """Proportional set size of a process and all it started, in MB."""
    lines = (Path(f"/proc/{one}/smaps_rollup").read_text().splitlines() for one in descendants(pid))
    return sum(int(line.split()[1]) for process in lines for line in process if line.startswith("Pss:")) / 1024


def run(context: Context) -> list[Figure]:
    """Seconds from the command to the first page, and idle memory."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise Unavailable("this system does not tell how much memory a process holds")
    context.regulars("init")
    started = time.perf_counter()
    with context.serving():
        seconds = time.perf_counter() - started
        time.sleep(SETTLE_SECONDS)
        memory = held_mb(os.getpid()) - own_mb()
    return [
        Figure("command to first page", seconds, "s", target=10),
        Figure("web and worker, idle", memory, "MB", target=350),
    ]


def own_mb() -> float:
    """What this measuring process itself holds, in MB."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
