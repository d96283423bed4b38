"""Itemsets and rules: equal to brute force, to the published counts, and honest about rare ones."""

import random
from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from regulars.intelligence.models import Baskets, association_rules, frequent_itemsets, pair_lift
from regulars.intelligence.models.patterns.rules import lower_lift


def brute(baskets: list[list[int]], least: int, longest: int | None) -> dict[tuple[int, ...], int]:
    """Every subset of every basket, counted."""
    counts: Counter[tuple[int, ...]] = Counter()
    for one in baskets:
        items = sorted(set(one))
        for size in range(1, min(len(items), longest or len(items)) + 1):
            counts.update(combinations(items, size))
    return {key: count for key, count in counts.items() if count >= least}


@pytest.mark.parametrize("seed", range(60))
def test_itemsets_equal_brute_force_with_repeated_items(seed: int) -> None:
    rng = random.Random(seed)
    products = rng.randint(1, 15)
    baskets = [[rng.randrange(products) for _ in range(rng.randint(0, products))] for _ in range(rng.randint(0, 40))]
    least, longest = rng.randint(1, 6), rng.choice([None, None, 1, 2, 3, 5])
    found = frequent_itemsets(baskets, least, max_length=longest)
    sets = {tuple(sorted(items)): count for items, count in found}
    assert len(sets) == len(found)
    assert sets == brute(baskets, least, longest)


def test_itemsets_dig_below_what_masks_hold() -> None:
    """Two baskets of 14 items: more than one projection of masks."""
    assert len(frequent_itemsets([list(range(14)), list(range(14))], 2)) == 2**14 - 1


@pytest.mark.parametrize(("least", "sets"), [(441, 580), (89, 7_589), (88, 7_712), (9, 240_852)])
def test_itemsets_of_retail_are_those_of_other_implementations(retail: Baskets, least: int, sets: int) -> None:
    """Counts on which pyfim, mlxtend, efficient-apriori, SPMF and Spark agree."""
    assert len(frequent_itemsets(retail, least)) == sets


def test_itemsets_of_groceries_are_those_of_other_implementations(groceries: Baskets) -> None:
    assert len(frequent_itemsets(groceries, 10)) == 13_492


@pytest.mark.parametrize(("least", "confidence", "rules"), [(10, 0.8, 410), (10, 0.5, 5_668), (60, 0.25, 463)])
def test_rules_of_groceries_are_those_of_arules(groceries: Baskets, least: int, confidence: float, rules: int) -> None:
    """The documentation of the R package arules; it also counts one rule with an empty left side at 0.25."""
    found = association_rules(frequent_itemsets(groceries, least), min_confidence=confidence, min_count=least)
    assert len(found) == rules


def test_rule_has_the_figures_counted_by_hand() -> None:
    baskets = [["tent", "peg"]] * 30 + [["tent"]] * 10 + [["rope"]] * 60
    rule = next(one for one in association_rules(frequent_itemsets(baskets, 5)) if one.antecedent == ("tent",))
    assert (rule.consequent, rule.count, rule.confidence) == ("peg", 30, 0.75)
    assert rule.lift == pytest.approx(0.75 / 0.30)
    assert 1.0 < rule.lift_low < rule.lift


def test_rare_rules_are_not_advertised() -> None:
    baskets = [["tent", "peg"]] * 19 + [["rope"]] * 500
    assert len(association_rules(frequent_itemsets(baskets, 2))) == 0
    assert len(association_rules(frequent_itemsets(baskets, 2), min_count=2)) == 2


def test_rules_stand_in_the_order_of_the_lower_bound() -> None:
    baskets = [["a", "b"]] * 25 + [["a"]] * 5 + [["c", "d"]] * 300 + [["c"]] * 60 + [["e"]] * 2_000
    low = association_rules(frequent_itemsets(baskets, 20)).lift_low
    assert (np.diff(low) <= 0).all()


@pytest.mark.parametrize(
    ("share_a", "share_b", "lift", "baskets"), [(0.05, 0.05, 3, 10_000), (0.02, 0.02, 1, 100_000), (0.1, 0.1, 1, 5_000)]
)
def test_lower_bound_holds_as_often_as_promised(share_a: float, share_b: float, lift: float, baskets: int) -> None:
    both = share_a * share_b * lift
    drawn = np.random.default_rng(7).multinomial(
        baskets, [both, share_a - both, share_b - both, 1 - share_a - share_b + both], 20_000
    )
    kept = drawn[drawn[:, 0] >= 20]
    low = lower_lift(kept[:, 0], kept[:, 0] + kept[:, 1], kept[:, 0] + kept[:, 2], baskets)
    assert (low > lift).mean() < 0.03


def test_pairs_are_the_itemsets_of_two(groceries: Baskets) -> None:
    pairs = pair_lift(groceries)
    counted = {
        frozenset(items): count for items, count in frequent_itemsets(groceries, 20, max_length=2) if len(items) == 2
    }
    names = groceries.labels
    assert names is not None
    assert {
        frozenset((names[a], names[b])): n for a, b, n in zip(pairs.left, pairs.right, pairs.count, strict=True)
    } == counted


def test_lines_make_the_same_baskets_as_lists() -> None:
    baskets = Baskets.from_lines(np.array([7, 7, 9, 7]), np.array([3, 5, 3, 3]))
    assert dict(frequent_itemsets(baskets, 1)) == {(3,): 2, (5,): 1, (5, 3): 1}


def test_nothing_is_found_in_nothing() -> None:
    assert len(frequent_itemsets([], 1)) == 0
    assert len(frequent_itemsets([[], []], 1)) == 0
    assert len(association_rules(frequent_itemsets([["a"]], 1))) == 0
    assert len(pair_lift([])) == 0


def test_senseless_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="min_count"):
        frequent_itemsets([], 0)
    with pytest.raises(ValueError, match="min_count"):
        pair_lift([], min_count=0)
