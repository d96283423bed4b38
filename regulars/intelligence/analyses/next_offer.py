"""What will each customer buy again, and what new?

Two lists a customer, never one. *Again*: what he has bought most often. *New*: what goes with all he has bought (EASE).
Each thing is told with the share of like cases in which it was bought within the horizon after the last cut-off, and the
lists are ordered by that chance times the margin, of what is being sold at present. Both are tried on the last four
cut-offs against simply offering what most customers buy. All this is learned anew each Monday: in between, a customer's
lists change only when he buys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from regulars.intelligence.analyses import base, offers
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
)
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_date

if TYPE_CHECKING:
    from regulars.intelligence.models.recommend.backtest import Bought, Parts, Trial

QUESTION = _("What will each customer buy again, and what new?")
TITLE = _("Next offer")
WHY = _("One offer that fits is read; ten that fit anybody teach a customer to look away.")
FORMULA = _(
    "Again: products by in how many of the customer's own orders they were. New: EASE, weights −P(i, j) / P(j, j) with P = (XᵀX + 300 I)⁻¹ over "
    "who bought what. Chance: share of offers of the same place and strength that were bought within the horizon after the last cut-off. "
    "Order: chance × margin (price − cost), of products sold within the last 90 days. Hit rate: customers who bought any of five offered."
)
SOURCE = "Steck, Embarrassingly shallow autoencoders for sparse data, WWW 2019"
READS = ("lines", "products", "customer")
MAKES = ("next_offer", "offered", "tried")
GIVES = {"next_offer": ("again", "new")}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.ahead"}
SAYS = {
    "next_offer.too_few": _("Too few customers have bought twice to learn what follows what (%(customers)s)."),
    "next_offer.hits": _("Of customers who bought again within %(horizon_days)s, %(again_share)s bought one of the five told under again, and %(new_share)s of those who tried something new one of the five told under new."),
    "next_offer.naive": _("Offering everybody what sells best would have met %(popular_share)s and %(popular_new_share)s."),
    "next_offer.again": _("Own repeats"), "next_offer.new": _("Something new"), "next_offer.popular": _("What sells best"),
    "next_offer.bought_any": _("any of five offered is bought"),
    "next_offer.most": _("New things fit %(customers)s customers; %(product_name)s fits the most of them, %(fits)s."),
    "next_offer.few_tried": _("Too few of these customers have bought since the cut-offs to say how often the lists are met (%(tried)s)."),
    "next_offer.offer": _("Offer %(product_name)s to those whom it fits"),
    "next_offer.list_again": _("Told most often under again"), "next_offer.list_new": _("Told most often under new"),
    "next_offer.fits": _("Customers whom it fits"), "next_offer.chance": _("Chance of each, on average"),
    "next_offer.expected": _("Expected to buy it"),
    "next_offer.cut_off": _("As of"), "next_offer.tried": _("Customers tried"), "next_offer.hit": _("Met"), "next_offer.hit_popular": _("Best sellers would have met"),
    "next_offer.times": _("bought %(times)s times, last on %(last_on)s"),
    "next_offer.once": _("bought once, on %(last_on)s"),
    "next_offer.because": _("bought %(had_name)s; %(like_share)s of those also bought this"),
}  # fmt: skip
RESTS = {
    "next_offer.again": ("again", "next_offer.again", "next_offer.list_again"),
    "next_offer.new": ("new", "next_offer.new", "next_offer.list_new", "next_offer.most", "next_offer.offer"),
}
LISTED: Final = 5
OFFERED: Final = 3
_FEW: Final = 30
"""Fewer customers tried than this say nothing of how often a list is met."""
_CANDIDATES: Final = 15
_HISTORY: Final = 180
PART: Final = 1_000_000
"""Lines looked at together."""
_SINCE_MONDAY: Final = 3
"""Day 0, the first of January 1970, was a Thursday."""
_YOUNG: Final = 56


@dataclass(frozen=True)
class Params(base.Params):
    """``horizon``: days within which something is bought; ``recent``: a product not sold for so long is not offered."""

    horizon: int = 90
    recent: int = 90
    most_items: int = 2_000
    fewest: int = 100
    ranges: ClassVar = {
        "horizon": Range(7, 365), "recent": Range(7, 1_095), "most_items": Range(10, 10_000), "fewest": Range(10, 100_000),
    }  # fmt: skip


@dataclass(frozen=True)
class Result(base.Result):
    """``trials``: as of, and for *again* and *new* each: customers tried, share met, share that best sellers would have met.

    ``offers``: what is told most often, of each list: product, name, ``is_new``, for how many ``customers``, mean ``chance``,
    ``expected`` buyers. ``fits``: to how many anything new is told; ``named`` who they are, by key. ``judged``: the trials of everybody.
    """

    customers: int = 0
    told: int = 0
    fits: int = 0
    horizon: int = 90
    trials: list[Json] = field(default_factory=list)
    offers: list[Json] = field(default_factory=list)
    named: dict[str, tuple[int, ...]] = field(default_factory=dict, metadata=base.ASIDE)
    judged: list[Json] = field(default_factory=list, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """How often the two lists met, over all trials, and what new fits the most."""
        if not self.enough:
            return [Saying("next_offer.too_few", {"customers": self.customers})]
        return [*self._hits(), *self._most()]

    def _hits(self) -> list[Saying]:
        tried = sum(one["again"]["tried"] for one in self.trials)
        if tried < _FEW:
            return [Saying("next_offer.few_tried", {"tried": tried})]
        again, popular = (self._met("again", what) for what in ("met", "popular"))
        new, popular_new = (self._met("new", what) for what in ("met", "popular"))
        return [
            Saying("next_offer.hits", {"horizon_days": self.horizon, "again_share": again, "new_share": new}),
            Saying("next_offer.naive", {"popular_share": popular, "popular_new_share": popular_new}),
        ]

    def _most(self) -> list[Saying]:
        new = [one for one in self.offers if one["is_new"]]
        if not new:
            return []
        widest = max(new, key=lambda one: int(one["customers"]))
        figures = {"customers": self.fits, "product_name": widest["name"], "fits": widest["customers"]}
        return [Saying("next_offer.most", figures)]

    def _met(self, which: str, what: str) -> float:
        tried = sum(one[which]["tried"] for one in self.trials)
        return float(sum(one[which][what] * one[which]["tried"] for one in self.trials)) / tried if tried else 0.0

    def charts(self) -> list[Chart]:
        """Met at each cut-off, beside best sellers."""
        if not self.trials:
            return []
        days = [one["cut_off"] for one in self.trials]
        series = [
            Series(f"next_offer.{which}", [one[which]["met"] for one in self.trials]) for which in ("again", "new")
        ]
        best = Series("next_offer.popular", [one["new"]["popular"] for one in self.trials], quiet=True)
        return [Chart("bars", days, "on", "next_offer.cut_off", (*series, best), "share", "next_offer.hit")]

    def evidence(self) -> list[Evidence]:
        """What is told most often, list by list, and each cut-off."""
        return [*self._told_most(), *self._tried()]

    def _told_most(self) -> list[Evidence]:
        columns = (
            Column("product", "name"), Column("next_offer.fits", "count"), Column("next_offer.chance", "share"),
            Column("next_offer.expected", "count"),
        )  # fmt: skip
        lists = [
            (which, [one for one in self.offers if one["is_new"] is (which == "new")]) for which in ("new", "again")
        ]
        return [
            Evidence(
                columns, [(one["name"], one["customers"], one["chance"], one["expected"]) for one in told],
                [{"next_offer.fits": self._behind(one)} for one in told], title=f"next_offer.list_{which}",
            )
            for which, told in lists if told
        ]  # fmt: skip

    def _behind(self, offer: Json) -> Selection:
        return Selection(ids=self.named.get(offer["key"], ()), key=offer["key"])

    def next_steps(self) -> list[Step]:
        """Offer what is new to those whom it fits."""
        new = [one for one in self.offers if one["is_new"]][:OFFERED]
        return [Step(Saying("next_offer.offer", {"product_name": one["name"]}), self._behind(one)) for one in new]

    def _tried(self) -> list[Evidence]:
        columns = (
            Column("next_offer.cut_off", "on"), Column("next_offer.tried", "count"), Column("next_offer.hit", "share"),
            Column("next_offer.hit_popular", "share"),
        )  # fmt: skip
        return [
            Evidence(columns, [(one["cut_off"], one[which]["tried"], one[which]["met"], one[which]["popular"]) for one in self.trials],
                     title=f"next_offer.{which}")
            for which in ("again", "new") if self.trials
        ]  # fmt: skip

    def certainty(self) -> Certainty | None:
        """On how many customers it was tried."""
        return Certainty(sum(one["again"]["tried"] for one in self.trials) or self.customers)

    def trust(self) -> list[Trust]:
        """Misses of both lists beside those of the best sellers."""
        if not self.enough:
            return []
        return [
            Trust(
                f"next_offer.{which}", "next_offer.bought_any", "next_offer.popular",
                tuple(
                    BackTest(one["cut_off"], one[which]["tried"], 1 - one[which]["met"], 1 - one[which]["popular"])
                    for one in self.judged or self.trials if one[which]["tried"]
                ),
                "misses",
            )
            for which in ("again", "new")
        ]  # fmt: skip


def run(desk: Desk, params: Params | None = None) -> Result:
    """Learn, try, and lay two lists of each customer on the desk; all in parts, so that memory does not grow with customers."""
    from regulars.intelligence.models.recommend import backtest  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen, today = params or Params(), desk.horizon.today
    goods, customers, back, first_day = _read(desk, today)
    offers.clear(desk)
    if back < chosen.fewest or len(goods) < 2 * LISTED:
        return Result(enough=False, customers=back, horizon=chosen.horizon)
    parts, learned = _parts(desk, len(goods)), _learned_until(first_day, today)
    days = backtest.days(first_day, learned, horizon=chosen.horizon, history=_HISTORY)
    *known, now = backtest.learn(parts, [*days, learned], len(goods), chosen.most_items)
    trials = backtest.trials(parts, days, known, horizon=chosen.horizon, count=LISTED)
    margin, sold = _margins(desk, goods), _last_sold(desk) >= learned - chosen.recent
    told = sum(
        offers.lay(desk, backtest.offers(
            part, now, trials[-1] if trials else None, margin=margin, available=sold, count=LISTED, candidates=_CANDIDATES,
        ), goods)
        for part in parts()
    )  # fmt: skip
    desk.engine.execute("DROP TABLE bought")
    for trial in trials:
        offers.keep(desk, trial)
    most, fits = offers.most_told(desk)
    return Result(
        customers=customers, told=told, fits=fits, horizon=chosen.horizon, trials=[_as_json(one) for one in trials], offers=most,
        named=offers.named(desk, most),
    )  # fmt: skip


def within(desk: Desk, whole: Result) -> Result:
    """Some customers' part of what was told and tried; nothing is learned again."""
    if not whole.enough:
        return whole
    customers, told = desk.engine.execute(
        "SELECT (SELECT count(DISTINCT customer_id) FROM lines), (SELECT count(DISTINCT customer_id) FROM offered)"
    ).fetchone()
    most, fits = offers.most_told(desk, among={one["key"] for one in whole.offers})
    return Result(
        customers=customers, told=told, fits=fits, horizon=whole.horizon, trials=offers.met_within(desk, whole.trials), offers=most,
        judged=whole.trials,
    )  # fmt: skip


def _learned_until(first_day: int, today: int) -> int:
    """The Monday before which lies what is learned from: lists change during a week only where something was bought.

    In the first weeks of a record every day counts.
    """
    monday = today - (today + _SINCE_MONDAY) % 7
    return monday if monday - first_day >= _YOUNG else today + 1


def _read(desk: Desk, today: int) -> tuple[Any, int, int, int]:
    """Lay the tables ``good`` (products by code from 0) and ``bought`` (lines by customer, item and day, sorted).

    Returns:
        The products in the order of their codes, customers, those of them who bought on several days, the first day.
    """
    wanted = "customer_id IS NOT NULL AND product_id IS NOT NULL AND day <= $today"
    desk.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE good AS SELECT product_id, (row_number() OVER (ORDER BY product_id) - 1)::INTEGER AS item
            FROM (SELECT DISTINCT product_id FROM lines WHERE {wanted})""",  # noqa: S608 -- our own words
        {"today": today},
    )
    desk.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE bought AS SELECT customer_id, item, day::INTEGER AS day
            FROM lines JOIN good USING (product_id) WHERE {wanted} ORDER BY 1, 2, 3""",  # noqa: S608 -- our own words
        {"today": today},
    )
    goods = desk.engine.execute("SELECT product_id FROM good ORDER BY item").fetchnumpy()["product_id"]
    counted = desk.engine.execute(
        """SELECT count(*), count(*) FILTER (first_day < last_day), coalesce(min(first_day), 0)
           FROM (SELECT min(day) AS first_day, max(day) AS last_day FROM bought GROUP BY customer_id)"""
    ).fetchone()
    return (goods, *map(int, counted))


def _parts(desk: Desk, items: int) -> Parts:
    """``bought``, customer by customer in parts of some lines; the engine gives the rows of a table in their order."""
    from regulars.intelligence.models.recommend.backtest import Bought  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.frames import ranges  # noqa: PLC0415 -- heavy: only for whoever analyses

    cuts = ranges(desk.engine, "bought", "customer_id", PART)

    def read() -> Iterator[Bought]:
        for low, high in cuts:
            part = desk.engine.execute(
                "SELECT customer_id, item, day FROM bought WHERE customer_id >= ? AND customer_id < ?", [low, high]
            ).fetchnumpy()
            yield Bought(part["customer_id"], part["item"], part["day"], items)

    return read


def _last_sold(desk: Desk) -> Any:
    """The day on which each product was last sold, by code."""
    return desk.engine.execute("SELECT max(day) AS day FROM bought GROUP BY item ORDER BY item").fetchnumpy()["day"]


def _as_json(trial: Trial) -> Json:
    lists = {"again": trial.again, "new": trial.new}
    said = {
        name: {"tried": one.tried, "met": round(one.met, 4), "popular": round(one.popular, 4)}
        for name, one in lists.items()
    }
    return {"cut_off": to_date(trial.day).isoformat(), **said}


def _margins(desk: Desk, goods: Any) -> Any:
    """Margin of one piece by product, in the currency of the desk; NaN where cost or price is unknown. None when none is known."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    rows = desk.engine.execute(
        "SELECT product_id, price - cost FROM products WHERE price IS NOT NULL AND cost IS NOT NULL AND currency = ?",
        [desk.horizon.currency],
    ).fetchall()
    known = dict(rows)
    return np.array([float(known.get(one, np.nan)) for one in goods.tolist()]) if known else None
