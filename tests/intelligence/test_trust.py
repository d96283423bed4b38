"""A model that loses to the naive forecast is not believed."""

from dataclasses import replace

import pytest

from regulars.intelligence import trust
from regulars.intelligence.analyses.base import BackTest, Trust

GOOD = BackTest("2026-03-31", 500, mae=0.78, naive_mae=1.02, bias=0.05, coverage=0.81)


def of(*rows: BackTest, **facts: object) -> trust.Verdict:
    return trust.judge(replace(Trust("m", "o", "n", rows), **facts))  # type: ignore[arg-type]


def codes(verdict: trust.Verdict) -> list[str]:
    return [one.code for one in verdict.sayings]


def test_a_model_that_wins_is_believed_with_its_money() -> None:
    verdict = of(GOOD, replace(GOOD, mae=0.8))
    assert (verdict.trusted, verdict.amounts) == (True, True)
    assert codes(verdict) == ["trust.wins", "trust.covers"]
    assert verdict.error == pytest.approx(0.79)


@pytest.mark.parametrize("naive", [0.78, 0.70])
def test_losing_or_drawing_is_not_enough(naive: float) -> None:
    verdict = of(replace(GOOD, naive_mae=naive))
    assert (verdict.trusted, verdict.amounts) == (False, False)
    assert codes(verdict)[0] == "trust.loses"


def test_only_the_last_four_count_and_the_larger_count_more() -> None:
    old = replace(GOOD, mae=9.0)
    assert of(old, GOOD, GOOD, GOOD, GOOD).trusted
    assert not of(GOOD, GOOD, GOOD, replace(GOOD, n=5_000, mae=1.2)).trusted


@pytest.mark.parametrize(("bias", "code"), [(0.91, "trust.bias_high"), (-0.3, "trust.bias_low")])
def test_a_wrong_level_hides_money_but_not_the_order(bias: float, code: str) -> None:
    verdict = of(replace(GOOD, bias=bias))
    assert (verdict.trusted, verdict.amounts) == (True, False)
    assert code in codes(verdict)


def test_what_was_never_tried_or_on_too_few_is_not_believed() -> None:
    assert codes(of()) == ["trust.untested"]
    assert codes(of(replace(GOOD, n=99))) == ["trust.few"]


def test_what_cannot_be_told_is_said_in_its_own_words() -> None:
    verdict = of(GOOD, unidentified="lifetime.no_dropout")
    assert (verdict.trusted, codes(verdict)) == (False, ["lifetime.no_dropout"])


def test_missed_intervals_and_drift_are_said() -> None:
    assert codes(of(replace(GOOD, coverage=0.6, psi=0.4))) == ["trust.wins", "trust.covers_not", "trust.drift"]


def test_it_survives_being_stored() -> None:
    from regulars.intelligence.analyses.base import plain

    told = Trust("m", "o", "n", (GOOD,), "brier", ((0.1, 0.2, 50),), unidentified="x")
    assert trust.of_stored(plain(told)) == told
