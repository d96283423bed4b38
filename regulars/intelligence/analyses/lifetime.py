"""What will customers be worth in the next year?

Nobody without a contract says that he has left: whether a customer still buys is told from his own silence beside his own
pace. For each, the orders and the money of the next 365 days are foretold, with intervals that come from what the same
forecast missed when it was made as of earlier days; so they contain the error of the model. Orders of one day count once.
Having left cannot be seen, ordering again can: *still a customer* is the probability of that, and is tried on the past.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.intelligence import trust
from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import (
    BackTest,
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
    Trust,
    _,
)  # fmt: skip
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.intelligence.models.backtest import Origin
    from regulars.intelligence.models.lifetime.outlook import Foretold, Outlook
    from regulars.intelligence.models.lifetime.tested import Tested

QUESTION = _("What will customers be worth in the next year?")
TITLE = _("Customer lifetime value")
WHY = _(
    "What a customer has brought says what he was worth; what he will bring says what he is worth an effort today. "
    "Who has silently left should cost nothing any more, and who may be leaving and buys much should be called first."
)
FORMULA = _(
    "MBG/NBD: purchases at an own rate, gamma(r, α) over customers; after each purchase one leaves with an own probability, beta(a, b). "
    "Still a customer: has not left and orders again within three years (or as many days as the record is long), 1 − (1 + days ∕ (α + T))^−(r + x). "
    "Value of a purchase by gamma-gamma over all purchases. Money = expected purchases × expected value. "
    "Intervals: quantiles of what was missed in the back-tests, by size of the forecast (split conformal)."
)
SOURCE = (
    "Batislam, Denizel & Filiztekin, IJRM 24 (2007), after Fader, Hardie & Lee, Marketing Science 24 (2005); Fader & Hardie, gamma-gamma (2013); "
    "Papadopoulos et al., ECML 2002 on split conformal intervals"
)
READS = ("orders", "returns", "parties")
MAKES = ("lifetime",)
GIVES = {"lifetime": ("alive", "orders", "orders_low", "orders_high", "money", "money_low", "money_high")}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.ahead"}
SAYS = {
    "lifetime.too_few": _("Not enough customers have come back (%(customers)s) to foretell what they will do."),
    "lifetime.expected": _("%(customers)s customers will order about %(orders)s times within the next year."),
    "lifetime.between": _("With a probability of %(level_share)s it will be between %(low)s and %(high)s times."),
    "lifetime.profit": _("That will bring about %(worth_money)s profit, most likely %(low_money)s to %(high_money)s."),
    "lifetime.revenue": _("That will bring about %(worth_money)s, most likely %(low_money)s to %(high_money)s."),
    "lifetime.order_only": _("Who will buy more than others can be told from these data, but not how much."),
    "lifetime.alive": _("About %(alive)s of those who ever bought will order again within %(patience_days)s."),
    "lifetime.no_dropout": _("No drop-out can be told from these data yet: whoever is silent may just be slow."),
    "lifetime.shorter": _("The record is too short to try a whole year; %(tried_days)s ahead have been tried."),
    "lifetime.values_follow": _("Who buys more often also spends more or less each time (correlation %(correlation)s): money is less sure."),
    "lifetime.keep": _("Talk to those who bring much and may be leaving"),
    "lifetime.best": _("See who will bring most"),
    "lifetime.orders_model": _("Orders of the next year"), "lifetime.money_model": _("Money of the next year"),
    "lifetime.alive_model": _("Still a customer: will order again"), "lifetime.share_before": _("The share of those who did, or did not, in the same time before"),
    "lifetime.again_365": _("Orders again within a year"), "lifetime.again_182": _("Orders again within half a year"),
    "lifetime.again_91": _("Orders again within a quarter"), "lifetime.again_28": _("Orders again within four weeks"),
    "lifetime.within_365": _("Orders within a year"), "lifetime.within_182": _("Orders within half a year"),
    "lifetime.within_91": _("Orders within a quarter"), "lifetime.within_28": _("Orders within four weeks"),
    "lifetime.money_365": _("Money within a year"), "lifetime.money_182": _("Money within half a year"),
    "lifetime.money_91": _("Money within a quarter"), "lifetime.money_28": _("Money within four weeks"),
    "lifetime.as_before": _("As many as in the same time before"), "lifetime.as_much_before": _("As much as in the same time before"),
    "lifetime.tenth": _("Tenth of customers, from who will order least"),
    "lifetime.still": _("Still a customer"), "lifetime.each": _("Orders of each"), "lifetime.money": _("Money of the next year"),
    "lifetime.money_low": _("Money, at least"), "lifetime.money_high": _("Money, at most"),
}  # fmt: skip
RESTS = {
    "lifetime.orders_model": (
        "orders", "orders_low", "orders_high", "lifetime.expected", "lifetime.between", "lifetime.tenth", "lifetime.each", "foretold",
    ),
    "lifetime.alive_model": ("alive", "lifetime.alive", "lifetime.still"),
    "lifetime.money_model": (
        "money", "money_low", "money_high", "tenths", "lifetime.profit", "lifetime.revenue", "lifetime.money", "lifetime.money_low",
        "lifetime.money_high", "lifetime.keep", "lifetime.best",
    ),
}  # fmt: skip
YEAR = 365
FEWEST_TOGETHER = 100
"""The sum of fewer is missed by more than the back-tests of tenths can tell."""
_LOST = "CASE WHEN alive > 0.2 AND alive < 0.8 THEN money * (1 / alive - 1) ELSE 0 END"
"""What each would bring if he surely stayed, beyond what is expected of him."""
_TRADE = """
WITH trade AS (
    SELECT o.customer_id, o.day, CASE WHEN $rate::DOUBLE IS NULL THEN o.amount ELSE o.goods - coalesce(o.cost, o.goods * (1 - $rate::DOUBLE)) END AS value,
           true AS bought
    FROM orders o JOIN parties p ON p.party_id = o.customer_id
    WHERE o.day <= $today AND o.currency = $currency AND o.goods > 0
    UNION ALL
    SELECT r.customer_id, r.day, CASE WHEN $rate::DOUBLE IS NULL THEN r.amount ELSE r.goods - coalesce(r.cost, r.goods * (1 - $rate::DOUBLE)) END, false
    FROM returns r JOIN parties p ON p.party_id = r.customer_id
    WHERE r.day <= $today AND r.currency = $currency
)
SELECT customer_id AS customer, day, sum(value)::DOUBLE AS value, bool_or(bought) AS bought FROM trade GROUP BY customer_id, day ORDER BY customer_id, day
"""


@dataclass(frozen=True)
class Params(base.Params):
    """``fewest`` customers must have come back; intervals hold the truth with probability ``level``; ``call`` are to be talked to."""

    fewest: int = 30
    level: float = 0.8
    call: int = 100
    ranges: ClassVar = {"fewest": Range(30, 10_000), "level": Range(0.5, 0.98), "call": Range(10, 5_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """Sums over all customers for the next 365 days; money in minor units, profit where ``basis`` says so.

    ``tried`` are the days ahead that the back-tests cover. ``parameters`` are those of the models, times in days.
    ``tenths`` are rows of: tenth, customers, probability of still buying, orders of each, money, its low and high.
    """

    customers: int = 0
    alive: float = 0.0
    orders: float = 0.0
    orders_low: float | None = None
    orders_high: float | None = None
    money: float = 0.0
    money_low: float | None = None
    money_high: float | None = None
    level: float = 0.8
    basis: str = "revenue"
    currency: str = ""
    tried: int = 0
    patience: int = YEAR
    dropout_told: bool = False
    parameters: Json = field(default_factory=dict)
    standard_errors: Json = field(default_factory=dict)
    correlation: float | None = None
    tenths: list[tuple[float, ...]] = field(default_factory=list)
    orders_tests: tuple[BackTest, ...] = ()
    money_tests: tuple[BackTest, ...] = ()
    orders_deciles: tuple[tuple[float, float, int], ...] = ()
    money_deciles: tuple[tuple[float, float, int], ...] = ()
    alive_tests: tuple[BackTest, ...] = ()
    alive_deciles: tuple[tuple[float, float, int], ...] = ()
    orders_nominal: float = 0.8
    keep: tuple[int, ...] = ()
    best: tuple[int, ...] = ()
    members: dict[int, tuple[int, ...]] = field(default_factory=dict, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """Orders, money and who is still there, as far as the back-tests allow."""
        if not self.enough:
            return [Saying("lifetime.too_few", {"customers": self.customers})]
        orders, money, _alive = (trust.judge(one) for one in self.trust())
        said = []
        if orders.amounts:
            said.append(Saying("lifetime.expected", {"customers": self.customers, "orders": base.roughly(self.orders)}))
            if self.orders_low is not None and self.orders_high is not None:
                values = {
                    "level_share": self.level,
                    "low": base.roughly(self.orders_low),
                    "high": base.roughly(self.orders_high),
                }
                said.append(Saying("lifetime.between", values))
        elif orders.rows and all(row.auc is None or row.auc > 0.6 for row in orders.rows):
            said.append(Saying("lifetime.order_only"))
        if money.amounts and self.money_low is not None and self.money_high is not None:
            values = {
                "worth_money": base.roughly(self.money),
                "low_money": base.roughly(self.money_low),
                "high_money": base.roughly(self.money_high),
            }
            said.append(Saying(f"lifetime.{self.basis}", {**values, "currency": self.currency}))
        said.append(Saying("lifetime.alive", {"alive": base.roughly(self.alive), "patience_days": self.patience}))
        return [*said, *self._remarks()]

    def charts(self) -> list[Chart]:
        """Orders of each tenth; what came beside what was foretold; the money of each tenth with its interval."""
        tenths = [int(row[0]) for row in self.tenths]
        orders = Series("lifetime.each", [row[3] for row in self.tenths], behind=self._behind())
        kept = [Chart("bars", tenths, "count", "lifetime.tenth", (orders,), "number")]
        if self.orders_deciles:
            foretold, came = [row[0] for row in self.orders_deciles], [row[1] for row in self.orders_deciles]
            both = (Series("came", came), Series("right", foretold, quiet=True))
            kept.append(Chart("lines", foretold, "number", "foretold", both, "number", "came"))
        if self.tenths:
            money, low, high = ([row[place] for row in self.tenths] for place in (4, 5, 6))
            worth = Series("lifetime.money", money, low, high)
            kept.append(
                Chart("lines", tenths, "count", "lifetime.tenth", (worth,), "money", currency=self.currency, money=True)
            )
        return kept

    def evidence(self) -> list[Evidence]:
        """The tenths in figures."""
        columns = (
            Column("lifetime.tenth", "count"), Column("customers", "count"), Column("lifetime.still", "share"),
            Column("lifetime.each", "number"), Column("lifetime.money", "money", known=False),
            Column("lifetime.money_low", "money", known=False), Column("lifetime.money_high", "money", known=False),
        )  # fmt: skip
        behind = [{"customers": who} for who in self._behind()]
        return [Evidence(columns, self.tenths, behind, currency=self.currency)] if self.tenths else []

    def _behind(self) -> list[Selection]:
        """The customers of each tenth, who will order most first."""
        tenths = [int(row[0]) for row in self.tenths]
        return [Selection(ids=self.members.get(tenth, ()), key=f"tenth{tenth}") for tenth in tenths]

    def certainty(self) -> Certainty | None:
        """The interval of all orders together."""
        if not self.enough:
            return None
        low, high = self.orders_low, self.orders_high
        return Certainty(
            self.customers,
            "orders",
            "count",
            base.roughly(self.orders),
            low and base.roughly(low),
            high and base.roughly(high),
            self.level,
        )

    def trust(self) -> list[Trust]:
        """Orders, money and who orders again as of the last cut-offs, beside what the same time before had brought."""
        if not self.enough:
            return []
        told = "" if self.dropout_told else "lifetime.no_dropout"
        days, untried = self.tried or YEAR, not self.tried
        return [
            Trust(
                "lifetime.orders_model", f"lifetime.within_{days}", "lifetime.as_before", self.orders_tests,
                deciles=self.orders_deciles, nominal=self.orders_nominal, unidentified="" if untried else told,
            ),
            Trust(
                "lifetime.money_model", f"lifetime.money_{days}", "lifetime.as_much_before", self.money_tests,
                deciles=self.money_deciles, nominal=self.level, unidentified="" if untried else told,
                unit="money", currency=self.currency,
            ),
            Trust(
                "lifetime.alive_model", f"lifetime.again_{days}", "lifetime.share_before", self.alive_tests, "brier",
                self.alive_deciles,
            ),
        ]  # fmt: skip

    def next_steps(self) -> list[Step]:
        """Talk to those who may be leaving, look at the best."""
        steps = [("keep", self.keep), ("best", self.best)]
        return [Step(Saying(f"lifetime.{key}"), Selection(ids=ids, key=key)) for key, ids in steps if ids]

    def _remarks(self) -> list[Saying]:
        said = [] if self.dropout_told else [Saying("lifetime.no_dropout")]
        if 0 < self.tried < YEAR:
            said.append(Saying("lifetime.shorter", {"tried_days": self.tried}))
        if self.correlation is not None and abs(self.correlation) > 0.3:
            said.append(Saying("lifetime.values_follow", {"correlation": round(self.correlation, 2)}))
        return said


def run(desk: Desk, params: Params | None = None) -> Result:
    """Foretell the next year of everybody who ever bought, and make ``lifetime``."""
    from regulars.intelligence.models.lifetime import outlook  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.models.lifetime.tested import pairs, returned, tenth_of, tested  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen, horizon = params or Params(), desk.horizon
    asked = {"today": horizon.today, "currency": horizon.currency, "rate": horizon.margin_rate}
    trail = outlook.Trail(**desk.engine.execute(_TRADE, asked).fetchnumpy())
    known = trail.known(horizon.today)
    repeaters = int((known.x > 0).sum())
    if repeaters < chosen.fewest:
        _lay(desk, trail.ids[:0], outlook.Foretold(*[known.x[:0]] * 3), trail.ids[:0], {})
        return Result(enough=False, customers=repeaters)
    first = int(trail.day.min())
    days, cutoffs = outlook.period(first, horizon.today)
    found = outlook.tried(trail, cutoffs, days)
    tests = {which: tested(found, which, days or YEAR, chosen.level) for which in ("orders", "value")}
    model = outlook.Outlook().fit(known)
    patience = max(min(outlook.PATIENCE, horizon.today - first), 1)
    told = model.foretell(known, YEAR, patience)
    ids, tenth = trail.ids[known.who], tenth_of(told.orders)
    _lay(desk, ids, told, tenth, tests)
    origins, drifts, tenths = returned(found, days or YEAR)
    return replace(
        _result(desk, chosen, model, told, tests, ids=ids, tenth=tenth),
        tried=days,
        patience=patience,
        alive_tests=_rows(origins, drifts),
        alive_deciles=pairs(tenths),
    )


def within(desk: Desk, whole: Result) -> Result:
    """Of some customers, by the models of all. The tenths stay those of all; a sum is missed as those of its tenths were."""
    if not whole.enough:
        return whole
    rows = desk.engine.execute(
        """SELECT tenth::BIGINT, count(*), avg(alive), avg(orders), sum(money), sum(alive), sum(orders) FROM lifetime
           GROUP BY tenth ORDER BY tenth"""
    ).fetchall()
    missed = {row[0]: (row[5] / row[4], row[6] / row[4]) for row in whole.tenths if row[4] and row[5] is not None}
    tenths = [
        (*row[:5], *(row[4] * factor for factor in missed[row[0]])) if row[0] in missed else (*row[:5], None, None)
        for row in rows
    ]
    most = max(len(whole.best), 10)
    customers = sum(row[1] for row in rows)
    is_told = customers >= FEWEST_TOGETHER and all(row[5] is not None for row in tenths)
    low, high = (sum(row[place] for row in tenths) if is_told else None for place in (5, 6))
    return replace(
        whole,
        customers=customers,
        alive=sum(row[5] for row in rows),
        orders=sum(row[6] for row in rows),
        orders_low=None,
        orders_high=None,
        money=sum(row[4] for row in rows),
        money_low=low,
        money_high=high,
        tenths=tenths,
        keep=_named(desk, _LOST, most) if whole.dropout_told else (),
        best=_named(desk, "money", most),
        members={},
    )


def _named(desk: Desk, score: str, most: int) -> tuple[int, ...]:
    """Whose score is highest, the highest first; nobody whose score is not above zero."""
    rows = desk.engine.execute(
        f"SELECT customer_id FROM lifetime WHERE {score} > 0 ORDER BY {score} DESC, customer_id LIMIT {most:d}"  # noqa: S608 -- our own words
    ).fetchall()
    return tuple(customer for (customer,) in rows)


def _lay(desk: Desk, ids: Any, told: Foretold, tenth: Any, tests: dict[str, Tested]) -> None:
    """Make the table ``lifetime``: one row for whoever ever bought, with the tenth by expected orders."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    unknown = (pa.nulls(len(ids), pa.float64()),) * 2
    orders = (tests["orders"].interval(told.orders, YEAR) if tests else None) or unknown
    money = (tests["value"].interval(told.value, YEAR) if tests else None) or unknown
    lay(desk.engine, "lifetime", {
        "customer_id": ids, "alive": told.alive, "orders": told.orders, "orders_low": orders[0], "orders_high": orders[1],
        "money": told.value, "money_low": money[0], "money_high": money[1], "tenth": tenth + 1,
    })  # fmt: skip


def _result(
    desk: Desk, chosen: Params, model: Outlook, told: Foretold, tests: dict[str, Tested], *, ids: Any, tenth: Any
) -> Result:
    """Sums over everybody, and whom to talk to."""
    from regulars.intelligence.models.lifetime.tested import by_tenth, members, pairs  # noqa: PLC0415 -- heavy: only for whoever analyses

    buying, spending, horizon = model.buying_, model.spending_, desk.horizon
    orders, money = float(told.orders.sum()), float(told.value.sum())
    between = tests["orders"].total(orders, YEAR, tests["orders"].whole) or (None, None)
    worth = tests["value"].total(money, YEAR, tests["value"].whole) or (None, None)
    return Result(
        customers=len(ids),
        alive=float(told.alive.sum()),
        orders=orders,
        orders_low=between[0],
        orders_high=between[1],
        money=money,
        money_low=worth[0],
        money_high=worth[1],
        level=chosen.level,
        basis="profit" if horizon.costs_known else "revenue",
        currency=horizon.currency,
        dropout_told=buying.dropout_identified_,
        parameters={**buying.params_, **spending.params_},
        standard_errors={**buying.standard_errors_, **spending.standard_errors_},
        correlation=spending.correlation_,
        tenths=by_tenth(tenth, told, tests["value"], YEAR),
        orders_tests=_rows(tests["orders"].origins, tests["orders"].drifts),
        money_tests=_rows(tests["value"].origins, tests["value"].drifts),
        orders_deciles=pairs(tests["orders"].deciles),
        money_deciles=pairs(tests["value"].deciles),
        orders_nominal=tests["orders"].nominal,
        keep=_named(desk, _LOST, chosen.call) if buying.dropout_identified_ else (),
        best=_named(desk, "money", chosen.call),
        members=members(ids, tenth, told.orders, base.MOST_BEHIND),
    )


def _rows(origins: Sequence[Origin], drifts: Sequence[float | None]) -> tuple[BackTest, ...]:
    """The back-tests as they are stored."""
    return tuple(
        BackTest(
            to_date(one.cutoff).isoformat(), one.customers, one.mae, one.naive_mae, one.bias, one.auc, one.slope, one.lift,
            one.coverage, drift,
        )
        for one, drift in zip(origins, drifts, strict=True) if one.mae is not None and one.naive_mae is not None
    )  # fmt: skip
