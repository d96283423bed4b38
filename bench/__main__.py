"""`./run bench [NAME...] [--json FILE] [--docs]`: run the measurements, print them, keep them."""

import argparse
import importlib
import json
import pkgutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import bench
from bench.harness import ROOT, Context, Figure, Unavailable
from bench.machine import describe
from tools.test import table

NOT_MEASUREMENTS = {"__main__", "asking", "harness", "machine"}
DOCUMENT = ROOT / "docs" / "bench.md"
HEADER = ("figure", "value", "unit", "target", "met", "peer", "peer value", "times better")
OPENING = """# Measurements

Medians, written by `./run bench --docs`. “Times better” compares with the peer: one that
is a method of analysis is run on the same data in the same run; Python CRMs were measured on like hardware, not in this run.
"""


def measurements() -> list[str]:
    """The names of all measurements."""
    return [one.name for one in pkgutil.iter_modules(bench.__path__) if one.name not in NOT_MEASUREMENTS]


def number(value: float | None) -> str:
    """A number as a reader wants it: three digits that count, thousands apart."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def row(figure: Figure) -> tuple[str, ...]:
    """One line of the table."""
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    sign = {"less": "≤ ", "more": "≥ "}[figure.better] if figure.target is not None else ""
    numbers = (number(figure.peer_value), number(figure.ratio))
    return (figure.name, number(figure.value), figure.unit, sign + number(figure.target), met, figure.peer, *numbers)


def measure(module: ModuleType, chosen: argparse.Namespace) -> list[Figure]:
    """The figures of one measurement, made in an empty home."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        figures: list[Figure] = module.run(Context(Path(folder), chosen.runs, chosen.customers, chosen.reuse))
    return figures


def section(name: str, module: ModuleType, figures: Sequence[Figure]) -> str:
    """The part of the document about one measurement, between marks by which it is found and replaced."""
    machine = " · ".join(f"{what} {value}" for what, value in describe().items())
    lines = [f"<!-- {name} -->", f"## {name}", "", (module.__doc__ or "").strip(), ""]
    lines += [f"`./run bench {name}` on {datetime.now(UTC):%Y-%m-%d}; {machine}", ""]
    lines += ["| " + " | ".join(cells) + " |" for cells in (HEADER, ("---",) * len(HEADER), *map(row, figures))]
    return "\n".join([*lines, f"<!-- /{name} -->", ""])


def document(sections: dict[str, str]) -> None:
    """Write the sections into docs/bench.md; those of measurements not made now stay as they are."""
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else OPENING
    for name, part in sections.items():
        before, mark, rest = text.partition(f"<!-- {name} -->")
        after = rest.partition(f"<!-- /{name} -->\n")[2]
        text = f"{before}{part}{after}" if mark else f"{text}\n{part}"
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(text, encoding="utf-8")


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./run bench", description="Measure the product.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(measurements())}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    parser.add_argument("--docs", action="store_true", help="write docs/bench.md")
    parser.add_argument("--customers", type=int, help="of what size, for measurements that come in sizes")
    parser.add_argument("--reuse", action="store_true", help="refuse to make large databases anew")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median counts (default: 5)")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - set(measurements()):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}; there are: {', '.join(measurements())}")
    return chosen


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 when a measurement broke. A target missed is reported, not an error."""
    chosen = read_arguments(arguments)
    kept: list[Figure] = []
    sections: dict[str, str] = {}
    broken = 0
    for name in chosen.names or measurements():
        module = importlib.import_module(f"bench.{name}")
        if not chosen.names and getattr(module, "ON_REQUEST", False):
            print(f"\n{name}: only when named")
            continue
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        try:
            figures = measure(module, chosen)
        except Unavailable as reason:
            print(f"SKIPPED: {reason}")
            continue
        except Exception as error:  # noqa: BLE001 -- the other measurements go on
            print(f"BROKEN: {type(error).__name__}: {error}")
            broken += 1
            continue
        print(table([HEADER, *map(row, figures)]), flush=True)
        kept += figures
        sections[name] = section(name, module, figures)
    if chosen.json:
        chosen.json.write_text(json.dumps([figure.as_json() for figure in kept], indent=2, ensure_ascii=False) + "\n")
    if chosen.docs:
        document(sections)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
