"""What the analyses foretell of the demonstration company, beside what is true of it."""

from datetime import date

import numpy as np
import pytest

from regulars.demo.simulator.company import Company, generate
from regulars.demo.simulator.model import DAYS, State
from regulars.intelligence.models import backtest
from regulars.intelligence.models.lifetime import outlook

TODAY = date(2026, 3, 18)


@pytest.fixture(scope="module")
def company() -> Company:
    return next(generate(customers=4_000, seed=7, today=TODAY))


def trail_of(company: Company) -> outlook.Trail:
    """Everybody's trade: one row a customer and day."""
    bought = company.orders.customer >= 0
    days = np.unique(np.column_stack([company.orders.customer, company.orders.at.astype(np.int64)])[bought], axis=0)
    return outlook.Trail(days[:, 0], days[:, 1], np.ones(len(days)), np.ones(len(days), bool))


def test_how_many_are_still_customers_is_told_at_the_true_level(company: Company) -> None:
    """Having left cannot be seen, and the model says it of few; not ordering again can, and that is what is told."""
    trail = trail_of(company)
    known = trail.known(DAYS - 1)
    there = (company.course.state != State.LEFT)[trail.ids[known.who]]
    model = outlook.Outlook().fit(known)
    told = model.foretell(known, 365, outlook.PATIENCE).alive
    not_left = model.buying_.probability_alive(known.x, known.t, known.T)
    assert not_left.mean() > there.mean() + 0.1
    assert told.mean() == pytest.approx(there.mean(), abs=0.05)
    assert ((told - there) ** 2).mean() < 0.65 * ((not_left - there) ** 2).mean()
    found = backtest.auc(told, there)
    assert found is not None
    assert found > 0.9
