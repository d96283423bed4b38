"""The compiled loops of ``linear`` (customers are rows, each with the places of what he has bought, ascending) and of ``again``."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.intelligence.models.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FINE: Final = 1e9
"""Scores are compared to nine decimals, so that equals stay equal on every machine."""


@compiled
def count_together(starts: Ints, places: NDArray[Any], counts: Floats) -> None:
    """Add to ``counts`` how many of these customers bought both, on the diagonal how many bought one; its lower half is left."""
    for row in range(len(starts) - 1):
        for one in range(starts[row], starts[row + 1]):
            for other in range(one, starts[row + 1]):
                counts[places[one], places[other]] += 1.0


@compiled
def best_new(starts: Ints, places: NDArray[Any], weights: Floats, count: int) -> tuple[Ints, Floats]:
    """The ``count`` places of highest score that each customer has not, and their scores; −1 and −∞ where there are fewer.

    A score is the sum of the rows of ``weights`` of what he has. Equal scores: the lower place first.
    """
    size = len(weights)
    found = np.full((len(starts) - 1, count), -1, np.int64)
    best = np.full((len(starts) - 1, count), -np.inf)
    scores = np.empty(size)
    for row in range(len(starts) - 1):
        scores[:] = 0.0
        for at in range(starts[row], starts[row + 1]):
            scores += weights[places[at]]
        scores[:] = np.rint(scores * FINE)
        for at in range(starts[row], starts[row + 1]):
            scores[places[at]] = -np.inf
        _keep_best(scores, found[row], best[row])
    return found, best / FINE


@compiled
def _keep_best(scores: Floats, found: Ints, best: Floats) -> None:
    """Put the highest scores and their places in order."""
    least = best[-1]
    for place in range(len(scores)):
        score = scores[place]
        if score <= least:
            continue
        at = len(best) - 1
        while at > 0 and best[at - 1] < score:
            best[at], found[at] = best[at - 1], found[at - 1]
            at -= 1
        best[at], found[at] = score, place
        least = best[-1]


@compiled
def speaks_most(starts: Ints, places: NDArray[Any], weights: Floats, offered: Ints) -> Ints:
    """The place among what each customer has that speaks most for each place offered to him; −1: none does, or nothing is offered."""
    found = np.full(offered.shape, -1, np.int64)
    for row in range(len(starts) - 1):
        for number in range(offered.shape[1]):
            best = 0.0
            if offered[row, number] < 0:
                continue
            for at in range(starts[row], starts[row + 1]):
                weight = weights[places[at], offered[row, number]]
                if weight > best:
                    best = weight
                    found[row, number] = places[at]
    return found


@compiled
def is_sorted(customer: Ints, item: Ints, time: Ints) -> bool:
    """Whether rows stand by customer, then item, then time."""
    for at in range(1, len(customer)):
        if customer[at] != customer[at - 1]:
            rises = customer[at] > customer[at - 1]
        elif item[at] != item[at - 1]:
            rises = item[at] > item[at - 1]
        else:
            rises = time[at] >= time[at - 1]
        if not rises:
            return False
    return True


@compiled
def habits(customer: Ints, item: Ints, time: Ints) -> tuple[Ints, Ints, Ints]:
    """Of sorted rows, each customer and item once: where its rows begin, at how many different times there were any, the last."""
    starts, times, last = np.empty_like(customer), np.empty_like(customer), np.empty_like(customer)
    many = 0
    for at in range(len(customer)):
        if at == 0 or customer[at] != customer[at - 1] or item[at] != item[at - 1]:
            starts[many], times[many] = at, 1
            many += 1
        elif time[at] != time[at - 1]:
            times[many - 1] += 1
        last[many - 1] = time[at]
    return starts[:many], times[:many], last[:many]


@compiled
def most_first(customer: Ints, times: Ints, buyers: Ints) -> Ints:
    """The order in which each customer's rows stand by ``times``, then by ``buyers``, the highest first; equals stay as they are."""
    order = np.arange(len(customer))
    begin = 0
    while begin < len(customer):
        end = begin + 1
        while end < len(customer) and customer[end] == customer[begin]:
            row, at = end, end
            while at > begin:
                before = order[at - 1]
                if times[before] > times[row] or (times[before] == times[row] and buyers[before] >= buyers[row]):
                    break
                order[at] = before
                at -= 1
            order[at] = row
            end += 1
        begin = end
    return order
