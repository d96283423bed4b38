"""Every check of the code that needs no test: `./run check [NAME...]`.

Each prints one line, ok or FAIL, with its seconds; a FAIL is followed by what it found. All run; 1 when any failed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.checks import layers, locks, migrations, sizes, templates, translations, words

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SHOWN = 200

Check = Callable[[], list[str]]


def command(*words: str) -> Check:
    """A check that is a program: its output is what it found, when it does not exit with 0."""

    def run() -> list[str]:
        done = subprocess.run(
            [BIN / words[0], *words[1:]],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
        return (done.stdout + done.stderr).strip().splitlines() if done.returncode else []

    return run


CHECKS: dict[str, Check] = {
    "types": command("mypy"),
    "format": command("ruff", "format", "--check", "--output-format", "concise", "."),
    "lint": command("ruff", "check", "--output-format", "concise", "."),
    "layers": command("lint-imports", "--no-logo"),
    "rooms": layers.problems,
    "translations": translations.problems,
    "migrations": migrations.problems,
    "sizes": sizes.problems,
    "templates": templates.problems,
    "markup": command("djlint", "regulars", "--lint", "--quiet"),
    "words": words.problems,
    "locks": locks.problems,
}


def timed(check: Check) -> tuple[list[str], float]:
    """What the check found, and its seconds; a check that breaks has found that."""
    started = time.monotonic()
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 -- one broken check must not hide the others
        found = [f"the check itself failed: {type(error).__name__}: {error}"]
    return found, time.monotonic() - started


def report(name: str, found: Sequence[str], seconds: float) -> None:
    """One line for the check, and below it what it found."""
    print(f"{'FAIL' if found else 'ok':4}  {name:<14}{seconds:5.1f} s", flush=True)
    for line in found[:SHOWN]:
        print(f"        {line}")
    if len(found) > SHOWN:
        print(f"        and {len(found) - SHOWN} more")


def main(names: Sequence[str]) -> int:
    """Run the named checks, or all; 0 when nothing was found."""
    if unknown := set(names) - set(CHECKS):
        print(f"no such check: {', '.join(sorted(unknown))}; there are: {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    chosen = {name: check for name, check in CHECKS.items() if not names or name in names}
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, result in [(name, pool.submit(timed, check)) for name, check in chosen.items()]:
            found, seconds = result.result()
            report(name, found, seconds)
            if found:
                failed.append(name)
    print(
        f"checks: {len(chosen) - len(failed)} passed, {len(failed)} failed"
        + (f" ({', '.join(failed)})" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
