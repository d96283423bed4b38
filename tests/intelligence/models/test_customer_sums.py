"""The compiled sums over customers come to the bits that numpy comes to."""

from typing import Any

import numpy as np
import pytest

from regulars.intelligence.models import customer_sums
from regulars.intelligence.models.rhythm import MEMORY

Purchases = tuple[Any, Any, Any]


@pytest.fixture
def purchases() -> Purchases:
    """Customer, day and goods; one customer has none, some have one."""
    rng = np.random.default_rng(5)
    counts = np.minimum(rng.geometric(0.1, 400), 90)
    counts[[7, 200]] = 0, 1
    customer = np.repeat(np.arange(400, dtype=np.int32), counts)
    day = np.concatenate([rng.choice(3_000, one, replace=False) for one in counts])
    return customer, day[np.lexsort((day, customer))].astype(np.int32), rng.lognormal(8, 1, len(customer))


def test_customers_begin_where_they_do(purchases: Purchases) -> None:
    begins = customer_sums.starts(purchases[0])
    assert np.diff(begins).tolist() == np.bincount(purchases[0]).tolist()
    assert customer_sums.starts(np.empty(0, np.int32)).tolist() == [0]


@pytest.mark.parametrize("memory", [1.0, MEMORY])
def test_intervals_add_up_as_numpy_adds_them(purchases: Purchases, memory: float) -> None:
    customer, day, _ = purchases
    counts = np.bincount(customer)
    ordinal = np.arange(len(customer)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    same = customer[1:] == customer[:-1]
    who, gaps = customer[1:][same], np.diff(day)[same].astype(float)
    weight = memory ** (counts[who] - ordinal[1:][same])
    found = customer_sums.evidence(customer_sums.starts(customer), day, memory)
    for name, values in (("n", np.ones(len(gaps))), ("total", gaps), ("logs", np.log(gaps))):
        expected = np.bincount(who, weights=weight * values, minlength=len(counts))
        assert getattr(found, name).tobytes() == expected.tobytes(), name


def test_squares_are_taken_from_each_customers_own_mean(purchases: Purchases) -> None:
    customer, _, goods = purchases
    logs = np.log(goods)
    mean = np.bincount(customer, weights=logs) / np.maximum(np.bincount(customer), 1)
    found = customer_sums.squares(customer_sums.starts(customer), logs.copy())
    assert found.tobytes() == ((logs - mean[customer]) ** 2).tobytes()


def test_who_has_left_is_added_up_by_pool() -> None:
    rng = np.random.default_rng(6)
    share, pool, survival = rng.random(6), rng.integers(0, 5, 3_000), rng.random(3_000)
    own = share[pool]
    expected = np.bincount(pool, weights=own / (own + (1 - own) * survival), minlength=6)
    assert customer_sums.left(share, pool, survival).tobytes() == expected.tobytes()
