"""Queues: textbook figures, limits, and a simulation of callers who give up."""

import heapq
import math

import numpy as np
import pytest

from regulars.intelligence.models import erlang_a, erlang_b, erlang_c


def test_erlang_c_is_that_of_the_textbook() -> None:
    """100 calls in half an hour of 180 s each, 14 agents, answered within 20 s: 88.8 %, 17.4 % wait, 7.8 s on average."""
    queue = erlang_c(100 * 180 / 1800, 14, handle=180, within=20)
    assert (queue.service_level, queue.waits) == pytest.approx((0.8884, 0.1741), abs=6e-5)
    assert queue.mean_wait == pytest.approx(7.84, abs=0.005)
    assert queue.occupancy == pytest.approx(10 / 14)


def test_erlang_b_is_its_formula_and_does_not_overflow() -> None:
    terms = [10**n / math.factorial(n) for n in range(15)]
    assert erlang_b(10, 14) == pytest.approx(terms[14] / sum(terms))
    assert 0 < erlang_b(5_000, 5_000) < 0.02


def test_too_few_agents_let_the_queue_grow_unless_callers_give_up() -> None:
    assert erlang_c(10, 10, handle=180, within=20).mean_wait == math.inf
    assert math.isfinite(erlang_a(20, 10, handle=180, patience=60, within=20).mean_wait)


def test_endless_patience_makes_a_into_c() -> None:
    patient = erlang_a(10, 14, handle=180, patience=1e10, within=20)
    other = erlang_c(10, 14, handle=180, within=20)
    assert (patient.waits, patient.service_level, patient.mean_wait) == pytest.approx(
        (other.waits, other.service_level, other.mean_wait), rel=1e-6
    )


def test_erlang_a_agrees_with_a_simulation_of_callers() -> None:
    random = np.random.default_rng(11)
    load, agents, handle, patience, within, calls = 10.0, 9, 180.0, 120.0, 20.0, 150_000
    now, free, waited, answered, left, in_time = 0.0, [0.0] * agents, 0, 0.0, 0, 0
    for _ in range(calls):
        now += random.exponential(handle / load)
        start = max(free[0], now)
        wait, willing = start - now, random.exponential(patience)
        waited += wait > 0
        answered += min(wait, willing)
        if wait > willing:
            left += 1
            continue
        in_time += wait <= within
        heapq.heapreplace(free, start + random.exponential(handle))
    queue = erlang_a(load, agents, handle=handle, patience=patience, within=within)
    found = (waited / calls, in_time / calls, answered / calls, left / calls)
    assert (queue.waits, queue.service_level, queue.mean_wait, queue.abandoned) == pytest.approx(found, rel=0.03)


def test_nobody_calls_and_nonsense() -> None:
    assert erlang_c(0, 3, handle=180, within=20).service_level == 1.0
    assert erlang_a(0, 3, handle=180, patience=60, within=20).occupancy == 0.0
    for call in (lambda: erlang_b(-1, 3), lambda: erlang_a(1, 0, handle=1, patience=1, within=1)):
        with pytest.raises(ValueError, match="agent"):
            call()
