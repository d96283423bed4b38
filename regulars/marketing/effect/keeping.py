"""Keeping sums true: whoever was marked is looked at anew, and what changed of their unit is added to its half hours.

What a unit adds is worked out from the record alone, each half hour by when things happened, never by when they were heard of. So sums
that were kept are those that are worked out anew, to the last digit, whatever was corrected, taken back, merged or undone
in between (``rebuild``; a test drives random histories).

Order of locking: the marks, then the experiments by number. Whatever is committed before an experiment is locked is seen;
what comes later leaves marks of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models import Sum as Total

from regulars.commerce.models import Order, OrderState, Return
from regulars.customers.models import Party
from regulars.intelligence.models.experiments.sums import Sums
from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.marketing.effect import outcomes
from regulars.marketing.effect.models import Assignment, Experiment, Mark, Sum, UnitOutcome
from regulars.marketing.effect.outcomes import Key, Steps

MOST_MARKS: Final = 2_000
AT_ONCE: Final = 500
BEFORE: Final = timedelta(days=365)
"""What somebody spent in the year before they became eligible is the covariate by which effects are adjusted."""


def spent_before(party_ids: Iterable[int], at: datetime) -> dict[int, int]:
    """What these parties spent in the year before ``at``, returns subtracted, minor units; whoever spent nothing is left out."""
    found: dict[int, int] = defaultdict(int)
    for some in in_parts(party_ids, AT_ONCE):
        bought = Order.objects.filter(
            customer__in=some,
            ordered_at__gte=at - BEFORE,
            ordered_at__lt=at,
            retracted_in=None,
            state=OrderState.PLACED,
        )
        back = Return.objects.filter(
            customer__in=some, returned_at__gte=at - BEFORE, returned_at__lt=at, retracted_in=None
        )
        for rows in (bought, back):
            for party, amount in (
                rows.order_by().values("customer").annotate(y=Total("amount")).values_list("customer", "y")
            ):
                found[party] += amount
    return found


def standing_units(experiment: Experiment, units: Collection[int]) -> set[int]:
    """Which of these units are counted already."""
    found: set[int] = set()
    for some in in_parts(sorted(units), AT_ONCE):
        rows = Assignment.objects.filter(experiment=experiment, unit__in=some, stands=True)
        found.update(rows.values_list("unit", flat=True))
    return found


def add(experiment: Experiment, changes: Mapping[Key, Sums]) -> None:
    """Add to the half hours of an experiment, which is locked."""
    moments = sorted({moment for _arm, _measure, moment in changes})
    held: dict[Key, Sum] = {}
    for some in in_parts(moments, AT_ONCE):
        rows = Sum.objects.filter(experiment=experiment, moment__in=some)
        held.update({(row.arm, row.measure, row.moment): row for row in rows})
    made, changed = [], []
    for key, sums in changes.items():
        row = held.get(key)
        if row is not None:
            row.hold(row.sums + sums)
            changed.append(row)
        elif sums != outcomes.NOTHING:
            arm, measure, moment = key
            row = Sum(experiment=experiment, arm=arm, measure=measure, moment=moment)
            row.hold(sums)
            made.append(row)
    Sum.objects.bulk_create(made, batch_size=AT_ONCE)
    Sum.objects.bulk_update(changed, ["n", "y", "yy", "x", "xx", "xy"], batch_size=100)


@transaction.atomic
def catch_up() -> int:
    """Look again at those whom changes have touched since; returns how many marks were worked off."""
    marks = Mark.objects.select_for_update(skip_locked=True).order_by("pk")
    found = list(marks.values_list("pk", "party_id")[:MOST_MARKS])
    if not found:
        return 0
    follow({party for _pk, party in found})
    for some in in_parts([pk for pk, _party in found], AT_ONCE):
        Mark.objects.filter(pk__in=some).delete()
    return len(found)


def follow(parties: Collection[int]) -> None:
    """Work out anew the units of these parties, in every experiment in which they are."""
    touched = _with_merged(parties)
    ids = sorted({party for group in touched.values() for party in group})
    concerned: set[int] = set()
    for some in in_parts(ids, AT_ONCE):
        concerned.update(
            Assignment.objects.filter(party__in=some).order_by().values_list("experiment", flat=True).distinct()
        )
    for experiment in Experiment.objects.select_for_update().filter(pk__in=concerned).order_by("pk"):
        for some in in_parts(ids, AT_ONCE):
            _follow_in(experiment, _units_with(experiment, some), touched)
        Experiment.objects.filter(pk=experiment.pk).update(told_at=None)


def _with_merged(parties: Iterable[int]) -> dict[int, set[int]]:
    """Whoever stands for these parties, with everybody merged into them and themselves."""
    groups: dict[int, set[int]] = defaultdict(set)
    for some in in_parts(sorted(parties), AT_ONCE):
        stands_for = Party.objects.filter(pk__in=some).values_list("pk", "merged_into_id")
        heads = {head or party for party, head in stands_for}
        for party, head in Party.objects.filter(Q(pk__in=heads) | Q(merged_into__in=heads)).values_list(
            "pk", "merged_into_id"
        ):
            groups[head or party].add(party)
    return groups


def _units_with(experiment: Experiment, parties: Sequence[int]) -> list[Assignment]:
    """All rows of the units to which these parties belong."""
    mine = Assignment.objects.filter(experiment=experiment, party__in=parties)
    units = sorted(set(mine.values_list("unit", flat=True)))
    return list(Assignment.objects.filter(experiment=experiment, unit__in=units).order_by("pk"))


def _follow_in(
    experiment: Experiment, rows: Sequence[Assignment], touched: Mapping[int, set[int]], *, anew: bool = False
) -> None:
    """Exchange what these units (whole, with all their rows) add: less what they did, and what the record says now."""
    if not rows:
        return
    units = sorted({row.unit for row in rows})
    kept = {} if anew else kept_of(experiment, units)
    old = {} if anew else outcomes.contributions(experiment, rows, kept)
    _regroup(experiment, rows, touched)
    standing = [row for row in rows if row.stands]
    stands_for = _stands_for(row.party_id for row in standing)
    told = outcomes.of_units(experiment, standing, stands_for)
    new = outcomes.contributions(experiment, rows, told)
    changes = outcomes.less(new, old)
    if changes:
        add(experiment, changes)
    _keep(experiment, kept, told)


def kept_of(experiment: Experiment, units: Sequence[int]) -> dict[int, dict[str, Steps]]:
    """What is kept of the outcomes of units."""
    found: dict[int, dict[str, Steps]] = defaultdict(lambda: defaultdict(list))
    for some in in_parts(units, AT_ONCE):
        rows = UnitOutcome.objects.filter(experiment=experiment, unit__in=some).order_by("unit", "measure", "moment")
        for unit, measure, moment, y in rows.values_list("unit", "measure", "moment", "y"):
            found[unit][measure].append((moment, y))
    return {unit: dict(steps) for unit, steps in found.items()}


def _keep(
    experiment: Experiment, kept: Mapping[int, Mapping[str, Steps]], told: Mapping[int, Mapping[str, Steps]]
) -> None:
    differing = sorted(unit for unit in {*kept, *told} if kept.get(unit, {}) != told.get(unit, {}))
    for some in in_parts([unit for unit in differing if kept.get(unit)], AT_ONCE):
        UnitOutcome.objects.filter(experiment=experiment, unit__in=some).delete()
    UnitOutcome.objects.bulk_create(
        (
            UnitOutcome(experiment=experiment, unit=unit, measure=measure, moment=moment, y=y)
            for unit in differing
            for measure, steps in told.get(unit, {}).items()
            for moment, y in steps
        ),
        batch_size=AT_ONCE,
    )


def _stands_for(parties: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in in_parts(sorted(set(parties)), AT_ONCE):
        rows = Party.objects.filter(pk__in=some).values_list("pk", "merged_into_id")
        found.update({party: head or party for party, head in rows})
    return found


def _regroup(experiment: Experiment, rows: Sequence[Assignment], touched: Mapping[int, set[int]]) -> None:
    """Of parties who are one customer now the oldest row stands; where arms met in one, all are contaminated."""
    head_of = {party: head for head, group in touched.items() for party in group}
    wanted = {head_of[row.party_id] for row in rows if row.party_id in head_of}
    groups: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for some in in_parts(sorted({party for head in wanted for party in touched[head]}), AT_ONCE):
        found = Assignment.objects.filter(experiment=experiment, party__in=some).order_by("eligible_at", "pk")
        for pk, party, arm in found.values_list("pk", "party_id", "arm"):
            groups[head_of[party]].append((pk, arm))
    changed = []
    for row in rows:
        if row.party_id not in head_of:
            continue
        group = groups[head_of[row.party_id]]
        stands, contaminated = group[0][0] == row.pk, len({arm for _pk, arm in group}) > 1
        if (row.stands, row.contaminated) != (stands, contaminated):
            row.stands, row.contaminated = stands, contaminated
            changed.append(row)
    Assignment.objects.bulk_update(changed, ["stands", "contaminated"], batch_size=AT_ONCE)


@transaction.atomic
def rebuild(experiment: Experiment) -> None:
    """Work out an experiment anew from the record, and from who was assigned."""
    locked = Experiment.objects.select_for_update().get(pk=experiment.pk)
    UnitOutcome.objects.filter(experiment=locked).delete()
    Sum.objects.filter(experiment=locked).delete()
    mine = Assignment.objects.filter(experiment=locked)
    told_apart = Q(party__merged_into__isnull=False) | Q(stands=False) | Q(contaminated=True)
    merged = _with_merged(mine.filter(told_apart).values_list("party_id", flat=True))
    units = mine.order_by("unit").values_list("unit", flat=True).distinct()
    for some in in_parts(list(units), AT_ONCE):
        _follow_in(locked, list(mine.filter(unit__in=some).order_by("pk")), merged, anew=True)
    Experiment.objects.filter(pk=locked.pk).update(told_at=None)


def look_again(experiment: Experiment, *, since: datetime) -> None:
    """Mark everybody to whom something happened from ``since`` on: the window of the experiment was changed."""
    moment = experiment.moment(since)
    units = UnitOutcome.objects.filter(experiment=experiment, moment__gte=moment).values("unit")
    parties = Assignment.objects.filter(experiment=experiment, unit__in=units).values_list("party_id", flat=True)
    Mark.objects.bulk_create((Mark(party_id=party) for party in parties.iterator()), batch_size=AT_ONCE)


def sweep() -> int:
    """Look once more for what was being written while people were assigned, which no trigger could mark; returns how many were marked."""
    found = 0
    for experiment in Experiment.objects.filter(sweep_at__lte=clock.now()).order_by("pk"):
        with transaction.atomic():
            if not Experiment.objects.filter(pk=experiment.pk, sweep_at=experiment.sweep_at).update(sweep_at=None):
                continue
            parties = outcomes.moved_since_eligible(experiment)
            Mark.objects.bulk_create((Mark(party_id=party) for party in parties), batch_size=AT_ONCE)
            found += len(parties)
    return found
