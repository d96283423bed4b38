"""Which prospects and customers are likely to buy within the next 90 days?

Two models, because so much less is known of somebody who has never bought: prospects are told by their contacts,
customers by what they bought and when. Both are learned from earlier days, tried on the last four cut-offs, and compared
with recency alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.intelligence.analyses import base, chances
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
    Step,
    Trust,
    _,
)
from regulars.intelligence.analyses.desk import Desk

if TYPE_CHECKING:
    from regulars.intelligence.models.propensity.rolling import Foretold

QUESTION = _("Which prospects and customers are likely to buy within the next 90 days?")
TITLE = _("Likely buyers")
WHY = _(
    "A seller's day has room for a dozen talks: they belong to those who are about to buy, with reasons to open the talk."
)
FORMULA = _(
    "Log-odds of a purchase within the window = intercept + Σ f(feature), each f learned by boosting trees of one feature (weights of "
    "evidence where fewer than 100 bought); isotonic calibration on the latest complete window. The window is 90 days, or a fifth of a shorter record."
)
SOURCE = chances.SOURCE
READS = chances.READS
MAKES = ("leads", "prospects")
GIVES = {"prospects": ("converts", "openings")}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.ahead"}
SAYS = {
    **chances.SAYS,
    "leads.too_few": _("Too few customers or too short a record to say who will buy (%(cases)s cases)."),
    "leads.customers_expected": _("About %(expected)s of %(of)s customers will buy within %(window_days)s; the likeliest tenth brings %(top)s of them."),
    "leads.prospects_expected": _("Of %(of)s prospects, about %(expected)s will buy for the first time."),
    "leads.prospects_unknown": _("Too few prospects have become customers to tell which of the %(of)s will."),
    "leads.customers": _("Customers who buy"),
    "leads.prospects": _("Prospects who buy"),
    "leads.prospects_count": _("Prospects"),
    "leads.likely": _("Prospects by probability of a first purchase"),
    "leads.expected": _("First purchases expected"),
    "leads.within": _("buys within the window"),
    "leads.see_customers": _("Open the likeliest customers"),
    "leads.see_prospects": _("Call the likeliest prospects"),
}  # fmt: skip
RESTS = {
    "leads.customers": ("leads.customers_expected", "chance.foretold", "leads.see_customers"),
    "leads.prospects": (
        "leads.prospects_expected",
        "leads.see_prospects",
        "leads.prospects_count",
        "leads.likely",
        "leads.expected",
        "converts",
        "openings",
    ),
}
_CUSTOMERS = (
    "kind", "silence", "usual", "late", "tenure", "purchases", "recent", "year", "season", "basket", "basket_change",
    "pace_change", "returned_share", "complaint_open", "complaints", "contacts", "contact_silence",
)  # fmt: skip
_PROSPECTS = ("kind", "contacts", "contact_silence", "known")


@dataclass(frozen=True)
class Params(base.Params):
    """``window`` days foretold; ``listed`` of each kind at most."""

    window: int = 90
    listed: int = 200
    ranges: ClassVar = {"window": Range(14, 365), "listed": Range(1, 5_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """Of customers and of prospects: how many there are, how many will buy, the likeliest, and the back-tests."""

    window: int = 0
    cases: int = 0
    customers: int = 0
    customers_expected: float = 0.0
    top_expected: float = 0.0
    prospects: int = 0
    prospects_expected: float | None = None
    bands: list[Json] = field(default_factory=list)
    best_customers: tuple[int, ...] = ()
    best_prospects: tuple[int, ...] = ()
    customers_tests: tuple[BackTest, ...] = ()
    customers_deciles: chances.Tenths = ()
    prospects_tests: tuple[BackTest, ...] = ()
    prospects_deciles: chances.Tenths = ()
    prospects_bands: list[Json] = field(default_factory=list)
    banded: dict[str, list[tuple[int, ...]]] = field(default_factory=dict, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """How many will buy, of both kinds."""
        if not self.enough:
            return [Saying("leads.too_few", {"cases": self.cases})]
        figures = {
            "expected": base.roughly(self.customers_expected), "of": self.customers, "window_days": self.window,
            "top": base.roughly(self.top_expected),
        }  # fmt: skip
        said = [Saying("leads.customers_expected", figures)]
        if self.prospects_expected is not None:
            told = {"of": self.prospects, "expected": base.roughly(self.prospects_expected)}
            return [*said, Saying("leads.prospects_expected", told)]
        return [*said, Saying("leads.prospects_unknown", {"of": self.prospects})] if self.prospects else said

    def charts(self) -> list[Chart]:
        """Customers, and prospects, by probability."""
        pictures = [chances.by_band(self.bands, self._behind("customers"))]
        if self.prospects_bands:
            prospects = self._behind("prospects")
            pictures.append(chances.by_band(self.prospects_bands, prospects, "leads.prospects_count"))
        return pictures

    def evidence(self) -> list[Evidence]:
        """Prospects by probability; foretold and come, by tenth."""
        if not self.prospects_bands:
            return chances.by_tenth(self.customers_deciles)
        columns = (
            Column("chance.foretold", "name"), Column("leads.prospects_count", "count"), Column("leads.expected", "count"),
        )  # fmt: skip
        rows = [(one["name"], one["customers"], one["expected"]) for one in self.prospects_bands]
        likely = Evidence(columns, rows, self._behind("prospects"), title="leads.likely")
        return [likely, *chances.by_tenth(self.customers_deciles)]

    def _behind(self, kind: str) -> list[Selection]:
        return chances.behind(self.banded.get(kind, ()), kind)

    def certainty(self) -> Certainty:
        """On how many cases it rests."""
        return Certainty(self.cases)

    def trust(self) -> list[Trust]:
        """Both models, beside recency."""
        if not self.enough:
            return []
        models = [
            ("customers", self.customers_tests, self.customers_deciles),
            ("prospects", self.prospects_tests, self.prospects_deciles),
        ]
        return [
            chances.beside_recency(f"leads.{name}", "leads.within", tests, tenths)
            for name, tests, tenths in models
            if tests or name == "customers"
        ]

    def next_steps(self) -> list[Step]:
        """Open the likeliest of each kind."""
        steps = [("customers", self.best_customers), ("prospects", self.best_prospects)]
        return [Step(Saying(f"leads.see_{key}"), Selection(ids=ids, key=key)) for key, ids in steps if ids]


def run(desk: Desk, params: Params | None = None) -> Result:
    """Learn, try, and make ``leads``: customer_id, prospect, chance; and ``prospects``: customer_id, converts (the same), openings."""
    from regulars.intelligence.models.propensity.rolling import Foretold, Task, foretell  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen, today, first = params or Params(), desk.horizon.today, desk.horizon.first_day
    window = chances.window_of(desk, chosen.window)
    customers = prospects = Foretold(None)
    if window and first is not None:
        take = chances.snapshots(desk, window)
        customers = foretell(
            Task(_CUSTOMERS, lambda one: one.columns["purchases"] > 0, lambda one: one.next_in <= window, "silence", window),
            take, today, first,
        )  # fmt: skip
        prospects = foretell(
            Task(
                _PROSPECTS, lambda one: one.columns["purchases"] == 0, lambda one: one.next_in <= window, "contact_silence",
                window,
            ),
            take, today, first,
        )  # fmt: skip
    _lay(desk, customers, prospects)
    if customers.model is None:
        return Result(enough=False, cases=customers.cases)
    waiting = desk.engine.execute("SELECT count(*) FROM customer WHERE purchases = 0").fetchone()[0]
    return replace(
        _told(desk, chosen, prospects.model is not None),
        window=window,
        cases=customers.cases + prospects.cases,
        prospects=int(waiting),
        customers_tests=chances.back_tests(customers),
        customers_deciles=chances.deciles(customers),
        prospects_tests=chances.back_tests(prospects),
        prospects_deciles=chances.deciles(prospects),
    )


def within(desk: Desk, whole: Result) -> Result:
    """Of some, by the models of all."""
    if not whole.enough:
        return whole
    waiting = desk.engine.execute("SELECT count(*) FROM customer WHERE purchases = 0").fetchone()[0]
    return replace(
        _told(desk, Params(), whole.prospects_expected is not None),
        window=whole.window,
        cases=whole.cases,
        banded={},
        prospects=int(waiting),
        customers_tests=whole.customers_tests,
        customers_deciles=whole.customers_deciles,
        prospects_tests=whole.prospects_tests,
        prospects_deciles=whole.prospects_deciles,
    )


def _lay(desk: Desk, customers: Foretold, prospects: Foretold) -> None:
    """Both kinds in one table; what goes onto a prospect in another, with openings for the likeliest tenth."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    told = [one for one in (customers, prospects) if one.today is not None]
    ids = np.concatenate([np.empty(0, np.int64), *(one.today.ids for one in told if one.today)])
    chance = np.concatenate([np.empty(0), *(one.chance for one in told)])
    new = np.concatenate([np.empty(0, bool), *(np.full(len(one.chance), one is prospects) for one in told)])
    lay(desk.engine, "leads", {"customer_id": ids, "prospect": new, "chance": chance})
    openings = ["[]"] * int(new.sum())
    best = np.argsort(-chance[new], kind="stable")[: -(-len(openings) // 10)]
    if len(best):
        why = chances.reasons(prospects, best, leaving=False, historical=desk.historical)
        for place, sayings in zip(best.tolist(), why, strict=True):
            openings[place] = chances.as_text(sayings)
    given = {"customer_id": ids[new], "converts": chance[new], "openings": pa.array(openings, pa.string())}
    lay(desk.engine, "prospects", given)


def _told(desk: Desk, chosen: Params, prospects_told: bool) -> Result:
    """Add up what lies on the desk."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    read = desk.engine.execute("SELECT customer_id, prospect, chance FROM leads ORDER BY customer_id").fetchnumpy()
    new, found = np.asarray(read["prospect"], bool), {}
    for kind, here in (("customers", ~new), ("prospects", new)):
        found[kind] = (np.asarray(read["customer_id"])[here], np.asarray(read["chance"])[here])
    customers, prospects = found["customers"][1], found["prospects"][1]
    return Result(
        customers=len(customers),
        customers_expected=float(customers.sum()),
        top_expected=float(np.sort(customers)[::-1][: max(len(customers) // 10, 1)].sum()),
        prospects_expected=float(prospects.sum()) if prospects_told else None,
        bands=_bands(customers),
        prospects_bands=_bands(prospects) if prospects_told else [],
        best_customers=_best(*found["customers"], chosen.listed),
        best_prospects=_best(*found["prospects"], chosen.listed),
        banded={kind: chances.in_bands(*of) for kind, of in found.items()},
    )


def _bands(chance: Any) -> list[Json]:
    """Customers and purchases expected, by probability."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    which = chances.bands(chance)
    counts, sums = (np.bincount(which, weights=of, minlength=len(chances.BANDS) - 1) for of in (None, chance))
    names = chances.band_names()
    return [
        {"name": name, "customers": int(count), "expected": float(expected)}
        for name, count, expected in zip(names, counts, sums, strict=True)
    ]


def _best(ids: Any, chance: Any, most: int) -> tuple[int, ...]:
    """Whose probability is twice the mean or more, the likeliest first."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    if not len(chance):
        return ()
    order = np.lexsort((ids, -chance))
    likely = order[chance[order] >= min(2 * float(chance.mean()), 0.5)]
    return tuple(int(one) for one in ids[likely[:most]])
