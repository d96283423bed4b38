"""Sums over customers and their purchases in compiled passes: what numpy would come to, bit by bit, without columns in between.

Everything is added up in the order of customers and days. Logarithms of intervals are looked up among numpy's own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from regulars.intelligence.models.compiled import compiled
from regulars.intelligence.models.rhythm import Evidence


def starts(customer: Any) -> Any:
    """Where each of the customers 0 … C−1 begins among the purchases, and the end; ``customer`` ascends."""
    found = np.zeros((int(customer[-1]) if len(customer) else -1) + 2, np.int64)
    _count(customer, found)
    return found


def evidence(begins: Any, day: Any, memory: float = 1.0) -> Evidence:
    """Everybody's intervals, one row per customer, each older one counting ``memory`` of the next newer."""
    many, longest = _extent(begins, day)
    logs = np.log(np.maximum(np.arange(longest + 1), 1))
    n, total, logarithms = sums = np.zeros((3, len(begins) - 1))
    _add(begins, day, logs, memory ** np.arange(many), sums)
    return Evidence(n, total, logarithms)


def squares(begins: Any, values: Any) -> Any:
    """Each value's squared distance from the mean of its customer's; written over the values."""
    _from_mean(begins, values)
    return values


@compiled
def left(share: Any, pool: Any, survival: Any) -> Any:
    """By pool, how many customers are to be expected to have left: ``share`` of each pool leaves; ``pool`` and ``survival`` of each customer."""
    sums = np.zeros(len(share))
    for who in range(len(pool)):
        own = share[pool[who]]
        sums[pool[who]] += own / (own + (1.0 - own) * survival[who])
    return sums


@compiled
def _count(customer: Any, found: Any) -> None:
    for n in range(len(customer)):
        found[customer[n] + 1] += 1
    for one in range(1, len(found)):
        found[one] += found[one - 1]


@compiled
def _extent(begins: Any, day: Any) -> tuple[int, int]:
    """The most purchases of anybody, and the longest interval."""
    most: Any = 0
    longest: Any = 0
    for who in range(len(begins) - 1):
        most = max(most, begins[who + 1] - begins[who])
        for n in range(begins[who] + 1, begins[who + 1]):
            longest = max(longest, np.int64(day[n] - day[n - 1]))
    return most, longest


@compiled
def _add(begins: Any, day: Any, logs: Any, fading: Any, sums: Any) -> None:
    for who in range(len(begins) - 1):
        for n in range(begins[who] + 1, begins[who + 1]):
            gap, weight = day[n] - day[n - 1], fading[begins[who + 1] - 1 - n]
            sums[0, who] += weight
            sums[1, who] += weight * gap
            sums[2, who] += weight * logs[gap]


@compiled
def _from_mean(begins: Any, values: Any) -> None:
    for who in range(len(begins) - 1):
        if begins[who] == begins[who + 1]:
            continue
        total = 0.0
        for n in range(begins[who], begins[who + 1]):
            total += values[n]
        mean = total / (begins[who + 1] - begins[who])
        for n in range(begins[who], begins[who + 1]):
            values[n] = (values[n] - mean) * (values[n] - mean)
