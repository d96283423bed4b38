"""The compiled pass over everybody's purchases comes to the same bits as the walk that defines it."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import walk, walk_part
from regulars.intelligence.models.journey import NEVER, Calibration, Moves, Purchases, Standing
from regulars.intelligence.models.leaving import Leaving
from regulars.intelligence.models.rhythm import RhythmPrior
from regulars.intelligence.models.stage_rules import Rules
from regulars.intelligence.models.walk_lines import lines
from regulars.intelligence.models.walk_pass import walk_all

FITTED = Calibration(
    prior=RhythmPrior(2.1, 91.7, (0.03, 0.31, 0.22, 0.17, 0.13, 0.0999, 0.0401)),
    leaving=Leaving((0.31, 0.22, 0.13, 0.09, 0.05, 0.02)),
    amount_variance=0.11,
)
MONTHLY = [
    replace(
        FITTED, since=since, amount_variance=0.1 + since / 9000, prior=replace(FITTED.prior, days=60.0 + since / 20)
    )
    for since in range(150, 900, 30)
]


def bits(moves: Moves, standing: Standing) -> dict[str, tuple[str, bytes]]:
    """Every column's kind and bytes."""
    columns = vars(moves) | {f"end {name}": one for name, one in vars(standing).items() if name != "rhythm"}
    columns |= {f"rhythm {one.name}": getattr(standing.rhythm, one.name) for one in fields(standing.rhythm)}
    return {name: (str(one.dtype), np.ascontiguousarray(one).tobytes()) for name, one in columns.items()}


def both_ways(bought: Purchases, calibrations: list[Calibration], today: int, rules: Rules) -> tuple[Moves, Standing]:
    """The walk's answer, after it was found equal to that of the pass."""
    defined = walk.Walk(bought, calibrations, today, rules).run()
    passed = walk_part.walk_part(bought, calibrations, today, rules, lines=lines(bought, calibrations, today, rules))
    expected, found = bits(*defined), bits(*passed)
    assert [name for name in expected if expected[name] != found[name]] == []
    return defined


def company(seed: int, customers: int = 1500, *, even: bool = False) -> Purchases:
    """Customers of all rhythms over three years: some leave, come back, grow, shrink, complain; ``even`` ones are all alike."""
    rng = np.random.default_rng(seed)
    pace = np.full(customers, 30.0) if even else rng.lognormal(3.6, 1.0, customers)
    shape = rng.choice([0.7, 1.0, 3.0, 12.0, 60.0], customers)
    counts = np.minimum(rng.geometric(0.08, customers), 120)
    who = np.repeat(np.arange(customers), counts)
    gaps = np.maximum(np.rint(rng.gamma(shape[who], pace[who] / shape[who])), 1) if not even else np.full(len(who), 30)
    gaps *= np.where(rng.random(len(who)) < 0.03, 12, 1)  # went away for a while
    begins = np.cumsum(counts) - counts
    gaps[begins] = rng.integers(0, 500, customers)
    day = np.cumsum(gaps) - np.repeat((np.cumsum(gaps) - gaps)[begins], counts)
    trend = 0.0 if even else rng.choice([-0.15, 0.0, 0.1], customers)[who] * (np.arange(len(who)) - begins[who])
    goods = np.rint(np.exp(trend + 9.0 + (0.0 if even else 0.3) * rng.normal(size=len(who)))) + 1
    keep = (day <= 1000) | np.isin(np.arange(len(who)), begins)
    who, day, goods = who[keep], day[keep].astype(np.int64), goods[keep]
    upset = rng.random(len(who)) < 0.1
    complaint = np.where(upset, day + rng.integers(1, 30, len(who)), NEVER)
    next_day = np.where(np.r_[who[1:] == who[:-1], False], np.r_[day[1:], 0], NEVER)
    return Purchases(
        who, day, goods, rng.random(len(who)) < 0.1, np.where(complaint < next_day, complaint, NEVER).astype(np.int64)
    )


@pytest.mark.parametrize(
    "calibrations", [[FITTED], [Calibration()], [FITTED, *MONTHLY]], ids=["one", "none", "monthly"]
)
@pytest.mark.parametrize(
    "rules",
    [Rules(), Rules(late=0.5, improbable=0.002, gone=0.5, grace=0, enter=1, leave=0, change=0, pace_within=0.3, purchases_back=6)],
    ids=["usual", "far"],
)  # fmt: skip
def test_the_pass_equals_the_walk(calibrations: list[Calibration], rules: Rules) -> None:
    moves, _ = both_ways(company(3), calibrations, 1000, rules)
    assert len(np.unique(moves.target)) == 7
    assert len(np.unique(moves.cause)) >= 12


@pytest.mark.parametrize("seed", range(5))
def test_the_pass_equals_the_walk_for_any_company(seed: int) -> None:
    both_ways(company(seed + 10, 300), [FITTED, *MONTHLY[seed::3]], 1000 + 200 * seed, Rules())


def test_the_pass_equals_the_walk_where_all_are_alike() -> None:
    both_ways(company(4, 200, even=True), [FITTED], 1000, Rules(change=0, enter=0, leave=0))


def test_the_pass_equals_the_walk_where_there_is_next_to_nothing() -> None:
    none, some = np.empty(0, np.int64), np.zeros(1, np.int64)
    for bought in (
        Purchases(none, none, none.astype(float), none.astype(bool), none),
        Purchases(some, some, np.ones(1), np.zeros(1, bool), some + NEVER),
        Purchases(np.zeros(3, np.int64), np.array([0, 1, 2]), np.ones(3), np.ones(3, bool), np.full(3, NEVER)),
        Purchases(np.array([0, 2, 2]), np.array([0, 1, 9]), np.ones(3), np.ones(3, bool), np.full(3, NEVER)),
    ):
        for today in (2, 9, 10, 5000):
            both_ways(bought, [FITTED, *MONTHLY], today, Rules())


def test_whoever_comes_too_near_a_line_is_left_to_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    def doubtful(*facts: Any) -> int:
        """A third of all left aside, as if each had come near a line."""
        made = walk_all(*facts)
        moves, unsure = facts[2], facts[-1]
        unsure[::3] = True
        kept = moves[:made][~unsure[moves[:made, 0].astype(int)]]
        moves[: len(kept)], facts[-2][unsure] = kept, -7
        left.append(int(unsure.sum()))
        return len(kept)

    monkeypatch.setattr(walk_part, "walk_all", doubtful)
    both_ways(company(5, 300), [FITTED, *MONTHLY], 1000, Rules())
    assert left == [100]


def test_many_customers_go_by_the_pass_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    bought = company(6, 300)
    expected = bits(*walk.walked(bought, [FITTED], 1000, Rules()))
    monkeypatch.setattr(walk, "FEWEST", 100)
    monkeypatch.setattr(walk, "PART", 70)
    monkeypatch.setattr(walk_part, "Walk", None)  # nobody may need it
    assert bits(*walk.walked(bought, [FITTED], 1000, Rules())) == expected
