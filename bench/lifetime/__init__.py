"""How fast lifetime models fit and predict, beside lifetimes and PyMC-Marketing on the same customers in the same run.

Processor seconds (all threads), warm, medians. CDNOW's sample and all of it are real; the large houses are drawn from
BG/NBD itself over three years of days, from a seed. Each side starts from three columns, one row a customer. lifetimes is
given distinct customers with weights, its best configuration, and the grouping counts; where it is quicker without (the
sample), that counts. PyMC-Marketing fits by MAP, the second time in its process. The likelihood at our peak must be that at
lifetimes' to 1e-6, and the parameters equal to four digits; predictions must be equal to 1e-6.
"""

import json
import math
import subprocess
import time
import venv
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.harness import ROOT, Context, Figure, Unavailable
from bench.lifetime.houses import cdnow, drawn
from regulars.intelligence.models import BGNBD, GammaGamma

PEERS = ROOT / "var" / "peers"
MILLION = 1_000_000


def peer(package: str, task: str, house: Path) -> dict[str, Any]:
    """What a peer found and the processor seconds it took, in a process and an environment of its own.

    Raises:
        Unavailable: it cannot be installed or breaks.
    """
    folder = PEERS / package
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    wanted = {"lifetimes": ["lifetimes"], "pymc": ["pymc-marketing"]}[package]
    made = subprocess.run([python, "-m", "pip", "install", "-q", *wanted], capture_output=True, text=True, check=False)
    if made.returncode:
        raise Unavailable(f"{package} cannot be installed: {made.stderr.strip().splitlines()[-1]}")
    script = Path(__file__).parent / "peers.py"
    ran = subprocess.run([python, script, package, task, house], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Unavailable(f"{package} broke at {task} of {house.stem}: {ran.stderr.strip().splitlines()[-1]}")
    answer: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return answer


def seconds(function: Callable[[], object], runs: int, *, at_once: int = 1) -> float:
    """Median processor seconds of one call; small ones are measured several ``at_once``."""
    function()
    taken = []
    for _ in range(runs):
        started = time.process_time()
        for _ in range(at_once):
            function()
        taken.append((time.process_time() - started) / at_once)
    return median(taken)


def same(ours: BGNBD, theirs: dict[str, Any], columns: Any) -> None:
    """Raises AssertionError unless both have found one peak."""
    for name, value in theirs["params"].items():
        assert abs(ours.params_[name] - value) <= 1e-4 * max(value, 1.0), (name, ours.params_[name], value)
    at = np.array([theirs["params"][name] for name in ("r", "alpha", "a", "b")])
    likelihood = log_likelihood(at, columns)
    assert math.isclose(ours.log_likelihood_, likelihood, rel_tol=1e-6), (ours.log_likelihood_, likelihood)


def log_likelihood(at: Any, columns: Any) -> float:
    """That of BG/NBD, written plainly from the paper."""
    from scipy.special import gammaln

    r, alpha, a, b = at
    x, t, age = columns
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    second = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(x > 0, np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + t), -np.inf)
    return float((first + second + np.logaddexp(alive, gone)).sum())


def beside(name: str, columns: Any, file: Path, runs: int, target: float) -> list[Figure]:
    """Fits of one house by us and by lifetimes."""
    ours = BGNBD().fit(*columns)
    taken = seconds(lambda: BGNBD().fit(*columns), runs, at_once=20 if len(columns[0]) < 100_000 else 1)
    theirs = peer("lifetimes", "fit", file)
    same(ours, theirs, columns)
    way = "lifetimes, " + ("weighted" if theirs["weighted"] else "row by row")
    return [
        Figure(f"{name}: BG/NBD", taken, "CPU-s", peer=way, peer_value=theirs["seconds"]),
        Figure(f"{name}: times quicker than lifetimes", theirs["seconds"] / taken, "×", target=target, better="more"),
    ]


def beside_pymc(name: str, columns: Any, file: Path, runs: int) -> list[Figure]:
    """Fits of one house by us and by PyMC-Marketing's MAP."""
    taken = seconds(lambda: BGNBD().fit(*columns), runs, at_once=20 if len(columns[0]) < 100_000 else 1)
    try:
        theirs = peer("pymc", "fit", file)
    except Unavailable as reason:
        print(f"left out: {reason}")
        return []
    times = theirs["seconds"] / taken
    return [Figure(f"{name}: times quicker than PyMC-Marketing MAP", times, "×", 60, "PyMC-Marketing MAP", None, "more"),
            Figure(f"{name}: PyMC-Marketing MAP, warm", theirs["seconds"], "CPU-s")]  # fmt: skip


def million(context: Context) -> list[Figure]:
    """A million customers: fit, values, predictions."""
    columns, worth = drawn(MILLION)
    file = context.home / "million.npz"
    np.savez(file, x=columns[0], t=columns[1], T=columns[2], mean=worth)
    figures = beside("a million customers", columns, file, context.runs, 50)
    figures += beside_pymc("a million customers", columns, file, context.runs)
    x = columns[0] + 1.0
    spending = GammaGamma().fit(x, worth)
    taken = seconds(lambda: GammaGamma().fit(x, worth), context.runs)
    theirs = peer("lifetimes", "spending", file)
    for name, value in theirs["params"].items():
        assert abs(spending.params_[name] - value) <= 5e-3 * value, (name, spending.params_[name], value)
    figures += [
        Figure("a million customers: gamma-gamma", taken, "CPU-s", peer="lifetimes", peer_value=theirs["seconds"]),
        Figure(
            "a million customers: gamma-gamma, times quicker than lifetimes",
            theirs["seconds"] / taken,
            "×",
            50,
            better="more",
        ),
    ]
    model = BGNBD().fit(*columns)
    few = slice(0, 2_000)
    said = peer("lifetimes", "predict", file)
    ours = model.predict(365.0, *(column[few] for column in columns), level=None)
    assert np.allclose(ours.expected, said["expected"], rtol=2e-4, atol=1e-6)
    assert np.allclose(ours.alive, said["alive"], rtol=2e-4, atol=1e-6)
    taken = seconds(lambda: model.predict(365.0, *columns, level=None), context.runs)
    within = seconds(lambda: model.predict(365.0, *columns), context.runs)
    return [
        *figures,
        Figure("a million predictions: orders and being alive", taken, "CPU-s", 0.15, "lifetimes", said["seconds"]),
        Figure("a million predictions, with intervals", within, "CPU-s"),
    ]


def ten_million(context: Context) -> list[Figure]:
    """Ten million customers, from columns to parameters."""
    columns, _ = drawn(10 * MILLION)
    taken = seconds(lambda: BGNBD().fit(*columns), min(context.runs, 3))
    return [Figure("ten million customers: BG/NBD", taken, "CPU-s", target=1.0)]


def run(context: Context) -> list[Figure]:
    """Real files first, then the large houses."""
    figures = []
    for name, file, who, on in (
        ("CDNOW sample, 2,357", "CDNOW_sample.txt", 0, 2),
        ("CDNOW, 23,570", "CDNOW_master.txt", 0, 1),
    ):
        columns = cdnow(context.data("clv_cdnow") / file, who, on)
        kept = context.home / "cdnow.npz"
        np.savez(kept, x=columns[0], t=columns[1], T=columns[2])
        figures += beside(name, columns, kept, context.runs, 50)
        if len(columns[0]) < 10_000:
            figures += beside_pymc(name, columns, kept, context.runs)
    return [*figures, *million(context), *ten_million(context)]
