"""One run: facts in the warehouse → calibration → stages → analyses → one row of scores a customer.

Everybody is analysed on the first run of a day, and always in a small house. In a large one, runs on the same day take
up only those whose facts have changed: they are judged as in a full run, and placed among the others by the lines that
the last full run drew (``desk.Ruler``). docs/adr/0034 says what is exact and what waits for the night.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.intelligence import analyses
from regulars.intelligence.analyses import concentration, cycle, next_step, stage, value
from regulars.intelligence.analyses.base import Json, Result
from regulars.intelligence.analyses.desk import Desk, Ruler
from regulars.intelligence.memory import Memory, Notes
from regulars.intelligence.models import population
from regulars.intelligence.models.journey import NEVER, Calibration, Purchases
from regulars.intelligence.warehouse import distributed, engine, ledger
from regulars.intelligence.warehouse.ledger import Horizon
from regulars.intelligence.warehouse.state import State
from regulars.intelligence.warehouse.store import Store

Progress = Callable[[str], None]
log = logging.getLogger(__name__)

SMALL_HOUSE: Final = 50_000
"""With fewer customers than this, everybody is analysed every time: it takes a second or two."""
MOST_AT_ONCE: Final = 0.02
"""Share of customers above which a full run is as quick."""

_SCORE = """
CREATE OR REPLACE TEMP TABLE score AS
SELECT c.*, coalesce(s.stage, 0)::INTEGER AS stage, s.* EXCLUDE (customer_id, stage),
    w.recency_score, w.frequency_score, w.monetary_score, coalesce(w.class, '') AS class, w.value_rank, w.value_percentile,
    w.contribution_12m, w.contribution_24m, w.gain, w.more_basket, w.more_often, w.basket, w.best_basket, w.best_rhythm,
    w.rhythm_peers, w.basket_peers, n.at_stake, n.action, n.year
FROM customer c
LEFT JOIN standing s USING (customer_id) LEFT JOIN worth w USING (customer_id) LEFT JOIN next_step n USING (customer_id)
ORDER BY c.customer_id
"""
_COUNTED_BY = """customer_id, stage, purchases, orders, returns, revenue, revenue_12m, class, contribution_12m, contribution_24m, gain,
    usual_days, survival, intervals, action, at_stake"""
_VIEWS = {
    "customer": "SELECT * FROM whole",
    "standing": "SELECT * FROM whole WHERE purchases > 0",
    "worth": "SELECT * FROM whole WHERE orders > 0 OR returns > 0",
    "next_step": "SELECT * FROM whole",
}
_MERGED = "SELECT * FROM kept_{0} WHERE customer_id NOT IN (SELECT customer_id FROM chosen) UNION ALL SELECT * FROM {0}"


@dataclass(frozen=True)
class Outcome:
    """What a run found. Its tables ``score`` and ``move`` lie in ``engine`` while the run's block lasts.

    Attributes:
        historical: True when the facts end long before now, so that they were judged as of their own end.
        calibrations: those in force, the newest last.
        results: by name of analysis, with the seconds it took.
        chosen: whom the run was about; None when everybody.
        customers: how many customers there are in all.
        remembered: whether what the run before found lies in ``engine`` as ``kept_score``, ``kept_move`` and ``kept_told``.
        desk: what lies before the analyses that are carried out when the scores are written.
        params: what the company has set of the ``Params`` of analyses, by name.
    """

    engine: engine.Engine
    horizon: Horizon
    historical: bool
    calibrations: list[Calibration]
    ruler: Ruler
    customers: int
    desk: Desk
    chosen: Collection[int] | None = None
    remembered: bool = False
    results: dict[str, tuple[Result, float]] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, Horizon, Ruler]:
        """What is to be noted with the tables."""
        return _fingerprint(self.calibrations, self.params), self.horizon, self.ruler


@contextmanager
def run(
    store: Store, *, now: int, today: int | None = None, calibrations: list[Calibration] | None = None,
    changed: Collection[int] | None = None, corrected: Collection[int] | None = None, facts_before: str = "",
    owned: Mapping[str, pa.Table] | None = None, cluster: str = "", before: Mapping[str, Json] | None = None,
    params: Mapping[str, Any] | None = None, progress: Progress = lambda _: None,
) -> Iterator[Outcome]:  # fmt: skip
    """Analyse what lies in ``store``.

    Args:
        now: the present day number.
        today: judge as of the end of this day; by default ``now``, or the end of the facts when they are history.
        calibrations: those of earlier runs; a new one is added on the first run of a month.
        changed: whose facts have changed since the generation ``facts_before`` of the warehouse; None when that is not known.
        corrected: of these, whose trade of before has changed.
        owned: all facts of these by table, where somebody has them at hand.
        cluster: address of the Spark that groups the facts of everybody; empty: this machine does.
        before: what analyses found in the run before, by name: kinds of customers keep their numbers by it.
        params: what the company has set of the ``Params`` of analyses, by name.
        progress: told the name of each step as it begins.
    """
    memory = Memory(store)
    notes = memory.notes()
    with engine.opened(store) as connection:
        progress("ledger")
        historical, looks_back = False, today is not None
        if today is None:
            today, historical = ledger.last_day_of_record(connection, now)
        _recall(connection, memory, notes)
        kept, settings = list(calibrations or []), params or {}
        learned = _fingerprint(kept, settings)
        if (
            changed is not None
            and notes
            and _may_add(connection, notes, kept, changed, today=today, learned=learned, facts_before=facts_before)
        ):
            State(store).lay(connection, notes.horizon, facts_before=facts_before, corrected=corrected)
            yield _some(connection, notes, historical, kept, changed, progress, owned=owned or {}, params=settings)
        else:
            horizon = ledger.look(connection, today)
            made: Collection[str] = ()
            state = State(store)
            if cluster:
                made = distributed.lay(connection, cluster, store, horizon)
            elif not looks_back:
                state.lay(connection, horizon, facts_before=facts_before, corrected=corrected)
                made = ("state",)
            occasions = ledger.group(connection, horizon, made=made, passed=state.occasions)
            desk = Desk(connection, horizon, before=before or {}, params=settings, historical=historical)
            desk.purchases = ledger.purchases(connection, occasions)
            del occasions
            yield _all(desk, notes, kept, progress)


def _recall(connection: engine.Engine, memory: Memory, notes: Notes | None) -> None:
    if notes is None:
        return
    for name in memory.store.manifest().tables:
        connection.execute(f"CREATE VIEW kept_{name} AS {memory.store.reading(name)}")


def _may_add(
    connection: engine.Engine,
    notes: Notes,
    kept: list[Calibration],
    changed: Collection[int],
    *,
    today: int,
    learned: str,
    facts_before: str,
) -> bool:
    """Whether what is remembered is of the same day, calibrations, settings and the facts just before, and few have changed."""
    same = notes.facts == facts_before and notes.horizon.today == today and notes.learned == learned
    if not same or not kept or population.is_due(kept, today):
        return False
    customers = connection.execute("SELECT count(*) FROM kept_score").fetchone()[0]
    return bool(customers >= SMALL_HOUSE and len(changed) <= MOST_AT_ONCE * customers)


def _all(desk: Desk, notes: Notes | None, kept: list[Calibration], progress: Progress) -> Outcome:
    progress("calibration")
    desk.calibrations = _learned(desk, kept)
    results = {}
    for name in analyses.FIRST:
        progress(name)
        results[name] = _timed(partial(analyses.get(name).run, desk))
    desk.engine.execute(_SCORE)
    come_back = results["next_step"][0].as_dict()["come_back"]
    ruler = Ruler(*value.lines(desk), next_step.line(desk), come_back)
    customers = desk.engine.execute("SELECT count(*) FROM score").fetchone()[0]
    return Outcome(
        desk.engine, desk.horizon, desk.historical, desk.calibrations, ruler, customers, desk, remembered=notes is not None,
        results=results, params=desk.params,
    )  # fmt: skip


def _learned(desk: Desk, kept: list[Calibration]) -> list[Calibration]:
    """The calibrations in force, a new one among them when it is due."""
    assert desk.purchases is not None
    _, read = desk.purchases
    size = len(read["customer"])
    none = np.broadcast_to(False, size), np.broadcast_to(NEVER, size)
    bought = Purchases(read["customer"], read["day"], read["goods"], *none)
    return population.renewed(kept, bought, desk.horizon.today)


def further(outcome: Outcome, progress: Progress = lambda _: None) -> None:
    """Carry out the analyses that scores do not wait for; when the run was about some, what can be counted of everybody.

    One for which this machine has not enough memory is left out, and told in the log: its page keeps what it found before,
    and what it gives to the forecasts of customers is left empty.
    """
    if outcome.chosen is not None:
        _counted(outcome, progress)
        return
    for name in (*analyses.COUNTED, *analyses.FURTHER):
        progress(name)
        try:
            outcome.results[name] = _timed(partial(analyses.get(name).run, outcome.desk))
        except (engine.OutOfMemory, MemoryError) as error:
            log.warning("%s: not enough memory (%s)", name, str(error).partition("\n")[0])


def _timed(analyse: Callable[[], Result]) -> tuple[Result, float]:
    """What an analysis found, and the seconds it took."""
    started = time.perf_counter()
    return analyse(), time.perf_counter() - started


def _some(
    connection: engine.Engine,
    notes: Notes,
    historical: bool,
    kept: list[Calibration],
    changed: Collection[int],
    progress: Progress,
    *,
    owned: Mapping[str, pa.Table],
    params: Mapping[str, Any],
) -> Outcome:
    """Only whose facts have changed; the lines between customers stay where the last full run drew them."""
    connection.register("_chosen", pa.table({"customer_id": pa.array(sorted(changed), pa.int64())}))
    connection.execute("CREATE TEMP TABLE chosen AS SELECT * FROM _chosen")
    horizon = ledger.stretched(connection, notes.horizon)
    ledger.only(connection, owned)
    ledger.group(connection, horizon, made=("state",))
    connection.execute("CREATE TEMP VIEW known AS SELECT * FROM kept_score")
    desk = Desk(connection, horizon, kept, ruler=notes.ruler, params=params)
    for step, make in (("stage", stage.make), ("value", value.make), ("next_step", next_step.make)):
        progress(step)
        make(desk)
    connection.execute(_SCORE)
    connection.execute("ALTER VIEW move RENAME TO moved_now")
    customers = connection.execute(
        "SELECT (SELECT count(*) FROM score) + (SELECT count(*) FROM kept_score ANTI JOIN chosen USING (customer_id))"
    ).fetchone()[0]
    return Outcome(
        connection,
        horizon,
        historical,
        kept,
        notes.ruler,
        customers,
        desk,
        chosen=changed,
        remembered=True,
        params=params,
    )


def _counted(outcome: Outcome, progress: Progress) -> None:
    """What is counted over everybody, but for the months (``movement``), which are counted at night."""
    desk, connection = outcome.desk, outcome.engine
    connection.execute(f"CREATE TEMP TABLE whole AS {_MERGED.format('score').replace('*', _COUNTED_BY)}")
    for name, query in _VIEWS.items():
        connection.execute(f"DROP {'VIEW' if name == 'standing' else 'TABLE'} {name}")
        connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
    connection.execute(f"CREATE TEMP VIEW move AS {_MERGED.format('move').replace('FROM move', 'FROM moved_now')}")
    measures: dict[str, Callable[[], Result]] = {
        "stage": lambda: stage.measure(desk),
        "value": lambda: value.measure(desk),
        "concentration": lambda: concentration.run(desk),
        "cycle": lambda: cycle.run(desk),
        "next_step": lambda: next_step.measure(desk, outcome.ruler.come_back),
    }
    for name, measure in measures.items():
        progress(name)
        outcome.results[name] = _timed(measure)


def remember(store: Store, outcome: Outcome, *, facts: str, told: str) -> None:
    """Keep what was found for the next run; called when everything is written.

    Args:
        facts: the token of the generation of the warehouse that it rests on.
        told: a query that gives ``customer_id`` and hashes of what the record was told in this run.
    """
    learned, horizon, ruler = outcome.notes
    moved = "move" if outcome.chosen is None else "moved_now"
    queries = {"score": "SELECT * FROM score", "move": f"SELECT * FROM {moved}", "told": told}  # noqa: S608 -- one of two names
    notes = Notes(facts, learned, horizon, ruler)
    if outcome.chosen is None:
        Memory(store).keep_all(outcome.engine, queries, notes)
    else:
        Memory(store).keep_some(outcome.chosen, outcome.engine, queries, notes)


def _fingerprint(calibrations: list[Calibration], params: Mapping[str, Any]) -> str:
    """Of all that a run goes by besides the facts: a change of it is a change for everybody."""
    learned = [[one.since, population.as_dict(one)] for one in calibrations]
    said = json.dumps([learned, {name: asdict(one) for name, one in params.items()}], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
