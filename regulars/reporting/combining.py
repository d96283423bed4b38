"""A page narrowed by two dimensions at once: counted when somebody asks for it, and then by every refresh for a month.

All pairs would be as many refreshes again. So the worker opens the facts as the last refresh left them, computes what the one
analysis needs, tells the slice and keeps it beside the others. Nothing else is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from regulars.intelligence import analyses
from regulars.intelligence.analyses import slices as told
from regulars.kit import clock
from regulars.reporting import load, queries
from regulars.reporting.models import AnalysisSlice, AskedSlice, RunState

if TYPE_CHECKING:
    from regulars.intelligence.analyses.base import Result
    from regulars.intelligence.analyses.slices import Slice
    from regulars.intelligence.nightly import Outcome
    from regulars.staff.models import User

MOST: Final = 2
"""Dimensions at once."""
REMEMBERED: Final = 40
"""So many of the slices asked for last are told again by a refresh, those of the last ``KEPT_DAYS``."""
KEPT_DAYS: Final = 30
STEPS: Final = ("ledger", "calibration", *analyses.names(), "slices")


def ask(name: str, parts: Iterable[tuple[str, str]], *, by: User | None) -> tuple[AskedSlice, bool]:
    """The slice that is to be told, and whether the worker has to be asked for it."""
    dimension, value = told.joined(parts)
    with transaction.atomic():
        asked, made = AskedSlice.objects.get_or_create(
            name=name, dimension=dimension, value=value, defaults={"asked_by": by}
        )
        if made or not is_under_way(asked):
            asked.state, asked.step, asked.error = RunState.QUEUED, "", ""
            asked.asked_at, asked.asked_by = clock.now(), by
            asked.save()
            return asked, True
    return asked, False


def is_under_way(asked: AskedSlice) -> bool:
    """Whether it waits or is being told; what was asked for more than an hour ago is taken to have died."""
    recent = asked.asked_at > clock.now() - timedelta(hours=1)
    return recent and asked.state in {RunState.QUEUED, RunState.RUNNING}


def wanted() -> list[tuple[tuple[str, str], ...]]:
    """The pairs that a refresh tells again, the last one asked for first."""
    since = clock.now() - timedelta(days=KEPT_DAYS)
    rows = AskedSlice.objects.filter(asked_at__gt=since).order_by("-asked_at").values_list("dimension", "value")
    return list(dict.fromkeys(told.parts_of(*row) for row in rows[:REMEMBERED]))


def combined(every: Iterable[Slice], pairs: Iterable[tuple[tuple[str, str], ...]]) -> list[Slice]:
    """Slices of two out of slices of one; a pair of which one is not offered any more is left out."""
    by_key = {(one.dimension, one.value): one for one in every}
    return [told.both(by_key[one], by_key[other]) for one, other in pairs if one in by_key and other in by_key]


def tell(asked: AskedSlice) -> None:
    """Tell the slice asked for of the last refresh, and keep it.

    Raises:
        LookupError: nothing was analysed yet, or one of the two is not to be had any more.
    """
    from regulars.reporting import actions  # noqa: PLC0415 -- which tells the slices of a refresh by way of this file

    AskedSlice.objects.filter(pk=asked.pk).update(state=RunState.RUNNING)
    try:
        with actions.only_one():
            _tell(asked, lambda step: _step(asked, step))
    except BaseException as error:
        AskedSlice.objects.filter(pk=asked.pk).update(
            state=RunState.FAILED, error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    AskedSlice.objects.filter(pk=asked.pk).update(state=RunState.DONE, step="")


def _tell(asked: AskedSlice, progress: Callable[[str], None]) -> None:
    from regulars.intelligence import nightly  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.days import to_day  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.reporting import actions, slices  # noqa: PLC0415 -- heavy: only for whoever analyses

    run = queries.last_done()
    if run is None or run.as_of is None:
        raise LookupError("nothing was analysed yet")
    today = to_day(timezone.localtime(run.as_of).date())
    with nightly.run(
        load.warehouse(), now=today, today=today, calibrations=actions.calibrations_in_force(), before=queries.found_before("types"),
        params=actions.params_of_company(), progress=progress,
    ) as outcome:  # fmt: skip
        whole = _whole(asked.name, outcome, progress)
        progress("slices")
        found = slices.of_two(run, outcome, asked.name, told.parts_of(asked.dimension, asked.value), whole)
    if found is None:
        raise LookupError(f"{asked.dimension} {asked.value!r} is not offered any more")
    with transaction.atomic():
        AnalysisSlice.objects.filter(run=run, name=asked.name, dimension=found.dimension, value=found.value).delete()
        found.save()


def _whole(name: str, outcome: Outcome, progress: Callable[[str], None]) -> Mapping[str, Result]:
    """What the analysis finds of everybody, after those on whose tables it rests."""
    assert outcome.desk is not None
    found = {of: result for of, (result, _seconds) in outcome.results.items()}
    for of in _needed(name):
        if of not in found:
            progress(of)
            found[of] = analyses.get(of).run(outcome.desk)
    return found


def _needed(name: str) -> list[str]:
    """The analysis and those that make the tables it reads, in the order of running."""
    makers = {table: of for of in analyses.names() for table in analyses.get(of).MAKES}
    needed, asked = {name}, [name]
    while asked:
        for table in analyses.get(asked.pop()).READS:
            of = makers.get(table)
            if of is not None and of not in needed:
                needed.add(of)
                asked.append(of)
    return [of for of in analyses.names() if of in needed]


def _step(asked: AskedSlice, step: str) -> None:
    AskedSlice.objects.filter(pk=asked.pk).update(step=step)
