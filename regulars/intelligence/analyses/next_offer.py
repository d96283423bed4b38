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
    Series,
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
MAKES = ("next_offer",)
GIVES = {"next_offer": ("again", "new")}
SLICES: tuple[str, ...] = ()
UNSLICED = dict.fromkeys(("period", "class", "channel", "product_group", "territory"), "slice.tried")
SAYS = {
    "next_offer.too_few": _("Too few customers have bought twice to learn what follows what (%(customers)s)."),
    "next_offer.hits": _("Of customers who bought again within %(horizon_days)s, %(again_share)s bought one of the five told under again, and %(new_share)s of those who tried something new one of the five told under new."),
    "next_offer.naive": _("Offering everybody what sells best would have met %(popular_share)s and %(popular_new_share)s."),
    "next_offer.again": _("Own repeats"), "next_offer.new": _("Something new"), "next_offer.popular": _("What sells best"),
    "next_offer.bought_any": _("any of five offered is bought"),
    "next_offer.cut_off": _("As of"), "next_offer.tried": _("Customers tried"), "next_offer.hit": _("Met"), "next_offer.hit_popular": _("Best sellers would have met"),
    "next_offer.times": _("bought %(times)s times, last on %(last_on)s"),
    "next_offer.once": _("bought once, on %(last_on)s"),
    "next_offer.because": _("bought %(had_name)s; %(like_share)s of those also bought this"),
}  # fmt: skip
RESTS = {"next_offer.again": ("again", "next_offer.again"), "next_offer.new": ("new", "next_offer.new")}
LISTED: Final = 5
_CANDIDATES: Final = 15
_HISTORY: Final = 180
PART: Final = 1_000_000
"""Lines looked at together."""
_SINCE_MONDAY: Final = 3
"""Day 0, the first of January 1970, was a Thursday."""
_YOUNG: Final = 56
_LIKE: Final = 0.05
"""A reason told as a share is worth telling from here on."""


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
    """``trials``: as of, and for *again* and *new* each: customers tried, share met, share that best sellers would have met."""

    customers: int = 0
    told: int = 0
    horizon: int = 90
    trials: list[Json] = field(default_factory=list)

    def headline(self) -> list[Saying]:
        """How often the two lists met, over all trials."""
        if not self.enough:
            return [Saying("next_offer.too_few", {"customers": self.customers})]
        if not self.trials:
            return []
        again, popular = (self._met("again", what) for what in ("met", "popular"))
        new, popular_new = (self._met("new", what) for what in ("met", "popular"))
        return [
            Saying("next_offer.hits", {"horizon_days": self.horizon, "again_share": again, "new_share": new}),
            Saying("next_offer.naive", {"popular_share": popular, "popular_new_share": popular_new}),
        ]

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
        """Each cut-off, list by list."""
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
                    for one in self.trials if one[which]["tried"]
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
    if back < chosen.fewest or len(goods) < 2 * LISTED:
        desk.engine.execute(_OFFERED)
        desk.engine.execute(_TOLD)
        return Result(enough=False, customers=back, horizon=chosen.horizon)
    parts, learned = _parts(desk, len(goods)), _learned_until(first_day, today)
    days = backtest.days(first_day, learned, horizon=chosen.horizon, history=_HISTORY)
    *known, now = backtest.learn(parts, [*days, learned], len(goods), chosen.most_items)
    trials = backtest.trials(parts, days, known, horizon=chosen.horizon, count=LISTED)
    margin, sold = _margins(desk, goods), _last_sold(desk) >= learned - chosen.recent
    desk.engine.execute(_OFFERED)
    told = sum(
        _lay(desk, backtest.offers(
            part, now, trials[-1] if trials else None, margin=margin, available=sold, count=LISTED, candidates=_CANDIDATES,
        ))
        for part in parts()
    )  # fmt: skip
    desk.engine.execute("DROP TABLE bought")
    desk.engine.execute(_TOLD)
    return Result(customers=customers, told=told, horizon=chosen.horizon, trials=[_as_json(one) for one in trials])


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


_OFFERED = """
CREATE OR REPLACE TEMP TABLE offered (
    customer_id BIGINT, item INTEGER, is_new BOOLEAN, place TINYINT, share DOUBLE, times INTEGER, last INTEGER, had INTEGER,
    like_share DOUBLE)
"""
_TOLD = f"""
CREATE OR REPLACE TEMP VIEW next_offer AS
WITH word AS (
    SELECT item, to_json(name)::VARCHAR AS name, '{{"product":' || product_id || ',"name":' || to_json(name)::VARCHAR || ',"share":' AS begun
    FROM good JOIN products USING (product_id)
), told AS (
    SELECT o.customer_id, o.is_new, o.place, p.begun || coalesce(o.share::VARCHAR, 'null') || ',"reasons":[' || CASE
            WHEN NOT o.is_new AND o.times > 1
            THEN '{{"code":"next_offer.times","values":{{"times":' || o.times || ',"last_on":"' || (DATE '1970-01-01' + o.last) || '"}}}}'
            WHEN NOT o.is_new THEN '{{"code":"next_offer.once","values":{{"last_on":"' || (DATE '1970-01-01' + o.last) || '"}}}}'
            WHEN h.name IS NOT NULL AND o.like_share >= {_LIKE}
            THEN '{{"code":"next_offer.because","values":{{"had_name":' || h.name || ',"like_share":' || o.like_share || '}}}}'
            ELSE '' END || ']}}' AS thing
    FROM offered o JOIN word p USING (item) LEFT JOIN word h ON h.item = o.had
)
SELECT customer_id,
    '[' || coalesce(string_agg(thing, ',' ORDER BY place) FILTER (NOT is_new), '') || ']' AS again,
    '[' || coalesce(string_agg(thing, ',' ORDER BY place) FILTER (is_new), '') || ']' AS "new"
FROM told GROUP BY customer_id
"""  # noqa: S608 -- a number
"""Two JSON lists a customer, put together when they are asked for: as text they take ten times the room. Written as text,
because objects of the engine's own take twice as long."""


def _lay(desk: Desk, offers: dict[str, Any]) -> int:
    """Add to the table ``offered``; how many customers have any."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    desk.engine.register("_offers", pa.table(offers))
    desk.engine.execute(
        """INSERT INTO offered SELECT customer, item, is_new, place, CASE WHEN NOT isnan(share) THEN round_even(share, 2) END,
           times, last, CASE WHEN had >= 0 THEN had END, round_even(like_share, 2) FROM _offers"""
    )
    desk.engine.unregister("_offers")
    return len(np.unique(offers["customer"]))
