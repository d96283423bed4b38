"""The rhythm of buying: against numerical integration, simulation with known truth, and finite differences."""

import numpy as np
import pytest
from scipy import stats

from regulars.intelligence.models.rhythm import REGULARITIES, Evidence, RhythmModel, RhythmPrior, _Sample


def evidence(*customers: list[float]) -> Evidence:
    gaps = [np.asarray(one, float) for one in customers]
    return Evidence.of([len(x) for x in gaps], [x.sum() for x in gaps], [np.log(x).sum() for x in gaps])


@pytest.mark.parametrize("number", range(len(REGULARITIES)))
def test_likelihood_and_prediction_equal_integrals_over_the_pace(number: int) -> None:
    prior, gaps, silence, nu = RhythmPrior(1.7, 90.0), [20.0, 31.0, 25.0], 60.0, REGULARITIES[number]
    own = evidence(gaps)
    rate = np.geomspace(1e-7, 1e3, 40_001)
    weight = stats.gamma.pdf(rate, prior.shape, scale=nu / prior.days) * rate
    for gap in gaps:
        weight = weight * stats.gamma.pdf(gap, nu, scale=1 / rate)
    step = np.log(rate[1] / rate[0])
    assert prior.likelihoods(own)[number, 0] == pytest.approx(np.log(weight.sum() * step), abs=1e-6)
    beyond = (weight * stats.gamma.sf(silence, nu, scale=1 / rate)).sum() / weight.sum()
    shares = tuple(1.0 if n == number else 1e-300 for n in range(len(REGULARITIES)))
    assert RhythmPrior(1.7, 90.0, shares).predict(own).survival(np.array([silence]))[0] == pytest.approx(
        beyond, abs=1e-6
    )


def test_quantile_undoes_survival() -> None:
    rhythm = RhythmPrior().predict(evidence([7.0] * 9, [365.0, 350.0], []))
    for share in (0.5, 0.1, 0.02):
        assert rhythm.survival(rhythm.quantile(share)) == pytest.approx([share] * 3)


def test_look_up_table_agrees_with_each_customers_own_prediction() -> None:
    prior, own = RhythmPrior(), evidence([30, 28, 35], [5, 90, 12], [365, 360, 370])
    alike = Evidence(np.asarray(3.0), own.total, own.logs)
    which, (median, late) = prior.intervals_at(alike, (0.5, 0.1))
    rhythm = prior.predict(own)
    assert REGULARITIES[which] == pytest.approx(rhythm.regularity)
    assert median == pytest.approx(rhythm.quantile(0.5))
    assert late == pytest.approx(rhythm.quantile(0.1))


def test_gradient_agrees_with_finite_differences() -> None:
    own = evidence([7, 9, 6], [30, 90], [365], [14, 15, 13, 16])
    sample, at = _Sample(own.n, own.total, own.logs), np.array([0.3, 4.0, -3, -2, -1, -1.5, -2, -2.5, -3])
    _, gradient = sample.loss(at)
    for i in range(len(at)):
        step = np.eye(len(at))[i] * 1e-6
        slope = (sample.loss(at + step)[0] - sample.loss(at - step)[0]) / 2e-6
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_fit_recovers_the_population_it_was_drawn_from() -> None:
    rng = np.random.default_rng(5)
    shape, days, shares = 2.0, 120.0, np.array([0, 0.3, 0, 0.3, 0, 0.4, 0])
    regularity = rng.choice(REGULARITIES, 6_000, p=shares)
    pace = rng.gamma(shape, 1 / days, 6_000)
    gaps = [
        rng.gamma(nu, 1 / (nu * one), n)
        for nu, one, n in zip(regularity, pace, rng.integers(1, 15, 6_000), strict=True)
    ]
    model = RhythmModel().fit(evidence(*[list(one) for one in gaps]))
    assert model.enough_
    assert model.prior_.shape == pytest.approx(shape, rel=0.1)
    assert model.prior_.days == pytest.approx(days, rel=0.1)
    found = np.asarray(model.prior_.shares)
    assert found @ REGULARITIES == pytest.approx(shares @ REGULARITIES, rel=0.1)
    assert model.prior_.log_variance() == pytest.approx(
        shares @ [float(np.var(np.log(rng.gamma(nu, size=40_000)))) for nu in REGULARITIES], rel=0.1
    )


def test_too_few_intervals_leave_the_default() -> None:
    model = RhythmModel().fit(evidence([10.0, 12.0]))
    assert not model.enough_
    assert model.prior_ == RhythmPrior()


def test_punctual_customer_is_late_sooner_than_an_irregular_one_of_the_same_pace() -> None:
    rhythm = RhythmPrior().predict(evidence([30, 29, 31, 30, 30, 30], [8, 90, 20, 60, 12, 71]))
    punctual, irregular = rhythm.survival(np.array([60.0, 60.0]))
    assert punctual < 0.05
    assert irregular > 0.2


def test_yearly_traveller_is_not_late_after_ninety_days_but_a_weekly_buyer_is() -> None:
    rhythm = RhythmPrior().predict(evidence([362, 371, 365], [7, 7, 8, 6, 7, 7]))
    yearly, weekly = rhythm.survival(np.array([90.0, 90.0]))
    assert yearly > 0.9
    assert weekly < 1e-4


def test_monthly_buyer_silent_for_a_year_is_hardly_to_be_believed_in() -> None:
    rhythm = RhythmPrior().predict(evidence([32, 9, 60, 25, 41, 30, 18, 55, 22]))
    assert rhythm.survival(np.array([365.0]))[0] < 1e-3
