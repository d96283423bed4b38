"""Propensity against the published figures of two real data sets, and against a simulation whose truth is known."""

import csv
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import backtest
from regulars.intelligence.models.propensity.additive import AdditiveModel
from regulars.intelligence.models.propensity.calibration import Isotonic
from regulars.intelligence.models.propensity.columns import Bins, rows, without
from regulars.intelligence.models.propensity.evaluate import cross_validated, report
from regulars.intelligence.models.propensity.leakage import find_leakage

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def column(table: list[dict[str, str]], name: str) -> Any:
    values = [row[name] for row in table]
    try:
        return np.array([float(value) if value.strip() else np.nan for value in values])
    except ValueError:
        return np.array(values)


@pytest.fixture(scope="module")
def bank(real_data: Path) -> tuple[dict[str, Any], Any]:
    with gzip.open(real_data / "propensity" / "bank-full.csv.gz", "rt") as file:
        table = list(csv.DictReader(file))
    columns = {name: column(table, name) for name in table[0] if name != "y"}
    date = [31.0 * MONTHS.index(row["month"]) + float(row["day"]) for row in table]
    return columns | {"date": np.array(date)}, np.array([row["y"] == "yes" for row in table])


def simulated(n: int, seed: int) -> tuple[dict[str, Any], Any, Any]:
    """Columns, whether each did it, and the true probability."""
    rng = np.random.default_rng(seed)
    silence, trend, kind = rng.exponential(60, n), rng.normal(0, 1, n), rng.choice(["person", "organisation"], n)
    odds = -2 + 1.2 * np.log1p(silence / 30) - 0.8 * trend + 0.7 * (kind == "organisation")
    true = 1 / (1 + np.exp(-odds))
    trend = np.where(rng.random(n) < 0.1, np.nan, trend)
    return {"silence": silence, "trend": trend, "kind": kind}, rng.random(n) < true, true


def test_telco_is_told_as_well_as_is_published(real_data: Path) -> None:
    with (real_data / "propensity" / "telco_churn.csv").open() as file:
        table = list(csv.DictReader(file))
    columns = {name: column(table, name) for name in table[0] if name not in {"customerID", "Churn"}}
    left = np.array([row["Churn"] == "Yes" for row in table])
    chance = cross_validated(AdditiveModel, columns, left)
    assert (backtest.auc(chance, left) or 0) >= 0.845
    assert (backtest.ece(chance, left) or 1) < 0.02
    assert find_leakage(columns, left) == []


def test_bank_is_flattered_by_chance_and_the_report_shows_both(bank: tuple[dict[str, Any], Any]) -> None:
    columns, said_yes = bank
    found = report(AdditiveModel, without(columns, "duration"), said_yes, order=np.arange(len(said_yes)))
    assert (found.shuffled.auc or 0) >= 0.795
    assert 0.65 < (found.forward.auc or 0) < 0.73
    assert found.forward.foretold < 0.6 * found.forward.actual


def test_leakage_names_the_length_of_the_call(bank: tuple[dict[str, Any], Any]) -> None:
    columns, said_yes = bank
    leaks = find_leakage(columns, said_yes)
    assert [one.name for one in leaks] == ["duration"]
    assert leaks[0].why == "alone"


def test_leakage_names_tags_written_after_the_sale(real_data: Path) -> None:
    with (real_data / "leads_xeducation" / "leads_part1.csv").open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    names = [name for name in table[0] if name not in {"Prospect ID", "Lead Number", "Converted"}]
    leaks = find_leakage({name: column(table, name) for name in names}, column(table, "Converted") == 1)
    assert (leaks[0].name, leaks[0].why) == ("Tags", "carries")


def test_leakage_by_date_and_by_certainty() -> None:
    columns, did, _ = simulated(3_000, 1)
    known = {"silence": np.zeros(3_000), "trend": np.where(np.arange(3_000) % 4 == 0, 11, 3)}
    by_date = find_leakage(columns, did, known_on=known, cut_off=10)
    assert [(one.name, one.why, one.late) for one in by_date] == [("trend", "later", 0.25)]
    cancelled = {**columns, "cancelled_on": np.where(did, 5.0, np.nan)}
    assert [(one.name, one.why) for one in find_leakage(cancelled, did)] == [("cancelled_on", "certain")]
    assert find_leakage(columns, np.ones(3_000)) == []


@pytest.mark.parametrize("method", ["boosting", "evidence"])
def test_reasons_sum_exactly_to_the_score(method: Any) -> None:
    columns, did, _ = simulated(4_000, 2)
    model = AdditiveModel(method).fit(columns, did)
    names, adds = model.contributions(columns)
    assert names == ("silence", "trend", "kind")
    np.testing.assert_allclose(model.intercept_ + adds.sum(axis=1), model.score(columns), atol=1e-12)
    np.testing.assert_allclose(adds.mean(axis=0), 0, atol=1e-9)
    for row, told in enumerate(model.reasons(columns, most=3, least=-9)):
        assert [one.adds for one in told] == sorted(adds[row], reverse=True)
        assert all(one.value == columns[one.name][row] or one.value != one.value for one in told)


def test_tables_are_the_trees_and_nothing_else() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    columns, did, _ = simulated(4_000, 3)
    model = AdditiveModel("boosting").fit(columns, did)
    codes = np.column_stack([model.bins_[name].code(columns[name]) for name in model.bins_]).astype(float)
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=300, max_leaf_nodes=6, min_samples_leaf=20, l2_regularization=1.0,
        interaction_cst="no_interactions", early_stopping=False, random_state=0, categorical_features=[False, False, True],
    )  # fmt: skip
    np.testing.assert_allclose(model.score(columns), trees.fit(codes, did).decision_function(codes), atol=1e-9)


def test_probabilities_are_those_of_the_simulation() -> None:
    learn, test = simulated(12_000, 4), simulated(20_000, 5)
    model = AdditiveModel().fit(learn[0], learn[1]).calibrate(*simulated(6_000, 6)[:2])
    chance = model.predict(test[0])
    told = np.abs(chance - test[2])
    assert told[~np.isnan(test[0]["trend"])].mean() < 0.035
    assert (backtest.ece(chance, test[1]) or 1) < 0.02
    line = backtest.calibration(chance, test[1])
    assert line is not None
    assert line[1] == pytest.approx(1, abs=0.1)
    assert (backtest.auc(chance, test[1]) or 0) > (backtest.auc(test[2], test[1]) or 0) - 0.02


def test_isotonic_mends_a_score_that_exaggerates_and_its_intervals_hold() -> None:
    rng = np.random.default_rng(7)
    odds = rng.normal(-1, 1, 40_000)
    true = 1 / (1 + np.exp(-odds))
    did = rng.random(40_000) < true
    fitted = Isotonic().fit(3 * odds[:5_000], did[:5_000])
    chance = fitted.predict(3 * odds[5_000:])
    assert np.abs(chance - true[5_000:]).mean() < 0.03
    assert np.all(np.diff(fitted.chances_) > 0)
    low, high = fitted.interval(3 * odds[5_000:])
    assert np.all((low <= chance + 1e-12) & (chance <= high + 1e-12))
    assert np.mean((low <= true[5_000:]) & (true[5_000:] <= high)) > 0.6


def test_few_customers_do_not_make_a_certainty() -> None:
    fitted = Isotonic().fit([0.0, 0.1, 2.0, 2.1], [0, 0, 1, 1])
    assert 0.05 < fitted.predict(-1.0) < fitted.predict(3.0) < 0.95
    nobody = Isotonic().fit([0.0, 1.0, 2.0], [0, 0, 0])
    assert not nobody.enough_
    assert nobody.predict(5.0) == pytest.approx(0.125)


def test_nobody_everybody_and_one_column_without_values() -> None:
    empty = {"silence": np.full(30, np.nan), "kind": np.full(30, "")}
    sure = AdditiveModel().fit(empty, np.ones(30))
    assert sure.method_ == "none"
    assert sure.predict(empty)[0] == pytest.approx(30.5 / 31)
    split = AdditiveModel().fit(empty, np.arange(30) < 15)
    assert split.predict(empty) == pytest.approx(np.full(30, 0.5), abs=0.01)
    with pytest.raises(ValueError, match="nobody"):
        AdditiveModel().fit({"silence": []}, [])


def test_words_never_seen_and_missing_numbers_have_a_bin_of_their_own() -> None:
    words, numbers = Bins.of(["a", "b", "b"]), Bins.of([1.0, 2.0, 3.0, np.nan])
    assert words.code(["b", "c", "a"]).tolist() == [2, 0, 1]
    assert numbers.code([0.0, 1.0, 1.5, 3.0, 9.0, np.nan]).tolist() == [1, 1, 2, 3, 3, 0]
    many = Bins.of(np.arange(100_000), most=255)
    assert many.size <= 256
    assert np.bincount(many.code(np.arange(100_000)))[1:].std() < 2


def test_the_same_input_gives_the_same_bits() -> None:
    columns, did, _ = simulated(3_000, 8)
    first, again = (AdditiveModel(bags=2).fit(columns, did).score(rows(columns, slice(9))) for _ in range(2))
    assert first.tobytes() == again.tobytes()
