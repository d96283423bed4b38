"""What is each customer worth, and where is there more to be had?

RFM says who buys recently, often and much; the classes say whom to keep, whom to grow and who costs more than he
brings. Profit decides where costs are known, revenue where they are not, and the result says which of the two it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import Chart, Column, Evidence, Json, Range, Saying, Selection, Series, Step, _
from regulars.intelligence.analyses.desk import Desk, Ruler

QUESTION = _("What is each customer worth, and where is there more to be had?")
TITLE = _("Value and classes")
WHY = _(
    "Attention is scarce: it belongs to those who bring most, to those who could bring more, and not to those who cost money."
)
FORMULA = _(
    "Score of recency, frequency, money = 1 + ⌊5 × share of buyers strictly below⌋, so equal customers score equally. "
    "Most valuable: the fewest customers who bring half of the last 12 months' contribution. Below zero: contribution of the last "
    "24 months under 0, after returns and cost to serve (a cost for each order and each contact, as Company settings have it). Most growable: the tenth of buyers with the largest gap between a year of "
    "theirs and what the best fifth of like customers do, times the probability that they stay."
)
SOURCE = "Peppers & Rogers, The One to One Future (three classes); Hughes, Strategic Database Marketing (RFM)"
READS = ("purchase", "customer", "standing")
MAKES = ("worth",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("channel", "product_group", "territory")
UNSLICED = {"period": "slice.now", "class": "slice.is_class"}
SAYS = {
    "classes.nobody": _("Nobody has bought yet."),
    "classes.half_margin": _("%(customers)s customers bring half of the profit."),
    "classes.half_revenue": _("%(customers)s customers bring half of the revenue."),
    "classes.could_grow": _("%(customers)s could bring up to %(gain_money)s more a year."),
    "classes.lose": _("%(customers)s cost %(loss_money)s in 24 months."),
    "classes.costs_order_and_contact": _("Taken off as cost to serve: %(order_money)s for each order and %(contact_money)s for each contact."),
    "classes.costs_order": _("Taken off as cost to serve: %(order_money)s for each order. What a contact costs is not known."),
    "classes.costs_contact": _("Taken off as cost to serve: %(contact_money)s for each contact. What an order costs is not known."),
    "classes.costs_unknown": _("What it costs to serve a customer is not known (see Company settings), so below zero rests on returns alone."),
    "classes.see_growable": _("See who could grow"),
    "classes.see_below": _("See who costs more than they bring"),
    "class.most_valuable": _("Most valuable"), "class.most_growable": _("Most growable"), "class.regular": _("Steady"),
    "class.below_zero": _("Below zero"), "classes.year_margin": _("Profit, 12 months"), "classes.year_revenue": _("Revenue, 12 months"),
    "classes.gain": _("More a year"),
}  # fmt: skip
CLASSES = ("most_valuable", "most_growable", "regular", "below_zero")


@dataclass(frozen=True)
class Params(base.Params):
    """Shares between 0 and 1; costs to serve in minor units of ``cost_currency`` per order and per contact, None where not known.

    Costs in another currency than that of the orders are not known either.
    """

    valuable_share: float = 0.5
    growable_share: float = 0.1
    best_of_peers: float = 0.8
    fewest_peers: int = 20
    cost_per_order: int | None = None
    cost_per_contact: int | None = None
    cost_currency: str = ""
    ranges: ClassVar = {
        "valuable_share": Range(0.1, 0.95), "growable_share": Range(0.01, 0.5), "best_of_peers": Range(0.55, 0.99),
        "fewest_peers": Range(5, 1_000), "cost_per_order": Range(0, 10**9), "cost_per_contact": Range(0, 10**9),
    }  # fmt: skip

    def costs_in(self, currency: str) -> tuple[int | None, int | None]:
        """Cost of an order and of a contact where the orders are in this currency."""
        return (self.cost_per_order, self.cost_per_contact) if self.cost_currency in ("", currency) else (None, None)


@dataclass(frozen=True)
class Result(base.Result):
    """By class: customers, contribution and revenue of 12 months (minor units), and what could be gained.

    ``basis`` is ``margin`` where costs are known, else ``revenue``; costs to serve are None where not known.
    """

    basis: str = "revenue"
    currency: str = ""
    classes: dict[str, Json] = field(default_factory=dict)
    cost_per_order: int | None = None
    cost_per_contact: int | None = None

    def headline(self) -> list[Saying]:
        """The few who bring half, and what the growable could bring."""
        if not self.enough:
            return [Saying("classes.nobody")]
        top, grow, below = (self.classes[key] for key in ("most_valuable", "most_growable", "below_zero"))
        said = [Saying(f"classes.half_{self.basis}", {"customers": top["customers"], "part_share": top["share"]})]
        if grow["customers"]:
            said.append(
                Saying(
                    "classes.could_grow",
                    {"customers": grow["customers"], "gain_money": round(grow["gain"]), "currency": self.currency},
                )
            )
        if below["customers"]:
            said.append(
                Saying(
                    "classes.lose",
                    {
                        "customers": below["customers"],
                        "loss_money": -below["contribution_24m"],
                        "currency": self.currency,
                    },
                )
            )
        return [*said, self._served()]

    def _served(self) -> Saying:
        """What was taken for the cost to serve."""
        told = {"order": self.cost_per_order, "contact": self.cost_per_contact}
        known = {f"{name}_money": cost for name, cost in told.items() if cost is not None}
        if not known:
            return Saying("classes.costs_unknown")
        which = "_and_".join(name for name, cost in told.items() if cost is not None)
        return Saying(f"classes.costs_{which}", {**known, "currency": self.currency})

    def charts(self) -> list[Chart]:
        """Money by class."""
        if not self.enough:
            return []
        keys = [key for key, one in self.classes.items() if one["customers"]]
        bars = Series(
            f"classes.year_{self.basis}", [self.classes[key]["contribution_12m"] for key in keys], behind=_opened(keys)
        )
        names = [f"class.{key}" for key in keys]
        return [Chart("bars", names, "word", series=(bars,), unit="money", currency=self.currency)]

    def evidence(self) -> list[Evidence]:
        """The classes in figures."""
        if not self.enough:
            return []
        columns = (
            Column("class", "word"), Column("customers", "count"), Column(f"classes.year_{self.basis}", "money"),
            Column("share", "share"), Column("classes.gain", "money", known=False),
        )  # fmt: skip
        rows = [
            (f"class.{key}", one["customers"], one["contribution_12m"], one["share"], one["gain"] if key == "most_growable" else None)
            for key, one in self.classes.items()
        ]  # fmt: skip
        return [Evidence(columns, rows, _opened(self.classes), self.currency)]

    def next_steps(self) -> list[Step]:
        """Open the growable, and those who cost."""
        if not self.enough:
            return []
        steps = {
            "most_growable": Step(Saying("classes.see_growable"), Selection({"class": "most_growable"})),
            "below_zero": Step(Saying("classes.see_below"), Selection({"class": "below_zero", "sort": "revenue"})),
        }
        return [step for key, step in steps.items() if self.classes[key]["customers"]]


def _opened(classes: Iterable[str]) -> list[Selection]:
    return [Selection({"class": key}) for key in classes]


_BUYER = """buyer AS (
    SELECT c.customer_id, c.kind, c.last_day, c.orders, c.orders_12m, c.purchases, c.revenue, c.revenue_12m, c.returned,
        coalesce(s.stage, 0) AS stage, coalesce(s.gone, 0.0) AS gone, c.usual_goods, c.usual_purchases,
        c.usual_goods / greatest(c.usual_purchases, 1) AS basket,
        (CASE WHEN $costs_known THEN coalesce(c.margin_12m, 0) ELSE c.revenue_12m END)
            - $per_order * c.orders_12m - $per_contact * c.contacts_12m AS contribution_12m,
        (CASE WHEN $costs_known THEN coalesce(c.margin_24m, 0) ELSE c.revenue_24m END)
            - $per_order * c.orders_24m - $per_contact * c.contacts_24m AS contribution_24m
    FROM customer c LEFT JOIN standing s USING (customer_id) WHERE c.orders > 0 OR c.returns > 0
)"""
_WORTH = """
CREATE OR REPLACE TEMP TABLE worth AS
WITH scored AS (
    SELECT b.*, c.* EXCLUDE (customer_id), floor(log2(greatest(usual_purchases, 1)))::INTEGER AS rhythm_band
    FROM buyer b JOIN compared c USING (customer_id)
), by_rhythm AS (
    SELECT kind, rhythm_band, count(*) AS peers, quantile_cont(basket, $best) AS best FROM scored
    WHERE usual_purchases > 1 GROUP BY ALL HAVING count(*) >= $fewest
), by_basket AS (
    SELECT kind, basket_band, count(*) AS peers, quantile_cont(usual_purchases::DOUBLE, $best) AS best FROM scored
    WHERE usual_purchases > 1 GROUP BY ALL HAVING count(*) >= $fewest
), potential AS (
    SELECT s.*, r.peers AS rhythm_peers, r.best AS best_basket, b.peers AS basket_peers, b.best AS best_rhythm,
        greatest(0, coalesce((r.best - s.basket) * s.usual_purchases, 0)) AS more_basket,
        greatest(0, coalesce((b.best - s.usual_purchases) * s.basket, 0)) AS more_often
    FROM scored s
    LEFT JOIN by_rhythm r ON r.kind = s.kind AND r.rhythm_band = s.rhythm_band
    LEFT JOIN by_basket b ON b.kind = s.kind AND b.basket_band = s.basket_band
)
SELECT *, greatest(more_basket, more_often) * (1 - gone) * $rate AS gain,
    CASE WHEN contribution_24m < 0 THEN 'below_zero'
         WHEN contribution_12m > 0 AND before < $valuable * everything THEN 'most_valuable' ELSE 'regular' END AS class
FROM potential
"""
_GROWABLE = """
UPDATE worth SET class = 'most_growable' WHERE gain > 0 AND customer_id IN (
    SELECT customer_id FROM worth WHERE class = 'regular' AND purchases > 1 AND stage NOT IN (0, 5, 6)
    ORDER BY gain DESC, customer_id LIMIT (SELECT floor($growable * count(*))::BIGINT FROM worth))
"""


_PLACED = """
CREATE OR REPLACE TEMP TABLE worth AS
WITH {buyer}, scored AS (
    SELECT *,
        coalesce((SELECT max(step) FROM ruler_step WHERE name = 'recency' AND lowest <= coalesce(last_day, -1)), 1) AS recency_score,
        coalesce((SELECT max(step) FROM ruler_step WHERE name = 'frequency' AND lowest <= purchases), 1) AS frequency_score,
        coalesce((SELECT max(step) FROM ruler_step WHERE name = 'monetary' AND lowest <= revenue), 1) AS monetary_score,
        floor(log2(greatest(usual_purchases, 1)))::INTEGER AS rhythm_band,
        coalesce((SELECT max(step) FROM ruler_step WHERE name = 'basket of ' || kind AND lowest <= basket), 0) AS basket_band
    FROM buyer
), potential AS (
    SELECT s.*, r.peers AS rhythm_peers, r.best AS best_basket, b.peers AS basket_peers, b.best AS best_rhythm,
        greatest(0, coalesce((r.best - s.basket) * s.usual_purchases, 0)) AS more_basket,
        greatest(0, coalesce((b.best - s.usual_purchases) * s.basket, 0)) AS more_often
    FROM scored s
    LEFT JOIN ruler_peers r ON r.way = 'rhythm' AND r.kind = s.kind AND r.band = s.rhythm_band
    LEFT JOIN ruler_peers b ON b.way = 'basket' AND b.kind = s.kind AND b.band = s.basket_band
), gained AS (
    SELECT *, greatest(more_basket, more_often) * (1 - gone) * $rate AS gain FROM potential
)
SELECT g.*, p.value_rank, p.value_percentile,
    CASE WHEN contribution_24m < 0 THEN 'below_zero'
         WHEN contribution_12m > 0 AND contribution_12m >= $valuable_from THEN 'most_valuable'
         WHEN gain > 0 AND purchases > 1 AND stage NOT IN (0, 5, 6) AND gain >= $growable_from THEN 'most_growable'
         ELSE 'regular' END AS class
FROM gained g JOIN placed p USING (customer_id)
"""


def run(desk: Desk, params: Params | None = None) -> Result:
    """Score every buyer and make ``worth``."""
    make(desk, params)
    return measure(desk, params)


def make(desk: Desk, params: Params | None = None) -> None:
    """Score the buyers on the desk: by comparing all, or along the ruler."""
    chosen, horizon = _chosen(desk, params), desk.horizon
    per_order, per_contact = chosen.costs_in(horizon.currency)
    shared = {
        "costs_known": horizon.costs_known, "rate": horizon.margin_rate or 1.0,
        "per_order": per_order or 0, "per_contact": per_contact or 0,
    }  # fmt: skip
    if desk.ruler is not None:
        _place(desk, desk.ruler, shared)
        return
    costs = {name: shared[name] for name in ("costs_known", "per_order", "per_contact")}
    desk.engine.execute(f"CREATE OR REPLACE TEMP TABLE buyer AS WITH {_BUYER} SELECT * FROM buyer", costs)  # noqa: S608 -- our own words
    _compare(desk)
    desk.engine.execute(_WORTH, {
        "rate": shared["rate"], "best": chosen.best_of_peers, "fewest": chosen.fewest_peers, "valuable": chosen.valuable_share,
    })  # fmt: skip
    desk.engine.execute(_GROWABLE, {"growable": chosen.growable_share})
    desk.engine.execute("DROP TABLE buyer")


def _compare(desk: Desk) -> None:
    """Make the table ``compared``: where each buyer stands among all. By sorting narrow columns one by one, because the
    engine's windows carry every column through every sort.
    """
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    found = desk.engine.execute(
        """SELECT customer_id, list_position((SELECT list(DISTINCT kind) FROM buyer), kind) AS kind,
                  coalesce(last_day::BIGINT, -9000000000) AS last_day, purchases, revenue, basket, contribution_12m
           FROM buyer ORDER BY customer_id"""
    ).fetchnumpy()
    size, revenue, brought = len(found["customer_id"]), found["revenue"], found["contribution_12m"]
    rank = size - np.searchsorted(np.sort(revenue), revenue, side="right") + 1
    basket_band = np.zeros(size, np.int64)
    for kind in np.unique(found["kind"]):
        alike = np.flatnonzero(found["kind"] == kind)
        basket_band[alike] = _fifth(found["basket"][alike])
    most_first = np.argsort(-brought, kind="stable")
    gains = np.maximum(brought, 0)
    before = np.zeros(size, np.int64)
    before[most_first] = np.cumsum(gains[most_first]) - gains[most_first]
    lay(desk.engine, "compared", {
        "customer_id": found["customer_id"], "recency_score": 1 + _fifth(found["last_day"]),
        "frequency_score": 1 + _fifth(found["purchases"]), "monetary_score": 1 + _fifth(revenue), "value_rank": rank,
        "value_percentile": 100.0 * rank / max(size, 1), "basket_band": basket_band, "before": before,
        "everything": np.full(size, gains.sum()),
    })  # fmt: skip


def _fifth(values: Any) -> Any:
    """⌊5 × the share of the values that are strictly below⌋ of each."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    return 5 * np.searchsorted(np.sort(values), values, side="left") // max(len(values), 1)


def _place(desk: Desk, ruler: Ruler, shared: Json) -> None:
    from regulars.intelligence.warehouse.frames import lay_rows  # noqa: PLC0415 -- heavy: only for whoever analyses

    lay_rows(desk.engine, "ruler_step", {"name": "VARCHAR", "step": "INTEGER", "lowest": "DOUBLE"}, ruler.steps)
    peers = {"way": "VARCHAR", "kind": "VARCHAR", "band": "INTEGER", "peers": "BIGINT", "best": "DOUBLE"}
    lay_rows(desk.engine, "ruler_peers", peers, ruler.peers)
    _rank(desk)
    nobody = float("inf")
    desk.engine.execute(_PLACED.format(buyer=_BUYER), {
        **shared, "valuable_from": nobody if ruler.valuable is None else ruler.valuable,
        "growable_from": nobody if ruler.growable is None else ruler.growable,
    })  # fmt: skip


def _rank(desk: Desk) -> None:
    """Rank by revenue among the others as they were last known (``known``), exactly."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    mine = desk.engine.execute(
        "SELECT customer_id, revenue FROM customer WHERE orders > 0 OR returns > 0 ORDER BY customer_id"
    ).fetchnumpy()
    others = desk.engine.execute(
        "SELECT revenue FROM known WHERE (orders > 0 OR returns > 0) AND customer_id NOT IN (SELECT customer_id FROM customer)"
    ).fetchnumpy()["revenue"]
    everybody = np.sort(np.concatenate([others, mine["revenue"]]))
    rank = len(everybody) - np.searchsorted(everybody, mine["revenue"], side="right") + 1
    lay(desk.engine, "placed", {
        "customer_id": mine["customer_id"], "value_rank": rank, "value_percentile": 100.0 * rank / max(len(everybody), 1),
    })  # fmt: skip


def _chosen(desk: Desk, params: Params | None) -> Params:
    return params or desk.params.get("value") or Params()


def measure(desk: Desk, params: Params | None = None) -> Result:
    """Count the classes."""
    horizon = desk.horizon
    per_order, per_contact = _chosen(desk, params).costs_in(horizon.currency)
    rows = desk.engine.execute(
        """SELECT class, count(*), sum(contribution_12m)::BIGINT, sum(contribution_24m)::BIGINT, sum(revenue_12m)::BIGINT,
                  sum(gain)::BIGINT,
                  sum(greatest(contribution_12m, 0)) / nullif((SELECT sum(greatest(contribution_12m, 0)) FROM worth), 0)
           FROM worth GROUP BY class"""
    ).fetchall()
    names = ("customers", "contribution_12m", "contribution_24m", "revenue_12m", "gain", "share")
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}
    nobody = dict.fromkeys(names, 0)
    return Result(
        enough=bool(found),
        basis="margin" if horizon.costs_known else "revenue",
        currency=horizon.currency,
        classes={key: found.get(key, nobody) for key in CLASSES},
        cost_per_order=per_order,
        cost_per_contact=per_contact,
    )


def lines(
    desk: Desk,
) -> tuple[list[tuple[str, int, float]], list[tuple[str, str, int, int, float]], int | None, float | None]:
    """Where the lines lie between everybody on the desk: steps, peers, and the least of the two classes (``desk.Ruler``)."""
    steps = desk.engine.execute(
        """SELECT 'recency', recency_score, min(coalesce(last_day, -1))::DOUBLE FROM worth GROUP BY ALL
           UNION ALL SELECT 'frequency', frequency_score, min(purchases) FROM worth GROUP BY ALL
           UNION ALL SELECT 'monetary', monetary_score, min(revenue) FROM worth GROUP BY ALL
           UNION ALL SELECT 'basket of ' || kind, basket_band, min(basket) FROM worth GROUP BY ALL ORDER BY 1, 2"""
    ).fetchall()
    peers = desk.engine.execute(
        """SELECT 'rhythm', kind, rhythm_band, any_value(rhythm_peers), any_value(best_basket) FROM worth
           WHERE rhythm_peers IS NOT NULL GROUP BY ALL
           UNION ALL SELECT 'basket', kind, basket_band, any_value(basket_peers), any_value(best_rhythm) FROM worth
           WHERE basket_peers IS NOT NULL GROUP BY ALL ORDER BY 1, 2, 3"""
    ).fetchall()
    valuable, growable = desk.engine.execute(
        """SELECT min(contribution_12m) FILTER (class = 'most_valuable')::BIGINT, min(gain) FILTER (class = 'most_growable')
           FROM worth"""
    ).fetchone()
    return steps, peers, valuable, growable
