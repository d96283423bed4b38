"""BG/NBD and its sisters: published figures, other implementations, known truth, and data that tell nothing."""

from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import BGNBD, MBGNBD, ParetoNBD
from tests.intelligence.lifetime.conftest import Columns, drawn


def test_bg_nbd_is_that_of_the_paper_on_the_cdnow_sample(cdnow_sample: Columns) -> None:
    model = BGNBD().fit(*cdnow_sample[:3])
    assert model.params_ == pytest.approx({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, abs=5e-4)
    assert model.log_likelihood_ == pytest.approx(-9582.4292, abs=5e-5)
    errors = {"r": 0.0126, "alpha": 0.378, "a": 0.186, "b": 0.705}
    assert model.standard_errors_ == pytest.approx(errors, rel=0.005)
    assert (model.customers_, model.dropout_identified_, model.enough_) == (2357, True, True)


def test_bg_nbd_is_that_of_lifetimes_on_all_of_cdnow(cdnow: Columns) -> None:
    model = BGNBD().fit(*cdnow[:3])
    assert model.params_ == pytest.approx({"r": 0.2516, "alpha": 4.7889, "a": 0.7234, "b": 2.1611}, abs=6e-5)
    assert model.log_likelihood_ == pytest.approx(-95368.4439, abs=5e-5)


def test_pareto_nbd_is_that_of_the_paper_on_the_cdnow_sample(cdnow_sample: Columns) -> None:
    model = ParetoNBD().fit(*cdnow_sample[:3])
    assert model.params_ == pytest.approx({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(-9595.0, abs=0.05)
    assert model.dropout_identified_


def test_mbg_nbd_is_that_of_lifetimes_on_the_cdnow_sample(cdnow_sample: Columns) -> None:
    model = MBGNBD().fit(*cdnow_sample[:3])
    assert model.params_ == pytest.approx({"r": 0.52484, "alpha": 6.18308, "a": 0.89136, "b": 1.61400}, abs=1e-4)


# customers with 0, 2 and 10 repeat purchases, next 39 weeks; by lifetimes 0.11.3. The second is the example of the paper.
SOME: Any = ([0, 2, 10], [0, 30.43, 38.0], [38.86, 38.86, 38.86])


@pytest.mark.parametrize(
    ("kind", "expected", "alive"),
    [
        (BGNBD, [0.19478, 1.22591, 6.70589], [1.0, 0.72661, 0.92146]),
        (MBGNBD, [0.15395, 1.26267, 6.43285], [0.38972, 0.70613, 0.91407]),
        (ParetoNBD, [0.10706, 1.45511, 6.84138], [0.29510, 0.86912, 0.98864]),
    ],
)
def test_predictions_are_those_of_lifetimes(cdnow_sample: Columns, kind: Any, expected: Any, alive: Any) -> None:
    model = kind().fit(*cdnow_sample[:3])
    forecast = model.predict(39.0, *SOME)
    assert forecast.expected == pytest.approx(expected, abs=5e-5)
    assert forecast.alive == pytest.approx(alive, abs=1e-5)
    assert model.probability_alive(*SOME) == pytest.approx(alive, abs=1e-5)


def test_a_new_customer_is_expected_to_buy_as_the_paper_says(cdnow_sample: Columns) -> None:
    model = BGNBD().fit(*cdnow_sample[:3])
    assert model.predict(39.0, [0], [0], [0]).expected[0] == pytest.approx(1.19501, abs=1e-4)


def test_expectation_has_no_hole_where_a_is_one(cdnow_sample: Columns) -> None:
    model = BGNBD().fit(*cdnow_sample[:3])
    found = []
    for a in (1 - 1e-7, 1.0, 1 + 1e-7):
        model.params_["a"] = a
        found.append(model.predict(39.0, *SOME).expected)
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    assert found[2] == pytest.approx(found[1], rel=1e-6)


@pytest.mark.parametrize(("kind", "begin"), [(BGNBD, False), (MBGNBD, True)])
def test_known_truth_is_recovered_and_the_interval_holds_what_it_promises(kind: Any, begin: bool) -> None:
    truth = {"r": 0.8, "alpha": 20.0, "a": 1.2, "b": 4.0}
    x, last, age, later = drawn(6_000, **truth, days=400.0, begin=begin)
    model = kind().fit(x, last, age)
    for name, value in truth.items():
        assert abs(model.params_[name] - value) < 3 * model.standard_errors_[name]
    forecast = model.predict(100.0, x, last, age, level=0.8)
    assert forecast.expected.sum() == pytest.approx(later.sum(), rel=0.06)
    within = (later >= forecast.low) & (later <= forecast.high)
    assert 0.8 <= within.mean() <= 0.95
    busy = forecast.expected > 5
    assert 0.78 <= within[busy].mean() <= 0.95
    by_chance = np.argsort(forecast.alive)
    assert (later[by_chance[:1500]] > 0).mean() < (later[by_chance[-1500:]] > 0).mean()


def test_the_distribution_of_purchases_has_the_mean_that_is_expected(cdnow_sample: Columns) -> None:
    """The quantiles come from the distribution, the mean from 2F1: two formulas of one thing."""
    model = BGNBD().fit(*cdnow_sample[:3])
    x, last, age = (np.full(999, value) for value in (6.0, 30.0, 38.0))
    mean = 0.0
    for place in np.linspace(0.0005, 0.9995, 1000):
        level = abs(1 - 2 * place)
        forecast = model.predict(39.0, x[:1], last[:1], age[:1], level=float(level))
        mean += float(forecast.low[0] if place < 0.5 else forecast.high[0]) / 1000
    assert mean == pytest.approx(float(model.predict(39.0, [6.0], [30.0], [38.0]).expected[0]), abs=0.03)


def test_weighted_kinds_of_customers_give_what_the_customers_give(cdnow_sample: Columns) -> None:
    rows = np.column_stack(cdnow_sample[:3])
    kinds, counts = np.unique(rows, axis=0, return_counts=True)
    for kind in (BGNBD, MBGNBD, ParetoNBD):
        one, other = kind().fit(*rows.T), kind().fit(*kinds.T, weights=counts)
        assert other.log_likelihood_ == pytest.approx(one.log_likelihood_, rel=1e-10)
        assert other.params_ == pytest.approx(one.params_, rel=1e-6)


def test_the_unit_of_time_is_only_a_unit(cdnow_sample: Columns) -> None:
    x, last, age, _ = cdnow_sample
    weeks, days = BGNBD().fit(x, last, age), BGNBD().fit(x, last * 7, age * 7)
    odd = BGNBD().fit(x, last * np.pi, age * np.pi)
    assert days.params_["alpha"] == pytest.approx(weeks.params_["alpha"] * 7, rel=1e-6)
    assert odd.params_["alpha"] == pytest.approx(weeks.params_["alpha"] * np.pi, rel=1e-6)
    for other in (days, odd):
        assert (other.params_["r"], other.params_["a"]) == pytest.approx(
            (weeks.params_["r"], weeks.params_["a"]), rel=1e-6
        )
    assert odd.predict(39 * np.pi, x, last * np.pi, age * np.pi).expected == pytest.approx(
        weeks.predict(39.0, x, last, age).expected, rel=1e-6
    )


def test_same_customers_give_the_same_bits() -> None:
    x, last, age, _ = drawn(3_000, r=0.8, alpha=20.0, a=1.2, b=4.0, days=400.0)
    one, other = BGNBD().fit(x, last, age), BGNBD().fit(x.copy(), last.copy(), age.copy())
    assert one.params_ == other.params_
    assert one.log_likelihood_ == other.log_likelihood_
    assert (one.predict(50.0, x, last, age).expected == other.predict(50.0, x, last, age).expected).all()


def test_a_large_house_is_fitted_from_a_sample_and_ends_at_the_same_peak() -> None:
    x, last, age, _ = drawn(1_500, r=0.8, alpha=20.0, a=1.2, b=4.0, days=400.0)
    whole = [np.tile(np.round(column), 60) for column in (x, np.where(x > 0, last, 0), age)]
    whole[1] = np.minimum(whole[1], whole[2])
    large, small = BGNBD().fit(*whole), BGNBD().fit(*(column[:1500] for column in whole), weights=np.full(1500, 60.0))
    assert large.params_ == pytest.approx(small.params_, rel=1e-6)
    assert large.log_likelihood_ == pytest.approx(small.log_likelihood_, rel=1e-9)
    assert large.evaluations_ <= 5


def test_customers_who_never_leave_are_said_to_tell_nothing_of_leaving() -> None:
    x, last, age, _ = drawn(2_000, r=2.0, alpha=20.0, a=1e-9, b=1.0, days=400.0)
    model = BGNBD().fit(x, last, age)
    assert not model.dropout_identified_
    assert model.enough_
    assert model.dropout_gain_ < 3
    forecast = model.predict(100.0, x, last, age)
    assert np.isfinite([*model.params_.values(), *model.standard_errors_.values(), model.log_likelihood_]).all()
    assert forecast.alive.mean() > 0.95


NOTHING: Any = ([], [], [])
DEGENERATE: Any = {
    "nobody": NOTHING,
    "one customer": ([3], [20.0], [30.0]),
    "one who never came back": ([0], [0.0], [30.0]),
    "one order each": ([0] * 200, [0.0] * 200, list(range(200))),
    "all on one day": ([0] * 200, [0.0] * 200, [0.0] * 200),
    "everybody the same": ([2] * 200, [20.0] * 200, [30.0] * 200),
    "all bought on the last day": ([5] * 200, [30.0] * 200, [30.0] * 200),
    "a single giant": ([0] * 200 + [100_000], [0.0] * 200 + [3_000.0], [30.0] * 200 + [3_000.0]),
    "times without end": ([1, 2, 3] * 50, [4e7] * 150, [4e7] * 150),
}


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD, ParetoNBD])
@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_data_that_tell_nothing_give_finite_answers_and_say_so(kind: Any, name: str) -> None:
    rows = DEGENERATE[name]
    model = kind().fit(*rows)
    numbers = [*model.params_.values(), *model.standard_errors_.values(), model.log_likelihood_]
    assert np.isfinite(numbers).all()
    assert not model.dropout_identified_
    forecast = model.predict(365.0, *rows)
    assert np.isfinite(forecast.expected).all()
    assert ((forecast.alive >= 0) & (forecast.alive <= 1)).all()
    assert (forecast.expected >= 0).all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (([1.5], [2.0], [3.0]), "whole number"),
        (([1], [4.0], [3.0]), "longer than T"),
        (([-1], [0.0], [3.0]), "finite numbers"),
        (([1], [float("nan")], [3.0]), "finite numbers"),
        (([0], [2.0], [3.0]), "must be 0"),
        (([1e9], [2.0], [3.0]), "1,000,000"),
        (([1, 2], [1.0], [3.0]), "one length"),
        (([0], [np.pi], [np.pi]), "must be 0"),
    ],
)
def test_columns_that_contradict_themselves_are_refused_with_a_sentence(rows: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        BGNBD().fit(*rows)


def test_weights_must_be_sound() -> None:
    with pytest.raises(ValueError, match="weights"):
        BGNBD().fit([1], [1.0], [2.0], weights=[-1.0])
