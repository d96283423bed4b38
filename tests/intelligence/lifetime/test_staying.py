"""Contracts: the published table of Fader & Hardie, Rossi's recidivism as lifelines and R give it, hand examples."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import CoxPH, KaplanMeier, ShiftedBetaGeometric

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
TRAITS = ("fin", "age", "race", "wexp", "mar", "paro", "prio")


def fitted(kept: list[int]) -> ShiftedBetaGeometric:
    lost = -np.diff(kept)
    return ShiftedBetaGeometric().fit([*range(1, 8), 7], [True] * 7 + [False], [*lost, kept[-1]])


@pytest.mark.parametrize(
    ("kept", "alpha", "beta", "likelihood", "after_12"),
    [(HIGH_END, 0.668, 3.806, -1611.16, 0.378), (REGULAR, 0.704, 1.182, -1680.27, 0.170)],
)
def test_sbg_is_that_of_the_paper(
    kept: list[int], alpha: float, beta: float, likelihood: float, after_12: float
) -> None:
    model = fitted(kept)
    assert model.params_ == pytest.approx({"alpha": alpha, "beta": beta}, abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(likelihood, abs=0.005)
    assert model.survival(12) == pytest.approx(after_12, abs=0.001)
    assert model.identified_
    assert model.enough_


def test_sbg_retention_rises_with_age_and_survival_is_its_product() -> None:
    model = fitted(REGULAR)
    renewed = model.retention(range(1, 13))
    assert (np.diff(renewed) > 0).all()
    assert np.cumprod(renewed) == pytest.approx(model.survival(range(1, 13)))


def test_sbg_remaining_periods_are_the_sum_of_survival_and_end_at_a_discount() -> None:
    model = fitted(REGULAR)
    new, old = model.remaining([0, 5], 0.1)
    assert new == pytest.approx(sum(model.survival(n) / 1.1 ** (n - 1) for n in range(1, 800)), rel=1e-6)
    assert old > new


@pytest.mark.parametrize(
    ("periods", "ended"), [([], []), ([3], [False]), ([1], [True]), ([1] * 50, [True] * 50), ([0] * 9, [False] * 9)]
)
def test_sbg_says_when_contracts_tell_nothing(periods: list[int], ended: list[bool]) -> None:
    model = ShiftedBetaGeometric().fit(periods, ended)
    assert not model.identified_
    assert np.isfinite([*model.params_.values(), *model.standard_errors_.values(), model.log_likelihood_]).all()
    assert np.isfinite(model.survival([0, 1, 12])).all()


def test_sbg_refuses_broken_periods() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        ShiftedBetaGeometric().fit([1.5], [True])
    with pytest.raises(ValueError, match="whole numbers"):
        ShiftedBetaGeometric().fit([0], [True])


@pytest.fixture(scope="module")
def rossi() -> Any:
    """432 released prisoners, weeks until arrested again (Rossi, Berk & Lenihan 1980; the file of R's carData and lifelines)."""
    return np.genfromtxt(Path(__file__).parent / "rossi.csv", delimiter=",", names=True)


def test_cox_is_that_of_r_and_lifelines_on_rossi(rossi: Any) -> None:
    model = CoxPH().fit(np.column_stack([rossi[name] for name in TRAITS]), rossi["week"], rossi["arrest"] > 0, TRAITS)
    published = {
        "fin": -0.3794,
        "age": -0.0574,
        "race": 0.3139,
        "wexp": -0.1498,
        "mar": -0.4337,
        "paro": -0.0849,
        "prio": 0.0915,
    }
    errors = {
        "fin": 0.1914,
        "age": 0.0220,
        "race": 0.3080,
        "wexp": 0.2122,
        "mar": 0.3819,
        "paro": 0.1958,
        "prio": 0.0286,
    }
    assert model.params_ == pytest.approx(published, abs=6e-5)
    assert model.standard_errors_ == pytest.approx(errors, abs=6e-5)
    assert model.log_likelihood_ == pytest.approx(-658.75, abs=0.005)
    assert 2 * (model.log_likelihood_ - model.null_log_likelihood_) == pytest.approx(33.27, abs=0.01)
    assert model.concordance_ == pytest.approx(0.64, abs=0.001)
    assert model.identified_


def test_cox_survival_is_near_that_of_lifelines_and_falls(rossi: Any) -> None:
    design = np.column_stack([rossi[name] for name in TRAITS])
    model = CoxPH().fit(design, rossi["week"], rossi["arrest"] > 0, TRAITS)
    lasts = model.survival(design[:2], [10, 52])
    assert lasts == pytest.approx(np.array([[0.964223, 0.715699], [0.907978, 0.412181]]), abs=0.002)
    assert (np.diff(lasts) < 0).all()


def test_kaplan_meier_is_that_of_lifelines_on_rossi(rossi: Any) -> None:
    curve = KaplanMeier().fit(rossi["week"], rossi["arrest"] > 0)
    assert curve.survival([0, 1, 10, 52]) == pytest.approx([1.0, 0.997685, 0.965278, 0.736111], abs=1e-6)
    at = [0, 9, -1]
    assert curve.low_[at] == pytest.approx([0.983683, 0.943065, 0.691860], abs=1e-6)
    assert curve.high_[at] == pytest.approx([0.999674, 0.978921, 0.775063], abs=1e-6)
    assert curve.median_ is None


def test_kaplan_meier_by_hand_with_late_entry() -> None:
    """Ends at 2, 4 and 6; the contract seen from age 3 on is not at risk at 2."""
    curve = KaplanMeier().fit([2, 4, 5, 6], [True, True, False, True], entry=[0, 3, 0, 0])
    assert curve.at_risk_.tolist() == [3, 3, 1]
    assert curve.survival([2, 4, 6]) == pytest.approx([2 / 3, 4 / 9, 0.0])
    assert (curve.median_, curve.mean_until(6.0)) == (4.0, pytest.approx(2 + 2 * 2 / 3 + 2 * 4 / 9))


def test_cox_refuses_nothing_and_says_what_it_cannot_tell() -> None:
    perfect = CoxPH().fit([[0], [0], [1], [1]], [9, 8, 1, 2], [False, False, True, True])
    assert not perfect.identified_
    assert np.isfinite(list(perfect.params_.values())).all()
    same = CoxPH().fit(np.ones((5, 1)), [1, 2, 3, 4, 5], [True] * 5)
    assert not same.identified_
    assert same.params_ == {"x0": pytest.approx(0.0)}
    nobody = CoxPH().fit(np.empty((0, 2)), [], [])
    assert (nobody.concordance_, nobody.identified_) == (None, False)


def test_durations_must_be_sound() -> None:
    with pytest.raises(ValueError, match="negative"):
        KaplanMeier().fit([-1], [True])
    with pytest.raises(ValueError, match="under observation"):
        KaplanMeier().fit([1], [True], entry=[2])
