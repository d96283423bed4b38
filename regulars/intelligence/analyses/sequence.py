"""What is bought next, and after how long?

For each two product groups: of those who bought the first, what share buys the second within a year, counted from the first
time, those still under way rightly counted; how that compares with buyers of anything else; and whether the second comes
after the first more often than the customers' own purchases in random order would have it. The first says that the same
customers like both, the second that one leads to the other: a step is called one only where both are sure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, ClassVar, Final

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

QUESTION = _("What is bought next, and after how long?")
TITLE = _("Next purchase")
WHY = _("An offer made when the next need arises is service; made half a year off it is noise.")
FORMULA = _(
    "From the first purchase of group A to the first later one of group B: Kaplan–Meier share within the horizon, with the day by which half "
    "of them have come. Lift = that share / the share after the first purchase of any other group (interval by Greenwood). Order = customers "
    "with B after A / as many as there would be if each one's purchases came in random order. The lower ends of both hold for all pairs "
    "compared together (95 %, Bonferroni); ranked by the lower of the two: like tastes alone raise only the lift, a late launch only the order."
)
SOURCE = "Kaplan & Meier, JASA 53 (1958); Greenwood 1926; Pei et al., PrefixSpan, ICDE 2001"
READS = ("lines", "products")
MAKES = ()
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "territory")
UNSLICED = {"period": "slice.waits", "product_group": "slice.is_group"}
SAYS = {
    "sequence.too_few": _("Too few customers have bought of two product groups yet (%(customers)s)."),
    "sequence.none": _("No product group is bought after another more often than chance would have it."),
    "sequence.best": _("After %(first_name)s, %(share_share)s buy %(next_name)s within %(horizon_days)s: %(lift)s times as many as after anything else (at least %(low)s)."),
    "sequence.half": _("Half of them do so within %(median_days)s."),
    "sequence.ordered": _("Of those who bought both, %(order)s times as many came to it after %(first_name)s as by chance order (at least %(order_low)s)."),
    "sequence.unordered": _("The same customers like both; that one leads to the other cannot be told yet."),
    "sequence.first": _("After"), "sequence.next": _("comes"), "sequence.customers": _("Bought the first"),
    "sequence.share": _("Buy the second"), "sequence.median": _("Half of them within"), "sequence.lift": _("Times as often"),
    "sequence.lift_low": _("At least"), "sequence.order": _("Order against chance"), "sequence.order_low": _("Order, at least"),
    "sequence.due": _("Due now, 500 at most"),
    "sequence.now": _("Offer %(next_name)s to those who have just bought %(first_name)s"),
}  # fmt: skip
GROUPS: Final = 40
"""So many product groups, the most widely bought, are compared with each other."""
SHOWN: Final = 30
CHARTED: Final = 10
OFFERED: Final = 3
_MOST: Final = 500


@dataclass(frozen=True)
class Params(base.Params):
    """``horizon`` in days; ``least``: customers seen to go from one to the other, below which it is not shown."""

    horizon: int = 365
    least: int = 20
    fewest: int = 100
    ranges: ClassVar = {"horizon": Range(7, 1_095), "least": Range(20, 10_000), "fewest": Range(20, 100_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``steps``, the surest first: first and next (groups), customers, seen, share, median (days), lift, low, order, order_low."""

    customers: int = 0
    horizon: int = 365
    steps: list[Json] = field(default_factory=list)

    def headline(self) -> list[Saying]:
        """The surest step, and how soon it is made."""
        if not self.enough:
            return [Saying("sequence.too_few", {"customers": self.customers})]
        if not self.steps:
            return [Saying("sequence.none")]
        best = self.steps[0]
        figures = {"share_share": best["share"], "lift": round(best["lift"], 1), "low": round(best["low"], 1)}
        names = {"first_name": best["first"], "next_name": best["next"], "horizon_days": self.horizon}
        half = Saying("sequence.half", {"median_days": best["median"]})
        return [Saying("sequence.best", names | figures), half, _ordered(best)]

    def charts(self) -> list[Chart]:
        """How much more often than after anything else, at least."""
        steps = self.steps[:CHARTED]
        if not steps:
            return []
        names = [f"{one['first']} → {one['next']}" for one in steps]
        low = Series(
            "sequence.lift_low", [round(one["low"], 2) for one in steps], behind=[_behind(one) for one in steps]
        )
        lift = Series("sequence.lift", [round(one["lift"], 2) for one in steps], quiet=True)
        return [Chart("bars", names, "name", "", (low, lift), "number", "sequence.lift")]

    def evidence(self) -> list[Evidence]:
        """The steps."""
        columns = (
            Column("sequence.first", "name"), Column("sequence.next", "name"), Column("sequence.customers", "count"),
            Column("sequence.share", "share"), Column("sequence.median", "days"), Column("sequence.lift", "number"),
            Column("sequence.lift_low", "number"), Column("sequence.order", "number"),
            Column("sequence.order_low", "number"), Column("sequence.due", "count"),
        )  # fmt: skip
        rows = [
            (one["first"], one["next"], one["customers"], round(one["share"], 3), one["median"], round(one["lift"], 1),
             round(one["low"], 1), round(one["order"], 2), round(one["order_low"], 2), len(one["due"]) or None)
            for one in self.steps
        ]  # fmt: skip
        behind = [
            {"sequence.customers": Selection({"bought_group": one["first"], "sort": "-revenue"})}
            | ({"sequence.due": who} if (who := _behind(one)) else {})
            for one in self.steps
        ]
        return [Evidence(columns, rows, behind)] if rows else []

    def certainty(self) -> Certainty | None:
        """The interval of the share of the surest step."""
        if not self.steps:
            return Certainty(self.customers)
        best = self.steps[0]
        return Certainty(
            best["customers"], "sequence.share", "share", best["share"], best["share_low"], best["share_high"]
        )

    def next_steps(self) -> list[Step]:
        """Offer the next thing while it is due."""
        return [
            Step(
                Saying("sequence.now", {"first_name": one["first"], "next_name": one["next"]}),
                _behind(one) or Selection(),
            )
            for one in self.steps[:OFFERED]
            if one["due"]
        ]


def _ordered(step: Json) -> Saying:
    """Whether the first leads to the second, or the same customers merely like both."""
    if step["order_low"] <= 1:
        return Saying("sequence.unordered")
    figures = {"order": round(step["order"], 1), "order_low": round(step["order_low"], 1)}
    return Saying("sequence.ordered", {"first_name": step["first"]} | figures)


def _behind(step: Json) -> Selection | None:
    """Who has bought the first lately and not yet the second."""
    return Selection(ids=tuple(step["due"]), key=step["key"]) if step["due"] else None


def run(desk: Desk, params: Params | None = None) -> Result:
    """Follow every customer from group to group, up to today."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models import time_to_next  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen, today = params or Params(), desk.horizon.today
    groups, codes, read, customers = _read(desk, today)
    if customers < chosen.fewest or len(groups) < 2:
        return Result(enough=False, customers=customers, horizon=chosen.horizon)
    who, when, what = read["customer"], read["day"], read["group"]
    found = time_to_next(who, when, what, end_day=today, horizon=chosen.horizon)
    often = (found.events >= chosen.least) & ~np.eye(len(groups), dtype=bool)
    surely = _bound(int(np.count_nonzero(often | often.T)))
    with np.errstate(invalid="ignore"):
        low = found.lift * np.exp(-surely * found.lift_error)
    first, then = np.nonzero(often & (np.nan_to_num(low) > 1))
    order = _order(who, when, what, first, then)
    order_low = np.maximum(order.lift - surely * order.error, 0.0)
    surest = np.lexsort((then, first, -np.minimum(low[first, then], order_low)))
    steps: list[Json] = []
    for number in surest[order.lift[surest] > 1][:SHOWN].tolist():
        a, b = int(first[number]), int(then[number])
        median = int(found.median[a, b])
        steps.append({
            "first": groups[a], "next": groups[b], "customers": int(found.starts[a]), "seen": int(found.events[a, b]),
            "share": float(found.share[a, b]), "share_low": float(found.share_low[a, b]), "share_high": float(found.share_high[a, b]),
            "median": median, "lift": float(found.lift[a, b]), "low": float(low[a, b]),
            "order": float(order.lift[number]), "order_low": float(order_low[number]), "key": f"step{len(steps) + 1}",
            "due": _due(desk, codes[a], codes[b], today - 2 * median) if len(steps) < CHARTED else [],
        })  # fmt: skip
    return Result(customers=customers, horizon=chosen.horizon, steps=steps)


def _bound(compared: int) -> float:
    """So many standard errors below what was found lie lower ends that hold for all pairs compared together.

    Pairs are counted that are often seen in either order: what is compared does not depend on the order that is asked for.
    """
    return NormalDist().inv_cdf(1 - 0.025 / max(compared, 1))


def _read(desk: Desk, today: int) -> tuple[list[str], list[int], dict[str, Any], int]:
    """Lay the table ``occasion``: one row per customer, day and product group (by number, in the order of names).

    Returns:
        The groups most customers buy of, their numbers, the rows of those groups (``group``: place among them), and how many
        customers have bought of more than one.
    """
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    run = desk.engine.execute
    run(
        """CREATE OR REPLACE TEMP TABLE grouped AS SELECT product_id, category, dense_rank() OVER (ORDER BY category)::INTEGER AS code
           FROM products WHERE category <> ''"""
    )
    run(
        """CREATE OR REPLACE TEMP TABLE occasion AS SELECT DISTINCT customer_id, day::INTEGER AS day, code
           FROM lines JOIN grouped USING (product_id) WHERE customer_id IS NOT NULL AND day <= $today""",
        {"today": today},
    )
    wide = run(
        f"""SELECT code FROM (SELECT DISTINCT customer_id, code FROM occasion)
            GROUP BY code ORDER BY count(*) DESC, code LIMIT {GROUPS}"""  # noqa: S608 -- a number
    ).fetchall()
    codes = sorted(int(code) for (code,) in wide)
    named = dict(run("SELECT DISTINCT code, category FROM grouped").fetchall())
    among = f"code IN ({', '.join(map(str, codes)) or 'NULL'})"
    several = run(
        f"SELECT count(*) FROM (SELECT customer_id FROM occasion WHERE {among} GROUP BY customer_id HAVING min(code) < max(code))"  # noqa: S608 -- numbers
    ).fetchone()
    read = run(
        f"SELECT customer_id AS customer, day::BIGINT AS day, code FROM occasion WHERE {among} ORDER BY customer_id, day, code"  # noqa: S608 -- numbers
    ).fetchnumpy()
    rows = {"customer": read["customer"], "day": read["day"], "group": np.searchsorted(codes, read["code"])}
    return [named[code] for code in codes], codes, rows, int(several[0])


def _order(who: Any, when: Any, what: Any, first: Any, then: Any) -> Any:
    from regulars.intelligence.models import Histories, order_lift  # noqa: PLC0415 -- heavy: only for whoever analyses

    labels = range(int(what.max()) + 1)
    return order_lift(Histories.from_lines(who, when, what, labels), first, then)


def _due(desk: Desk, first: int, then: int, since: int) -> list[int]:
    """Who last bought the first group since that day and has not bought the second after it; the latest first."""
    rows = desk.engine.execute(
        """SELECT customer_id FROM occasion WHERE code IN ($first, $then)
           GROUP BY customer_id
           HAVING max(day) FILTER (code = $first) >= $since
              AND coalesce(max(day) FILTER (code = $then), -1) <= max(day) FILTER (code = $first)
           ORDER BY max(day) FILTER (code = $first) DESC, customer_id LIMIT $most""",
        {"first": first, "then": then, "since": since, "most": _MOST},
    ).fetchall()
    return [int(customer) for (customer,) in rows]
