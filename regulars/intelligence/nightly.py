"""One run of everything: facts in the warehouse → calibration → stages → analyses → one row of scores a customer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from regulars.intelligence import analyses
from regulars.intelligence.analyses.base import Desk, Journey, Result
from regulars.intelligence.models import population
from regulars.intelligence.models.journey import NEVER, Calibration, Purchases
from regulars.intelligence.warehouse import engine, ledger
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.store import Store

Progress = Callable[[str], None]

_SCORES = """
SELECT c.customer_id, c.orders_12m, c.revenue_12m, c.revenue_prior_12m, CASE WHEN $costs_known THEN c.margin_12m END AS margin_12m,
    w.recency_score, w.frequency_score, w.monetary_score, coalesce(w.class, '') AS class, w.value_rank, w.value_percentile,
    w.contribution_12m, w.contribution_24m, w.gain, w.more_basket, w.more_often, w.basket, w.best_basket, w.best_rhythm,
    w.rhythm_peers, w.basket_peers, w.usual_purchases, c.returned,
    coalesce(s.stage, 0)::INTEGER AS stage, s.since, s.previous, s.silence, s.usual_days, s.low_days, s.high_days,
    s.survival, s.gone, s.expected_days, s.intervals, s.change, s.amount_change,
    n.at_stake, n.action, n.year, c.purchases, c.first_day, c.last_day, c.created_day, c.first_contact_day,
    c.open_complaints, c.complaint_day, c.usual_goods, c.first_trade_day, s.returned_after
FROM customer c
LEFT JOIN standing s USING (customer_id) LEFT JOIN worth w USING (customer_id) LEFT JOIN next_step n USING (customer_id)
ORDER BY c.customer_id
"""


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    Attributes:
        historical: True when the facts end long before now, so that they were judged as of their own end.
        scores: one row per party, as an Arrow table.
        calibrations: those in force, the newest last.
        results: by name of analysis, with the seconds it took.
    """

    horizon: Horizon
    historical: bool
    scores: Any
    journey: Journey
    calibrations: list[Calibration]
    results: dict[str, tuple[Result, float]] = field(default_factory=dict)


def run(
    store: Store, *, now: int, today: int | None = None, calibrations: list[Calibration] | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:  # fmt: skip
    """Analyse everything in ``store``.

    Args:
        now: the present day number.
        today: judge as of the end of this day; by default ``now``, or the end of the facts when they are history.
        calibrations: those of earlier runs; a new one is added on the first run of a month.
        progress: told the name of each step as it begins.
    """
    with engine.opened(store) as connection:
        progress("ledger")
        historical = False
        if today is None:
            today, historical = ledger.last_day_of_record(connection, now)
        horizon = ledger.prepare(connection, today=today)
        progress("calibration")
        desk = Desk(connection, horizon, population.renewed(calibrations or [], _purchases(connection), today))
        results = {}
        for name in analyses.names():
            progress(name)
            started = time.perf_counter()
            result = analyses.get(name).run(desk)
            results[name] = (result, time.perf_counter() - started)
        scores = connection.execute(_SCORES, {"costs_known": horizon.costs_known}).to_arrow_table()
    assert desk.journey is not None
    return Outcome(horizon, historical, scores, desk.journey, desk.calibrations, results)


def _purchases(connection: engine.Engine) -> Purchases:
    _, read = ledger.purchases(connection)
    size = len(read["customer"])
    return Purchases(read["customer"], read["day"], read["goods"], np.zeros(size, bool), np.full(size, NEVER))
