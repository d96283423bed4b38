"""From sums to a report: differences, always valid intervals, money, and the course over time."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from regulars.intelligence.models.experiments.effect import Effect, Interval, adjusted_difference, difference
from regulars.intelligence.models.experiments.sequential import AlwaysValid
from regulars.intelligence.models.experiments.several import several
from regulars.intelligence.models.experiments.sums import Sums, merged
from regulars.intelligence.models.experiments.value import Range, earned, effect_on_reached
from regulars.marketing.effect.models import CONTROL
from regulars.marketing.effect.report import Between, Costs, Line, Money, Pair, Point, Reached, State

MOST_POINTS: Final = 120
MOST_TIMES_AS_LONG: Final = 10.0
_FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """What is measured, as the report needs it."""

    code: str
    kind: str
    guardrail: bool = False
    name: str = ""


Halves = Mapping[datetime, Mapping[str, Sums]]
"""What each half hour added, by arm."""


def of_arms(parts: Iterable[tuple[str, Sums]]) -> dict[str, Sums]:
    """The sums of each arm."""
    found: dict[str, list[Sums]] = defaultdict(list)
    for arm, sums in parts:
        found[arm].append(sums)
    return {arm: merged(some) for arm, some in found.items()}


def treated_of(arms: Mapping[str, Sums]) -> Sums | None:
    """All arms but control as one; None where there is none."""
    some = [sums for arm, sums in arms.items() if arm != CONTROL]
    return merged(some) if some else None


def compared(column: Column, treated: Sums, control: Sums, sequence: AlwaysValid) -> Line | None:
    """Treated less control; None while an arm has fewer than two units."""
    if min(treated.n, control.n) < _FEWEST:
        return None
    effect = adjusted_difference(treated, control)
    return line_of(column, treated, control, effect, sequence.interval(effect))


def line_of(column: Column, treated: Sums, control: Sums, effect: Effect, interval: Interval | None) -> Line:
    """A difference as it is reported."""
    plain = difference(treated, control)
    lift = interval.lift if interval and interval.lift else (None, None)
    return Line(
        code=column.code, kind=column.kind, treated=effect.treated, control=effect.control, effect=effect.value, se=effect.se,
        plain=plain.value, plain_se=plain.se, treated_mean=treated.mean, control_mean=control.mean,
        low=interval.low if interval else None, high=interval.high if interval else None, p=interval.p if interval else None,
        lift=effect.lift, lift_low=lift[0], lift_high=lift[1], saved=effect.saved, units=treated.n,
        guardrail=column.guardrail, name=column.name,
    )  # fmt: skip


def pairs_of(
    column: Column, arms: Mapping[str, Sums], sequence: AlwaysValid
) -> tuple[tuple[Pair, ...], tuple[str, ...], str]:
    """All pairs of several arms, who may be the best, and who is."""
    if CONTROL not in arms or min(sums.n for sums in arms.values()) < _FEWEST:
        return (), (), ""
    ordered = {CONTROL: arms[CONTROL], **arms}
    told = several(ordered, CONTROL, sequence)
    pairs = tuple(
        Pair(one.arm, one.other, line_of(column, arms[one.arm], arms[one.other], one.effect, one.interval))
        for one in told.pairs
    )
    return pairs, told.contenders, told.best or ""


def state_of(line: Line | None, *, alarm: bool) -> State:
    """What may be said of the primary measure."""
    if alarm:
        return "alarm"
    if line is None:
        return "waiting"
    if line.low is None or line.high is None:
        return "little"
    return "more" if line.low > 0 else "less" if line.high < 0 else "open"


def days_left(line: Line, arms: Mapping[str, Sums], sequence: AlwaysValid, elapsed: timedelta) -> int | None:
    """When it could be told if it goes on like this; None when that is not to be expected, or there are too few units for ever."""
    treated, control = treated_of(arms), arms[CONTROL]
    if treated is None or min(treated.n, control.n) < sequence.fewest_units or elapsed <= timedelta(0):
        return None
    events = min(treated.events, control.events)
    if events <= 0:
        return None
    times = max(sequence.fewest_events / events, _times_until_told(line, treated.n + control.n, sequence))
    if not times <= MOST_TIMES_AS_LONG:
        return None
    return max(math.ceil(elapsed / timedelta(days=1) * (times - 1.0)), 1)


def _times_until_told(line: Line, units: int, sequence: AlwaysValid) -> float:
    """So many times as long until an effect that grows as it did lies out of its interval; infinite when it hardly grows."""
    if line.effect == 0.0 or line.se <= 0.0:
        return math.inf
    z, time = abs(line.effect) / line.se, sequence.time(units, line.se)

    def told(times: float) -> bool:
        return bool(z * math.sqrt(times) >= sequence.multiplier(time * times))

    low, high = 1.0, 2.0 * MOST_TIMES_AS_LONG
    if told(low):
        return low
    if not told(high):
        return math.inf
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (low, middle) if told(middle) else (middle, high)
    return high


def course(column: Column, halves: Halves, sequence: AlwaysValid) -> tuple[Point, ...]:
    """What it had brought by then, over all treated, at no more moments than a picture shows."""
    moments = sorted(halves)
    every = max(math.ceil(len(moments) / MOST_POINTS), 1)
    shown = set(moments[::-1][::every])
    so_far: dict[str, Sums] = {}
    points = []
    for moment in moments:
        for arm, sums in halves[moment].items():
            so_far[arm] = so_far[arm] + sums if arm in so_far else sums
        treated = treated_of(so_far)
        if moment not in shown or treated is None or CONTROL not in so_far:
            continue
        line = compared(column, treated, so_far[CONTROL], sequence)
        if line is not None:
            total = line.total
            points.append(Point(moment.isoformat(), total.value, total.low, total.high))
    return tuple(points)


def money_of(line: Line, treated: Sums, control: Sums, sequence: AlwaysValid, costs: Costs, takers: int) -> Money:
    """What it earned after its costs; the line is that of margin, or of revenue where no costs of goods are known."""
    effect = adjusted_difference(treated, control)
    taken = costs.takers if costs.takers is not None else takers
    told = earned(
        effect, sequence.interval(effect), treated=treated.n, control=control.n,
        offer_cost=costs.offer_per_taker * taken, contact_cost=costs.contact_total + costs.fixed,
    )  # fmt: skip
    back = between(told.back) if told.back else None
    return Money(line.code, between(told.margin), told.cost, between(told.net), back, between(told.forgone))


def between(told: Range) -> Between:
    """As the report says it."""
    return Between(told.value, told.low, told.high)


def reached_of(treated: Sums, control: Sums, reached: int, their_y: int, sequence: AlwaysValid) -> Reached | None:
    """The effect on those who were reached: ``reached`` of the treated units, whose outcomes are ``their_y`` in all."""
    if not 0 < reached < treated.n or control.n < _FEWEST:
        return None
    with_delivery = Sums(treated.n, treated.y, treated.yy, (reached,), (reached,), (their_y,))
    nobody = Sums(control.n, control.y, control.yy, (0,), (0,), (0,))
    interval = sequence.interval(difference(with_delivery, nobody))
    told = effect_on_reached(with_delivery, nobody, interval)
    return Reached(told.delivered, between(told.effect)) if told else None


def by_half_hour(rows: Sequence[tuple[datetime, str, Sums]]) -> Halves:
    """What each half hour added."""
    found: dict[datetime, dict[str, Sums]] = defaultdict(dict)
    for moment, arm, sums in rows:
        found[moment][arm] = found[moment][arm] + sums if arm in found[moment] else sums
    return found
