"""How long do customers usually wait between purchases, and who is overdue?

The usual interval of a customer is the median of what his own intervals, with everybody's as prior, lead one to
expect. Customers with a rhythm of their own (two intervals or more) are spread over bands of usual interval; in each
band it says how many are overdue: silent for longer than nine in ten of their intervals last.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import (
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

QUESTION = _("How long do customers usually wait between purchases, and who is overdue?")
TITLE = _("Purchase cycle")
WHY = _(
    "Contact shortly before a customer would buy anyway earns most; long before it annoys, long after it is too late."
)
FORMULA = _(
    "Usual interval = median of the next interval as predicted from own intervals and the population; overdue: S of the present silence ≤ 10 %."
)
SOURCE = "Platzer & Reutterer, Marketing Science 35 (2016); Allenby, Leone & Jen, JASA 94 (1999) on shrinking interpurchase times"
READS = ("standing",)
MAKES = ()
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.now"}
SAYS = {
    "cycle.too_few": _("Not enough customers have bought twice (%(customers)s) to speak of a cycle."),
    "cycle.usual": _("Half of the customers buy every %(low_days)s to %(high_days)s; %(usual_days)s in the middle."),
    "cycle.overdue": _("%(customers)s of %(of)s are overdue."),
    "cycle.see_due": _("See who has been silent for too long"),
    "cycle.between": _("Usual days between purchases"), "cycle.in_time": _("In time"), "cycle.late": _("Overdue"),
}  # fmt: skip
LOWS = (0, 8, 15, 31, 61, 91, 181, 366)
"""Where the bands begin, in days; each ends before the next."""


@dataclass(frozen=True)
class Params(base.Params):
    """``overdue`` is the survival of the silence from which a customer counts as overdue."""

    overdue: float = 0.10
    fewest: int = 10
    ranges: ClassVar = {"overdue": Range(0.01, 0.5), "fewest": Range(5, 1_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``bands``: low, high (days, the upper end not in it, None: open), customers, overdue. Quartiles of the usual interval in days."""

    customers: int = 0
    overdue: int = 0
    quarter: float = 0.0
    median: float = 0.0
    three_quarters: float = 0.0
    bands: list[Json] = field(default_factory=list)
    named: dict[str, tuple[int, ...]] = field(default_factory=dict, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """The usual interval, and how many are overdue."""
        if not self.enough:
            return [Saying("cycle.too_few", {"customers": self.customers})]
        return [
            Saying(
                "cycle.usual",
                {
                    "usual_days": self.median,
                    "low_days": self.quarter,
                    "high_days": self.three_quarters,
                    "customers": self.customers,
                },
            ),
            Saying("cycle.overdue", {"customers": self.overdue, "of": self.customers}),
        ]

    def charts(self) -> list[Chart]:
        """Customers by band, overdue ones apart."""
        if not self.enough:
            return []
        timely = Series(
            "cycle.in_time", [one["customers"] - one["overdue"] for one in self.bands], behind=self._who("timely")
        )
        late = Series("cycle.late", [one["overdue"] for one in self.bands], behind=self._who("late"))
        return [Chart("stacked", [_name(one) for one in self.bands], "name", "cycle.between", (timely, late))]

    def evidence(self) -> list[Evidence]:
        """The bands in figures."""
        if not self.enough:
            return []
        columns = (Column("cycle.between", "name"), Column("customers", "count"), Column("cycle.late", "count"))
        rows = [(_name(one), one["customers"], one["overdue"]) for one in self.bands]
        behind = [
            {"customers": Selection({"cycle": _asked(one)}), "cycle.late": who}
            for one, who in zip(self.bands, self._who("late"), strict=True)
        ]
        return [Evidence(columns, rows, behind)]

    def _who(self, kind: str) -> list[Selection]:
        """The customers of each band who are late, or in time."""
        keys = [f"{kind}{one['low']}" for one in self.bands]
        return [Selection(ids=self.named.get(key, ()), key=key) for key in keys]

    def certainty(self) -> Certainty | None:
        """On how many customers it rests; everything is counted."""
        return Certainty(self.customers)

    def next_steps(self) -> list[Step]:
        """Open the overdue who have not left."""
        due = Selection(ids=self.named.get("late", ()), key="late")
        return [Step(Saying("cycle.see_due"), due)] if self.enough and self.overdue else []


def _asked(band: Json) -> str:
    """A band as the list of customers is asked for it."""
    return f"{band['low']}-{band['high'] or ''}"


def _name(band: Json) -> str:
    return f"{band['low']}+" if band["high"] is None else f"{max(band['low'], 1)}–{band['high'] - 1}"


def run(desk: Desk, params: Params | None = None) -> Result:
    """Spread the customers with a rhythm of their own over the bands."""
    chosen = params or Params()
    found = _counted(desk, chosen)
    return replace(found, named=_named(desk, chosen.overdue)) if found.enough else found


def within(desk: Desk, _whole: Result) -> Result:
    """The same of some customers."""
    return _counted(desk, Params())


def _counted(desk: Desk, chosen: Params) -> Result:
    whole = desk.engine.execute(
        """WITH own AS (SELECT round(usual_days, 1) AS days, survival <= $overdue AND stage <> 6 AS late FROM standing WHERE intervals > 0)
           SELECT count(*), count(*) FILTER (late), coalesce(quantile_cont(days, 0.25), 0), coalesce(median(days), 0),
                  coalesce(quantile_cont(days, 0.75), 0) FROM own""",
        {"overdue": chosen.overdue},
    ).fetchone()
    if whole[0] < chosen.fewest:
        return Result(enough=False, customers=whole[0])
    bands = _bands(desk, chosen.overdue)
    return Result(
        customers=whole[0],
        overdue=whole[1],
        quarter=whole[2],
        median=whole[3],
        three_quarters=whole[4],
        bands=bands,
    )


_BAND = f"CASE {' '.join(f'WHEN round(usual_days, 1) >= {low} THEN {low}' for low in reversed(LOWS))} END"


def _named(desk: Desk, overdue: float) -> dict[str, tuple[int, ...]]:
    """The customers of each band, those in time apart, who has been silent longest first; and all who are late."""
    rows = desk.engine.execute(
        f"""SELECT {_BAND} AS low, survival <= $overdue AND stage <> 6 AS late,
                   list(customer_id ORDER BY survival, customer_id)[:{base.MOST_BEHIND}]
            FROM standing WHERE intervals > 0 GROUP BY ALL""",  # noqa: S608 -- whole numbers
        {"overdue": overdue},
    ).fetchall()
    late = desk.engine.execute(
        """SELECT customer_id FROM standing WHERE intervals > 0 AND survival <= $overdue AND stage <> 6
           ORDER BY survival, customer_id LIMIT $most""",
        {"overdue": overdue, "most": base.MOST_BEHIND},
    ).fetchall()
    named = {f"{'late' if late else 'timely'}{low}": tuple(who) for low, late, who in rows}
    return {**named, "late": tuple(customer for (customer,) in late)}


def _bands(desk: Desk, overdue: float) -> list[Json]:
    """Customers and how many of them are overdue, by band."""
    rows = desk.engine.execute(
        f"""SELECT {_BAND} AS low, count(*),
                   count(*) FILTER (survival <= $overdue AND stage <> 6)
            FROM standing WHERE intervals > 0 GROUP BY low""",  # noqa: S608 -- whole numbers
        {"overdue": overdue},
    ).fetchall()
    found = {low: counts for low, *counts in rows}
    return [
        dict(zip(("low", "high", "customers", "overdue"), (low, high, *found.get(low, (0, 0))), strict=True))
        for low, high in zip(LOWS, (*LOWS[1:], None), strict=True)
    ]
