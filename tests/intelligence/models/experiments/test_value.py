"""Money: costs, return, and the effect on those who were reached."""

import numpy as np
import pytest

from regulars.intelligence.models import AlwaysValid, difference, earned, effect_on_reached
from regulars.intelligence.models.experiments.sums import Sums
from regulars.intelligence.models.experiments.value import Range


def test_costs_are_taken_off_and_bounds_carried_through() -> None:
    effect = difference(Sums.of([300, 500] * 500), Sums.of([200, 400] * 100))
    interval = AlwaysValid.tuned(1_000).interval(effect)
    assert interval is not None
    found = earned(effect, interval, treated=1_000, control=200, offer_cost=10_000, contact_cost=5_000, worth=0.4)
    assert found.margin.value == pytest.approx(1_000 * 100 * 0.4)
    assert found.net.value == pytest.approx(25_000)
    assert (found.net.low, found.net.high) == pytest.approx((400 * interval.low - 15_000, 400 * interval.high - 15_000))
    assert found.back is not None
    assert (found.back.value, found.back.low) == pytest.approx((25 / 15, (400 * interval.low - 15_000) / 15_000))
    assert found.forgone.value == pytest.approx(200 * 100 * 0.4)


def test_nothing_sure_has_no_bounds_and_nothing_spent_no_return() -> None:
    effect = difference(Sums.of([1, 3]), Sums.of([0, 2]))
    found = earned(effect, None, treated=2, control=2, offer_cost=0, contact_cost=0)
    assert found.net == Range(2.0, None, None)
    assert found.back is None
    with pytest.raises(ValueError, match="negative"):
        earned(effect, None, treated=2, control=2, offer_cost=-1, contact_cost=0)


def campaign(seed: int, effect: int, delivery: float) -> tuple[Sums, Sums]:
    """Whoever can be reached buys more by ``effect``, and would have bought more anyway."""
    rng = np.random.default_rng(seed)
    can = rng.random(3_000) < delivery
    base = rng.integers(0, 200, 3_000) + 60 * can
    treated = rng.random(3_000) < 0.8
    y = base + effect * (can & treated)
    return Sums.of(y[treated], can[treated]), Sums.of(y[~treated], np.zeros((~treated).sum(), int))


def test_effect_on_reached_is_the_planted_one_within_its_interval() -> None:
    held, values = 0, []
    for seed in range(500):
        treated, control = campaign(seed, 40, 0.7)
        interval = difference(treated, control).fixed()
        found = effect_on_reached(treated, control, interval)
        assert interval is not None
        assert found is not None
        assert found.effect.low is not None
        assert found.effect.high is not None
        assert interval.tells == (found.effect.low > 0 or found.effect.high < 0)
        held += found.effect.low <= 40 <= found.effect.high
        values.append(found.effect.value)
    assert np.mean(values) == pytest.approx(40, abs=0.6)
    assert held / 500 == pytest.approx(0.95, abs=0.03)


def test_full_delivery_is_the_plain_effect() -> None:
    treated, control = campaign(1, 40, 1.0)
    interval = difference(treated, control).fixed()
    found = effect_on_reached(treated, control, interval)
    assert interval is not None
    assert found is not None
    assert (found.delivered, found.effect.low, found.effect.high) == pytest.approx((1.0, interval.low, interval.high))


def test_nobody_reached() -> None:
    treated, control = Sums.of([1, 2], [0, 0]), Sums.of([1, 3], [0, 0])
    assert effect_on_reached(treated, control, None) is None
    reached = effect_on_reached(Sums.of([1, 2], [1, 0]), control, None)
    assert reached is not None
    assert reached.effect == Range(-1.0, None, None)
    with pytest.raises(ValueError, match="who was reached"):
        effect_on_reached(Sums.of([1, 2]), control, None)
