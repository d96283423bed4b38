"""Sequences: equal to brute force and to another implementation, with gaps; order against chance; time to the next category."""

import random
from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import Histories, frequent_sequences, order_lift, time_to_next

Customers = list[list[list[int]]]


def follows(customer: list[list[int]], wanted: tuple[int, ...], gap: int | None) -> bool:
    """Whether the items stand in ever later baskets of the customer, none more than `gap` after the one before."""
    ends: set[int] | None = None
    for item in wanted:
        holding = {number for number, basket in enumerate(customer) if item in basket}
        if ends is not None:
            before = ends
            holding = {b for b in holding if any(a < b and (gap is None or b - a <= gap) for a in before)}
        ends = holding
    return bool(ends)


def brute(customers: Customers, least: int, gap: int | None, longest: int | None) -> dict[tuple[int, ...], int]:
    """Breadth first, every customer asked about every sequence."""
    items = sorted({item for customer in customers for basket in customer for item in basket})
    found: dict[tuple[int, ...], int] = {}
    layer: list[tuple[int, ...]] = [()]
    while layer and (longest is None or len(layer[0]) < longest):
        longer = [(*start, item) for start in layer for item in items]
        counts = {one: sum(follows(customer, one, gap) for customer in customers) for one in longer}
        layer = [one for one in longer if counts[one] >= least]
        found |= {one: counts[one] for one in layer}
    return found


@pytest.mark.parametrize("seed", range(60))
def test_sequences_equal_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    products = rng.randint(1, 6)

    def basket() -> list[int]:
        return [rng.randrange(products) for _ in range(rng.randint(0, 3))]

    customers = [[basket() for _ in range(rng.randint(0, 5))] for _ in range(rng.randint(0, 12))]
    least, gap, longest = rng.randint(1, 4), rng.choice([None, None, 1, 2, 3]), rng.choice([None, None, 1, 2, 3])
    found = frequent_sequences(customers, least, max_gap=gap, max_length=longest)
    assert dict(found) == brute(customers, least, gap, longest)
    assert len(dict(found)) == len(found)


def test_sequences_of_online_retail_are_those_of_another_implementation(lines: dict[str, Any]) -> None:
    """SPMF PrefixSpan on invoices of customers at 2 %, patterns of single items counted."""
    names, item = np.unique(lines["s"].astype(str), return_inverse=True)
    histories = Histories.from_lines(lines["c"], lines["t"] * 1_000_000 + lines["n"], item, names)
    assert len(histories) == 4_312
    assert len(frequent_sequences(histories, 87)) == 3_220


def test_gap_is_counted_in_the_unit_of_time() -> None:
    histories = Histories.from_lines(np.array([1, 1, 2, 2]), np.array([0, 30, 0, 31]), np.array([0, 1, 0, 1]))
    assert dict(frequent_sequences(histories, 1, max_gap=30))[0, 1] == 1
    assert dict(frequent_sequences(histories, 1))[0, 1] == 2


def test_order_is_compared_with_every_permutation() -> None:
    """Two A and one B: B comes after some A in two of their three orders."""
    found = order_lift([["a", "b", "a"]] * 30, np.array([0]), np.array([1]))
    assert (found.both[0], found.count[0]) == (30, 30)
    assert found.expected[0] == pytest.approx(30 * 2 / 3)
    assert found.lift[0] == pytest.approx(1.5)


@pytest.mark.parametrize("seed", range(10))
def test_chance_of_order_equals_counting_permutations(seed: int) -> None:
    from itertools import permutations

    rng = random.Random(seed)
    customer = [sorted(rng.sample("abc", rng.randint(1, 3))) for _ in range(rng.randint(2, 5))]
    labels = Histories.from_lists([customer]).baskets.labels
    assert labels is not None
    if not {"a", "b"} <= set(labels):
        customer.append(["a", "b"])
        labels = Histories.from_lists([customer]).baskets.labels
    orders = list(permutations(customer))
    right = sum(
        any("a" in one and "b" in later for at, one in enumerate(order) for later in order[at + 1 :])
        for order in orders
    )
    found = order_lift([customer], np.array([list(labels).index("a")]), np.array([list(labels).index("b")]))  # type: ignore[arg-type]
    assert found.expected[0] == pytest.approx(right / len(orders))


def test_random_order_is_not_called_an_order() -> None:
    rng = random.Random(3)
    customers = [[rng.choice("ab") for _ in range(4)] for _ in range(500)]
    found = order_lift(customers, np.array([0]), np.array([1]))
    assert found.lift_low[0] < 1 < found.lift[0] * 1.15


def test_waiting_customers_are_counted_for_as_long_as_they_are_seen() -> None:
    """Kaplan–Meier by hand: of four, one buys after 10 days, one is lost from sight after 5, one buys after 20, one waits."""
    customer, day, category = (
        np.array([1, 1, 2, 3, 3, 4]),
        np.array([0, 10, 95, 0, 20, 0]),
        np.array([0, 1, 0, 0, 1, 0]),
    )
    found = time_to_next(customer, day, category, end_day=100, horizon=50)
    assert (found.starts[0], found.events[0, 1]) == (4, 2)
    assert found.share[0, 1] == pytest.approx(1 - (2 / 3) * (1 / 2))
    assert found.median[0, 1] == 10


def test_planted_next_category_stands_out() -> None:
    rng = np.random.default_rng(5)
    size = 3_000
    bought = rng.integers(0, 6, size)
    then = np.where((bought == 2) & (rng.random(size) < 0.6), 4, rng.choice([0, 1, 3, 4, 5], size))
    who = np.r_[np.arange(size), np.arange(size)]
    day = np.r_[np.zeros(size, int), np.where((bought == 2) & (then == 4), 30, rng.integers(1, 300, size))]
    found = time_to_next(who, day, np.r_[bought, then], end_day=400, horizon=365)
    assert np.unravel_index(np.nanargmax(np.where(np.eye(6, dtype=bool), np.nan, found.lift_low)), (6, 6)) == (2, 4)
    assert found.share[2, 4] == pytest.approx(0.6 + 0.4 / 5, abs=0.06)
    assert found.median[2, 4] == 30


def test_nothing_is_found_in_no_histories() -> None:
    assert len(frequent_sequences([], 1)) == 0
    assert len(frequent_sequences([[], []], 1)) == 0
    nothing = np.zeros(0, np.int64)
    assert time_to_next(nothing, nothing, nothing, end_day=10).share.shape == (0, 0)
    assert len(Histories.from_lines(nothing, nothing, nothing)) == 0


def test_senseless_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="max_gap"):
        frequent_sequences([], 1, max_gap=-1)
    with pytest.raises(ValueError, match="horizon"):
        time_to_next(np.zeros(1), np.zeros(1), np.zeros(1, int), end_day=1, horizon=0)
