"""How much more could each customer spend with us?

Nobody's wallet is seen. What the best of like customers (person or company, same main channel, same length of time with
us) spend here in a year is taken as what such a wallet allows. The estimate is never shown without its wide limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
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

QUESTION = _("How much more could each customer spend with us?")
TITLE = _("Share of wallet")
WHY = _(
    "Those who already spend all they can with us need care; those who spend a tenth of it here need a reason to spend more."
)
FORMULA = _(
    "Wallet = 85 % quantile of the last 12 months' revenue among like customers, at least the own; limits: 75 % and 91 % quantile with "
    "their 80 % intervals from order statistics. Share = own revenue / wallet. Fewer than 20 like customers, or the best of them alike: no estimate."
)
SOURCE = "Perlich, Rosset, Lawrence & Zadrozny, High-quantile modeling for customer wallet estimation, KDD 2007; Thompson 1936"
READS = ("customer", "orders")
MAKES = ("wallet",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.now"}
SAYS = {
    "wallet.too_few": _("Too few like customers (%(customers)s buyers) to estimate a wallet."),
    "wallet.alike": _("The best of like customers all spend the same so far (%(customers)s buyers): what a wallet holds cannot be told."),
    "wallet.room": _("Together we have about %(own_share)s of what our customers could spend (%(low_share)s–%(high_share)s)."),
    "wallet.estimate": _("Estimated by what the best of like customers spend; nobody's wallet has been seen."),
    "wallet.share": _("Share of wallet"),
    "wallet.kind": _("Like customers"), "wallet.channel": _("Mostly by"), "wallet.time": _("Customer for"),
    "wallet.person": _("Persons"), "wallet.organisation": _("Organisations"), "wallet.household": _("Households"),
    "wallet.new": _("less than a year"), "wallet.second_year": _("one to two years"), "wallet.longer": _("longer"),
    "wallet.spent": _("Median spent in 12 months"),
    "wallet.size": _("Estimated wallet"),
    "wallet.low": _("at least"),
    "wallet.high": _("at most"),
    "wallet.see": _("Open those with most room"),
}  # fmt: skip
_BANDS = (0.0, 0.2, 0.4, 0.6, 0.8)
_READ = """
WITH through AS (
    SELECT customer_id, channel FROM (
        SELECT customer_id, channel, count(*) AS orders FROM orders WHERE customer_id IS NOT NULL AND day <= $today GROUP BY ALL
    ) QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY orders DESC, channel) = 1
)
SELECT c.customer_id, c.revenue_12m::DOUBLE AS spent, concat_ws(chr(9), c.kind, coalesce(t.channel, ''),
    CASE WHEN c.first_day > $today - 365 THEN 'new' WHEN c.first_day > $today - 730 THEN 'second_year' ELSE 'longer' END) AS like_whom
FROM customer c LEFT JOIN through t USING (customer_id) WHERE c.revenue_12m > 0 AND c.purchases > 0
"""


@dataclass(frozen=True)
class Params(base.Params):
    """``best``: the quantile of like customers that stands for a whole wallet; ``listed`` customers at most."""

    best: float = 0.85
    listed: int = 200
    ranges: ClassVar = {"best": Range(0.6, 0.93), "listed": Range(1, 5_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """Shares of all wallets together; ``groups`` of like customers with median and wallet (minor units).

    ``alike``: there were enough like customers, but the best of them do not differ, so that nothing can be told.
    ``banded`` and ``grouped``: the customers of each band and group, those with most room first; left out of a slice.
    """

    customers: int = 0
    alike: bool = False
    share: float = 0.0
    share_low: float = 0.0
    share_high: float = 0.0
    currency: str = ""
    bands: list[int] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    room: tuple[int, ...] = ()
    banded: list[tuple[int, ...]] = field(default_factory=list, metadata=base.ASIDE)
    grouped: dict[str, tuple[int, ...]] = field(default_factory=dict, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """Our share of all wallets, and that it is an estimate."""
        if not self.enough:
            return [Saying("wallet.alike" if self.alike else "wallet.too_few", {"customers": self.customers})]
        figures = {"own_share": self.share, "low_share": self.share_low, "high_share": self.share_high}
        return [Saying("wallet.room", figures), Saying("wallet.estimate")]

    def charts(self) -> list[Chart]:
        """Customers by share of wallet."""
        names = [f"{low:.0%}–{low + 0.2:.0%}" for low in _BANDS]
        every = self.banded or [()] * len(names)
        behind = [Selection(ids=ids, key=f"band{at}") for at, ids in enumerate(every)]
        customers = Series("customers", self.bands or [0] * len(names), behind=behind)
        return [Chart("bars", names, "name", "wallet.share", (customers,))]

    def evidence(self) -> list[Evidence]:
        """The groups of like customers."""
        columns = (
            Column("wallet.kind", "word"), Column("wallet.channel", "word"), Column("wallet.time", "word"), Column("customers", "count"), Column("wallet.spent", "money"),
            Column("wallet.size", "money", known=False), Column("wallet.low", "money", known=False),
            Column("wallet.high", "money", known=False),
        )  # fmt: skip
        rows = [
            (
                f"wallet.{one['kind']}",
                f"channel.{one['channel']}",
                f"wallet.{one['time']}",
                *(one[key] for key in ("customers", "median", "wallet", "low", "high")),
            )
            for one in self.groups
        ]
        behind = [Selection(ids=self.grouped.get(key, ()), key=key) for key in map(_key, self.groups)]
        return [Evidence(columns, rows, behind, currency=self.currency)] if rows else []

    def certainty(self) -> Certainty:
        """The limits of our share."""
        if not self.enough:
            return Certainty(self.customers)
        return Certainty(self.customers, "wallet.share", "share", self.share, self.share_low, self.share_high, 0.8)

    def next_steps(self) -> list[Step]:
        """Open those with most room, at the lower limit."""
        return [Step(Saying("wallet.see"), Selection(ids=self.room, key="room"))] if self.room else []


def _key(group: Json) -> str:
    """What the customers of a group are kept under."""
    return "-".join(group[part] for part in ("kind", "channel", "time")).replace(".", "_")[:60]


def run(desk: Desk, params: Params | None = None) -> Result:
    """Estimate, and make ``wallet``: customer_id, wallet, wallet_low, wallet_high, spent (minor units), share, like_whom."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models.types.wallet import wallets  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen = params or Params()
    desk.engine.execute(f"CREATE OR REPLACE TEMP TABLE alike AS {_READ}", {"today": desk.horizon.today})
    read = desk.engine.execute(
        "SELECT customer_id, spent, dense_rank() OVER (ORDER BY like_whom) - 1 AS which FROM alike ORDER BY customer_id"
    ).fetchnumpy()
    spent: Any = np.ma.filled(np.ma.asarray(read["spent"], float), 0.0)
    found = wallets(spent, np.asarray(read["which"]), best=chosen.best)
    lay(desk.engine, "sized", {
        "customer_id": np.asarray(read["customer_id"]), "wallet": found.size, "wallet_low": found.low, "wallet_high": found.high,
        "share": found.share, "spent": spent,
    })  # fmt: skip
    desk.engine.execute(
        "CREATE OR REPLACE TEMP TABLE wallet AS SELECT s.*, a.like_whom FROM sized s JOIN alike a USING (customer_id) ORDER BY customer_id"
    )
    return _told(desk, chosen)


def within(desk: Desk, whole: Result) -> Result:
    """Of some customers: with whom they are compared stays as it is."""
    found = _told(desk, Params())
    alike = not found.enough and found.customers > 0 and (whole.alike or found.alike)
    return replace(found, alike=alike, banded=[], grouped={})


def _told(desk: Desk, chosen: Params) -> Result:
    """Add up the wallets that lie on the desk."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models.types.wallet import FEWEST  # noqa: PLC0415 -- heavy: only for whoever analyses

    read = desk.engine.execute("SELECT * EXCLUDE (like_whom) FROM wallet ORDER BY customer_id").fetchnumpy()
    ids, told = np.asarray(read["customer_id"]), ~np.isnan(read["wallet"])
    if not told.any():
        return Result(enough=False, customers=len(ids), alike=_most_alike(desk) >= FEWEST)
    own, size, low, high = (float(read[key][told].sum()) for key in ("spent", "wallet", "wallet_low", "wallet_high"))
    room = np.where(told, read["wallet_low"] - read["spent"], 0.0)
    order = np.lexsort((ids, -room))
    most = order[: chosen.listed]
    band = np.where(told, np.clip(np.nan_to_num(read["share"]) * len(_BANDS), 0, len(_BANDS) - 1), -1).astype(int)
    groups = _groups(desk)
    return Result(
        customers=int(told.sum()),
        share=round(own / size, 3),
        share_low=round(own / high, 3),
        share_high=round(own / low, 3),
        currency=desk.horizon.currency,
        bands=np.bincount(band[told], minlength=len(_BANDS)).tolist(),
        groups=[one for one, _ids in groups],
        room=tuple(int(one) for one in ids[most[room[most] > 0]]),
        banded=[tuple(ids[order[band[order] == at]][: base.MOST_BEHIND].tolist()) for at in range(len(_BANDS))],
        grouped={_key(one): who for one, who in groups},
    )


def _most_alike(desk: Desk) -> int:
    """How many the largest group of like customers has."""
    sizes = desk.engine.execute(
        "SELECT count(*) AS n FROM wallet GROUP BY like_whom ORDER BY n DESC LIMIT 1"
    ).fetchone()
    return int(sizes[0]) if sizes else 0


def _groups(desk: Desk) -> list[tuple[Json, tuple[int, ...]]]:
    """The groups of like customers and who is in each; the wallet of a group is that of its members who spend less than it."""
    rows = desk.engine.execute(
        f"""SELECT like_whom, count(*), median(spent), min(wallet), min(wallet_low), min(wallet_high),
                   list(customer_id ORDER BY wallet_low - spent DESC, customer_id)[:{base.MOST_BEHIND}]
            FROM wallet WHERE NOT isnan(wallet) GROUP BY like_whom ORDER BY like_whom"""  # noqa: S608 -- a number
    ).fetchall()
    found = []
    for like, customers, *figures, who in rows:
        rounded = dict(zip(("median", "wallet", "low", "high"), (round(one) for one in figures), strict=True))
        words = dict(zip(("kind", "channel", "time"), like.split("\t"), strict=True))
        found.append(({**words, "customers": customers, **rounded}, tuple(who)))
    return found
