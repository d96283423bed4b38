"""How well the stages and the risk of leaving agree with what is true of the demonstration company.

Its customers are drawn by a simulator that knows who is growing, slipping or gone; the analysis sees only orders and
complaints. The peer of “who has left” is the plain number of days since the last order. The whole confusion matrix is
written to docs/stages.md.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench import Context, Figure
from bench.harness import ROOT

DOCUMENT = ROOT / "docs" / "stages.md"
STAGES = (
    "recruit",
    "welcome",
    "getting_to_know",
    "account_management",
    "intensify",
    "pre_divorce",
    "divorce",
    "recovery",
)
BEGIN, END = "<!-- confusion -->", "<!-- /confusion -->"


@dataclass(frozen=True)
class Compared:
    """One element per customer known to both: true and computed stage, whether gone, risk, days since the last order."""

    true: NDArray[np.int64]
    said: NDArray[np.int64]
    gone: NDArray[np.bool_]
    risk: NDArray[np.float64]
    silent: NDArray[np.float64]


def compare(context: Context) -> Compared:
    """Load the demonstration company, analyse it, and lay the truth beside it."""
    context.regulars("init", "--demo", "--json")
    table = pq.read_table(context.home / "demo" / "truth.parquet").select(["party_id", "stage", "alive"]).to_pylist()
    truth = {row["party_id"]: row for row in table if row["stage"]}
    lines = context.regulars("customers", "--json").output.splitlines()
    rows = [row for line in lines if line.startswith("{") and (row := json.loads(line))["id"] in truth]
    days = [np.datetime64(row["last_order"][:10]) if row["last_order"] else np.datetime64("NaT") for row in rows]
    newest = np.nanmax(np.array(days, "datetime64[D]"))
    return Compared(
        np.array([STAGES.index(truth[row["id"]]["stage"]) for row in rows]),
        np.array([STAGES.index(row["stage"]) for row in rows]),
        np.array([not truth[row["id"]]["alive"] for row in rows]),
        np.array([np.nan if row["risk"] is None else row["risk"] for row in rows]),
        (newest - np.array(days, "datetime64[D]")) / np.timedelta64(1, "D"),
    )


def auc(score: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Probability that one who has left scores higher than one who has not; ties count half."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    left, stayed = int(truth.sum()), int((~truth).sum())
    return float((rank[truth].sum() - left * (left + 1) / 2) / (left * stayed))


def matrix(found: Compared) -> str:
    """The confusion matrix as a Markdown table: rows true, columns computed."""
    counts = np.zeros((8, 8), int)
    np.add.at(counts, (found.true, found.said), 1)
    heads = [stage.replace("_", " ") for stage in STAGES]
    lines = ["| true ↓ computed → | " + " | ".join(heads) + " | recognised |", "|---" * 10 + "|"]
    for number, head in enumerate(heads):
        row, share = counts[number], counts[number, number] / max(counts[number].sum(), 1)
        lines.append(
            f"| {head} | "
            + " | ".join(f"**{n}**" if i == number else str(n) for i, n in enumerate(row))
            + f" | {share:.0%} |"
        )
    return "\n".join(lines)


def calibration(found: Compared) -> str:
    """Risk against what is true, in fifths."""
    bought = ~np.isnan(found.risk)
    lines = ["| risk said | customers | mean risk | truly gone |", "|---|---|---|---|"]
    fifth = np.minimum(np.where(bought, found.risk, 0.0) * 5 + 1e-9, 4).astype(int)
    for number in range(5):
        here = bought & (fifth == number)
        if here.any():
            lines.append(
                f"| {number / 5:.0%}–{(number + 1) / 5:.0%} | {here.sum()} | {found.risk[here].mean():.0%} | {found.gone[here].mean():.0%} |"
            )
    return "\n".join(lines)


def write(found: Compared) -> None:
    """Replace the marked part of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    part = f"{BEGIN}\n{matrix(found)}\n\n{calibration(found)}\n{END}"
    Path(DOCUMENT).write_text(before + part + after, encoding="utf-8")


def run(context: Context) -> list[Figure]:
    """Agreement, and how well those who have left are told from those who have not."""
    found = compare(context)
    if DOCUMENT.exists():
        write(found)
    bought = ~np.isnan(found.risk)
    leaving = np.isin(found.said, (5, 6))
    risk, gone, silent = found.risk[bought], found.gone[bought], found.silent[bought]
    return [
        Figure("customers in their true stage", float((found.true == found.said).mean() * 100), "%", better="more"),
        Figure("of those gone, in pre-divorce or divorce", float(leaving[found.gone].mean() * 100), "%", better="more"),
        Figure(
            "of those in divorce, truly gone",
            float(found.gone[found.said == 6].mean() * 100),
            "%",
            target=80,
            better="more",
        ),
        Figure(
            "telling who has left (AUC)",
            auc(risk, gone),
            "",
            target=0.9,
            peer="days since the last order",
            peer_value=auc(silent, gone),
            better="more",
        ),
    ]
