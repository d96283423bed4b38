"""What a unit did since it became eligible, as steps in time, and what it thereby adds to the sums of which half hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import F

from regulars.intelligence.models.experiments.sums import Sums
from regulars.kit.parts import in_parts
from regulars.marketing.effect import measures
from regulars.marketing.effect.measures import Happening, Measure
from regulars.marketing.effect.models import Assignment, Experiment

Key = tuple[str, str, datetime]
"""Arm, measure, and the beginning of the half hour."""
Steps = list[tuple[datetime, int]]
"""By how much an outcome grew in which half hour, in order of time; none is 0."""

NOTHING: Final = Sums(0, 0, 0, (0,), (0,), (0,))
AT_ONCE: Final = 500


def of_units(
    experiment: Experiment, standing: Sequence[Assignment], stands_for: Mapping[int, int]
) -> dict[int, dict[str, Steps]]:
    """The outcomes of units by what the record says now: unit → measure → steps.

    Args:
        standing: all rows of these units that stand.
        stands_for: the party under which each party's dealings are kept now (itself, or whom it was merged into).
    """
    if not standing:
        return {}
    since = min(row.eligible_at for row in standing)
    parties = sorted({stands_for[row.party_id] for row in standing})
    found: dict[int, dict[str, Steps]] = defaultdict(dict)
    for measure in measures.every():
        happened: dict[int, list[Happening]] = defaultdict(list)
        for some in in_parts(parties, AT_ONCE):
            for one in measure.outcomes(some, since):
                happened[one.party].append(one)
        counted: dict[int, list[Happening]] = defaultdict(list)
        for row in standing:
            counted[row.unit].extend(_within(experiment, row, happened.get(stands_for[row.party_id], ())))
        for unit, some_of in counted.items():
            if steps := _steps(experiment, measure, some_of):
                found[unit][measure.code] = steps
    return dict(found)


def _within(experiment: Experiment, row: Assignment, happened: Iterable[Happening]) -> list[Happening]:
    """What belongs between the moment at which a party became eligible and the end."""
    begin, end = row.eligible_at, experiment.ended_at
    return [one for one in happened if one.at >= begin <= one.belongs and (end is None or one.belongs < end)]


def _steps(experiment: Experiment, measure: Measure, happened: Sequence[Happening]) -> Steps:
    if not happened:
        return []
    if measure.kind == "rate":
        return [(experiment.moment(min(one.at for one in happened)), 1)]
    grown: dict[datetime, int] = defaultdict(int)
    for one in happened:
        grown[experiment.moment(one.at)] += one.amount
    return [(moment, grown[moment]) for moment in sorted(grown) if grown[moment]]


def contributions(
    experiment: Experiment, rows: Sequence[Assignment], told: Mapping[int, Mapping[str, Steps]]
) -> dict[Key, Sums]:
    """What units add to which half hours: themselves when they became eligible, and the growth of their outcomes."""
    units: dict[int, list[Assignment]] = defaultdict(list)
    for row in rows:
        if row.stands:
            units[row.unit].append(row)
    added: dict[Key, Sums] = defaultdict(lambda: NOTHING)
    for unit, standing in units.items():
        arm, x = standing[0].arm, sum(row.x for row in standing)
        entered = experiment.moment(min(row.eligible_at for row in standing))
        for measure in measures.every():
            before = Sums.unit(0, x)
            added[arm, measure.code, entered] += before
            y = 0
            for moment, growth in told.get(unit, {}).get(measure.code, ()):
                y += growth
                after = Sums.unit(y, x)
                added[arm, measure.code, moment] += after - before
                before = after
    return dict(added)


def less(new: Mapping[Key, Sums], old: Mapping[Key, Sums]) -> dict[Key, Sums]:
    """``new`` less ``old``, where they differ."""
    changes = {key: new.get(key, NOTHING) - old.get(key, NOTHING) for key in {**old, **new}}
    return {key: sums for key, sums in changes.items() if sums != NOTHING}


def moved_since_eligible(experiment: Experiment) -> list[int]:
    """Parties of an experiment to whom something happened after they became eligible, as far as trade goes."""
    mine = Assignment.objects.filter(experiment=experiment)
    ordered = mine.filter(party__trade_orders__ordered_at__gte=F("eligible_at"))
    returned = mine.filter(party__trade_returns__returned_at__gte=F("eligible_at"))
    return sorted({*ordered.values_list("party_id", flat=True), *returned.values_list("party_id", flat=True)})
