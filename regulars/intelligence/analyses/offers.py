"""What is offered to each customer and what trials of it met, as tables on the desk, and what is counted over them.

``offered`` has a row for each customer and thing told to him, ``tried`` one for each customer, cut-off and list;
``next_offer`` has both lists of a customer as they are stored, by number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from regulars.intelligence.analyses.base import MOST_BEHIND, Json, Saying
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_date

if TYPE_CHECKING:
    from regulars.intelligence.models.recommend.backtest import Trial

SHOWN: Final = 12
"""So many products of either list are shown."""
_LIKE: Final = 5
"""A reason told as a share is worth telling from so many per cent on."""
SIZE: Final = 4
"""Numbers of one offer in the lists of ``next_offer``: product, chance in per cent (−1: unknown), and the reason: of *again*
how often and on which day number last, of *new* the product bought that speaks for it and which share of its buyers, in per
cent (0, 0: none). By number a list takes a sixth of the room, and no name; ``spelled`` puts it into sayings when somebody looks."""


def clear(desk: Desk) -> None:
    """Lay the tables on the desk, with nothing in them."""
    for table in (_OFFERED, _NEXT_OFFER, _TRIED):
        desk.engine.execute(table)


def lay(desk: Desk, offers: dict[str, Any], goods: Any) -> int:
    """Add to the tables ``offered`` and ``next_offer``; how many customers have any.

    Args:
        offers: sorted by customer and place, all of *again* before all that is *new*.
        goods: the products by their codes.
    """
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    customers = np.unique(offers["customer"])
    lists = {"customer": pa.array(customers)}
    for name, wanted in (("again", ~offers["is_new"]), ("new", offers["is_new"])):
        some = {key: column[wanted] for key, column in offers.items()}
        begins = np.searchsorted(some["customer"], np.append(customers, np.iinfo(np.int64).max))
        numbers = _numbers(some, goods, new=name == "new")
        lists[name] = pa.ListArray.from_arrays((SIZE * begins).astype(np.int32), numbers.ravel())
    desk.engine.register("_offers", pa.table(offers))
    desk.engine.execute(
        "INSERT INTO offered SELECT customer, item, is_new, place, CASE WHEN NOT isnan(share) THEN round_even(share, 2) END FROM _offers"
    )
    desk.engine.unregister("_offers")
    desk.engine.register("_lists", pa.table(lists))
    desk.engine.execute("INSERT INTO next_offer SELECT * FROM _lists")
    desk.engine.unregister("_lists")
    return len(customers)


def _numbers(offers: dict[str, Any], goods: Any, *, new: bool) -> Any:
    """What ``spelled`` reads, shape (offers, ``SIZE``)."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    share = np.nan_to_num(_coarse(offers["share"]), nan=-1)
    if new:
        like = np.rint(offers["like_share"] * 100)
        why = (offers["had"] >= 0) & (like >= _LIKE)
        reason = np.where(why, goods[np.maximum(offers["had"], 0)], 0), np.where(why, like, 0)
    else:
        reason = offers["times"], offers["last"]
    return np.column_stack([goods[offers["item"]], share, *reason]).astype(np.int64)


def _coarse(share: Any) -> Any:
    """Chances in per cent, as one says them: 0, 1, 2, 5, then every fifth. Finer, most would shift a little every week."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    percent = 100 * share
    small = np.select([percent < 0.5, percent < 1.5, percent < 3.5], [0.0, 1.0, 2.0], 5.0)
    return np.where(percent < 7.5, small, np.rint(percent / 5) * 5)


def spelled(offers: Sequence[int], names: Mapping[int, str], *, new: bool) -> list[Json]:
    """The offers of a list as ``base.FORECAST`` has it, best first: product, name, share, reasons.

    Args:
        names: of the products by their ids; what has none is left out.
    """
    told = []
    for start in range(0, len(offers), SIZE):
        product, share, first, second = offers[start : start + SIZE]
        if product in names:
            reasons = _because(first, second, names) if new else [_habit(first, second)]
            chance = share / 100 if share >= 0 else None
            told.append({"product": product, "name": names[product], "share": chance, "reasons": reasons})
    return told


def _habit(times: int, last: int) -> Json:
    last_on = to_date(last).isoformat()
    if times > 1:
        return Saying("next_offer.times", {"times": times, "last_on": last_on}).as_dict()
    return Saying("next_offer.once", {"last_on": last_on}).as_dict()


def _because(had: int, like: int, names: Mapping[int, str]) -> list[Json]:
    if had not in names:
        return []
    return [Saying("next_offer.because", {"had_name": names[had], "like_share": like / 100}).as_dict()]


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
CREATE OR REPLACE TEMP TABLE offered (customer_id BIGINT, item INTEGER, is_new BOOLEAN, place TINYINT, share DOUBLE)
"""
_NEXT_OFFER = """
CREATE OR REPLACE TEMP TABLE next_offer (customer_id BIGINT, again BIGINT[], "new" BIGINT[])
"""
_TRIED = """
CREATE OR REPLACE TEMP TABLE tried (customer_id BIGINT, cut_off VARCHAR, is_new BOOLEAN, met BOOLEAN, popular BOOLEAN)
"""
