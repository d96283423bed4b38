"""A million customers with ten million entries, on SQLite and on PostgreSQL: pages as each role sees them, and the refresh.

The rows are those of the demonstration company at that size (`--customers`, a million by default), the same in both
databases. They are made once and kept: in `REGULARS_BENCH_HOME`, or in `var/bench`; `--reuse` insists on what is there.
Pages are asked for one after the other over a kept-open connection to the running product; a figure is the 95th
percentile of 30 answers after 3 that do not count, in two groups with the worst page of each named. “Full” takes up
everybody as the first refresh of a day does, “again from scratch” reads every fact and writes every score as well; “one
in a thousand” follows an order of each of so many customers. Peers were measured on like hardware with as many leads,
not in this run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.harness import ROOT, Context, Figure, Unavailable
from bench.scale import pages, refreshing
from bench.scale.cluster import cluster

CUSTOMERS = 1_000_000
"""Unless told otherwise."""
ON_REQUEST = True
"""Not among the measurements that are made when none is named: it takes an hour the first time."""


@dataclass(frozen=True)
class Place:
    """A filled data folder and what to set so that the product uses it."""

    name: str
    home: Path
    environment: dict[str, str]

    def python(self, *words: str) -> str:
        """What a module of the bench says when it runs there.

        Raises:
            RuntimeError: it did not exit with 0.
        """
        settings = {"DJANGO_SETTINGS_MODULE": "regulars.config.settings", "REGULARS_HOME": str(self.home)}
        done = subprocess.run(
            [sys.executable, "-m", *words],
            check=False,
            cwd=ROOT,
            env=os.environ | settings | self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
        return done.stdout


def folder() -> Path:
    """Where the databases are kept."""
    return Path(os.environ.get("REGULARS_BENCH_HOME") or ROOT / "var" / "bench").resolve()


@contextmanager
def sqlite(customers: int, *, reuse: bool) -> Iterator[Place]:
    """The file, filled."""
    place = Place("SQLite", folder() / f"sqlite-{customers}", {})
    if not (place.home / "filled").exists():
        _refuse(reuse, place)
        for half_filled in place.home.glob("regulars.sqlite3*"):
            half_filled.unlink()
        place.python("django", "migrate", "-v", "0")
        (place.home / "filled").write_text(place.python("bench.scale.fill", str(customers)))
    place.python("django", "migrate", "-v", "0")
    yield place


@contextmanager
def postgresql(customers: int, *, reuse: bool) -> Iterator[Place]:
    """The server, filled from the file."""
    base = folder() / ("postgres" if customers == CUSTOMERS else f"postgres-{customers}")
    with cluster(base) as url:
        place = Place("PostgreSQL", folder() / f"home-{base.name}", {"REGULARS_DATABASE_URL": url})
        place.home.mkdir(parents=True, exist_ok=True)
        filled = (place.home / "filled").exists()
        if not filled:
            _refuse(reuse, place)
            _empty(url)
        place.python("django", "migrate", "-v", "0")
        if not filled:
            file = folder() / f"sqlite-{customers}" / "regulars.sqlite3"
            (place.home / "filled").write_text(place.python("bench.scale.twin", str(file)))
        yield place


def _empty(url: str) -> None:
    """Throw away what an earlier filling may have left half done, without its indexes."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")


def _refuse(reuse: bool, place: Place) -> None:
    if reuse:
        raise Unavailable(f"nothing is filled in {place.home}, and --reuse was said")


def loading(place: Place) -> list[Figure]:
    """How long the filling took when it was done."""
    told = json.loads((place.home / "filled").read_text() or "{}")
    if not told:
        return []
    return [
        Figure(f"{place.name}: filling, when it was done", told["seconds"], "s"),
        Figure(f"{place.name}: rows filled a second", told["rows"] / told["seconds"], "rows/s", better="more"),
    ]


def run(context: Context) -> list[Figure]:
    """Both databases."""
    customers = context.customers or CUSTOMERS
    figures: list[Figure] = []
    for opened in (sqlite, postgresql):
        with opened(customers, reuse=context.reuse) as place:
            figures += loading(place)
            if indexing := json.loads(place.python("bench.scale.searchable"))["seconds"]:
                figures.append(Figure(f"{place.name}: making the search index", indexing, "s"))
            figures += refreshing.figures(place, customers)
            figures += pages.figures(place)
    return figures
