"""Kinds of customers against simulations whose truth is known, and against scipy, brute force and permutation."""

import json
from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models.types.clusters import Clusters
from regulars.intelligence.models.types.mixture import TwoMixture
from regulars.intelligence.models.types.profiles import false_discovery, profile
from regulars.intelligence.models.types.wallet import FEWEST, wallets


def grouped(seed: int, n: int = 1_200) -> tuple[dict[str, Any], Any]:
    """Three groups in two features."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    middle = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])[truth]
    points = middle + rng.normal(0, 0.8, (n, 2))
    return {"orders": points[:, 0], "basket": points[:, 1]}, truth


def test_as_many_groups_as_there_are_and_each_customer_in_his() -> None:
    columns, truth = grouped(1)
    found = Clusters(6).fit(columns)
    assert found.k_ == 3
    said = found.predict(columns)
    for number in range(3):
        counts = np.bincount(truth[said == number], minlength=3)
        assert counts.max() / counts.sum() > 0.99
    assert found.stability_[3] > 0.95


def test_where_there_are_no_groups_none_is_made() -> None:
    rng = np.random.default_rng(2)
    cloud = {name: rng.normal(0, 1, 1_000) for name in "abcde"}
    assert Clusters().fit(cloud).k_ == 1
    same = Clusters().fit({"a": np.full(50, 3.0)})
    assert same.k_ == 1
    assert set(same.predict({"a": np.full(5, 3.0)}).tolist()) == {0}
    with pytest.raises(ValueError, match="nobody"):
        Clusters().fit({"a": []})


def test_groups_keep_their_numbers_from_one_run_to_the_next() -> None:
    columns, _ = grouped(3)
    first = Clusters(6).fit(columns)
    kept = json.loads(json.dumps(first.as_dict()))
    later, truth = grouped(4)
    shrunk = truth != int(np.bincount(truth).argmax())
    fewer = {name: np.concatenate([values[shrunk], values[~shrunk][:60]]) for name, values in later.items()}
    again = Clusters(6, before=kept, seed=5).fit(fewer)
    assert (again.predict(fewer) == first.predict(fewer)).mean() > 0.98
    renumbered = {**kept, "numbers": [7, 4, 9]}
    assert sorted(Clusters(6, before=renumbered).fit(columns).numbers_.tolist()) == [4, 7, 9]


def test_groups_are_named_by_what_sets_them_apart() -> None:
    columns, _ = grouped(6)
    marks = Clusters(6).fit(columns).marks()
    told = {tuple(name for name, size in one if size > 1) for one in marks.values()}
    assert {("orders",), ("basket",)} <= told


def test_false_discovery_is_that_of_scipy() -> None:
    from scipy import stats

    p = np.random.default_rng(7).random(50) ** 3
    np.testing.assert_allclose(false_discovery(p), stats.false_discovery_control(p), rtol=1e-12)
    assert not false_discovery([]).size


def test_profiles_find_what_was_planted_and_hardly_anything_in_noise() -> None:
    rng = np.random.default_rng(8)
    n = 3_000
    inside = rng.random(n) < 0.2
    city = np.where(rng.random(n) < np.where(inside, 0.5, 0.25), "Taipei", "elsewhere")
    noise = {f"attribute {j}": rng.choice(["yes", "no"], n) for j in range(200)}
    found = profile({"city": city, **noise}, inside)
    assert {(one.attribute, one.value) for one in found[:2]} == {("city", "Taipei"), ("city", "elsewhere")}
    assert found[0].low < 2.0 < found[0].high
    mistaken = [len(profile(noise, rng.permutation(inside))) for _ in range(5)]
    assert np.mean([m > 0 for m in mistaken]) <= 0.4
    assert profile({"city": city}, np.zeros(n, bool)) == []


def test_mixture_recovers_the_two_kinds_and_its_posterior_is_calibrated() -> None:
    rng = np.random.default_rng(9)
    n = 6_000
    relation = rng.random(n) < 0.35
    columns = {
        "regularity": rng.normal(np.where(relation, 1.5, 0.0), 0.8),
        "breadth": rng.normal(np.where(relation, 2.0, 0.8), 0.7),
        "full_price": rng.normal(np.where(relation, 0.5, 0.0), 1.0),
    }
    found = TwoMixture().fit(columns)
    said = found.predict(columns)
    assert found.two_
    assert found.share_ == pytest.approx(0.35, abs=0.05)
    for low in (0.1, 0.3, 0.5, 0.7):
        here = (said >= low) & (said < low + 0.2)
        assert said[here].mean() == pytest.approx(relation[here].mean(), abs=0.1)
    own = found.means_ * found.scale_[:, 1] + found.scale_[:, 0]
    np.testing.assert_allclose(own, [[0, 0.8, 0], [1.5, 2.0, 0.5]], atol=0.15)


def test_one_kind_of_customer_is_not_divided() -> None:
    rng = np.random.default_rng(10)
    assert not TwoMixture().fit({name: rng.normal(0, 1, 2_000) for name in "ab"}).two_
    assert not TwoMixture().fit({"a": np.zeros(10)}).two_
    with pytest.raises(ValueError, match="three"):
        TwoMixture().fit({"a": [1.0, 2.0]})


def test_hidden_part_of_the_wallet_lies_within_the_limits() -> None:
    rng = np.random.default_rng(11)
    n = 4_000
    peers = rng.integers(0, 4, n)
    wallet = 1_000 * 2.0**peers * rng.lognormal(0, 0.25, n)
    loyal = rng.random(n) < 0.3
    spent = wallet * np.where(loyal, rng.uniform(0.9, 1.0, n), rng.uniform(0.05, 0.7, n))
    found = wallets(spent, peers)
    typical = np.array([np.median(wallet[peers == group]) for group in range(4)])
    for group in range(4):
        own = spent[peers == group] < found.low[peers == group]
        low, high = found.low[peers == group][own].min(), found.high[peers == group][own].max()
        assert low < typical[group] * 1.05
        assert typical[group] < high
    assert np.all(found.size >= spent)
    assert np.all((found.low <= found.size) & (found.size <= found.high))
    assert np.corrcoef(np.log(found.share), np.log(spent / wallet))[0, 1] > 0.9


def test_peers_who_all_spend_the_same_show_no_limit_of_a_wallet() -> None:
    alike, spread = np.full(100, 7.0), np.arange(1.0, 101.0)
    found = wallets(np.r_[alike, spread], np.repeat([0, 1], 100))
    assert np.isnan(found.size[:100]).all()
    assert np.isnan(found.share[:100]).all()
    assert not np.isnan(found.size[100:]).any()
    nearly = np.r_[np.full(95, 7.0), np.arange(5.0)]
    assert np.isnan(wallets(nearly, np.zeros(100)).size).all()


def test_without_peers_no_wallet_is_guessed() -> None:
    found = wallets(np.arange(FEWEST - 1), np.zeros(FEWEST - 1))
    assert np.isnan(found.size).all()
    assert np.isnan(found.share).all()
    assert wallets([], []).size.size == 0
