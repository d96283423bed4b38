"""A model that loses to the naive forecast is not believed."""

from dataclasses import replace

import pytest

from regulars.intelligence import trust
from regulars.intelligence.analyses.base import BackTest, Chart, Column, Evidence, Saying, Series, Trust, plain

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


ORDERS = Trust("lifetime.orders_model", "o", "n", (GOOD,))
MONEY = Trust("lifetime.money_model", "o", "n", (replace(GOOD, mae=2.0),), unit="money", currency="TWD")
RESTS = {
    "lifetime.orders_model": ("orders", "lifetime.each"),
    "lifetime.money_model": ("money", "lifetime.money", "lifetime.profit"),
}


def stored() -> dict[str, object]:
    columns = (
        Column("customers", "count"),
        Column("lifetime.each", "number"),
        Column("lifetime.money", "money", known=False),
    )
    charts = [
        Chart("bars", [1], series=(Series("lifetime.each", [1.0]),)),
        Chart("bars", [1], series=(Series("lifetime.money", [9.0]),), unit="money", currency="TWD", money=True),
    ]
    said = [
        Saying("lifetime.expected", {"orders": 3}),
        Saying("lifetime.profit", {"worth_money": 9, "currency": "TWD"}),
    ]
    return {
        "orders": 3.0, "money": 987.0, "headline": plain(said), "charts": plain(charts),
        "evidence": plain([Evidence(columns, [(4, 1.0, 9)])]),
    }  # fmt: skip


def test_only_what_rests_on_the_model_that_loses_is_doubted_and_only_its_money_hidden() -> None:
    verdict = trust.judgement(RESTS, [ORDERS, MONEY])
    assert (verdict.trusted, verdict.doubts("orders"), verdict.doubts("money")) == (False, False, True)
    assert not verdict.doubts("customers")
    told = verdict.told(stored())
    assert "money" not in told
    assert told["orders"] == 3.0
    assert [one["code"] for one in told["headline"]] == ["lifetime.expected"]
    assert [one["series"][0]["name"] for one in told["charts"]] == ["lifetime.each"]
    assert told["evidence"][0]["rows"] == [[4, 1.0]]
    assert "987" not in str(told)


def test_the_other_model_losing_greys_its_own_and_leaves_the_money() -> None:
    lost = replace(ORDERS, rows=(replace(GOOD, mae=2.0),))
    won = replace(MONEY, rows=(GOOD,))
    verdict = trust.judgement(RESTS, [lost, won])
    assert (verdict.doubts("lifetime.each"), verdict.doubts("money"), verdict.hides("money")) == (True, False, False)
    assert verdict.told(stored()) == stored()


def test_on_a_model_of_which_nothing_is_said_rests_everything() -> None:
    verdict = trust.judgement({}, [replace(ORDERS, rows=(replace(GOOD, mae=2.0),))])
    assert verdict.doubts("anything")
    assert verdict.hides("anything")
    assert not trust.judgement(RESTS, []).hides("anything")


def test_money_that_no_model_claims_needs_all_of_them() -> None:
    assert trust.judgement(RESTS, [ORDERS, MONEY]).hides("classes.gain")
    assert not trust.judgement(RESTS, [ORDERS, replace(MONEY, rows=(GOOD,))]).hides("classes.gain")
