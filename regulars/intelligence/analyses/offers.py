"""What is offered to each customer and what trials of it met, as tables on the desk, and what is counted over them.

``offered`` has a row for each customer and thing told to him, ``tried`` one for each customer, cut-off and list; the view
``next_offer`` puts both lists of a customer together as they are stored.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

from regulars.intelligence.analyses.base import MOST_BEHIND, Json
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_date

if TYPE_CHECKING:
    from regulars.intelligence.models.recommend.backtest import Trial

SHOWN: Final = 12
"""So many products of either list are shown."""
_LIKE: Final = 0.05
"""A reason told as a share is worth telling from here on."""


def clear(desk: Desk) -> None:
    """Lay both tables on the desk, with nothing in them."""
    desk.engine.execute(_OFFERED)
    desk.engine.execute(_TRIED)


def put_together(desk: Desk) -> None:
    """Make the view ``next_offer``."""
    desk.engine.execute(_TOLD)


def lay(desk: Desk, offers: dict[str, Any]) -> int:
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


def keep(desk: Desk, trial: Trial) -> None:
    """Add to the table ``tried`` who was tried in a trial, and what came of it."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    for is_new, met in ((False, trial.again), (True, trial.new)):
        desk.engine.register("_met", pa.table({"who": met.who, "hit": met.hit, "popular": met.hit_popular}))
        desk.engine.execute(
            "INSERT INTO tried SELECT who, $cut_off, $is_new, hit, popular FROM _met",
            {"cut_off": to_date(trial.day).isoformat(), "is_new": is_new},
        )
        desk.engine.unregister("_met")


def most_told(desk: Desk, among: Collection[str] | None = None) -> tuple[list[Json], int]:
    """What is told most often, of either list, and to how many anything new is; ``among``: only offers of these keys."""
    rows = desk.engine.execute(
        """SELECT (CASE WHEN is_new THEN 'new' ELSE 'again' END) || product_id AS key, product_id, name, is_new, customers, chance, expected
           FROM (SELECT item, is_new, count(*) AS customers, avg(share) AS chance, sum(share) AS expected FROM offered GROUP BY item, is_new)
           JOIN good USING (item) JOIN products USING (product_id) ORDER BY expected DESC NULLS LAST, customers DESC, product_id"""
    ).fetchall()
    told = [
        {"key": key, "product": product, "name": name, "is_new": is_new, "customers": customers,
         "chance": None if chance is None else round(chance, 3), "expected": None if expected is None else round(expected)}
        for key, product, name, is_new, customers, chance, expected in rows if among is None or key in among
    ]  # fmt: skip
    fits = desk.engine.execute("SELECT count(DISTINCT customer_id) FROM offered WHERE is_new").fetchone()[0]
    return [one for is_new in (True, False) for one in [row for row in told if row["is_new"] is is_new][:SHOWN]], fits


def named(desk: Desk, offers: Sequence[Json]) -> dict[str, tuple[int, ...]]:
    """Whom each of these is told to, the likeliest first."""
    return {
        one["key"]: tuple(
            int(customer) for (customer,) in desk.engine.execute(
                """SELECT customer_id FROM offered JOIN good USING (item) WHERE product_id = $product AND is_new = $new
                   ORDER BY share DESC NULLS LAST, place, customer_id LIMIT $most""",
                {"product": one["product"], "new": one["is_new"], "most": MOST_BEHIND},
            ).fetchall()
        )
        for one in offers
    }  # fmt: skip


def met_within(desk: Desk, trials: Sequence[Json]) -> list[Json]:
    """The trials of everybody, of those alone who lie on the desk."""
    rows = desk.engine.execute(
        "SELECT cut_off, is_new, count(*), avg(met::INTEGER), avg(popular::INTEGER) FROM tried GROUP BY ALL"
    ).fetchall()
    found = {(day, is_new): {"tried": tried, "met": round(met, 4), "popular": round(popular, 4)} for day, is_new, tried, met, popular in rows}  # fmt: skip
    none = {"tried": 0, "met": 0.0, "popular": 0.0}
    return [
        {"cut_off": one["cut_off"], "again": found.get((one["cut_off"], False), none), "new": found.get((one["cut_off"], True), none)}
        for one in trials
    ]  # fmt: skip


_OFFERED = """
CREATE OR REPLACE TEMP TABLE offered (
    customer_id BIGINT, item INTEGER, is_new BOOLEAN, place TINYINT, share DOUBLE, times INTEGER, last INTEGER, had INTEGER,
    like_share DOUBLE)
"""
_TRIED = """
CREATE OR REPLACE TEMP TABLE tried (customer_id BIGINT, cut_off VARCHAR, is_new BOOLEAN, met BOOLEAN, popular BOOLEAN)
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
