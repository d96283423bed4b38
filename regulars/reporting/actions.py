"""The refresh: facts down, analysis, scores up. One at a time in a house, whoever asks for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from regulars.customers.actions import ensure_summaries
from regulars.intelligence import analyses
from regulars.intelligence.analyses import value
from regulars.intelligence.days import to_date, to_day
from regulars.kit import clock
from regulars.reporting import load, queries
from regulars.reporting.models import (
    AnalysisResult,
    AnalysisRun,
    AnalysisSlice,
    Calibration,
    DuplicateRun,
    Picked,
    RunState,
)
from regulars.staff.queries import cost_to_serve

if TYPE_CHECKING:
    from regulars.intelligence.models.journey import Calibration as Learned
    from regulars.intelligence.nightly import Outcome
    from regulars.staff.models import User

RUNS_KEPT: Final = 60
STEPS: Final = (
    "facts",
    "ledger",
    "calibration",
    *analyses.FIRST,
    "scores",
    "moves",
    *analyses.COUNTED,
    *analyses.FURTHER,
    "forecasts",
    "slices",
)
"""What a run goes through, in this order."""


def refresh(
    *, by: User | None = None, as_of: datetime | None = None, run: AnalysisRun | None = None, whole: bool = False
) -> dict[str, Any]:
    """Analyse now and write what comes of it; waits while another refresh is running.

    Only what has changed is read again. Everybody is analysed anew on the first run of a day and in a house of ordinary
    size; in a large one, later runs take up those whose facts have changed (``intelligence.nightly``).

    Args:
        whole: read every fact, analyse everybody and write every score, whatever is remembered.
        as_of: judge as of the end of that day; by default now, or the end of the record when it ends long ago
            (docs/adr/0030).
        run: the row of a refresh that was asked for earlier.

    Returns:
        ``run, as_of, historical, customers, analysed, written, moves, scored, seconds``; ``as_of`` in ISO 8601, ``analysed`` how
        many of the customers were taken up, ``written`` how many rows of scores differed, ``scored`` the seconds until
        they were written, ``seconds`` those until everything was told.
    """
    with only_one():
        AnalysisRun.objects.filter(state=RunState.RUNNING).update(state=RunState.FAILED, error="stopped")
        run = run or AnalysisRun(asked_by=by)
        run.state, run.started_at = RunState.RUNNING, clock.now()
        run.save()
        try:
            analysed, written, scored = _work(run, as_of, whole)
        except BaseException as error:
            run.state, run.finished_at, run.error = (
                RunState.FAILED,
                clock.now(),
                f"{type(error).__name__}: {error}"[:500],
            )
            run.save()
            raise
    return {
        "run": run.pk, "as_of": run.as_of.isoformat() if run.as_of else None, "historical": run.historical, "customers": run.customers,
        "analysed": analysed, "written": written, "moves": run.moves, "scored": scored, "seconds": run.seconds,
    }  # fmt: skip


def ask_for_refresh(*, by: User | None = None) -> tuple[AnalysisRun, bool]:
    """The run that waits to begin, and whether it was made just now. A running one is not enough: it may have read too early."""
    with transaction.atomic():
        waiting = AnalysisRun.objects.filter(state=RunState.QUEUED).order_by("-id").first()
        return (waiting, False) if waiting else (AnalysisRun.objects.create(asked_by=by), True)


def ask_for_duplicates(*, by: User | None = None, batch_id: int | None = None) -> tuple[DuplicateRun, bool]:
    """The search for duplicates that waits to begin, and whether it was made just now; one of the whole record covers any batch."""
    with transaction.atomic():
        waiting = DuplicateRun.objects.filter(state=RunState.QUEUED).filter(Q(batch_id=None) | Q(batch_id=batch_id))
        found = waiting.order_by("-id").first()
        return (found, False) if found else (DuplicateRun.objects.create(asked_by=by, batch_id=batch_id), True)


def _work(run: AnalysisRun, as_of: datetime | None, whole: bool) -> tuple[int, int, float]:
    """Carry out a run; how many customers were taken up, how many rows of scores written, and after how many seconds."""
    from regulars.intelligence import nightly  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.memory import Memory  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.reporting.forecasts import believed, forecasts_up  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.reporting.moves import record_moves  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.reporting.scores import scores_up  # noqa: PLC0415 -- heavy: only for whoever analyses

    started = time.perf_counter()
    store = load.warehouse()
    _step(run, "facts")
    loaded = load.facts_down(store, whole=whole)
    many = loaded.whole or len(loaded.parties) > load.FEW
    ensure_summaries(party_ids=None if many else loaded.parties)
    if loaded.whole:
        Memory(store).forget()
    with nightly.run(
        store,
        now=_day_of(clock.now()),
        today=_day_of(as_of) if as_of else None,
        calibrations=calibrations_in_force(),
        changed=None if loaded.whole else loaded.parties,
        corrected=None if loaded.whole else loaded.corrected,
        owned=loaded.owned,
        cluster=settings.WAREHOUSE_URL,
        facts_before=loaded.before,
        before=queries.found_before("types"),
        params=params_of_company(),
        progress=lambda step: _step(run, step),
    ) as outcome:
        run.as_of, run.historical, run.currency = _moment(outcome, as_of), outcome.historical, outcome.horizon.currency
        _step(run, "scores")
        run.customers, (written, told) = outcome.customers, scores_up(outcome, run.as_of)
        _step(run, "moves")
        run.moves = record_moves(outcome, by_memory=as_of is None)
        scored = time.perf_counter() - started
        nightly.further(outcome, lambda step: _step(run, step))
        _step(run, "forecasts")
        run.believed = believed(outcome) if outcome.chosen is None else _believed_before()
        forecasts_up(outcome, run.as_of, run.believed, whole=loaded.whole)
        _step(run, "slices")
        sliced = _slices(run, outcome)
        run.facts = {name: held.rows for name, held in loaded.manifest.tables.items()}
        run.seconds = time.perf_counter() - started
        _finish(run, outcome, loaded, sliced)
        if as_of is None:
            nightly.remember(store, outcome, facts=loaded.manifest.token, told=told)
        else:  # a look back is nothing to go on from
            Memory(store).forget()
        return outcome.customers if outcome.chosen is None else len(outcome.chosen), written, scored


def params_of_company() -> dict[str, Any]:
    """By analysis, what the company has set: what an order and a contact cost."""
    per_order, per_contact = cost_to_serve()
    return {
        "value": value.Params(cost_per_order=per_order, cost_per_contact=per_contact, cost_currency=settings.CURRENCY)
    }


def _moment(outcome: Outcome, as_of: datetime | None) -> datetime:
    from regulars.reporting.scores import end_of  # noqa: PLC0415 -- heavy: only for whoever analyses

    if as_of is not None or outcome.historical:
        return min(end_of(outcome.horizon.today), clock.now())
    return clock.now()


@transaction.atomic
def _finish(run: AnalysisRun, outcome: Outcome, loaded: load.Loaded, sliced: list[AnalysisSlice]) -> None:
    """Store the results, those that wait for the night as they were, and forget the changes that went into them."""
    assert run.as_of is not None
    before = queries.last_done()
    if before:
        AnalysisResult.objects.bulk_create(
            AnalysisResult(run=run, name=one.name, as_of=one.as_of, seconds=0, result=one.result)
            for one in before.results.filter(name__in=analyses.names()) if one.name not in outcome.results
        )  # fmt: skip
        if outcome.chosen is not None:
            before.slices.update(run=run)
        before.picked.exclude(name__in=outcome.results).update(run=run)
    AnalysisResult.objects.bulk_create(
        AnalysisResult(run=run, name=name, as_of=run.as_of, seconds=seconds, result=result.as_dict())
        for name, (result, seconds) in outcome.results.items()
    )
    Picked.objects.bulk_create(
        Picked(run=run, name=name, key=key, parties=list(ids))
        for name, (result, _) in outcome.results.items() for key, ids in result.selections().items()
    )  # fmt: skip
    AnalysisSlice.objects.exclude(run=run).delete()
    AnalysisSlice.objects.bulk_create(sliced, batch_size=50)
    _keep(outcome.calibrations)
    load.reached(loaded)
    run.state, run.step, run.finished_at = RunState.DONE, "", clock.now()
    run.save()
    old = AnalysisRun.objects.order_by("-id").values_list("pk", flat=True)[RUNS_KEPT : RUNS_KEPT + 1000]
    AnalysisRun.objects.filter(pk__in=list(old)).delete()


def _slices(run: AnalysisRun, outcome: Outcome) -> list[AnalysisSlice]:
    """The slices of a run about everybody; those of the night stand otherwise."""
    from regulars.reporting import slices  # noqa: PLC0415 -- heavy: only for whoever analyses

    return slices.tell(run, outcome) if outcome.chosen is None else []


def _believed_before() -> dict[str, Any]:
    before = queries.last_done()
    return before.believed if before else {}


def calibrations_in_force() -> list[Learned]:
    """The calibrations of earlier runs; none when the product has since learned to judge by another model."""
    from regulars.intelligence.models.journey import NEVER  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.models.population import MODEL, from_dict  # noqa: PLC0415 -- heavy: only for whoever analyses

    kept = queries.calibrations()
    if any(values.get("model") != MODEL for _, values in kept):
        return []
    return [from_dict(-NEVER if since is None else since, values) for since, values in kept]


def _keep(learned: list[Learned]) -> None:
    """Store the calibrations in force; unchanged ones stay as they are."""
    from regulars.intelligence.models.journey import NEVER  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.models.population import as_dict  # noqa: PLC0415 -- heavy: only for whoever analyses

    wanted = {None if one.since == -NEVER else to_date(one.since): as_dict(one) for one in learned}
    stored = {one.since: one for one in Calibration.objects.all()}
    for since, one in stored.items():
        if wanted.get(since) != one.values:
            one.delete()
    missing = [since for since in wanted if since not in stored or stored[since].pk is None]
    Calibration.objects.bulk_create(Calibration(since=since, values=wanted[since]) for since in missing)


def _step(run: AnalysisRun, step: str) -> None:
    AnalysisRun.objects.filter(pk=run.pk).update(step=step)


def _day_of(moment: datetime) -> int:
    return to_day(timezone.localtime(moment).date())


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the lock of the warehouse; the kernel lets go of it if this process dies."""
    folder = Path(settings.HOME) / "warehouse"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / "lock", "ab") as file:
        try:
            import fcntl  # noqa: PLC0415 -- heavy: only for whoever analyses
        except ImportError:  # pragma: no cover -- Windows has one worker
            yield
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
