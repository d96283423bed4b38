"""Measures of a forecast agree with hand examples and scikit-learn; bands hold what they promise."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn import linear_model, metrics

from regulars.intelligence.models import backtest


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(7)


def test_cutoffs_end_a_horizon_before_the_record_and_begin_after_the_history() -> None:
    assert backtest.cutoffs(0, 1000, horizon=365, history=200, step=91) == [362, 453, 544, 635]
    assert backtest.cutoffs(0, 1000, horizon=365, history=500, step=91) == [544, 635]
    assert backtest.cutoffs(0, 300, horizon=365, history=1, step=91) == []


def test_bias_and_mae_by_hand() -> None:
    assert backtest.bias([1.0, 2.0], [2, 0]) == pytest.approx(0.5)
    assert backtest.mae([1.0, 2.0], [2, 0]) == pytest.approx(1.5)
    assert backtest.bias([1.0], [0]) is None
    assert backtest.mae([], []) is None


def test_auc_is_that_of_scikit_learn_with_ties(random: np.random.Generator) -> None:
    truth = random.random(400) < 0.3
    score = np.round(truth * 0.7 + random.random(400), 1)
    assert backtest.auc(score, truth) == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-12)
    assert backtest.auc([1, 2, 2, 3], [False, False, True, True]) == pytest.approx(3.5 / 4)
    assert backtest.auc([1, 2], [True, True]) is None


def test_top_lift_takes_customers_of_one_score_in_part() -> None:
    assert backtest.top_lift(range(10), [0] * 9 + [5], 0.1) == pytest.approx(10.0)
    assert backtest.top_lift([1] * 10, [0] * 9 + [5], 0.1) == pytest.approx(1.0)
    assert backtest.top_lift([1, 2], [0, 0]) is None


def test_slope_by_hand_and_none_without_spread() -> None:
    assert backtest.slope([1, 2, 3], [2, 4, 6]) == pytest.approx(2.0)
    assert backtest.slope([2, 2, 2], [2, 4, 6]) is None


def test_calibration_is_logistic_regression_on_the_log_odds(random: np.random.Generator) -> None:
    odds = random.normal(-1, 1, 3000)
    truth = random.random(3000) < 1 / (1 + np.exp(-(0.4 + 0.6 * odds)))
    found = backtest.calibration(1 / (1 + np.exp(-odds)), truth)
    peer = linear_model.LogisticRegression(C=1e9, tol=1e-10).fit(odds[:, None], truth)
    assert found == pytest.approx((peer.intercept_[0], peer.coef_[0, 0]), abs=1e-4)


@pytest.mark.parametrize("truth", [[1, 1, 1, 1], [0, 0, 1, 1]])
def test_calibration_that_cannot_be_told_is_none(truth: list[int]) -> None:
    assert backtest.calibration([0.1, 0.2, 0.8, 0.9], truth) is None


def test_deciles_keep_equal_scores_together_and_ece_is_their_mean_distance() -> None:
    said, came = [0.0] * 6 + [1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1, 0, 1, 1, 2, 4, 4]
    bands = backtest.deciles(said, came, 5)
    assert [band.customers for band in bands] == [6, 2, 2]
    assert [band.predicted for band in bands] == [0.0, 1.5, 3.5]
    assert backtest.ece(said, came, 5) == pytest.approx((6 * 0.5 + 2 * 0 + 2 * 0.5) / 10)
    assert sum(band.actual * band.customers for band in bands) == pytest.approx(sum(came))


def test_drift_by_hand_and_large_when_the_population_moves(random: np.random.Generator) -> None:
    old, new = [1, 2, 3, 4], [1, 1, 1, 4]
    a, b = np.array([2.5, 2.5]) / 5, np.array([3.5, 1.5]) / 5
    assert backtest.drift(old, new, 2) == pytest.approx(float(((b - a) * np.log(b / a)).sum()))
    normal = random.normal(size=5000)
    calm, moved = backtest.drift(normal, random.normal(size=5000)), backtest.drift(normal, normal + 1)
    assert calm is not None
    assert moved is not None
    assert calm < 0.02 < backtest.MOST_DRIFT < moved


def test_bands_of_counts_hold_what_they_promise_on_new_customers_of_a_wrong_model(random: np.random.Generator) -> None:
    def drawn(n: int) -> tuple[Any, Any]:
        rate = random.gamma(0.6, 6, n)
        return 0.7 * rate, random.poisson(rate)

    bands = backtest.Bands().fit(*drawn(20_000), level=0.8)
    said, came = drawn(20_000)
    low, high = bands.interval(said)
    share = backtest.coverage(low, high, came)
    assert share is not None
    assert 0.79 <= share <= 0.9
    large = said > np.quantile(said, 0.9)
    assert backtest.coverage(low[large], high[large], came[large]) == pytest.approx(0.8, abs=0.04)
    assert (low >= 0).all()
    assert (low <= high).all()
    assert (low == np.round(low)).all()


def test_bands_of_money_hold_what_they_promise(random: np.random.Generator) -> None:
    def drawn(n: int) -> tuple[Any, Any]:
        said = random.gamma(1, 3000, n)
        return said, said * random.lognormal(0.2, 0.8, n)

    low, _high = (bands := backtest.Bands().fit(*drawn(10_000), level=0.9, money=True)).interval([0.0, 1e6])
    assert low[0] == 0.0
    said, came = drawn(10_000)
    assert backtest.coverage(*bands.interval(said), came) == pytest.approx(0.9, abs=0.02)


def test_bands_take_the_conformal_quantile_by_hand() -> None:
    bands = backtest.Bands().fit([0.0] * 9, range(9), level=0.8)
    assert (bands.low_[0], bands.high_[0]) == (0, 8)
    assert bands.interval([0.0])[1][0] == 8
    with pytest.raises(ValueError, match="no predictions"):
        backtest.Bands().fit([], [])


def test_sum_band_is_a_student_interval_of_logarithms() -> None:
    band = backtest.total_band([100, 100], [110, 121], level=0.8)
    sample = np.log([1.1, 1.21])
    wide = 3.0776835 * sample.std(ddof=1) * math.sqrt(1.5)
    assert band == pytest.approx((math.exp(sample.mean() - wide), math.exp(sample.mean() + wide)), rel=1e-6)
    assert backtest.total_band([100], [110]) is None
    assert backtest.total_band([0, 100], [5, 110]) is None


def test_measure_says_who_wins_and_keeps_what_cannot_be_told_as_none() -> None:
    line = backtest.measure(10, 90, [1.0, 2.0, 3.0], [1, 2, 4], [0, 0, 0], interval=([0, 0, 0], [2, 2, 2], 0.8))
    assert (line.wins, line.mae, line.naive_mae, line.naive_auc) == (
        True,
        pytest.approx(1 / 3),
        pytest.approx(7 / 3),
        None,
    )
    assert line.coverage == pytest.approx(2 / 3)
    empty = backtest.measure(10, 90, [], [], [])
    assert (empty.wins, empty.bias, empty.auc, empty.lift, empty.slope) == (False, None, None, None, None)
    chances = backtest.measure(10, 90, [0.1, 0.6, 0.4, 0.9], [False, True, True, False], [0.5] * 4, chances=True)
    assert chances.slope is not None
    assert math.isfinite(chances.slope)
