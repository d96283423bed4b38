"""Who is about to leave, why, and who of those gone is worth winning back?

A customer leaves when he buys nothing for twice as long as is usual with him. The probability is learned from
what was known of all customers at earlier days and what they did then; each reason is one of the sums that make it up,
told in the customer's own figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.intelligence.analyses import base, chances
from regulars.intelligence.analyses.base import (
    BackTest,
    Certainty,
    Chart,
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
    from regulars.intelligence.models.propensity.snapshot import Snapshot

QUESTION = _("Who is about to leave, why, and who of those gone is worth winning back?")
TITLE = _("Leaving and winning back")
WHY = _(
    "Keeping somebody who hesitates costs a call; winning back somebody who is gone costs far more, and is worth it for few."
)
FORMULA = _(
    "Leaves: buys nothing within twice the usual interval (45 days at least). Log-odds = intercept + Σ f(feature), each f learned by "
    "boosting trees of one feature; isotonic calibration on the latest complete window. Gone: silent for more than 2.5 × the usual "
    "interval; worth winning back: probability of coming back × a usual year."
)
SOURCE = chances.SOURCE
READS = chances.READS
MAKES = ("churn", "coming_back")
GIVES = {"churn": ("churn", "reasons")}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.ahead"}
SAYS = {
    **chances.SAYS,
    "churn.too_few": _("Too few customers or too short a record to say who is about to leave (%(cases)s cases)."),
    "churn.warned": _("%(customers)s of %(of)s customers are more likely to leave than to stay; about %(expected)s of all will."),
    "churn.rare": _("%(customers)s customers buy too rarely for this record to tell."),
    "churn.win_back": _("Of %(customers)s who are gone, about %(expected)s will come back; %(worth)s are worth asking."),
    "churn.leaves": _("About to leave"),
    "churn.returns": _("Coming back"),
    "churn.leaves_within": _("buys nothing for twice as long as usual"),
    "churn.returns_within": _("buys again, although gone"),
    "churn.see_warned": _("Talk to those about to leave"),
    "churn.see_first": _("Talk to the %(customers)s about to leave who have most at stake"),
    "churn.see_gone": _("Win back the worthwhile"),
}  # fmt: skip
RESTS = {
    "churn.leaves": ("churn", "reasons", "churn.warned", "chance.foretold", "churn.see_warned", "churn.see_first"),
    "churn.returns": ("churn.win_back", "churn.see_gone"),
}
_PATIENCE, _GONE, _SHORTEST = 2.0, 2.5, 45
_FEATURES = (
    "silence", "usual", "late", "tenure", "purchases", "recent", "year", "season", "basket", "basket_change", "pace_change",
    "returned_share", "complaint_open", "complaints", "contacts", "contact_silence", "kind",
)  # fmt: skip


@dataclass(frozen=True)
class Params(base.Params):
    """``warn``: probability from which a customer is on the list; ``longest`` days foretold; ``listed`` customers at most."""

    warn: float = 0.5
    longest: int = 240
    listed: int = 200
    ranges: ClassVar = {"warn": Range(0.05, 0.95), "longest": Range(30, 730), "listed": Range(1, 5_000)}


@dataclass(frozen=True)
class Result(base.Result):
    """``bands``: customers by probability; ``warned`` and ``worth`` the customers listed, the most at stake first."""

    cases: int = 0
    customers: int = 0
    expected: float = 0.0
    likely: int = 0
    rare: int = 0
    gone: int = 0
    back: float = 0.0
    bands: list[Json] = field(default_factory=list)
    warned: tuple[int, ...] = ()
    worth: tuple[int, ...] = ()
    tests: tuple[BackTest, ...] = ()
    deciles: chances.Tenths = ()
    back_tests: tuple[BackTest, ...] = ()
    back_deciles: chances.Tenths = ()
    banded: list[tuple[int, ...]] = field(default_factory=list, metadata=base.ASIDE)

    def headline(self) -> list[Saying]:
        """How many are about to leave, and how many of those gone are worth asking."""
        if not self.enough:
            return [Saying("churn.too_few", {"cases": self.cases})]
        figures = {"customers": self.likely, "of": self.customers, "expected": base.roughly(self.expected)}
        said = [Saying("churn.warned", figures)]
        if self.worth:
            said.append(
                Saying(
                    "churn.win_back",
                    {"customers": self.gone, "expected": base.roughly(self.back), "worth": len(self.worth)},
                )
            )
        return [*said, Saying("churn.rare", {"customers": self.rare})] if self.rare else said

    def charts(self) -> list[Chart]:
        """Customers by probability."""
        return [chances.by_band(self.bands, chances.behind(self.banded, "band"))]

    def evidence(self) -> list[Evidence]:
        """Foretold and come, by tenth."""
        return chances.by_tenth(self.deciles)

    def certainty(self) -> Certainty:
        """On how many cases it rests."""
        return Certainty(self.cases)

    def trust(self) -> list[Trust]:
        """Both models, beside recency."""
        if not self.enough:
            return []
        models = [("leaves", self.tests, self.deciles), ("returns", self.back_tests, self.back_deciles)]
        return [
            chances.beside_recency(f"churn.{name}", f"churn.{name}_within", tests, tenths)
            for name, tests, tenths in models
            if tests or name == "leaves"
        ]

    def next_steps(self) -> list[Step]:
        """Talk to the one list, win back the other."""
        talk = Saying("churn.see_warned")
        if len(self.warned) < self.likely:
            talk = Saying("churn.see_first", {"customers": len(self.warned)})
        steps = [("warned", self.warned, talk), ("gone", self.worth, Saying("churn.see_gone"))]
        return [Step(saying, Selection(ids=ids, key=key)) for key, ids, saying in steps if ids]


def run(desk: Desk, params: Params | None = None) -> Result:
    """Learn, try, and make ``churn``: customer_id, churn (probability), stake (of a usual year), reasons; and ``coming_back``.

    ``coming_back``: customer_id, chance, gain, likely (at least twice as likely as is usual).
    """
    from regulars.intelligence.models.propensity.rolling import Foretold, Task, foretell  # noqa: PLC0415 -- heavy: only for whoever analyses

    chosen, today, first = params or Params(), desk.horizon.today, desk.horizon.first_day
    window = chances.window_of(desk, chosen.longest)
    leaving = returning = Foretold(None)
    take = chances.snapshots(desk, window)
    if window >= _SHORTEST and first is not None:
        leaves = Task(
            _FEATURES, lambda one: _staying(one, window), lambda one: one.next_in > _patience(one), "silence", window
        )
        returns = Task(_FEATURES, _gone, lambda one: one.next_in <= window, "silence", window)
        leaving, returning = foretell(leaves, take, today, first), foretell(returns, take, today, first)
    _lay(desk, leaving)
    _lay_returning(desk, returning)
    if leaving.model is None:
        return Result(enough=False, cases=leaving.cases)
    everybody = take(today)
    rare = int(((everybody.columns["purchases"] > 0) & ~_gone(everybody) & ~_staying(everybody, window)).sum())
    return replace(
        _told(desk, chosen),
        cases=leaving.cases,
        rare=rare,
        tests=chances.back_tests(leaving),
        deciles=chances.deciles(leaving),
        back_tests=chances.back_tests(returning),
        back_deciles=chances.deciles(returning),
    )


def within(desk: Desk, whole: Result) -> Result:
    """Of some customers, by the models of all."""
    if not whole.enough:
        return whole
    return replace(
        _told(desk, Params()),
        cases=whole.cases,
        banded=[],
        tests=whole.tests,
        deciles=whole.deciles,
        back_tests=whole.back_tests,
        back_deciles=whole.back_deciles,
    )


def _patience(one: Snapshot) -> Any:
    """Days of silence from the cut-off on that mean leaving."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    return np.maximum(_PATIENCE * one.usual, _SHORTEST)


def _gone(one: Snapshot) -> Any:
    """Who has been silent for more than two and a half usual intervals."""
    return (one.columns["purchases"] > 0) & (one.columns["silence"] > _GONE * one.usual)


def _staying(one: Snapshot, window: int) -> Any:
    """Who is still a customer, and buys often enough for the window to tell."""
    return (one.columns["purchases"] > 0) & ~_gone(one) & (_patience(one) <= window)


def _lay(desk: Desk, found: Foretold) -> None:
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses
    import pyarrow as pa  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    ids = found.today.ids if found.today else np.empty(0, np.int64)
    told = ["[]"] * len(ids)
    at_risk = np.flatnonzero(found.chance >= found.chance.mean()) if len(ids) else ids
    if len(at_risk):
        why = chances.reasons(found, at_risk, leaving=True, historical=desk.historical)
        for place, sayings in zip(at_risk.tolist(), why, strict=True):
            told[place] = chances.as_text(sayings)
    stake = found.chance * _year(found.today) if found.today else found.chance
    told_of = {"customer_id": ids, "churn": found.chance, "stake": stake, "reasons": pa.array(told, pa.string())}
    lay(desk.engine, "churn", told_of)


def _lay_returning(desk: Desk, found: Foretold) -> None:
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    ids, chance, gain = np.empty(0, np.int64), np.empty(0), np.empty(0)
    if found.model is not None and found.today is not None:
        ids, chance, gain = found.today.ids, found.chance, found.chance * _year(found.today)
    tried = chance[chance > 0]
    likely = chance >= 2 * tried.mean() if tried.size else chance > 1
    lay(desk.engine, "coming_back", {"customer_id": ids, "chance": chance, "gain": gain, "likely": likely})


def _told(desk: Desk, chosen: Params) -> Result:
    """Add up what lies on the desk."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    read = desk.engine.execute("SELECT customer_id, churn, stake FROM churn ORDER BY customer_id").fetchnumpy()
    ids, chance, stake = (np.asarray(read[key]) for key in ("customer_id", "churn", "stake"))
    which, warned = chances.bands(chance), chance >= chosen.warn
    gone = desk.engine.execute("SELECT * FROM coming_back ORDER BY customer_id").fetchnumpy()
    likely = np.asarray(gone["likely"], bool)
    worth = gone["customer_id"][likely][np.argsort(-gone["gain"][likely], kind="stable")]
    return Result(
        customers=len(ids),
        expected=float(chance.sum()),
        likely=int(warned.sum()),
        gone=len(likely),
        back=float(gone["chance"].sum()),
        bands=[
            {"customers": int((which == band).sum()), "expected": float(chance[which == band].sum())}
            for band in range(len(chances.BANDS) - 1)
        ],
        warned=_picked(ids[warned][np.argsort(-stake[warned], kind="stable")], chosen.listed),
        worth=_picked(worth, chosen.listed),
        banded=chances.in_bands(ids, chance),
    )


def _year(one: Snapshot) -> Any:
    """What a usual year of each brings, in minor units: basket × 365 / usual interval."""
    return one.columns["basket"] * 365.0 / one.usual


def _picked(ids: Any, most: int) -> tuple[int, ...]:
    return tuple(int(one) for one in ids[:most])
