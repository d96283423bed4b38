"""Who is new, who returns and who is lost, month by month?

New: first order ever in the month. Returning: ordered in the month and before it. Lost: moved to divorce in the
month; the day is the one on which the silence became too long to believe in, not the day of the last purchase.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import Desk, Json, Range, Saying
from regulars.intelligence.days import months_back, to_date

WHY = "Sales can hold while the base melts: more new customers hide that more old ones leave."
FORMULA = "Counts of customers by calendar month of the company's zone; each customer counts once a month in each."
SOURCE = "Definitions of this product; stages by models.journey"
READS = ("orders", "parties", "move")
MAKES = ()
_DIVORCE, _RECOVERY = 6, 7


@dataclass(frozen=True)
class Params(base.Params):
    """How many months to show."""

    months: int = 24
    ranges: ClassVar = {"months": Range(3, 120)}


@dataclass(frozen=True)
class Result(base.Result):
    """``months``: month (first day), new, returning, lost, won_back, revenue (minor units), whole (False: still running)."""

    months: list[Json] = field(default_factory=list)

    def headline(self) -> list[Saying]:
        """The last whole month."""
        whole = [month for month in self.months if month["whole"]]
        if not whole:
            return [Saying("movement.too_short")]
        last = whole[-1]
        said = [
            Saying(
                "movement.last",
                {"in_month": last["month"], **{name: last[name] for name in ("new", "returning", "lost")}},
            )
        ]
        year = whole[-12:]
        if len(year) == 12:
            gained, lost = sum(m["new"] + m["won_back"] for m in year), sum(m["lost"] for m in year)
            said.append(Saying("movement.year", {"gained": gained, "lost": lost}))
        return said

    def chart(self) -> Json:
        """Months side by side."""
        return {"kind": "months", "months": self.months}


def run(desk: Desk, params: Params | None = None) -> Result:
    """Count the last months, the running one included and marked."""
    horizon = desk.horizon
    if horizon.first_day is None:
        return Result(enough=False)
    starts = months_back(horizon.today, (params or Params()).months)
    ends = [*starts[1:], months_back(starts[-1] + 40, 1)[0]]
    months = [_month(desk, low, high) for low, high in zip(starts, ends, strict=True) if high > horizon.first_day]
    return Result(enough=bool(months), months=months)


def _month(desk: Desk, low: int, high: int) -> Json:
    span = {"low": low, "high": high}
    new, returning, revenue = desk.engine.execute(
        """WITH first AS (SELECT customer_id, min(day) AS first_day FROM orders GROUP BY customer_id)
           SELECT count(DISTINCT o.customer_id) FILTER (first_day >= $low), count(DISTINCT o.customer_id) FILTER (first_day < $low),
                  coalesce(sum(o.amount) FILTER (o.currency = $currency), 0)::BIGINT
           FROM orders o JOIN parties p ON p.party_id = o.customer_id JOIN first f ON f.customer_id = o.customer_id
           WHERE o.day >= $low AND o.day < $high AND o.day <= $today""",
        {**span, "currency": desk.horizon.currency, "today": desk.horizon.today},
    ).fetchone()
    lost, won_back = desk.engine.execute(
        f"""SELECT count(DISTINCT customer_id) FILTER (target = {_DIVORCE}),
                   count(DISTINCT customer_id) FILTER (target = {_RECOVERY} AND origin = {_DIVORCE})
            FROM move WHERE day >= $low AND day < $high""",  # noqa: S608 -- constants
        span,
    ).fetchone()
    return {
        "month": to_date(low).isoformat(),
        "new": new,
        "returning": returning,
        "lost": lost,
        "won_back": won_back,
        "revenue": revenue,
        "whole": high <= desk.horizon.today + 1,
    }
