"""Recommenders: known answers on small matrices, and hit rates beside popularity on real trade."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import EASE, ItemItem, OwnRepeats
from regulars.intelligence.models.recommend import backtest
from regulars.intelligence.models.recommend.backtest import Bought
from regulars.intelligence.models.recommend.offers import by_worth

CUT = 14_883  # 2010-10-01
AFTER = 30


def hits(lists: Any, truth: Any) -> tuple[float, float]:
    """Hit rate and recall at ten of those who bought any; recall as a share of what ten places can hold."""
    wanted = truth.sum(axis=1)
    found = np.where(lists >= 0, np.take_along_axis(truth, np.maximum(lists, 0), axis=1), 0).sum(axis=1)
    buys = wanted > 0
    return float((found[buys] > 0).mean()), float((found[buys] / np.minimum(wanted[buys], 10)).mean())


@pytest.fixture(scope="module")
def split(real_data: Path) -> dict[str, Any]:
    """Online Retail II cut on 2010-10-01: who bought what before, what came within thirty days."""
    import duckdb

    file = real_data / "retail_online_retail_II" / "online_retail_II_2009_2010.csv.gz"
    query = """SELECT CAST(CAST("Customer ID" AS DOUBLE) AS INT) AS c, "StockCode" AS s, dense_rank() OVER (ORDER BY "Invoice") AS n,
                      epoch(CAST("InvoiceDate" AS TIMESTAMP))::BIGINT // 86400 AS d
               FROM read_csv(?, all_varchar=true)
               WHERE "Customer ID" IS NOT NULL AND NOT starts_with("Invoice", 'C') AND CAST("Quantity" AS INT) > 0
                     AND CAST("Price" AS DOUBLE) > 0 AND regexp_matches("StockCode", '^[0-9]{5}') ORDER BY c, s, d"""
    read = duckdb.execute(query, [str(file)]).fetchnumpy()
    customers, who = np.unique(read["c"], return_inverse=True)
    items, what = np.unique(read["s"].astype(str), return_inverse=True)
    assert (len(customers), len(items)) == (4_285, 4_006)
    before, after = read["d"] < CUT, (read["d"] >= CUT) & (read["d"] < CUT + AFTER)
    bought, came = np.zeros((2, len(customers), len(items)), bool)
    bought[who[before], what[before]] = came[who[after], what[after]] = True
    chosen = np.flatnonzero(bought.any(axis=1) & came.any(axis=1))
    return {
        "who": who[before],
        "what": what[before],
        "order": read["n"][before],
        "chosen": chosen,
        "bought": bought[chosen],
        "came": came[chosen],
    }


@pytest.mark.slow
def test_ease_discovers_more_than_popularity_and_factors(split: dict[str, Any]) -> None:
    """Published on this split: popularity .26, alternating least squares .39 (hit rate at ten)."""
    model = EASE().fit(split["who"], split["what"])
    known = np.bincount(split["what"], minlength=4_006) > 0
    new = split["came"] & ~split["bought"] & known
    lists, _ = model.discover(split["chosen"], 10)
    rate, recall = hits(lists, new)
    buyers = split["bought"].sum(axis=0)
    popular = np.argsort(-np.where(split["bought"], -1, buyers), axis=1, kind="stable")[:, :10]
    assert rate >= 0.45
    assert recall >= 0.09
    assert rate > 1.5 * hits(popular, new)[0]


def test_own_repeats_are_what_is_bought_again(split: dict[str, Any]) -> None:
    lists, times = OwnRepeats().fit(split["who"], split["what"], split["order"]).reorder(split["chosen"], 10)
    rate, recall = hits(lists, split["came"])
    assert rate >= 0.789
    assert recall >= 0.299
    assert (np.diff(times, axis=1) <= 0).all()


@pytest.mark.parametrize("model", [EASE(penalty=1.0), ItemItem(shrink=1.0)])
def test_what_goes_together_is_offered_with_its_reason(model: EASE | ItemItem) -> None:
    """Tents (0) go with pegs (1), books (2) with nothing; customer 9 has a tent."""
    customer = np.r_[np.repeat(np.arange(8), 2), 8, 9]
    item = np.r_[np.tile([0, 1], 8), 2, 0]
    model.fit(customer, item)
    lists, scores = model.discover(np.array([9]), 3)
    assert lists[0].tolist() == [1, 2, -1]
    assert scores[0, 0] > scores[0, 1]
    reason = model.because(9, 1)
    assert reason is not None
    assert (reason.bought, reason.both, reason.both_of) == (0, 8, 9)
    assert reason.share_low < reason.share == pytest.approx(8 / 9)
    assert model.because(9, 2) is None


def test_ease_solves_the_regression_it_states() -> None:
    """min ‖X − XB‖² + λ‖B‖² with a zero diagonal, solved column by column."""
    rng = np.random.default_rng(1)
    x = (rng.random((60, 5)) < 0.4).astype(float)
    who, what = np.nonzero(x)
    model = EASE(penalty=2.0).fit(who, what)
    for column in range(5):
        others = [one for one in range(5) if one != column]
        left = x[:, others]
        solved = np.linalg.solve(left.T @ left + 2.0 * np.eye(4), left.T @ x[:, column])
        assert model.weights_[others, column] == pytest.approx(solved)
        assert model.weights_[column, column] == 0


def test_repeats_count_baskets_not_lines() -> None:
    model = OwnRepeats().fit(np.array([0, 0, 0, 0, 1]), np.array([5, 5, 7, 7, 7]), np.array([1, 1, 1, 2, 1]))
    items, times = model.reorder(np.array([0, 1, 2]), 2)
    assert items.tolist() == [[7, 5], [7, -1], [-1, -1]]
    assert times.tolist() == [[2, 1], [1, 0], [0, 0]]


def test_offers_weigh_margin_and_leave_out_what_is_sold_out() -> None:
    items, chance = np.array([[0, 1, 2, 3]]), np.array([[0.5, 0.4, 0.3, 0.2]])
    margin = np.array([10.0, 30.0, np.nan, -5.0])
    best, worth = by_worth(items, chance, margin=margin, available=np.array([True, True, True, True]), count=3)
    assert best.tolist() == [[1, 0, 2]]
    assert worth[0] == pytest.approx([12.0, 5.0, 3.0])
    best, _ = by_worth(items, chance, available=np.array([False, True, True, True]), count=2)
    assert best.tolist() == [[1, 2]]


def test_nobody_cannot_be_learned_from() -> None:
    with pytest.raises(ValueError, match="nobody"):
        EASE().fit(np.zeros(0, np.int64), np.zeros(0, np.int64))
    empty = np.zeros(0, np.int64)
    assert OwnRepeats().fit(empty, empty, empty).reorder(np.array([0]), 1)[0].tolist() == [[-1]]


@pytest.fixture
def bought() -> Bought:
    """Three hundred customers, thirty things, four hundred days; lines sorted as the warehouse gives them."""
    rng = np.random.default_rng(5)
    customer, day = rng.integers(0, 300, 6_000), rng.integers(0, 400, 6_000)
    item = (customer % 5 * 6 + rng.geometric(0.2, 6_000)) % 30
    order = np.lexsort((day, item, customer))
    return Bought(customer[order], item[order], day[order], 30)


def in_parts(bought: Bought, customers: int) -> backtest.Parts:
    """So many customers a part."""
    return lambda: (
        bought.where((bought.customer >= low) & (bought.customer < low + customers)) for low in range(0, 300, customers)
    )


@pytest.mark.parametrize(("customers", "most_items"), [(7, 30), (100, 30), (7, 12)])
def test_what_is_learned_and_offered_in_parts_is_what_all_at_once_gives(
    bought: Bought, customers: int, most_items: int
) -> None:
    """Against the plain way: one fit of all that was bought before, lists for everybody together."""
    parts, days = in_parts(bought, customers), [200, 300]
    *known, now = backtest.learn(parts, [*days, 400], 30, most_items)
    plain = EASE(most_items=most_items).fit(bought.customer, bought.item)
    assert (now.model.weights_ == plain.weights_).all()
    assert (now.model.together_ == plain.together_).all()
    before = bought.until(200)
    assert (known[0].model.weights_ == EASE(most_items=most_items).fit(before.customer, before.item).weights_).all()
    trials = backtest.trials(parts, days, known, horizon=60, count=3)
    whole = backtest.trials(in_parts(bought, 300), days, known, horizon=60, count=3)
    for one, other in zip(trials, whole, strict=True):
        assert (one.again.met, one.new.met, one.again.tried) == (other.again.met, other.new.met, other.again.tried)
        assert (one.new.chance == other.new.chance).all()
    given: dict[str, Any] = {"margin": None, "available": np.ones(30, bool), "count": 3, "candidates": 3}
    told = [backtest.offers(part, now, None, **given) for part in parts()]
    rows = {name: np.concatenate([one[name] for one in told]) for name in told[0]}
    again, times = OwnRepeats().fit(bought.customer, bought.item, bought.day).reorder(np.arange(300), 3)
    new, _ = plain.discover(np.arange(300), 3)
    for is_new, lists in ((False, again), (True, new)):
        mine = rows["is_new"] == is_new
        found = np.full((300, 3), -1)
        found[rows["customer"][mine], rows["place"][mine]] = rows["item"][mine]
        assert (found == lists).all()
    mine = ~rows["is_new"]
    assert (rows["times"][mine] == times[rows["customer"][mine], rows["place"][mine]]).all()
    for customer, item, had in zip(
        *(rows[name][~mine][:50].tolist() for name in ("customer", "item", "had")), strict=True
    ):
        reason = plain.because(customer, item)
        assert had == (reason.bought if reason else -1)


def test_lists_stand_by_score_then_by_code(bought: Bought) -> None:
    """Against sorting every score, equal ones by code; what is owned is never told."""
    model = EASE().fit(bought.customer, bought.item)
    scores = np.round(model.scores(np.arange(300)), 9)
    scores[bought.customer, bought.item] = -np.inf
    lists, best = model.discover(np.arange(300), 4)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :4]
    expected = np.take_along_axis(scores, order, axis=1)
    assert (lists == np.where(np.isfinite(expected), order, -1)).all()
    assert (best == expected).all()
