"""How close each analysis comes to what is true of the demonstration company.

Its customers are drawn by a simulator from a stated model; the analyses see the record alone. `regulars insight --truth`
compares; the table of docs/demo.md is written from what it says.
"""

import json
from pathlib import Path
from typing import Any

from bench import Context, Figure
from bench.harness import ROOT

DOCUMENT = ROOT / "docs" / "demo.md"
BEGIN, END = "<!-- closeness -->", "<!-- /closeness -->"
TARGETS = {
    ("stage", "left"): 0.9, ("lifetime", "left"): 0.9, ("leads", "prospects"): 0.8, ("basket", "planted"): 0.9,
    ("next_offer", "souvenirs"): 0.9,
}  # fmt: skip


def table(told: dict[str, Any]) -> str:
    """A line for each analysis: what is true, and how close it came."""
    lines = ["| analysis | what is true | how close |", "|---|---|---|"]
    lines += [f"| {name} | {one['true']} | {'; '.join(one['said'])} |" for name, one in told.items()]
    return "\n".join(lines)


def write(told: dict[str, Any], document: Path = DOCUMENT) -> None:
    """Replace the marked part of the document."""
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n{table(told)}\n{END}{after}", encoding="utf-8")


def run(context: Context) -> list[Figure]:
    """What the command says of each analysis."""
    context.regulars("init", "--demo", "--json")
    told = json.loads(context.regulars("insight", "--truth", "--json").output)["analyses"]
    write(told)
    return [
        Figure(f"{name}: {key.replace('_', ' ')}", value, "", target=TARGETS.get((name, key)), better="more")
        for name, one in told.items() for key, value in one["figures"].items() if value is not None
    ]  # fmt: skip
