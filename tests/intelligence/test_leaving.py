"""Leaving: shares recovered from a simulation in which who left is known, and probabilities that keep their word."""

import numpy as np
import pytest

from regulars.intelligence.models.leaving import STEPS, Leaving, LeavingModel, step_of

SHARES = (0.45, 0.3, 0.2, 0.1, 0.05, 0.03)


@pytest.fixture(scope="module")
def world() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Exponential intervals of mean 40 days over three years; returned by pool, purchases, silence, left."""
    rng = np.random.default_rng(8)
    start = rng.uniform(0, 1000, 12_000)
    returned, purchases = np.zeros(len(STEPS)), np.ones(12_000, int)
    left, waiting = np.zeros(12_000, bool), np.ones(12_000, bool)
    at = start.copy()
    while waiting.any():
        goes = rng.random(12_000) < np.array(SHARES)[step_of(purchases)]
        left |= waiting & goes
        waiting &= ~goes
        following = at + rng.exponential(40, 12_000)
        waiting &= following < 1095
        np.add.at(returned, step_of(purchases)[waiting], 1)
        at[waiting] = following[waiting]
        purchases[waiting] += 1
    return returned, purchases, 1095 - at, left


def test_shares_are_recovered(world: tuple[np.ndarray, ...]) -> None:
    returned, purchases, silence, _ = world
    fitted = LeavingModel().fit(returned, purchases, np.exp(-silence / 40)).shares_
    assert fitted == pytest.approx(SHARES, abs=0.02)


def test_probability_of_having_left_keeps_its_word(world: tuple[np.ndarray, ...]) -> None:
    returned, purchases, silence, left = world
    survival = np.exp(-silence / 40)
    gone = LeavingModel().fit(returned, purchases, survival).leaving_.gone(purchases, survival)
    for low in np.arange(0, 1, 0.2):
        here = (gone >= low) & (gone < low + 0.2)
        assert gone[here].mean() == pytest.approx(left[here].mean(), abs=0.07)


def test_survival_when_gone_undoes_gone() -> None:
    leaving = Leaving(SHARES)
    survival = leaving.survival_when_gone([1, 4, 20], 0.75)
    assert leaving.gone([1, 4, 20], survival) == pytest.approx([0.75] * 3)
