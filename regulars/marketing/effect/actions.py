"""Declaring an experiment, saying who is in which arm, noting whom the act reached, ending it; holding out from all of marketing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.intelligence.models.experiments.assignment import BUCKETS, bucket
from regulars.intelligence.models.experiments.sums import Sums, merged
from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError
from regulars.kit.parts import in_parts
from regulars.marketing.effect import keeping, measures, planning, queries, units
from regulars.marketing.effect.models import (
    CONTROL,
    DAY,
    HALF_HOUR,
    MOST_DAYS_IN_HALF_HOURS,
    Assignment,
    Experiment,
    HoldOutRules,
    Layer,
    Mark,
    UnitKind,
)
from regulars.staff import audit
from regulars.staff.rules import require

if TYPE_CHECKING:
    from regulars.staff.models import User

AT_ONCE: Final = 500
SWEEP_AFTER: Final = timedelta(minutes=2)
"""So long after people were assigned it is looked once more for orders that were being written at that very moment."""

TOLD_EVERY: Final = timedelta(hours=1)
MOST_TOLD: Final = 20
YEAR: Final = 365
EVERYTHING: Final = "marketing"
"""The arm of those who are not held out of all marketing."""


@transaction.atomic
def declare(
    *,
    origin: str,
    name: str,
    measure: str,
    variants: Sequence[str] = ("offer",),
    control_share: int = 1_000,
    unit: str = UnitKind.PARTY,
    days: int,
    expected_units: int,
    by: User | None,
    audience: planning.Audience = None,
) -> Experiment:
    """Declare an experiment before its start: what is measured, who is drawn, how it will be looked at.

    Args:
        origin: whose it is, once: ``campaign:7``. Messages of the same origin in the outbox say whom the act reached.
        measure: the primary one, of ``measures.aims()``.
        variants: the arms beside control; several for A/B/n.
        control_share: in buckets of 10,000: 1,000 leaves a tenth alone. At least 1 and at most 9,000.
        unit: what is drawn; where an offer is shared, the household.
        days: how long it is meant to run; ``expected_units``: how many are expected, both arms together.
        audience: who is meant, as a queryset: what is usual is then taken from them, else from everybody who buys.

    Raises:
        Conflict: there is one of this origin.
        UserError: no such measure or unit, no or doubled variants, a share out of bounds, no days.
    """
    _check(measure, variants, control_share, unit, days)
    if Experiment.objects.filter(origin=origin).exists():
        raise Conflict(_("What this does is being measured already."))
    return Experiment.objects.create(
        origin=origin,
        name=name.strip()[:160] or origin,
        measure=measure,
        unit=unit,
        variants=list(variants),
        control_share=control_share,
        salt=token_hex(16),
        days=days,
        expected_units=expected_units,
        sequences=planning.sequences(audience=audience, units=expected_units, control_share=control_share, days=days),
        currency=queries.currency(),
        step=HALF_HOUR if days <= MOST_DAYS_IN_HALF_HOURS else DAY,
        declared_by=by,
    )


def _check(measure: str, variants: Sequence[str], control_share: int, unit: str, days: int) -> None:
    if measure not in {one.code for one in measures.aims()}:
        raise UserError(_("Please choose what is to be measured."))
    if not variants or len(set(variants)) < len(variants) or any(not one or one == CONTROL for one in variants):
        raise UserError(_("Each variant needs a name of its own."))
    if not 1 <= control_share <= 9_000:
        raise UserError(_("The control group must be at least one in 10,000 and at most nine in ten."))
    if unit not in UnitKind.values or days < 1:
        raise UserError(_("Please say who is drawn and for how many days it is measured."))


@transaction.atomic
def assign_parties(experiment: Experiment, party_ids: Iterable[int], *, at: datetime) -> dict[int, str | None]:
    """Say who is in which arm, and remember it; whoever was assigned before keeps the arm.

    Call it in the transaction that writes the messages, in parts of a few thousand.

    Args:
        party_ids: all whom the act would have reached: permitted and reachable, controls included.
        at: when they became eligible: outcomes count from here on.

    Returns:
        For each party ``"control"`` or a variant; None for whoever is left out of all marketing and gets nothing.

    Raises:
        Conflict: the experiment has ended.
    """
    ids = list(dict.fromkeys(party_ids))
    locked, above = _locked(experiment)
    told = _known(locked, ids)
    fresh = [party for party in ids if party not in told]
    if not fresh:
        return {party: told[party] for party in ids}
    homes = units.households(fresh)
    before = keeping.spent_before(fresh, at)
    held = _held_out(above, fresh, homes, before, at) if above else set()
    left = [party for party in fresh if party not in held]
    told |= _write(locked, left, units.units_of(locked.unit, left, homes), before, at)
    return {party: told.get(party) for party in ids}


def _locked(experiment: Experiment) -> tuple[Experiment, Experiment | None]:
    """The experiment and the hold-out above it, locked in the order of their numbers."""
    above = hold_out()
    wanted = {experiment.pk, *([above.pk] if above else [])}
    locked = {one.pk: one for one in Experiment.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if locked[experiment.pk].ended_at is not None:
        raise Conflict(_("This is not being measured any more."))
    return locked[experiment.pk], locked[above.pk] if above else None


def _known(experiment: Experiment, ids: Sequence[int]) -> dict[int, str]:
    """The arm of whoever was assigned, or somebody whom a merge made the same customer."""
    found: dict[int, str] = {}
    for some in in_parts(ids, AT_ONCE):
        rows = Assignment.objects.filter(experiment=experiment, stands=True)
        merged = rows.filter(party__merged_into__in=some).values_list("party__merged_into", "arm")
        found.update({head: arm for head, arm in merged if head is not None})
        found.update(rows.filter(party__in=some, party__merged_into=None).values_list("party_id", "arm"))
    return found


def _held_out(
    above: Experiment, ids: Sequence[int], homes: dict[int, int], before: dict[int, int], at: datetime
) -> set[int]:
    """Who is left out of all marketing; whoever comes to marketing for the first time is drawn, by household."""
    told = _known(above, ids)
    fresh = [party for party in ids if party not in told]
    told |= _write(above, fresh, units.units_of(UnitKind.HOUSEHOLD, fresh, homes), before, at)
    return {party for party, arm in told.items() if arm == CONTROL}


def _write(
    experiment: Experiment, ids: Sequence[int], drawn: dict[int, int], before: dict[int, int], at: datetime
) -> dict[int, str]:
    """Write rows for parties that have none, and count the units that are new."""
    if not ids:
        return {}
    split, moment = experiment.split, experiment.moment(at)
    places = {unit: bucket(split.salt, unit) for unit in set(drawn.values())}
    arms = {
        unit: next(arm for arm, end in zip(split.arms, split.ends, strict=True) if place < end)
        for unit, place in places.items()
    }
    there = keeping.standing_units(experiment, places)
    rows = [
        Assignment(
            experiment=experiment, party_id=party, unit=drawn[party], arm=arms[drawn[party]], bucket=places[drawn[party]],
            eligible_at=at, x=0 if drawn[party] in there else before.get(party, 0),
        )
        for party in ids
    ]  # fmt: skip
    Assignment.objects.bulk_create(rows, batch_size=AT_ONCE)
    known: dict[int, int] = {}
    for row in rows:
        if row.unit not in there:
            known[row.unit] = known.get(row.unit, 0) + row.x
    _count(experiment, arms, known, moment)
    _look_back(experiment, ids, at)
    return {row.party_id: row.arm for row in rows}


def _count(experiment: Experiment, arms: dict[int, str], known: dict[int, int], moment: datetime) -> None:
    by_arm: dict[str, list[Sums]] = {}
    for unit, x in known.items():
        by_arm.setdefault(arms[unit], []).append(Sums.unit(0, x))
    added = {arm: merged(parts) for arm, parts in by_arm.items()}
    keeping.add(experiment, {(arm, one.code, moment): sums for arm, sums in added.items() for one in measures.every()})


def _look_back(experiment: Experiment, ids: Sequence[int], at: datetime) -> None:
    """What happened since ``at`` and before this very transaction was marked by nobody: have it looked at, now and once more."""
    now = clock.now()
    if at < now - SWEEP_AFTER:
        Mark.objects.bulk_create([Mark(party_id=party) for party in ids], batch_size=AT_ONCE)
    begun = Experiment.objects.filter(pk=experiment.pk)
    begun.update(sweep_at=now + SWEEP_AFTER)
    begun.filter(began_at=None).update(began_at=at)


def note_reached(experiment: Experiment, party_ids: Iterable[int]) -> None:
    """Note that the act reached these parties by other ways than the outbox: a call that was answered, a letter that was posted."""
    for some in in_parts(party_ids, AT_ONCE):
        Assignment.objects.filter(experiment=experiment, party__in=some, reached=False).update(reached=True)


@transaction.atomic
def end(experiment: Experiment, *, at: datetime, by: User | None) -> None:
    """Close the window: what is ordered from ``at`` on counts no more; what comes back of what was ordered before still does."""
    ended = Experiment.objects.filter(pk=experiment.pk, ended_at=None).update(ended_at=at)
    experiment.refresh_from_db()
    if ended:
        keeping.look_again(experiment, since=at)
        audit.record("effect.ended", by=by, object_type="experiment", object_id=experiment.pk, origin=experiment.origin)


def hold_out() -> Experiment | None:
    """The running hold-out of all marketing, begun where the rules ask for one and there is none yet; None where nobody is held out."""
    running = Experiment.objects.running().filter(layer=Layer.EVERYTHING).first()
    if running is not None:
        return running
    share = queries.hold_out_share()
    return _begin_hold_out(share, None) if share else None


def _begin_hold_out(share: int, by: User | None) -> Experiment:
    number = Experiment.objects.filter(layer=Layer.EVERYTHING).count() + 1
    units_meant = queries.customers_to_reach()
    return Experiment.objects.create(
        origin=f"marketing:{number}",
        name="",
        layer=Layer.EVERYTHING,
        measure="margin" if queries.costs_are_known() else "revenue",
        unit=UnitKind.HOUSEHOLD,
        variants=[EVERYTHING],
        control_share=share,
        salt=token_hex(16),
        days=YEAR,
        expected_units=units_meant,
        sequences=planning.sequences(audience=None, units=units_meant, control_share=share, days=YEAR),
        currency=queries.currency(),
        step=DAY,
        declared_by=by,
    )


@transaction.atomic
def set_hold_out(*, share: int, by: User) -> Experiment | None:
    """Set which share is left out of all marketing (buckets of 10,000; 0: nobody) and draw it anew.

    What ran until now ends with its report; another share is another draw, so that nobody is left out for ever.

    Raises:
        Forbidden: the role does not allow it.
        UserError: more than half.
    """
    require(by, "effect.edit")
    if not 0 <= share <= BUCKETS // 2:
        raise UserError(_("At most half may be left out of all marketing."))
    HoldOutRules.objects.update_or_create(pk=1, defaults={"share": share, "changed_at": clock.now(), "changed_by": by})
    running = Experiment.objects.running().filter(layer=Layer.EVERYTHING).first()
    if running is not None:
        end(running, at=clock.now(), by=by)
    audit.record("effect.hold_out_set", by=by, share=share)
    return _begin_hold_out(share, by) if share else None


def tell_some() -> int:
    """Keep the reports that changed since, or grew old, for lists to show; returns how many."""
    old = clock.now() - TOLD_EVERY
    stale = Experiment.objects.filter(Q(told_at=None) | Q(told_at__lt=old, ended_at=None)).order_by("pk")
    found = list(stale.exclude(layer=Layer.ELSEWHERE, told_at__isnull=False)[:MOST_TOLD])
    for experiment in found:
        tell(experiment)
    return len(found)


def tell(experiment: Experiment) -> None:
    """Keep the report of an experiment for lists to show."""
    at = clock.now()
    told = queries.report(experiment).brief()
    Experiment.objects.filter(pk=experiment.pk).update(told=told, told_at=at)
