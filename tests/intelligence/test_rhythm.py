"""The rhythm of buying: against numerical integration, simulation with known truth, and finite differences."""

import numpy as np
import pytest
from scipy import stats

from regulars.intelligence.models.rhythm import Evidence, RhythmModel, RhythmPrior, _loss


def evidence(*customers: list[float]) -> Evidence:
    logs = [np.log(np.asarray(gaps, float)) for gaps in customers]
    return Evidence.of([len(x) for x in logs], [x.sum() for x in logs], [(x**2).sum() for x in logs])


def test_predictive_equals_the_integral_over_the_posterior() -> None:
    prior, gaps, silence = RhythmPrior(3.5, 0.8, 2.5, 1.2), [20.0, 31.0, 25.0], 60.0
    own = evidence(gaps)
    y = np.log(gaps)

    variance, mean = np.meshgrid(np.geomspace(0.01, 60, 1200), np.linspace(-1, 8, 1200))
    weight = stats.invgamma.pdf(variance, prior.a0, scale=prior.b0) * stats.norm.pdf(
        mean, prior.m0, np.sqrt(variance / prior.k0)
    )
    for one in y:
        weight = weight * stats.norm.pdf(one, mean, np.sqrt(variance))
    weight = weight * variance  # the grid is even in the logarithm
    beyond = (weight * stats.norm.sf(np.log(silence), mean, np.sqrt(variance))).sum() / weight.sum()
    assert prior.predict(own).survival(np.array([silence]))[0] == pytest.approx(beyond, rel=1e-3)


def test_quantile_undoes_survival() -> None:
    rhythm = RhythmPrior().predict(evidence([7.0] * 9, [365.0, 350.0], []))
    for share in (0.5, 0.1, 0.02):
        assert rhythm.survival(rhythm.quantile(share)) == pytest.approx([share] * 3)


def test_gradient_agrees_with_finite_differences() -> None:
    own = evidence([7, 9, 6], [30, 90], [365], [14, 15, 13, 16])
    mean, at = own.total / own.n, np.array([3.2, -0.3, 0.7, 0.1])
    within = own.squares - own.n * mean**2
    _, gradient = _loss(at, own.n, mean, within)
    for i in range(4):
        step = np.eye(4)[i] * 1e-6
        slope = (_loss(at + step, own.n, mean, within)[0] - _loss(at - step, own.n, mean, within)[0]) / 2e-6
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_fit_recovers_the_population_it_was_drawn_from() -> None:
    rng = np.random.default_rng(5)
    truth = RhythmPrior(3.7, 0.5, 4.0, 1.0)
    variance = truth.b0 / rng.gamma(truth.a0, size=8_000)
    mean = rng.normal(truth.m0, np.sqrt(variance / truth.k0))
    count = rng.integers(1, 12, 8_000)
    gaps = [np.exp(rng.normal(m, np.sqrt(v), n)) for m, v, n in zip(mean, variance, count, strict=True)]
    fitted = RhythmModel().fit(evidence(*gaps)).prior_
    assert fitted.m0 == pytest.approx(truth.m0, abs=0.05)
    assert fitted.k0 == pytest.approx(truth.k0, rel=0.1)
    assert fitted.b0 / fitted.a0 == pytest.approx(truth.b0 / truth.a0, rel=0.05)


def test_too_few_intervals_leave_the_default() -> None:
    model = RhythmModel().fit(evidence([10.0, 12.0]))
    assert not model.enough_
    assert model.prior_ == RhythmPrior()


def test_punctual_customer_is_late_sooner_than_an_irregular_one_of_the_same_pace() -> None:
    rhythm = RhythmPrior().predict(evidence([30, 29, 31, 30, 30, 30], [8, 90, 20, 60, 12, 71]))
    punctual, irregular = rhythm.survival(np.array([90.0, 90.0]))
    assert punctual < 0.06
    assert irregular > 0.14


def test_yearly_traveller_is_not_late_after_ninety_days_but_a_weekly_buyer_is() -> None:
    rhythm = RhythmPrior().predict(evidence([362, 371, 365], [7, 7, 8, 6, 7, 7]))
    yearly, weekly = rhythm.survival(np.array([90.0, 90.0]))
    assert yearly > 0.85
    assert weekly < 0.03
