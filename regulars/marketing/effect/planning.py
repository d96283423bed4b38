"""Before the start: what is usual without the act, what could be found, and the confidence sequence to look through."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, F, FloatField, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Coalesce

from regulars.commerce.models import Order, OrderState
from regulars.customers.models import Party
from regulars.intelligence.models.experiments.power import Outcome, Plan
from regulars.kit import clock
from regulars.marketing.effect import measures

FEWEST_SHARE: Final = 0.0005
RARE: Final = 0.002
"""What is taken for usual where the record says nothing: of orders at least one in 2,000, of what is only watched two in 1,000."""

Audience = QuerySet[Party] | int | None


@dataclass(frozen=True, slots=True)
class Usual:
    """What a unit does in so many days without the act: share or minor units, and its spread, seen at ``seen`` units."""

    units: int
    mean: float
    sd: float
    seen: int

    def outcome(self, measure: measures.Measure) -> Outcome:
        """As the mathematics of planning takes it."""
        if measure.kind == "rate":
            return Outcome.rate(min(max(self.mean, FEWEST_SHARE), 1.0 - FEWEST_SHARE))
        return Outcome.money(self.mean, max(self.sd, 1.0))


def usual(measure: measures.Measure, audience: Audience, days: int, *, now: datetime | None = None) -> Usual:
    """What was usual in the last ``days`` days, of this audience or of everybody who ever ordered; one query."""
    parties = audience if isinstance(audience, QuerySet) else Party.objects.live().filter(summary__orders__gt=0)
    counted = parties.order_by().count()
    units = audience if isinstance(audience, int) else counted
    if measure.guardrail or not counted:
        return Usual(units, RARE, math.sqrt(RARE), 0)
    since = (now or clock.now()) - timedelta(days=days)
    each = _each(measure, parties, since)
    buyers, total, squares = (each[name] or 0 for name in ("n", "total", "squares"))
    mean = float(total) / counted
    variance = max(float(squares) / counted - mean * mean, 0.0)
    return Usual(units, mean, math.sqrt(variance), int(buyers))


def _each(measure: measures.Measure, parties: QuerySet[Party], since: datetime) -> dict[str, Any]:
    """How many bought, what they brought in all, and the sum of the squares."""
    orders = Order.objects.filter(
        customer__in=parties.order_by().values("pk"), ordered_at__gte=since, retracted_in=None, state=OrderState.PLACED
    )
    worth: Any = F("amount")
    if measure.code == "margin":
        worth = Case(When(cost=None, then=Value(0)), default=F("goods") - F("cost"))
    if measure.kind == "rate":
        n = orders.aggregate(n=Count("customer", distinct=True))["n"]
        return {"n": n, "total": n, "squares": n}
    brought = orders.order_by().values("customer").annotate(y=Cast(Coalesce(Sum(worth), 0), FloatField()))
    found: dict[str, Any] = brought.aggregate(n=Count("customer"), total=Sum("y"), squares=Sum(F("y") * F("y")))
    return found


def plan(measure: measures.Measure, found: Usual, control_share: int) -> Plan:
    """The plan of an experiment with this share of control, in buckets of 10,000."""
    return Plan(found.outcome(measure), control_share / 10_000)


def sequences(*, audience: Audience, units: int, control_share: int, days: int) -> dict[str, dict[str, Any]]:
    """The confidence sequence of each measure, as it is kept with the experiment."""
    share = min(max(control_share, 1), 9_999)
    made = {}
    for measure in measures.every():
        planned = plan(measure, usual(measure, audience, days), share)
        made[measure.code] = asdict(planned.sequence(max(units, 1)))
    return made
