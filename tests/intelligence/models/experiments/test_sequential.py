"""The confidence sequence: its formula, its p-value, and that it keeps its promise under continuous looking."""

import math
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import experiments as bench
from regulars.intelligence.models import AlwaysValid, adjusted_difference, difference, planned_variance
from regulars.intelligence.models.experiments.effect import Effect
from regulars.intelligence.models.experiments.looks import Arm, course
from regulars.intelligence.models.experiments.sums import Sums

MONTE_CARLO = 0.011
"""Two standard errors of a share of 5 % in 2,000 runs, with a little to spare."""


@pytest.fixture(scope="module")
def amounts() -> Any:
    """What buyers spend: those of Hillstrom's challenge, or a heavy-tailed law where these are not on the machine."""
    folder = Path(__file__).resolve().parents[5] / "shared" / "data" / "uplift_hillstrom"
    return bench.hillstrom_amounts(folder) if folder.is_dir() else bench.heavy_amounts(np.random.default_rng(0))


def arms(seed: int, lift: float = 0.0, sizes: tuple[int, int] = (1_500, 500)) -> tuple[Sums, Sums]:
    rng = np.random.default_rng(seed)
    return Sums.of(rng.binomial(1, 0.2 + lift, sizes[0])), Sums.of(rng.binomial(1, 0.2, sizes[1]))


def test_radius_is_that_of_the_paper() -> None:
    """σ̂ √(2 (Nρ² + 1) / (N²ρ²) log(√(Nρ² + 1) / α)) with σ̂² = N se²."""
    effect = difference(*arms(1))
    sequence = AlwaysValid(rho_squared=0.003, alpha=0.05)
    n, rho2 = effect.units, 0.003
    radius = (
        effect.se * n**0.5 * math.sqrt(2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(math.sqrt(n * rho2 + 1) / 0.05))
    )
    found = sequence.interval(effect)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((effect.value - radius, effect.value + radius), rel=1e-12)
    assert found.level == pytest.approx(0.95)


@pytest.mark.parametrize("alpha", [0.001, 0.05, 0.2])
def test_tuned_sequence_is_narrowest_where_it_is_tuned(alpha: float) -> None:
    tuned = AlwaysValid.tuned(5_000, alpha=alpha)
    others = [replace(tuned, rho_squared=tuned.rho_squared * factor) for factor in (0.5, 0.9, 1.1, 2.0)]
    least = tuned.multiplier(tuned.time(5_000, 1.0))
    assert all(one.multiplier(one.time(5_000, 1.0)) > least for one in others)
    assert least == pytest.approx(math.sqrt(1 + tuned.rho_squared * 5_000))


def test_planned_variance_counts_time_in_variance() -> None:
    effect = difference(*arms(2))
    exact = AlwaysValid.tuned(effect.units, variance=effect.units * effect.se**2)
    plain = AlwaysValid.tuned(effect.units)
    assert exact.time(effect.units, effect.se) == pytest.approx(plain.time(effect.units, effect.se))
    assert exact.time(effect.units, effect.se / 2) == pytest.approx(plain.time(effect.units, effect.se) / 4)
    assert planned_variance(2.0, 1.0, 0.25) == pytest.approx(2 / 0.75 + 4)


def test_p_value_and_interval_never_contradict_each_other() -> None:
    sequence = AlwaysValid.tuned(1_000)
    seen = set()
    for seed in range(400):
        effect = adjusted_difference(*arms(seed, lift=0.07))
        found = sequence.interval(effect)
        assert found is not None
        assert found.tells == (found.p < 0.05)
        assert found.lift is None or found.tells == (found.lift[0] > 0 or found.lift[1] < 0)
        edge = sequence.at(found.p).interval(effect) if found.p < 1 else None
        assert edge is None or min(abs(edge.low), abs(edge.high)) == pytest.approx(0, abs=1e-9)
        seen.add(found.tells)
    assert seen == {True, False}


def test_too_little_gives_no_interval() -> None:
    sequence = AlwaysValid.tuned(1_000)
    yes, no = [1] * 40 + [0] * 160, [0] * 200
    assert sequence.interval(difference(Sums.of(yes), Sums.of(yes))) is not None
    assert sequence.interval(difference(Sums.of(yes[:90]), Sums.of(yes))) is None
    assert sequence.interval(difference(Sums.of(yes), Sums.of([1] * 19 + [0] * 181))) is None
    assert sequence.interval(difference(Sums.of([1] * 195 + [0] * 5), Sums.of(yes))) is None
    assert sequence.interval(difference(Sums.of([500] * 40 + [500_000] + no), Sums.of(yes))) is None
    assert sequence.interval(difference(Sums.of([7] * 200), Sums.of([7] * 200))) is None


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        AlwaysValid.tuned(0)
    with pytest.raises(ValueError, match="positive"):
        AlwaysValid.tuned(10, variance=0.0)
    with pytest.raises(ValueError, match="positive"):
        AlwaysValid.tuned(10, alpha=1.0)
    with pytest.raises(ValueError, match="share"):
        planned_variance(1.0, 1.0, 1.0)


def test_course_says_what_single_looks_say() -> None:
    rng = np.random.default_rng(3)
    y, z = rng.binomial(1, 0.3, 600) * rng.integers(1, 900, 600), rng.binomial(1, 0.2, 600) * rng.integers(1, 900, 600)
    looks = np.arange(10, 601, 10)

    def so_far(values: Any) -> Arm:
        return Arm(looks, values.cumsum()[looks - 1], (values**2).cumsum()[looks - 1])

    for sequence in (AlwaysValid.tuned(600), AlwaysValid.tuned(600, variance=100_000.0)):
        seen = course(so_far(y), so_far(z), sequence)
        for place, look in enumerate(looks):
            effect = difference(Sums.of(y[:look]), Sums.of(z[:look]))
            found = sequence.interval(effect)
            assert (found is not None) == seen.sure[place]
            assert (effect.value, effect.se) == pytest.approx((seen.effect[place], seen.se[place]))
            if found is not None:
                at = (seen.low[place], seen.high[place], seen.p[place])
                assert (found.low, found.high, found.p) == pytest.approx(at, rel=1e-9)
        assert seen.sure.any()
        assert not seen.sure.all()


@pytest.mark.parametrize(
    ("maker", "units", "share", "money"),
    [
        (bench.arriving, (10_000, 10_000), bench.VISIT, False),
        (bench.arriving, (45_000, 5_000), bench.BUYS, False),
        (bench.arriving, (45_000, 5_000), bench.BUYS, True),
        (bench.accumulating, (10_000, 10_000), bench.BUYS, False),
        (bench.accumulating, (10_000, 10_000), bench.BUYS, True),
        (bench.accumulating, (45_000, 5_000), bench.BUYS, True),
    ],
)
def test_nothing_is_rarely_taken_for_an_effect_however_often_one_looks(
    maker: bench.Maker, units: tuple[int, int], share: float, money: bool, amounts: Any
) -> None:
    """2,000 experiments of 672 looks. Peeking with the fixed interval errs several times as often, so the test can fail."""
    here, peeking = bench.false_alarms(maker, units, share, amounts if money else None, seed=11)
    assert here <= 0.05
    assert peeking > 3 * here


def test_true_effect_is_left_out_at_any_look_in_at_most_five_per_cent() -> None:
    rng = np.random.default_rng(12)
    treated, control = (bench.arriving(rng, 1_000, 5_000, share) for share in (0.2, 0.15))
    seen = course(treated, control, AlwaysValid.tuned(5_000))
    missed = (seen.sure & ((seen.low > 0.05) | (seen.high < 0.05))).any(axis=1)
    assert missed.mean() <= 0.05


@pytest.mark.parametrize(("units", "lift"), [(20_000, 0.10), (20_000, 0.13)])
def test_planted_effects_are_found_as_often_as_promised(units: int, lift: float) -> None:
    found, promised = bench.found(units, lift, bench.VISIT, seed=13)
    assert 0.5 < promised < 0.95
    assert found == pytest.approx(promised, abs=2 * MONTE_CARLO)


def test_adjusted_effects_keep_the_promise_and_find_more() -> None:
    """200 experiments, nine to one, 20 looks; what was spent before explains most of what is spent now."""
    rng = np.random.default_rng(14)
    sequence = AlwaysValid.tuned(3_000)
    false, plain, better = 0, 0, 0
    for _ in range(200):
        treated = rng.random(6_000) < 0.9
        x = np.rint(rng.lognormal(5, 0.8, 6_000)).astype(int)
        y = x + rng.integers(0, 200, 6_000)
        arms_so_far = [so_far(y, x, treated), so_far(y, x, ~treated)]
        seen = [sequence.interval(adjusted_difference(*both)) for both in zip(*arms_so_far, strict=True)]
        false += any(one is not None and one.tells for one in seen)
        raised = [so_far(y + 20 * treated, x, treated)[-1], arms_so_far[1][-1]]
        plain += tells(sequence, difference(*raised))
        better += tells(sequence, adjusted_difference(*raised))
    assert false / 200 <= 0.05
    assert better / 200 > plain / 200 + 0.5


def so_far(y: Any, x: Any, chosen: Any, looks: int = 20) -> list[Sums]:
    """The sums of the chosen units after each of so many parts of them."""
    ends = np.linspace(0, len(y), looks + 1).astype(int)
    parts = [slice(start, end) for start, end in pairwise(ends)]
    return list(accumulate(Sums.of(y[part][chosen[part]], x[part][chosen[part]]) for part in parts))


def tells(sequence: AlwaysValid, effect: Effect) -> bool:
    found = sequence.interval(effect)
    return found is not None and found.tells
