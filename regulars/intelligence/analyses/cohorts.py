"""How many come back, month by month?

Customers are taken together by the calendar month of their first order; of each such cohort it is counted how many
ordered again one month later, two months later, and so on. A month that is still running is shown but not averaged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import (  # fmt: skip
    Certainty,
    Chart,
    Column,
    Evidence,
    Json,
    Range,
    Saying,
    Selection,
    Series,
    Step,
    _,
)
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import months_back, to_date

QUESTION = _("How many come back, month by month?")
TITLE = _("Cohorts")
WHY = _("New customers are dear; what they are worth is decided by how many are still there months later.")
FORMULA = _(
    "Cohort = customers by calendar month of their first order (company's zone); share after k months = those of the cohort who "
    "ordered in the kth month after it / cohort. The curve adds up all cohorts whose kth month is over; 95 % band by Wilson."
)
SOURCE = "Ryder, The cohort as a concept, American Sociological Review 30 (1965); Wilson, JASA 22 (1927) on the interval of a share"
READS = ("orders", "parties")
MAKES = ("monthly",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.months"}
SAYS = {
    "cohorts.too_short": _("Not two whole months with newcomers on record yet."),
    "cohorts.back": _("Of those who order for the first time, %(next_share)s order again in the month after."),
    "cohorts.later": _("After %(months)s months it is %(later_share)s."),
    "cohorts.see": _("See newcomers of %(in_month)s who have not come back"),
    "cohorts.months_after": _("Months after the first order"),
    "cohorts.share": _("Share who order again"),
    "cohorts.first": _("First order in"), "cohorts.size": _("Newcomers"),
    "cohorts.plus_1": _("1 month later"), "cohorts.plus_2": _("2 months later"), "cohorts.plus_3": _("3 months later"),
    "cohorts.plus_6": _("6 months later"), "cohorts.plus_12": _("12 months later"),
}  # fmt: skip
LATER = (1, 2, 3, 6, 12)
_Z = 1.96


@dataclass(frozen=True)
class Params(base.Params):
    """How many months, the running one included."""

    months: int = 25
    fewest: int = 30
    ranges: ClassVar = {"months": Range(3, 120), "fewest": Range(1, 10_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``cohorts``, the oldest first: month (its first day), and ``back``: customers who ordered in it, one month later, …;
    ``once``: those who ordered once only.

    ``curve``: months after, newcomers whose month is over, who came back in it, share, low, high. ``whole`` False: the last
    month is still running, so the last number of each cohort may still grow.
    """

    cohorts: list[Json] = field(default_factory=list)
    curve: list[Json] = field(default_factory=list)
    whole: bool = False

    def headline(self) -> list[Saying]:
        """How many come back at once, and after how long how many are there still."""
        if not self.enough:
            return [Saying("cohorts.too_short")]
        said = [Saying("cohorts.back", {"next_share": self.curve[0]["share"]})]
        later = [one for one in self.curve if one["after"] in {6, 12}]
        if later:
            said.append(Saying("cohorts.later", {"months": later[-1]["after"], "later_share": later[-1]["share"]}))
        return said

    def charts(self) -> list[Chart]:
        """The curve of all cohorts, and the triangle of each."""
        if not self.enough:
            return []
        shares, low, high = ([one[key] for one in self.curve] for key in ("share", "low", "high"))
        curve = Series("cohorts.share", shares, low, high)
        after = [one["after"] for one in self.curve]
        rows = [
            Series(
                one["month"], [_share(back, one["back"][0]) for back in one["back"]],
                behind=[_in_month(one["month"], later) for later in range(len(one["back"]))],
            )
            for one in self.cohorts
        ]  # fmt: skip
        longest = max(len(one["back"]) for one in self.cohorts)
        return [
            Chart("lines", after, "count", "cohorts.months_after", (curve,), "share"),
            Chart("triangle", list(range(longest)), "count", "cohorts.first", rows, "share"),
        ]

    def evidence(self) -> list[Evidence]:
        """The raw counts, the newest cohort first."""
        if not self.enough:
            return []
        columns = (
            Column("cohorts.first", "month"),
            Column("cohorts.size", "count"),
            *(Column(f"cohorts.plus_{later}", "count") for later in LATER),
        )
        newest = self.cohorts[::-1]
        rows = [(one["month"], one["back"][0], *(_at(one["back"], later) for later in LATER)) for one in newest]
        behind = [
            {"cohorts.size": Selection({"first_order": one["month"][:7]})}
            | {f"cohorts.plus_{later}": _in_month(one["month"], later) for later in LATER}
            for one in newest
        ]
        return [Evidence(columns, rows, behind)]

    def certainty(self) -> Certainty | None:
        """The share of the month after, with its interval."""
        if not self.enough:
            return None
        first = self.curve[0]
        return Certainty(first["newcomers"], "cohorts.plus_1", "share", first["share"], first["low"], first["high"])

    def next_steps(self) -> list[Step]:
        """Speak with the last newcomers who had a whole month to come back and did not."""
        over = [one for one in self.cohorts if one["once"] and len(one["back"]) > (1 if self.whole else 2)]
        if not self.enough or not over:
            return []
        month = over[-1]["month"]
        return [Step(Saying("cohorts.see", {"in_month": month}), Selection({"first_order": month[:7], "orders": "1"}))]


def run(desk: Desk, params: Params | None = None) -> Result:
    """Count the cohorts of the last months."""
    make(desk)
    return measure(desk, params)


def make(desk: Desk) -> None:
    """Lay the shared table of months."""
    from regulars.intelligence.warehouse import months  # noqa: PLC0415 -- heavy: only for whoever analyses

    months.lay(desk.engine, desk.horizon)


def measure(desk: Desk, params: Params | None = None) -> Result:
    """Count over the months that lie on the desk."""
    chosen, horizon = params or Params(), desk.horizon
    if horizon.first_day is None:
        return Result(enough=False)
    starts = [day for day in months_back(horizon.today, chosen.months + 1) if day > horizon.first_day - 31]
    ends = [*starts[1:], months_back(starts[-1] + 40, 1)[0]]
    counted = _count(desk, starts)
    whole = ends[-1] <= horizon.today + 1
    cohorts = [
        {
            "month": to_date(start).isoformat(), "once": counted[first, first][1],
            "back": [counted.get((first, later), (0, 0))[0] for later in range(first, len(starts))],
        }
        for first, start in enumerate(starts) if counted.get((first, first))
    ]  # fmt: skip
    curve = _curve(cohorts, whole)
    if not curve or curve[0]["newcomers"] < chosen.fewest:
        return Result(enough=False, cohorts=cohorts, whole=whole)
    return Result(cohorts=cohorts, curve=curve, whole=whole)


def _count(desk: Desk, starts: list[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """By number of the cohort's month and of a later month: how many of it ordered then, and how many of them only once."""
    from regulars.intelligence.warehouse.months import month_number  # noqa: PLC0415 -- heavy: only for whoever analyses

    rows = desk.engine.execute(
        """WITH cohort AS (
               SELECT customer_id, min(month) AS first, sum(orders) AS orders FROM monthly GROUP BY customer_id HAVING min(month) >= $begins)
           SELECT first - $begins, month - $begins, count(*), count(*) FILTER (cohort.orders = 1)
           FROM monthly JOIN cohort USING (customer_id) GROUP BY ALL""",
        {"begins": month_number(starts[0])},
    ).fetchall()
    return {(first, later): (count, once) for first, later, count, once in rows}


def _curve(cohorts: list[Json], whole: bool) -> list[Json]:
    """All cohorts added up by months after the first order; a month still running is left out."""
    found = []
    for after in range(1, max((len(one["back"]) for one in cohorts), default=1)):
        over = [one["back"] for one in cohorts if len(one["back"]) - (0 if whole else 1) > after]
        newcomers, back = sum(one[0] for one in over), sum(one[after] for one in over)
        if newcomers:
            low, high = wilson(back, newcomers)
            found.append(
                {
                    "after": after,
                    "newcomers": newcomers,
                    "back": back,
                    "share": round(back / newcomers, 4),
                    "low": low,
                    "high": high,
                }
            )
    return found


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """The 95 % interval of a share; ``cases`` above zero."""
    share, square = hits / cases, _Z * _Z
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    half = _Z * sqrt(share * (1 - share) / cases + square / (4 * cases * cases)) / (1 + square / cases)
    return round(max(middle - half, 0.0), 4), round(min(middle + half, 1.0), 4)


def _share(back: int, size: int) -> float:
    return round(back / size, 4)


def _at(back: list[int], later: int) -> int | None:
    return back[later] if later < len(back) else None


def _in_month(month: str, later: int) -> Selection:
    """Who of a cohort ordered so many months later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:7]) - 1 + later, 12)
    return Selection({"first_order": month[:7], "ordered_in": f"{year}-{number + 1:02}"})
