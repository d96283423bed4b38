"""Power: textbook sizes, agreement with itself, and with simulation."""

import time

import numpy as np
import pytest

from regulars.intelligence.models import AlwaysValid, Outcome, Plan
from regulars.intelligence.models.experiments import crossing
from regulars.intelligence.models.experiments.power import Answer


def test_fixed_sizes_are_those_of_the_rule() -> None:
    """n per arm ≈ 16 p (1 − p) / d²: visits 10.6 %, a tenth more; conversions .57 %, a fifth more (rule: 13.5 k, 70 k)."""
    visit = Plan(Outcome.rate(0.106), 0.5).units(0.0106).fixed or 0
    conversion = Plan(Outcome.rate(0.0057), 0.5).units(0.00114).fixed or 0
    assert visit / 2 == pytest.approx(13_500, rel=0.03)
    assert conversion / 2 == pytest.approx(70_000, rel=0.1)
    money = Plan(Outcome.money(100, 500), 0.5).units(50).fixed or 0
    assert money / 2 == pytest.approx(2 * (1.959964 + 0.841621) ** 2 * 500**2 / 50**2, abs=1)


def test_border_is_crossed_as_often_as_in_simulation() -> None:
    """Looks are a thousandth apart; a continuous look finds a little more."""
    end = AlwaysValid.tuned(0.5).rho_squared
    drift = crossing.drift_for(0.8, end)
    assert crossing.found(drift, end) == pytest.approx(0.8, abs=1e-4)
    rng, looks, runs = np.random.default_rng(1), 1_000, 4_000
    place, hit, sequence = np.zeros(runs), np.zeros(runs, bool), AlwaysValid(end)
    for look in range(1, looks + 1):
        place += rng.normal(drift / looks, looks**-0.5, runs)
        hit |= place >= (look / looks) ** 0.5 * sequence.multiplier(end * look / looks)
    assert hit.mean() == pytest.approx(0.797, abs=0.013)


def test_nothing_is_found_in_less_than_alpha() -> None:
    end = AlwaysValid.tuned(0.5).rho_squared
    assert 0.005 < crossing.found(0.0, end) < 0.025


@pytest.mark.parametrize("plan", [Plan(Outcome.rate(0.03), 0.1), Plan(Outcome.money(5_000, 20_000), 0.3, power=0.9)])
def test_units_effect_and_chance_agree(plan: Plan) -> None:
    found, lift = plan.detectable(40_000), plan.detectable_lift(40_000)
    for how in ("fixed", "sequential"):
        effect = getattr(found, how)
        assert getattr(plan.units(effect), how) == pytest.approx(40_000, abs=2)
        assert getattr(plan.chance(effect, 40_000), how) == pytest.approx(plan.power, abs=2e-3)
        assert getattr(lift, how) == pytest.approx(effect / plan.outcome.mean)
    assert (found.sequential or 0) / (found.fixed or 1) == pytest.approx(1.27, abs=0.04)
    assert plan.sequence(40_000).multiplier(plan.sequence(40_000).rho_squared * 20_000) == pytest.approx(
        3.04, abs=0.005
    )


def test_days_follow_from_units_a_day() -> None:
    plan = Plan(Outcome.rate(0.1), 0.2)
    assert plan.days(0.02, 500).fixed == -(-(plan.units(0.02).fixed or 0) // 500)


def test_small_control_finds_less() -> None:
    half, tenth = (Plan(Outcome.rate(0.1), share).detectable(10_000).sequential or 0 for share in (0.5, 0.1))
    assert tenth > 1.5 * half


def test_what_cannot_be_had_is_none() -> None:
    plan = Plan(Outcome.rate(0.9), 0.5)
    assert plan.units(0.2) == Answer(None, None)
    assert plan.detectable(20) == Answer(None, None)
    assert plan.detectable(0) == Answer(None, None)
    assert plan.chance(0.2, 100) == Answer(None, None)
    assert Plan(Outcome.money(0, 10), 0.5).detectable_lift(100) == Answer(None, None)


def test_nonsense_is_refused() -> None:
    plan = Plan(Outcome.rate(0.1), 0.5)
    calls = (
        lambda: Outcome.rate(0.0),
        lambda: Outcome.money(1, 0),
        lambda: plan.units(0.0),
        lambda: plan.days(0.01, 0),
        lambda: Plan(Outcome.rate(0.1), 1.0).detectable(100),
        lambda: crossing.drift_for(0.01, 10.0),
    )
    for call in calls:
        with pytest.raises(ValueError, match=r"rate|deviation|effect|units|share|power"):
            call()


def test_answers_come_as_somebody_types() -> None:
    crossing.drift_for.cache_clear()
    started = time.process_time()
    Plan(Outcome.rate(0.03), 0.1).detectable(40_000)
    assert time.process_time() - started < 0.2
