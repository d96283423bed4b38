"""The analyses told again for one class, channel, product group, territory or period, and kept beside the results."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from regulars.customers.models import Party
from regulars.intelligence import analyses
from regulars.intelligence.analyses import base, slices
from regulars.intelligence.analyses.base import Result
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.analyses.slices import Slice
from regulars.reporting import combining
from regulars.reporting.models import AnalysisRun, AnalysisSlice
from regulars.staff.models import Territory

if TYPE_CHECKING:
    from regulars.intelligence.nightly import Outcome

MOST_SECONDS: Final = 30.0
"""Of processor time. A house so large that its slices take longer sees fewer of them."""
log = logging.getLogger(__name__)


def tell(run: AnalysisRun, outcome: Outcome) -> list[AnalysisSlice]:
    """The results of every slice, to be stored with the run."""
    desk = Desk(outcome.engine, outcome.horizon, outcome.calibrations, params=outcome.params)
    alone = [*slices.offered(desk), *_territories(outcome)]
    wanted = [*alone, *combining.combined(alone, combining.wanted())]
    every = [analyses.get(name) for name in analyses.names()]
    until = time.process_time() + MOST_SECONDS
    whole = {name: result for name, (result, _seconds) in outcome.results.items()}
    told: list[AnalysisSlice] = []
    with slices.narrowing(desk, every) as narrowing:
        for one in wanted:
            if time.process_time() > until:
                log.warning("slices: no time for %s %s and what follows", one.dimension, one.value)
                break
            told += [_stored(run, base.name(of), one, found) for of, found in narrowing.tell(one, every, whole)]
    return told


def of_two(
    run: AnalysisRun, outcome: Outcome, name: str, parts: tuple[tuple[str, str], ...], whole: Mapping[str, Result]
) -> AnalysisSlice | None:
    """One analysis of a slice of two, to be stored with the run; None when one of the two is not offered.

    Args:
        whole: what was found of everybody, by name; at least of this analysis.
    """
    desk, one = Desk(outcome.engine, outcome.horizon, outcome.calibrations, params=outcome.params), analyses.get(name)
    found = combining.combined([*slices.offered(desk), *_territories(outcome)], [parts])
    with slices.narrowing(desk, [one]) as narrowing:
        return next(
            (_stored(run, name, part, told) for part in found for _, told in narrowing.tell(part, [one], whole)), None
        )


def _stored(run: AnalysisRun, name: str, one: Slice, found: Result) -> AnalysisSlice:
    """With the customers that it names one by one: another list than that of everybody."""
    picked = {key: list(ids) for key, ids in found.selections().items()}
    return AnalysisSlice(
        run=run, name=name, dimension=one.dimension, value=one.value, label=one.label,
        result={**found.as_dict(), "picked": picked},
    )  # fmt: skip


def _territories(outcome: Outcome) -> list[Slice]:
    """The largest territories, each with those below it."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    held = list(Party.objects.filter(territory__isnull=False).values_list("pk", "territory__path"))
    if not held:
        return []
    lay(outcome.engine, "by_territory", {
        "customer_id": pa.array([pk for pk, _ in held], pa.int64()), "path": pa.array([path for _, path in held], pa.string()),
    })  # fmt: skip
    counts: dict[str, int] = {}
    for _, path in held:
        counts[path] = counts.get(path, 0) + 1
    areas: list[Any] = list(Territory.objects.all())
    areas.sort(key=lambda area: -sum(count for path, count in counts.items() if path.startswith(area.path)))
    return [
        Slice("territory", str(area.pk), f"SELECT customer_id FROM by_territory WHERE starts_with(path, '{area.path}')", label=area.name)  # noqa: S608 -- a path is made of numbers
        for area in areas[: slices.MOST_VALUES]
    ]  # fmt: skip
