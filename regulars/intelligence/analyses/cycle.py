"""How long do customers usually wait between purchases, and who is overdue?

The usual interval of a customer is the median of what his own intervals, with everybody's as prior, lead one to
expect. Customers with a rhythm of their own (two intervals or more) are spread over bands of usual interval; in each
band it says how many are overdue: silent for longer than nine in ten of their intervals last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import Desk, Json, Range, Saying

WHY = "Contact shortly before a customer would buy anyway earns most; long before it annoys, long after it is too late."
FORMULA = "Usual interval = exp(posterior mean of log interval); overdue: survival of the present silence ≤ 10 %."
SOURCE = "Gelman et al., Bayesian Data Analysis, 3.3; shrinkage of interpurchase times as in Allenby, Leone & Jen, JASA 94 (1999)"
READS = ("standing",)
MAKES = ()
BANDS = ((1, 7), (8, 14), (15, 30), (31, 60), (61, 90), (91, 180), (181, 365), (366, None))


@dataclass(frozen=True)
class Params(base.Params):
    """``overdue`` is the survival of the silence from which a customer counts as overdue."""

    overdue: float = 0.10
    fewest: int = 10
    ranges: ClassVar = {"overdue": Range(0.01, 0.5), "fewest": Range(5, 1_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``bands``: low, high (days, None: open), customers, overdue. Quartiles of the usual interval in days."""

    customers: int = 0
    overdue: int = 0
    quarter: float = 0.0
    median: float = 0.0
    three_quarters: float = 0.0
    bands: list[Json] = field(default_factory=list)

    def headline(self) -> list[Saying]:
        """The usual interval, and how many are overdue."""
        if not self.enough:
            return [Saying("cycle.too_few", {"customers": self.customers})]
        return [
            Saying("cycle.usual", {"days": self.median, "low": self.quarter, "high": self.three_quarters, "customers": self.customers}),
            Saying("cycle.overdue", {"customers": self.overdue, "of": self.customers}),
        ]

    def chart(self) -> Json:
        """Customers by band, overdue ones apart."""
        return {"kind": "bands", "bands": self.bands}


def run(desk: Desk, params: Params | None = None) -> Result:
    """Spread the customers with a rhythm of their own over the bands."""
    chosen = params or Params()
    rows = desk.engine.execute(
        """WITH own AS (SELECT round(usual_days) AS days, survival <= $overdue AND stage <> 6 AS late FROM standing WHERE intervals > 1)
           SELECT count(*), count(*) FILTER (late), coalesce(quantile_cont(days, 0.25), 0), coalesce(median(days), 0), coalesce(quantile_cont(days, 0.75), 0)
           FROM own""",
        {"overdue": chosen.overdue},
    ).fetchone()
    if rows[0] < chosen.fewest:
        return Result(enough=False, customers=rows[0])
    bands = []
    for low, high in BANDS:
        count, late = desk.engine.execute(
            """SELECT count(*), count(*) FILTER (survival <= $overdue AND stage <> 6) FROM standing
               WHERE intervals > 1 AND round(usual_days) BETWEEN $low AND $high""",
            {"overdue": chosen.overdue, "low": 0 if low == 1 else low, "high": high or 10**6},
        ).fetchone()
        bands.append({"low": low, "high": high, "customers": count, "overdue": late})
    return Result(customers=rows[0], overdue=rows[1], quarter=rows[2], median=rows[3], three_quarters=rows[4], bands=bands)
