"""Is B bought after A more often than chance order would have it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.patterns.baskets import Codes, Histories, Ints, as_histories
from regulars.intelligence.models.patterns.rules import Floats, Z


@dataclass(frozen=True)
class OrderLift:
    """For each pair asked about.

    Attributes:
        both: customers who bought both.
        count: those of them with B in a later basket than some A.
        expected: as many there would be if each customer's baskets had come in random order.
        lift: ``count`` over ``expected``; ``lift_low`` the lower end of its 95 % interval.
        error: standard error of ``lift`` where order is chance.
    """

    both: Ints
    count: Ints
    expected: Floats
    lift: Floats
    lift_low: Floats
    error: Floats


def order_lift(customers: Histories | Iterable[Iterable[Any]], first: Codes, then: Codes) -> OrderLift:
    """How the observed order of item codes ``first[i]`` → ``then[i]`` compares with chance.

    The null is exact and each customer's own: he bought what he bought, but his baskets might have come in any order. With α
    baskets that hold A, β that hold B and none that hold both, B is never after A with probability α! β! / (α + β)!; with one
    that holds both, (α − 1)! (β − 1)! / (α + β − 1)!; with more, 0. Customers are independent.
    """
    given = as_histories(customers)
    baskets = given.baskets
    lengths = np.diff(baskets.offsets)
    basket = np.repeat(np.arange(len(baskets)), lengths)
    owner = np.repeat(np.arange(len(given)), np.diff(given.starts))
    narrow = (
        baskets.items.astype(np.int16) if baskets.codes < 2**15 else baskets.items
    )  # short numbers are sorted by digits
    order = np.argsort(narrow, kind="stable")  # baskets ascend already
    item, held = baskets.items[order], basket[order]
    fresh = np.r_[True, (np.diff(item) != 0) | (np.diff(held) != 0)] if len(item) else np.zeros(0, bool)
    item, held = item[fresh], held[fresh]
    heads = np.searchsorted(item, np.arange(baskets.codes + 1))
    both, count, expected, variance = _compare(held, owner, heads, np.asarray(first), np.asarray(then))
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(expected > 0, count / expected, np.nan)
        error = np.where(expected > 0, np.sqrt(variance) / expected, np.nan)
    return OrderLift(both, count, expected, lift, np.maximum(lift - Z * error, 0.0), error)


@compiled
def _compare(held: Ints, owner: Ints, heads: Ints, first: Codes, then: Codes) -> tuple[Ints, Ints, Floats, Floats]:
    """Walk the baskets of both items of each pair side by side, customer by customer."""
    size = len(first)
    both, count = np.zeros(size, np.int64), np.zeros(size, np.int64)
    expected, variance = np.zeros(size), np.zeros(size)
    for pair in range(size):
        a, a_end = heads[first[pair]], heads[first[pair] + 1]
        b, b_end = heads[then[pair]], heads[then[pair] + 1]
        while a < a_end and b < b_end:
            who = owner[held[a]]
            if owner[held[b]] < who:
                b += 1
                continue
            if owner[held[b]] > who:
                a += 1
                continue
            a_first, a_from, b_from, shared, b_last = held[a], a, b, 0, held[b]
            while (a < a_end and owner[held[a]] == who) or (b < b_end and owner[held[b]] == who):
                in_a = a < a_end and owner[held[a]] == who
                in_b = b < b_end and owner[held[b]] == who
                if in_a and in_b and held[a] == held[b]:
                    shared += 1
                    b_last = held[b]
                    a += 1
                    b += 1
                elif in_b and (not in_a or held[b] < held[a]):
                    b_last = held[b]
                    b += 1
                else:
                    a += 1
            chance = 1.0 - _never(a - a_from, b - b_from, shared)
            both[pair] += 1
            count[pair] += a_first < b_last
            expected[pair] += chance
            variance[pair] += chance * (1 - chance)
    return both, count, expected, variance


@compiled
def _never(alpha: int, beta: int, shared: int) -> float:
    """How likely no B comes after any A in random order."""
    if shared > 1:
        return 0.0
    alpha, beta, chance = alpha - shared, beta - shared, 1.0
    for step in range(1, alpha + 1):
        chance *= step / (beta + step)
    return chance / (alpha + beta + 1) if shared else chance
