"""The whole suite, on both databases: `./run test [pytest arguments]`.

First on SQLite, then the browser tests by themselves (they wait for a real browser, so they share the machine with
nothing), then on a private PostgreSQL (or the one REGULARS_DATABASE_URL names), there without the browser tests and
without those that know no database or have one of their own. A few tests race the clock, with a browser or with processes that they start
and kill; what fails of these alone is tried once more, and that is said.

Prints what will run before, and what ran after; what the machine lacks is named with the line that installs it.
REQUIRE=all makes such a lack a failure.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

from tools import browser, mail, postgres, rabbitmq, spark

ROOT = Path(__file__).resolve().parent.parent
WITHOUT_DATABASE = ("tests/kit", "tests/intelligence", "tests/tools", "tests/bench")
NO_TESTS_COLLECTED = 5
UNSTEADY = "browser or process"
MOST_TRIED_AGAIN = 3
POSTGRES_INSTALL = "sudo apt-get install -y postgresql"


@dataclass
class Outcome:
    """What one run of pytest came to."""

    name: str
    code: int
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        """Whether nothing failed; a selection that leaves nothing for this database is no failure."""
        return self.code in {0, NO_TESTS_COLLECTED}


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def read_report(path: Path, outcome: Outcome) -> None:
    """Count passed, failed and skipped from pytest's JUnit report, with the reasons of the skips."""
    if not path.exists():
        return
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.counts["failed"] += 1
        elif skipped is not None:
            outcome.counts["skipped"] += 1
            outcome.skips[skipped.get("message", "").removeprefix("Skipped: ")] += 1
        else:
            outcome.counts["passed"] += 1


def run_pytest(name: str, arguments: Sequence[str], environment: dict[str, str]) -> Outcome:
    """One run of pytest on one database; its own output goes to the screen as it comes."""
    with tempfile.TemporaryDirectory(prefix="regulars-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", "-o", "junit_family=xunit2", *arguments]
        print(f"\n=== {name} ===", flush=True)
        started = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        outcome = Outcome(name, code, time.monotonic() - started)
        read_report(report, outcome)
    return outcome


def workers(arguments: Sequence[str]) -> list[str]:
    """Two processes for the whole suite; the caller's own -n, or a chosen few tests, stay as they are."""
    if any(argument.startswith(("-n", "--numprocesses", "--pdb", "-k", "tests/")) for argument in arguments):
        return []
    return ["-n", "2", "--dist", "loadscope"]


@contextmanager
def database_server() -> Iterator[str | None]:
    """The PostgreSQL of the second run: the one that REGULARS_DATABASE_URL names, else a private one, else None."""
    if given := os.environ.get("REGULARS_DATABASE_URL"):
        yield given
        return
    with postgres.private_server() as address:
        yield address


def print_needs() -> list[str]:
    """Print what the suite finds on this machine before it starts; return the names of the servers missing."""
    chromium, server = browser.find_chromium(), os.environ.get("REGULARS_DATABASE_URL") or postgres.find_bin()
    data, lacking, no_mail = ROOT.parent / "shared" / "data", spark.lacking(), mail.lacking()
    queue = rabbitmq.find_server()
    rows = [
        ("needs", "found", "to install"),
        ("SQLite", "in Python", ""),
        ("PostgreSQL", str(server or "MISSING"), "" if server else POSTGRES_INSTALL),
        ("Chromium", chromium or "MISSING", "" if chromium else browser.INSTALL),
        ("Mail servers", "MISSING" if no_mail else "Dovecot, Exim", no_mail),
        ("RabbitMQ", str(queue or "MISSING"), "" if queue else rabbitmq.INSTALL),
        ("Spark", "MISSING" if lacking else str(spark.find_spark()), lacking),
        (
            "real data",
            "../shared/data" if data.is_dir() else "MISSING",
            "" if data.is_dir() else "not part of the repository; tests that want it are skipped",
        ),
    ]
    print(table(rows), flush=True)
    return [name for name, found, install in rows[:7] if found == "MISSING" and install != spark.JAVA_INSTALL]


def print_summary(outcomes: Sequence[Outcome], missing: Sequence[str]) -> None:
    """Print per database what ran, then every reason for a skip, then the one closing line."""
    rows = [("database", "passed", "failed", "skipped", "seconds")]
    for one in outcomes:
        counts = [str(one.counts[name]) for name in ("passed", "failed", "skipped")]
        rows.append((one.name, *counts, f"{one.seconds:.0f}"))  # type: ignore[arg-type]
    print(f"\n{table(rows)}")
    if "PostgreSQL" in missing:
        print(f"PostgreSQL: SKIPPED the second run; to install: {POSTGRES_INSTALL}")
    for reason, times in sum((one.skips for one in outcomes), Counter[str]()).most_common():
        print(f"SKIPPED {times}: {reason}")
    total = sum((one.counts for one in outcomes), Counter[str]())
    failed = total["failed"] or sum(not one.ok for one in outcomes)
    print(f"total: {total['passed']} passed, {failed} failed, {total['skipped']} skipped")


def without_settings() -> dict[str, str]:
    """The environment less what would make the tests differ from machine to machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("REGULARS_") and name != "PORT"}


def run_twice(name: str, arguments: Sequence[str], environment: dict[str, str]) -> Outcome:
    """One run of pytest; what failed in it of the tests against the clock gets one more try by itself, and that is said.

    Those drive a browser or processes of their own (`UNSTEADY`); any other test that fails has failed.
    """
    first = run_pytest(name, arguments, environment)
    if first.ok or not 0 < first.counts["failed"] <= MOST_TRIED_AGAIN:
        return first
    again = run_pytest(f"{name}, what failed once more", ["-m", UNSTEADY, "--last-failed"], environment)
    if again.code or again.counts["passed"] != first.counts["failed"]:
        return first
    print(f"{name}: {again.counts['passed']} passed at the second try only")
    counts = first.counts + again.counts
    counts["failed"] = 0
    return Outcome(name, 0, first.seconds + again.seconds, counts, first.skips)


def run_all(arguments: Sequence[str], missing: Sequence[str]) -> list[Outcome]:
    """The suite on SQLite and in the browser, then on PostgreSQL where there is one."""
    environment = without_settings()
    spread = workers(arguments)
    if spread and "-m" not in arguments:
        outcomes = [run_twice("SQLite", [*spread, "-m", "not browser", *arguments], environment)]
        outcomes.append(run_twice("Browser", ["-m", "browser"], environment))
    else:
        outcomes = [run_pytest("SQLite", [*spread, *arguments], environment)]
    if "PostgreSQL" in missing:
        return outcomes
    ignored = [f"--ignore={path}" for path in WITHOUT_DATABASE if path not in arguments]
    with database_server() as address:
        environment["REGULARS_DATABASE_URL"] = address or ""
        selection = ["-m", "database and not browser", *ignored] if "-m" not in arguments else ignored
        outcomes.append(run_twice("PostgreSQL", [*spread, *selection, *arguments], environment))
    return outcomes


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Unwind, so that the servers started here are stopped."""
    raise SystemExit(130)


def main(arguments: Sequence[str]) -> int:
    """Run everything; 0 when all passed and, under REQUIRE=all, nothing was missing."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    missing = print_needs()
    if missing and os.environ.get("REQUIRE") == "all":
        print(f"REQUIRE=all, but missing: {', '.join(missing)}", file=sys.stderr)
        return 1
    outcomes = run_all(arguments, missing)
    print_summary(outcomes, missing)
    nothing_ran = all(outcome.code == NO_TESTS_COLLECTED for outcome in outcomes)
    return 0 if all(outcome.ok for outcome in outcomes) and not nothing_ran else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
