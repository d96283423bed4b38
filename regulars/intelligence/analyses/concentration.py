"""What share of revenue do the top 20 % of customers bring?

The 80/20 rule measured instead of asserted: the Lorenz curve, the share of the top fifth and the Gini coefficient,
each with its interval, over a stated period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar

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
from regulars.intelligence.days import to_date

QUESTION = _("What share of revenue do the top 20 % of customers bring?")
TITLE = _("Concentration")
WHY = _(
    "If few customers carry the house, losing one of them is an event; if none does, care must be made cheap for all."
)
FORMULA = _(
    "Customers by revenue; share of the top p = Σ revenue of the top p / Σ revenue; Gini = 2 Σ (i − ½) y(i) / (n² ȳ) − 1. "
    "95 % intervals from the influence functions of both. Customers whose returns exceed what they bought count as zero."
)
SOURCE = "Lorenz 1905; Gini 1912; interval: Davidson, Reliable inference for the Gini index, Journal of Econometrics 150 (2009)"
READS = ("customer",)
MAKES = ()
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("period", "class", "channel", "product_group", "territory")
SAYS = {
    "concentration.too_few": _("Not enough buyers yet to speak of concentration (%(customers)s)."),
    "concentration.alike": _("All %(customers)s buyers have brought the same so far: whether few will carry the house cannot be told yet."),
    "concentration.top": _("The top %(top_share)s bring %(bring_share)s of revenue (%(low_share)s–%(high_share)s)."),
    "concentration.half": _("%(customers)s of %(of)s customers bring half."),
    "concentration.see_top": _("See the top customers"),
    "concentration.see_largest": _("See the %(customers)s largest customers"),
    "concentration.part": _("Part of the customers, the largest first"),
    "concentration.smallest": _("Share of customers, the smallest first"),
    "concentration.revenue": _("Share of revenue"),
    "concentration.equal": _("If all brought the same"),
}  # fmt: skip
_Z = 1.96


@dataclass(frozen=True)
class Params(base.Params):
    """``top`` is the share of customers looked at; fewer than ``fewest`` buyers are not enough."""

    top: float = 0.2
    fewest: int = 10
    ranges: ClassVar = {"top": Range(0.01, 0.5), "fewest": Range(5, 1_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """Shares between 0 and 1; ``lorenz`` are pairs (share of customers from the smallest on, share of revenue).

    ``alike``: all brought the same, so that nobody is on top and the interval would have no width.
    ``part``: only some customers were looked at, so that their place among all does not say who of them is on top;
    ``largest`` names them.
    """

    buyers: int = 0
    alike: bool = False
    top: float = 0.2
    top_customers: int = 0
    share: float = 0.0
    share_low: float = 0.0
    share_high: float = 0.0
    gini: float = 0.0
    gini_low: float = 0.0
    gini_high: float = 0.0
    half: int = 0
    revenue: int = 0
    currency: str = ""
    since: str = ""
    until: str = ""
    lorenz: list[tuple[float, float]] = field(default_factory=list)
    part: bool = False
    largest: tuple[int, ...] = field(default=(), metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """The share of the top, and how few bring half."""
        if not self.enough:
            return [
                Saying("concentration.alike" if self.alike else "concentration.too_few", {"customers": self.buyers})
            ]
        return [
            Saying(
                "concentration.top",
                {
                    "top_share": self.top,
                    "bring_share": self.share,
                    "low_share": self.share_low,
                    "high_share": self.share_high,
                },
            ),
            Saying("concentration.half", {"customers": self.half, "of": self.buyers}),
        ]

    def charts(self) -> list[Chart]:
        """The Lorenz curve."""
        if not self.enough:
            return []
        x, y = [point[0] for point in self.lorenz], [point[1] for point in self.lorenz]
        curve, equal = Series("concentration.revenue", y), Series("concentration.equal", x, quiet=True)
        return [Chart("lines", x, "share", "concentration.smallest", (curve, equal), "share", "concentration.revenue")]

    def evidence(self) -> list[Evidence]:
        """What the largest bring, tenth by tenth."""
        if not self.enough:
            return []
        columns = (Column("concentration.part", "share"), Column("concentration.revenue", "share"))
        tops = [share / 100 for share in (1, 5, 10, 20, 30, 40, 50)]
        rows = [(top, round(1 - _on_curve(self.lorenz, 1 - top), 3)) for top in tops]
        behind = [_among(top) for top in tops]
        return [Evidence(columns, rows, () if self.part else behind)]

    def certainty(self) -> Certainty | None:
        """The interval of the share of the top."""
        if not self.enough:
            return Certainty(self.buyers)
        return Certainty(self.buyers, "concentration.revenue", "share", self.share, self.share_low, self.share_high)

    def next_steps(self) -> list[Step]:
        """Open the top customers."""
        if not self.enough:
            return []
        if self.part:
            see = Saying("concentration.see_largest", {"customers": len(self.largest)})
            return [Step(see, Selection(ids=self.largest, key="largest"))] if self.largest else []
        return [Step(Saying("concentration.see_top"), _among(self.top))]


def _among(top: float) -> Selection:
    """The largest customers of all, the largest first."""
    return Selection({"top": f"{round(100 * top)}", "sort": "-revenue"})


def _on_curve(points: Sequence[tuple[float, float]], at: float) -> float:
    """The curve at a share of customers, straight between its points."""
    for (x, y), (far_x, far_y) in pairwise(points):
        if x <= at <= far_x:
            return y + (far_y - y) * (at - x) / (far_x - x)
    return 1.0


def run(desk: Desk, params: Params | None = None) -> Result:
    """Measure over the whole recorded period."""
    chosen, horizon = params or Params(), desk.horizon
    read = desk.engine.execute(
        "SELECT greatest(revenue, 0)::DOUBLE AS revenue FROM customer WHERE orders > 0 OR returns > 0"
    ).fetchnumpy()
    values = read["revenue"]
    if len(values) < chosen.fewest or not values.sum() > 0 or horizon.first_day is None or horizon.last_day is None:
        return Result(enough=False, buyers=len(values))
    if values.min() == values.max():
        return Result(enough=False, buyers=len(values), alike=True)
    return Result(
        **measure(values, chosen.top),
        currency=horizon.currency,
        since=to_date(horizon.first_day).isoformat(),
        until=to_date(horizon.last_day).isoformat(),
    )


def within(desk: Desk, _whole: Result) -> Result:
    """The same of some customers or days."""
    found = run(desk)
    rows = desk.engine.execute(
        """SELECT customer_id FROM customer WHERE orders > 0 OR returns > 0
           ORDER BY greatest(revenue, 0) DESC, customer_id LIMIT $most""",
        {"most": min(found.top_customers, base.MOST_BEHIND)},
    ).fetchall()
    return replace(found, part=True, largest=tuple(int(customer) for (customer,) in rows))


def measure(values: Any, top: float) -> Json:
    """Shares, Gini and intervals of non-negative values, at least one of them positive."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    y = np.sort(np.asarray(values, float))
    n, total = len(y), float(y.sum())
    mean = total / n
    cumulated = np.cumsum(y)
    rank = np.arange(1, n + 1)
    gini = float(2 * ((rank - 0.5) * y).sum() / (n * total) - 1)
    pull = -(gini + 1) * y + (2 * rank - 1) / n * y - 2 / n * cumulated
    gini_error = float(np.sqrt(((pull - pull.mean()) ** 2).sum())) / (n * mean)
    count = max(int(top * n + 1e-9), 1)
    share = float(y[n - count :].sum() / total)
    line = y[n - count]
    influence = (np.maximum(y - line, 0) + count / n * line - share * y) / mean
    share_error = float(influence.std() / np.sqrt(n))
    at = np.unique(np.round(np.linspace(0, n, 51)).astype(int))
    curve = np.r_[0.0, cumulated][at] / total
    return {
        "buyers": n,
        "top": top,
        "top_customers": count,
        "share": share,
        "share_low": max(share - _Z * share_error, top),
        "share_high": min(share + _Z * share_error, 1.0),
        "gini": gini,
        "gini_low": max(gini - _Z * gini_error, 0.0),
        "gini_high": min(gini + _Z * gini_error, 1.0),
        "half": int(np.searchsorted(np.cumsum(y[::-1]), total / 2) + 1),
        "revenue": int(total),
        "lorenz": [(round(float(a) / n, 4), round(float(b), 4)) for a, b in zip(at, curve, strict=True)],
    }
