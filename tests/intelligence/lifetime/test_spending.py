"""Gamma-gamma: the published fit, its expectation, and values that tell nothing."""

import numpy as np
import pytest

from regulars.intelligence.models import GammaGamma
from tests.intelligence.lifetime.conftest import Columns


def test_gamma_gamma_is_that_of_the_paper_on_the_cdnow_sample(cdnow_sample: Columns) -> None:
    model = GammaGamma().fit(cdnow_sample.x, cdnow_sample.mean)
    assert model.params_ == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, abs=0.006)
    assert model.log_likelihood_ == pytest.approx(-4055.918, abs=5e-4)
    assert model.mean_ == pytest.approx(35.17, abs=0.01)
    assert model.correlation_ == pytest.approx(0.114, abs=0.001)


def test_expectation_is_the_own_mean_drawn_to_that_of_all(cdnow_sample: Columns) -> None:
    model = GammaGamma().fit(cdnow_sample.x, cdnow_sample.mean)
    p, q, _ = model.params_.values()
    once, often, never = model.predict([1, 1000, 0], [100.0, 100.0, 0.0])
    assert once == pytest.approx((q - 1) / (p + q - 1) * model.mean_ + p / (p + q - 1) * 100)
    assert often == pytest.approx(100.0, rel=0.01)
    assert never == pytest.approx(model.mean_)


def test_known_truth_is_recovered_also_from_a_sample_of_many() -> None:
    random = np.random.default_rng(5)
    level = random.gamma(4.0, 1 / 3000.0, 60_000)
    x = random.integers(1, 20, level.size)
    mean = random.gamma(3.0 * x) / level / x
    model = GammaGamma().fit(x, mean)
    for name, value in {"p": 3.0, "q": 4.0, "v": 3000.0}.items():
        assert abs(model.params_[name] - value) < max(3 * model.standard_errors_[name], 0.05 * value)
    assert abs(model.correlation_ or 0.0) < 0.02


def test_weights_and_units_do_what_they_say(cdnow_sample: Columns) -> None:
    x, mean = cdnow_sample.x, cdnow_sample.mean
    one = GammaGamma().fit(x, mean)
    twice = GammaGamma().fit(x, mean * 100, weights=np.full(x.size, 2.0))
    assert twice.params_["v"] == pytest.approx(one.params_["v"] * 100, rel=1e-5)
    assert twice.params_["p"] == pytest.approx(one.params_["p"], rel=1e-5)


@pytest.mark.parametrize("values", [[], [50.0], [50.0] * 100, [1e-9, 1e12] * 50])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_values_that_tell_nothing_give_finite_answers(values: list[float]) -> None:
    model = GammaGamma().fit([2] * len(values), values)
    assert np.isfinite([*model.params_.values(), *model.standard_errors_.values(), model.log_likelihood_]).all()
    assert np.isfinite(model.predict([0, 3], [0.0, 40.0])).all()
    assert model.enough_ is (len(values) >= 30)


@pytest.mark.parametrize("value", [0.0, -5.0, float("nan")])
def test_values_that_are_not_positive_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        GammaGamma().fit([2], [value])
