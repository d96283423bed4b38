"""Reading effects: the report of an experiment, what could be found before it starts, who is in which arm, whom marketing leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models import Sum as Total

from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind, MessageState
from regulars.commerce.models import Order
from regulars.customers.models import Party, PartyRelation, RelationKind
from regulars.intelligence.models.experiments.sample_ratio import sample_ratio
from regulars.intelligence.models.experiments.sums import Sums
from regulars.kit import clock
from regulars.marketing.effect import keeping, measures, outcomes, planning, reckoning
from regulars.marketing.effect.models import (
    CONTROL,
    Assignment,
    Experiment,
    HoldOutRules,
    Layer,
    Sum,
    UnitKind,
    UnitOutcome,
)
from regulars.marketing.effect.reckoning import Column
from regulars.marketing.effect.report import Arm, Costs, Line, Money, Pair, Power, Reached, Report
from regulars.staff.rules import Reach, can, reach

if TYPE_CHECKING:
    from regulars.staff.models import User

USUAL_SHARE: Final = 500
ENOUGH_CUSTOMERS: Final = 20_000
"""A company with so many customers leaves out one in twenty of all marketing unless it says otherwise; a smaller one nobody (ADR 73)."""

NO_COSTS: Final = Costs()


def usual_share(customers: int) -> int:
    """The share left out of all marketing where the company has said nothing, in buckets of 10,000."""
    return USUAL_SHARE if customers >= ENOUGH_CUSTOMERS else 0


def customers_to_reach() -> int:
    """How many customers have ever ordered."""
    return Party.objects.live().filter(summary__orders__gt=0).count()


def hold_out_share() -> int:
    """The share left out of all marketing, in buckets of 10,000."""
    held = HoldOutRules.objects.first()
    if held is not None:
        return held.share
    enough = Party.objects.live().filter(summary__orders__gt=0)[:ENOUGH_CUSTOMERS].count()
    return usual_share(enough)


def costs_are_known() -> bool:
    """Whether any order says what its goods cost."""
    return Order.objects.filter(cost__isnull=False, retracted_in=None).exists()


def experiments_for(user: User | Any) -> QuerySet[Experiment]:
    """The experiments whose reports ``user`` may read: a report tells of all customers, so whoever sees but some reads none."""
    rows = Experiment.objects.all()
    return rows if can(user, "effect.view") and reach(user) is Reach.ALL else rows.none()


def customers_of(experiment: Experiment, arm: str) -> QuerySet[Party]:
    """Who stands in an arm; narrow by ``visible_to`` before you show them."""
    rows = Assignment.objects.filter(experiment=experiment, arm=arm, stands=True)
    return Party.objects.filter(pk__in=rows.values("party"))


def columns_of(experiment: Experiment) -> list[Column]:
    """What is measured: the columns of a file, or every measure."""
    if experiment.columns:
        return [Column(**one) for one in experiment.columns]
    return [Column(one.code, one.kind, one.guardrail) for one in measures.every()]


def report(experiment: Experiment, costs: Costs = NO_COSTS) -> Report:
    """What is known of an experiment at this moment. Three to ten queries, whatever the number of customers.

    Nothing is said of effects while the groups are not as large as they were meant to be.
    """
    columns = columns_of(experiment)
    halves = _halves(experiment)
    arms = {code: reckoning.of_arms((arm, sums) for _at, arm, sums in rows) for code, rows in halves.items()}
    primary = next((one for one in columns if one.code == experiment.measure), columns[0])
    mine = arms.get(primary.code, {})
    shown, ratio_p, alarm = _arms(experiment, mine)
    told: dict[str, Any] = {}
    if mine and not alarm:
        told = _told(experiment, columns, primary, arms, halves)
        told |= _money(experiment, told["lines"], arms, costs) | _apart(experiment, primary, mine)
    headline = next((line for line in told.get("lines", ()) if line.code == primary.code), None)
    return Report(
        experiment=experiment.pk, origin=experiment.origin, name=experiment.name, layer=experiment.layer,
        state=reckoning.state_of(headline, alarm=alarm), primary=primary.code, unit=experiment.unit, currency=experiment.currency,
        began_at=_iso(experiment.began_at), ended_at=_iso(experiment.ended_at), as_of=clock.now().isoformat(),
        arms=shown, ratio_p=ratio_p, **told,
    )  # fmt: skip


def _iso(at: Any) -> str:
    return at.isoformat() if at else ""


def _halves(experiment: Experiment) -> dict[str, list[tuple[Any, str, Sums]]]:
    found: dict[str, list[tuple[Any, str, Sums]]] = defaultdict(list)
    for row in Sum.objects.filter(experiment=experiment).order_by("moment", "arm").iterator():
        found[row.measure].append((row.moment, row.arm, row.sums))
    return found


def _arms(experiment: Experiment, mine: dict[str, Sums]) -> tuple[tuple[Arm, ...], float | None, bool]:
    """How large each arm is, how likely that is, and whether it is too unlikely."""
    shares = {arm: share for arm, share in experiment.shares.items() if share > 0}
    counts = [mine[arm].n if arm in mine else 0 for arm in shares]
    ratio = sample_ratio(counts, list(shares.values()))
    shown = tuple(Arm(arm, n, expected) for arm, n, expected in zip(shares, counts, ratio.expected, strict=True))
    return shown, ratio.p, ratio.alarm


def _told(
    experiment: Experiment,
    columns: Sequence[Column],
    primary: Column,
    arms: dict[str, dict[str, Sums]],
    halves: dict[str, Any],
) -> dict[str, Any]:
    """The lines, the variants among each other, and the picture."""
    lines: list[Line] = []
    pairs: list[Pair] = []
    contenders: tuple[str, ...] = ()
    best = ""
    for column in columns:
        own, sequence = arms.get(column.code, {}), experiment.sequence(column.code)
        treated = reckoning.treated_of(own)
        if treated is None or CONTROL not in own:
            continue
        line = reckoning.compared(column, treated, own[CONTROL], sequence)
        lines.extend([line] if line else [])
        if len(own) > 2 and not column.guardrail:
            found, who, first = reckoning.pairs_of(column, own, sequence)
            pairs.extend(found)
            if column.code == primary.code:
                contenders, best = who, first
    headline = next((line for line in lines if line.code == primary.code), None)
    return {
        "lines": tuple(lines), "pairs": tuple(pairs), "contenders": contenders, "best": best,
        "picture": _picture(experiment, primary, halves), "days_left": _days_left(experiment, headline, arms[primary.code]),
    }  # fmt: skip


def _picture(experiment: Experiment, primary: Column, halves: dict[str, Any]) -> Any:
    if experiment.layer == Layer.ELSEWHERE:
        return ()
    by_half = reckoning.by_half_hour(halves[primary.code])
    return reckoning.course(primary, by_half, experiment.sequence(primary.code))


def _days_left(experiment: Experiment, line: Line | None, mine: dict[str, Sums]) -> int | None:
    if line is None or line.tells or experiment.ended_at or not experiment.began_at:
        return None
    elapsed = clock.now() - experiment.began_at
    return reckoning.days_left(line, mine, experiment.sequence(line.code), elapsed)


def _money(
    experiment: Experiment, lines: Sequence[Line], arms: dict[str, dict[str, Sums]], costs: Costs
) -> dict[str, Any]:
    """What it earned: by margin, or by revenue where nothing is known of what goods cost."""
    basis = "margin" if any(sums.yy for sums in arms.get("margin", {}).values()) else "revenue"
    line = next((one for one in lines if one.code == basis), None)
    if line is None or experiment.columns:
        return {"money": None}
    treated, control = reckoning.treated_of(arms[basis]), arms[basis][CONTROL]
    takers = reckoning.treated_of(arms["orders"])
    if treated is None or takers is None:
        return {"money": None}
    told: Money = reckoning.money_of(line, treated, control, experiment.sequence(basis), costs, takers.y)
    return {"money": told}


def _apart(experiment: Experiment, primary: Column, mine: dict[str, Sums]) -> dict[str, Any]:
    """Whom it reached, and what is known of people in whom or in whose homes arms met."""
    if experiment.columns:
        return {}
    contaminated, without = _without_contaminated(experiment, primary, mine)
    return {
        "reached": _reached(experiment, primary, mine),
        "contaminated": contaminated,
        "without_contaminated": without,
        "split_households": _split_households(experiment),
    }


def _reached(experiment: Experiment, primary: Column, mine: dict[str, Sums]) -> Reached | None:
    """The effect on those whom a message of the same origin, or an act that was noted, reached."""
    treated = reckoning.treated_of(mine)
    if treated is None or CONTROL not in mine:
        return None
    units = reached_units(experiment)
    their = UnitOutcome.objects.filter(experiment=experiment, measure=primary.code, unit__in=units)
    y = their.aggregate(y=Total("y"))["y"] or 0
    sequence = experiment.sequence(primary.code)
    return reckoning.reached_of(treated, mine[CONTROL], units.count(), y, sequence)


def reached_units(experiment: Experiment) -> QuerySet[Any]:
    """The treated units that were reached: a message was sent and did not bounce, or it was noted."""
    sent = Message.objects.filter(origin=experiment.origin, state__in=[MessageState.SENT, MessageState.UNCERTAIN])
    bounced = MessageEvent.objects.filter(message__origin=experiment.origin, kind=MessageEventKind.BOUNCED)
    parties = sent.exclude(pk__in=bounced.values("message")).values("party")
    rows = Assignment.objects.filter(Q(reached=True) | Q(party__in=parties), experiment=experiment, stands=True)
    return rows.exclude(arm=CONTROL).order_by().values("unit").distinct()


def _without_contaminated(experiment: Experiment, primary: Column, mine: dict[str, Sums]) -> tuple[int, Line | None]:
    """How many units arms met in, and the primary line without them."""
    units = Assignment.objects.filter(experiment=experiment, contaminated=True, stands=True).values_list(
        "unit", flat=True
    )
    found = sorted(set(units))
    if not found:
        return 0, None
    rows = list(Assignment.objects.filter(experiment=experiment, unit__in=found).order_by("pk"))
    added = outcomes.contributions(experiment, rows, keeping.kept_of(experiment, found))
    rest = dict(mine)
    for (arm, measure, _moment), sums in added.items():
        if measure == primary.code:
            rest[arm] -= sums
    treated = reckoning.treated_of(rest)
    if treated is None or CONTROL not in rest:
        return len(found), None
    return len(found), reckoning.compared(primary, treated, rest[CONTROL], experiment.sequence(primary.code))


def _split_households(experiment: Experiment) -> int:
    """Households in which some were treated and others left alone."""
    if experiment.unit != UnitKind.PARTY:
        return 0
    mine = PartyRelation.objects.current().filter(
        kind=RelationKind.MEMBER_OF, party__arms__experiment=experiment, party__arms__stands=True
    )
    alone = Count("pk", filter=Q(party__arms__arm=CONTROL))
    both = mine.order_by().values("other").annotate(alone=alone, every=Count("pk"))
    return sum(1 for one in both if 0 < one["alone"] < one["every"])


def power(
    measure: str, audience: planning.Audience, control_share: int, days: int, *, units: int | None = None
) -> Power:
    """What can be found before anything starts, of this audience within so many days.

    Args:
        measure: a code of ``measures.aims()``.
        audience: the customers meant as a queryset; how many there are; or None for all who ever ordered.
        control_share: in buckets of 10,000; ``days``: how long it is measured.
        units: how many of the audience may be told, where not all of them may.

    Raises:
        KeyError: no such measure.
    """
    told = measures.get(measure)
    usual = planning.usual(told, audience, days)
    usual = usual if units is None else replace(usual, units=units)
    plan = planning.plan(told, usual, control_share)
    found = plan.detectable(usual.units)
    twice = planning.plan(told, planning.usual(told, audience, 2 * days), control_share).detectable(usual.units)
    half = planning.plan(told, usual, 5_000).detectable(usual.units)
    return Power(
        measure=measure, kind=told.kind, currency=currency(), units=usual.units, control=round(usual.units * control_share / 10_000),
        days=days, seen=usual.seen, usual=usual.mean, once=found.fixed, always=found.sequential,
        longer=twice.sequential, larger=half.sequential,
    )  # fmt: skip


def currency() -> str:
    """In which money trade is counted: that of the newest order, else the company's own."""
    newest = Order.objects.order_by("-pk").values_list("currency", flat=True).first()
    return newest or settings.CURRENCY
