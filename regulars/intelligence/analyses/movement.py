"""Who is new, who returns and who is lost, month by month?

New: first order ever in the month. Returning: ordered in the month and before it. Lost: moved to divorce in the
month; the day is the one on which the silence became too long to believe in, not the day of the last purchase.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import Chart, Column, Evidence, Json, Range, Saying, Selection, Series, Step, _
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import months_back, to_date

QUESTION = _("Who is new, who returns and who is lost, month by month?")
TITLE = _("New, returning, lost")
WHY = _("Sales can hold while the base melts: more new customers hide that more old ones leave.")
FORMULA = _("Counts of customers by calendar month of the company's zone; each customer counts once a month in each.")
SOURCE = "Definitions of this product; stages by models.journey"
READS = ("orders", "parties", "move")
MAKES = ("monthly",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.months"}
SAYS = {
    "movement.too_short": _("Not a whole month on record yet."),
    "movement.last": _("In %(in_month)s: %(new)s new, %(returning)s returning, %(lost)s lost."),
    "movement.year": _("In twelve months %(gained)s gained and %(lost)s lost."),
    "movement.see_lost": _("See whom we lost last"),
    "movement.new": _("New"), "movement.returning": _("Returning"), "movement.lost": _("Lost"), "movement.won_back": _("Won back"),
}  # fmt: skip
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

    def charts(self) -> list[Chart]:
        """New and returning customers above the line, lost ones below it."""
        if not self.months:
            return []
        asked = {"returning": "returned_in", "new": "first_order", "lost": "lost_in"}
        series = [
            Series(
                f"movement.{name}",
                [-one[name] if name == "lost" else one[name] for one in self.months],
                behind=[Selection({condition: one["month"][:7]}) for one in self.months],
            )
            for name, condition in asked.items()
        ]
        return [Chart("stacked", [one["month"] for one in self.months], "month", series=series)]

    def evidence(self) -> list[Evidence]:
        """The months in figures, the newest first."""
        names = ("new", "returning", "lost", "won_back")
        columns = (Column("month", "month"), *(Column(f"movement.{name}", "count") for name in names))
        newest = self.months[::-1]
        rows = [(one["month"], *(one[name] for name in names)) for one in newest]
        asked = {"new": "first_order", "returning": "returned_in", "lost": "lost_in", "won_back": "won_back_in"}
        behind = [
            {f"movement.{name}": Selection({condition: one["month"][:7]}) for name, condition in asked.items()}
            for one in newest
        ]
        return [Evidence(columns, rows, behind)]

    def next_steps(self) -> list[Step]:
        """Look at whom the last whole month lost."""
        whole = [month for month in self.months if month["whole"]]
        if not whole or not whole[-1]["lost"]:
            return []
        lost = Selection({"lost_in": whole[-1]["month"][:7], "sort": "-revenue"})
        return [Step(Saying("movement.see_lost"), lost)]


def run(desk: Desk, params: Params | None = None) -> Result:
    """Count the last months, the running one included and marked."""
    make(desk)
    return measure(desk, params)


def make(desk: Desk) -> None:
    """Lay the shared table of months."""
    from regulars.intelligence.warehouse import months  # noqa: PLC0415 -- heavy: only for whoever analyses

    months.lay(desk.engine, desk.horizon)


def measure(desk: Desk, params: Params | None = None) -> Result:
    """Count over the months that lie on the desk."""
    from regulars.intelligence.warehouse.months import month_number  # noqa: PLC0415 -- heavy: only for whoever analyses

    horizon = desk.horizon
    if horizon.first_day is None:
        return Result(enough=False)
    starts = months_back(horizon.today, (params or Params()).months)
    ends = [*starts[1:], months_back(starts[-1] + 40, 1)[0]]
    spans = [(low, high) for low, high in zip(starts, ends, strict=True) if high > horizon.first_day]
    bought, moved = _bought(desk), _moved(desk)
    months = [
        _month(low, high, bought.get(month, (0, 0, 0)), moved.get(month, (0, 0)), horizon.today)
        for low, high in spans for month in (month_number(low),)
    ]  # fmt: skip
    return Result(enough=bool(months), months=months)


def _bought(desk: Desk) -> dict[int, tuple[int, int, int]]:
    """By month: new customers, returning ones, revenue of the main currency."""
    rows = desk.engine.execute(
        """WITH began AS (SELECT customer_id, min(month) AS first FROM monthly GROUP BY customer_id)
           SELECT month, count(*) FILTER (first = month), count(*) FILTER (first < month), sum(revenue)::BIGINT
           FROM monthly JOIN began USING (customer_id) GROUP BY month"""
    ).fetchall()
    return {month: (new, returning, revenue) for month, new, returning, revenue in rows}


def _moved(desk: Desk) -> dict[int, tuple[int, int]]:
    """By month: customers who moved to divorce, and those who came back from it."""
    rows = desk.engine.execute(
        f"""SELECT month_of(day::INT) AS month, count(DISTINCT customer_id) FILTER (target = {_DIVORCE}),
                   count(DISTINCT customer_id) FILTER (target = {_RECOVERY} AND origin = {_DIVORCE})
            FROM move WHERE target IN ({_DIVORCE}, {_RECOVERY}) GROUP BY month"""  # noqa: S608 -- whole numbers
    ).fetchall()
    return {month: (lost, won_back) for month, lost, won_back in rows}


def _month(low: int, high: int, bought: tuple[int, int, int], moved: tuple[int, int], today: int) -> Json:
    names = ("new", "returning", "revenue", "lost", "won_back")
    return {
        "month": to_date(low).isoformat(),
        **dict(zip(names, (*bought, *moved), strict=True)),
        "whole": high <= today + 1,
    }
