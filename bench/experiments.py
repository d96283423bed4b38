"""How often nothing is taken for an effect by somebody who looks every half hour, and what a refresh costs.

2,000 experiments in which nothing happened are looked at 672 times each (a fortnight of half hours), by the confidence
sequence and, beside it, by the fixed interval. Units arrive over the fortnight, or enter at once and buy again and
again; amounts are drawn from the purchases of Hillstrom's challenge where it is on the machine, else from a heavy-tailed
law. A refresh takes both arms' sums of 1,000 experiments to adjusted effects, intervals, p-values and lifts.
"""

import csv
import gzip
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.harness import Context, Figure, Unavailable
from regulars.intelligence.models.experiments.assignment import buckets
from regulars.intelligence.models.experiments.effect import adjusted_difference
from regulars.intelligence.models.experiments.looks import Arm, course
from regulars.intelligence.models.experiments.power import Outcome, Plan
from regulars.intelligence.models.experiments.sequential import AlwaysValid, planned_variance
from regulars.intelligence.models.experiments.sums import Sums

LOOKS = 672
RUNS = 2_000
VISIT, BUYS = 0.147, 0.00903
SEVERAL_TIMES = 0.5

Maker = Callable[..., Arm]


def hillstrom_amounts(folder: Path) -> Any:
    """What buyers of Hillstrom's challenge spent, in cents."""
    with gzip.open(folder / "hillstrom.csv.gz", "rt") as file:
        spent = np.array([round(float(row["spend"]) * 100) for row in csv.DictReader(file)], float)
    return spent[spent > 0]


def heavy_amounts(rng: np.random.Generator) -> Any:
    """Amounts whose standard deviation is 1.3 times their mean."""
    return np.rint(rng.lognormal(9.0, 1.0, 5_000))


def arriving(rng: np.random.Generator, runs: int, units: int, share: float, amounts: Any = None) -> Arm:
    """Units come in evenly over the looks, each with its final outcome; a yes or no without ``amounts``."""
    each = np.diff(np.linspace(0, units, LOOKS + 1).astype(int))
    count = rng.binomial(each[None, :], share, size=(runs, LOOKS))
    if amounts is None:
        yes = count.cumsum(axis=1)
        return Arm(each.cumsum(), yes, yes)
    cell = np.repeat(np.arange(runs * LOOKS), count.ravel())
    amount = rng.choice(amounts, len(cell))
    return Arm(each.cumsum(), cumulated(cell, amount, runs), cumulated(cell, amount * amount, runs))


def accumulating(rng: np.random.Generator, runs: int, units: int, share: float, amounts: Any = None) -> Arm:
    """All units are there at the first look; who buys does so at any look, with ``amounts`` often again.

    Somebody who spends much spends much each time, so that outcomes of a unit hang together over time.
    """
    buyers = rng.binomial(units, share, runs)
    run = np.repeat(np.arange(runs), buyers)
    times = np.ones(len(run), int) if amounts is None else rng.geometric(SEVERAL_TIMES, len(run))
    who = np.repeat(np.arange(len(run)), times)
    look = rng.integers(0, LOOKS, len(who))
    order = np.lexsort((look, who))
    who, look = who[order], look[order]
    amount = (
        np.ones(len(who)) if amounts is None else rng.choice(amounts, len(run))[who] * rng.uniform(0.5, 1.5, len(who))
    )
    so_far = amount.cumsum()
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    before = so_far - amount - np.repeat((so_far - amount)[starts], np.diff(np.r_[starts, len(who)]))
    cell = run[who] * LOOKS + look
    squares = (before + amount) ** 2 - before**2
    return Arm(np.full(LOOKS, units), cumulated(cell, amount, runs), cumulated(cell, squares, runs))


def cumulated(cell: Any, values: Any, runs: int) -> Any:
    """What has come in until each look of each run."""
    return np.bincount(cell, values, runs * LOOKS).reshape(runs, LOOKS).cumsum(axis=1)


def alarms(treated: Arm, control: Arm, sequence: AlwaysValid) -> tuple[float, float]:
    """Share of runs in which an effect was told at any look: by the sequence, and by the fixed interval at each look."""
    seen = course(treated, control, sequence)
    peeked = seen.sure & (np.abs(seen.effect) > 1.96 * seen.se)
    return float((seen.p < sequence.alpha).any(axis=1).mean()), float(peeked.any(axis=1).mean())


def in_advance(treated: Arm, control: Arm, units: tuple[int, int]) -> AlwaysValid:
    """The sequence of somebody who knew the final variance well: that of the average run."""
    first, second = (
        float(arm.moments()[2][:, -1].mean()) * size for arm, size in zip((treated, control), units, strict=True)
    )
    total = sum(units)
    return AlwaysValid.tuned(total / 2, variance=planned_variance(first, second, units[1] / total))


def false_alarms(maker: Maker, units: tuple[int, int], share: float, amounts: Any, *, seed: int) -> tuple[float, float]:
    """Share of A/A runs with an alarm: of the sequence and of peeking."""
    rng = np.random.default_rng(seed)
    treated, control = (maker(rng, RUNS, size, share, amounts) for size in units)
    return alarms(treated, control, in_advance(treated, control, units))


def found(units: int, lift: float, share: float, *, seed: int) -> tuple[float, float]:
    """Share of runs in which a planted increase of a rate was found, and what was promised."""
    rng = np.random.default_rng(seed)
    plan = Plan(Outcome.rate(share), 0.5)
    treated = arriving(rng, RUNS, units // 2, share * (1 + lift))
    control = arriving(rng, RUNS, units // 2, share)
    promised = plan.chance(share * lift, units).sequential
    return alarms(treated, control, plan.sequence(units))[0], promised or 0.0


def processor(function: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    started = time.process_time()
    function()
    return time.process_time() - started


def refresh(arms: list[tuple[Sums, Sums]], sequence: AlwaysValid) -> None:
    """From sums to what a screen shows."""
    for treated, control in arms:
        sequence.interval(adjusted_difference(treated, control))


def run(context: Context) -> list[Figure]:
    """False alarms, power kept, and cost."""
    rng = np.random.default_rng(1)
    try:
        amounts = hillstrom_amounts(context.data("uplift_hillstrom"))
    except Unavailable:
        amounts = heavy_amounts(rng)
    figures = []
    for name, maker in (("arriving", arriving), ("accumulating", accumulating)):
        for what, share, drawn in (("visit", VISIT, None), ("purchase", BUYS, None), ("money", BUYS, amounts)):
            for units in ((10_000, 10_000), (45_000, 5_000)):
                if (what, name) == ("visit", "accumulating") and units[0] != units[1]:
                    continue
                here, peeking = false_alarms(maker, units, share, drawn, seed=7)
                title = f"false alarms, {name}, {what}, {units[0]:,}/{units[1]:,}"
                figures.append(Figure(title, here * 100, "%", 5.0, "fixed interval", peeking * 100))
    power, promised = found(20_000, 0.15, VISIT, seed=3)
    x, y = rng.integers(0, 50_000, 5_000), rng.integers(0, 2, 5_000) * 1_000
    experiments = [(Sums.of(y + number, x), Sums.of(y, x)) for number in range(1_000)]
    sequence = AlwaysValid.tuned(5_000)
    return [
        *figures,
        Figure("planted +15 % of visits found", power * 100, "%", better="more"),
        Figure("promised", promised * 100, "%"),
        Figure("refresh of 1,000 experiments", processor(lambda: refresh(experiments, sequence)), "CPU-s", 1.0),
        Figure("assign a million units", processor(lambda: buckets("bench", range(1_000_000))), "CPU-s", 2.0),
    ]
