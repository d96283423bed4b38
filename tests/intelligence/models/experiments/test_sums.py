"""Sums of an arm: exact, additive, and the other way round."""

import random
import statistics

import numpy as np
import pytest

from regulars.intelligence.models.experiments.sums import Sums, merged, per_arm


def test_sums_are_those_of_the_units() -> None:
    assert Sums.of([3, 0, 5], [1, 2, 4], [True, False, True]) == Sums(3, 8, 34, (7, 2), (21, 5, 2), (23, 8))
    units = [Sums.unit(3, 1, 1), Sums.unit(0, 2, 0), Sums.unit(5, 4, 1)]
    assert merged(units) == Sums.of([3, 0, 5], [1, 2, 4], [1, 0, 1])


def test_half_hours_of_purchases_add_up_exactly_in_any_order() -> None:
    chance = random.Random(4)
    known = [chance.randrange(10**7) for _ in range(200)]
    spent, changes = [0] * 200, [Sums.unit(0, one) for one in known]
    for _ in range(3_000):
        unit, amount = chance.randrange(200), chance.randrange(-(10**5), 10**9)
        changes.append(Sums.unit(spent[unit] + amount, known[unit]) - Sums.unit(spent[unit], known[unit]))
        spent[unit] += amount
    chance.shuffle(changes)
    half_hours = [merged(changes[start : start + 50]) for start in range(0, len(changes), 50)]
    assert merged(half_hours) == Sums.of(spent, known)


def test_contaminated_unit_leaves_no_trace() -> None:
    clean = Sums.of([10, 20, 30], [1, 2, 3])
    assert clean + Sums.unit(10**12, 77) - Sums.unit(10**12, 77) == clean
    assert Sums.of([10, 20, 30, 40], [1, 2, 3, 4]) - Sums.unit(40, 4) == clean


def test_sums_beyond_64_bits_are_exact() -> None:
    large = 3 * 10**9
    found = Sums.of(np.array([large, large - 1]), np.array([large, -large]))
    assert (found.yy, found.xx[0]) == (large**2 + (large - 1) ** 2, 2 * large**2)
    assert Sums.of([2**70, 1]).yy == 2**140 + 1
    assert Sums.of(np.array([2**64 - 1], np.uint64)).y == 2**64 - 1


def test_variance_does_not_cancel() -> None:
    y = [10**12 + value for value in (1, 2, 3, 4)]
    assert Sums.of(y).variance == statistics.variance([1, 2, 3, 4])
    assert Sums.of(y).mean == 10**12 + 2.5


def test_events_count_the_rarer_side_and_heed_large_amounts() -> None:
    assert Sums.of([1] * 30 + [0] * 70).events == 30
    assert Sums.of([1] * 70 + [0] * 30).events == 30
    assert Sums.of([500] * 30 + [0] * 70).events == 30
    assert Sums.of([500] * 30 + [500_000]).events < 2
    assert Sums.of([0, 0]).events == 0


def test_arms_are_told_apart_and_the_held_out_left_out() -> None:
    assert per_arm([0, 1, -1, 1], 2, [1, 2, 3, 4]) == (Sums.of([1]), Sums.of([2, 4]))
    assert Sums.of([]) == Sums()
    assert merged([]) == Sums()


def test_nonsense_is_refused() -> None:
    with pytest.raises(TypeError, match="minor units"):
        Sums.of([1.5])
    with pytest.raises(ValueError, match="each unit"):
        Sums.of([1, 2], [1])
    with pytest.raises(ValueError, match="different covariates"):
        Sums.of([1]) + Sums.of([1], [1])
    with pytest.raises(ValueError, match="two units"):
        _ = Sums.unit(1).variance
    with pytest.raises(ValueError, match="not the sums"):
        _ = Sums(2, 10, 1).variance
