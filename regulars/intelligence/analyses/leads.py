"""Which prospects and customers are likely to buy within the next 90 days?

Two models, because so much less is known of somebody who has never bought: prospects are told by their contacts,
customers by what they bought and when. Both are learned from earlier days, tried on the last four cut-offs, and compared
with recency alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.intelligence.analyses import base, chances
from regulars.intelligence.analyses.base import (
    BackTest,
    Certainty,
    Chart,
    Desk,
    Evidence,
    Json,
    Range,
    Saying,
    Selection,
    Step,
    Trust,
    _,
)

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
MAKES = ("leads",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES: tuple[str, ...] = ()
SAYS = {
    **chances.SAYS,
    "leads.too_few": _("Too few customers or too short a record to say who will buy (%(cases)s cases)."),
    "leads.customers_expected": _("About %(expected)s of %(of)s customers will buy within %(window_days)s; the likeliest tenth brings %(top)s of them."),
    "leads.prospects_expected": _("Of %(of)s prospects, about %(expected)s will buy for the first time."),
    "leads.prospects_unknown": _("Too few prospects have become customers to tell which of the %(of)s will."),
    "leads.customers": _("Customers who buy"),
    "leads.prospects": _("Prospects who buy"),
    "leads.within": _("buys within the window"),
    "leads.see_customers": _("Open the likeliest customers"),
    "leads.see_prospects": _("Call the likeliest prospects"),
}  # fmt: skip
RESTS = {
    "leads.customers": ("leads.customers_expected", "chance.foretold", "leads.see_customers"),
    "leads.prospects": ("leads.prospects_expected", "leads.see_prospects"),
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

    def headline(self) -> list[Saying]:
        """How many will buy, of both kinds."""
        if not self.enough:
            return [Saying("leads.too_few", {"cases": self.cases})]
        figures = {
            "expected": round(self.customers_expected), "of": self.customers, "window_days": self.window,
            "top": round(self.top_expected),
        }  # fmt: skip
        said = [Saying("leads.customers_expected", figures)]
        if self.prospects_expected is not None:
            told = {"of": self.prospects, "expected": round(self.prospects_expected)}
            return [*said, Saying("leads.prospects_expected", told)]
        return [*said, Saying("leads.prospects_unknown", {"of": self.prospects})] if self.prospects else said

    def charts(self) -> list[Chart]:
        """Customers by probability."""
        return chances.by_band(self.bands)

    def evidence(self) -> list[Evidence]:
        """Foretold and come, by tenth."""
        return chances.by_tenth(self.customers_deciles)

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
    """Learn, try, and make ``leads``: customer_id, chance, reasons."""
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
    return _result(desk, customers, prospects, window, chosen)


def _lay(desk: Desk, *models: Foretold) -> None:
    """Both kinds in one table; reasons for the likeliest tenth."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    ids: list[Any] = [np.empty(0, np.int64)]
    said: list[Any] = [np.empty(0)]
    told: list[str] = []
    for found in models:
        if found.today is None:
            continue
        best = np.argsort(-found.chance, kind="stable")[: max(len(found.chance) // 10, 1)]
        own = ["[]"] * len(found.chance)
        for place, sayings in zip(best.tolist(), chances.reasons(found, best, leaving=False), strict=True):
            own[place] = chances.as_text(sayings)
        ids, said, told = [*ids, found.today.ids], [*said, found.chance], told + own
    columns = {"customer_id": np.concatenate(ids), "chance": np.concatenate(said), "reasons": np.array(told, str)}
    lay(desk.engine, "leads", columns)


def _result(desk: Desk, customers: Foretold, prospects: Foretold, window: int, chosen: Params) -> Result:
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    assert customers.today is not None
    chance = customers.chance
    which = chances.bands(chance)
    counts = np.bincount(which, minlength=len(chances.BANDS) - 1)
    waiting = desk.engine.execute("SELECT count(*) FROM customer WHERE purchases = 0").fetchone()[0]
    return Result(
        window=window,
        cases=customers.cases + prospects.cases,
        customers=len(chance),
        customers_expected=float(chance.sum()),
        top_expected=float(np.sort(chance)[::-1][: max(len(chance) // 10, 1)].sum()),
        prospects=int(waiting),
        prospects_expected=float(prospects.chance.sum()) if prospects.model is not None else None,
        bands=[{"customers": int(count)} for count in counts],
        best_customers=_best(customers, chosen.listed),
        best_prospects=_best(prospects, chosen.listed),
        customers_tests=chances.back_tests(customers),
        customers_deciles=chances.deciles(customers),
        prospects_tests=chances.back_tests(prospects),
        prospects_deciles=chances.deciles(prospects),
    )


def _best(found: Foretold, most: int) -> tuple[int, ...]:
    """Whose probability is twice the mean or more, the likeliest first."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    if found.today is None or not len(found.chance):
        return ()
    order = np.lexsort((found.today.ids, -found.chance))
    likely = order[found.chance[order] >= min(2 * float(found.chance.mean()), 0.5)]
    return tuple(int(one) for one in found.today.ids[likely[:most]])
