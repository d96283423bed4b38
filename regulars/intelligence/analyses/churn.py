"""Who is about to leave, why, and who of those gone is worth winning back?

A customer leaves when he buys nothing for twice as long as is usual with him. The probability is learned from
what was known of all customers at earlier days and what they did then; each reason is one of the sums that make it up,
told in the customer's own figures.
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
MAKES = ("churn",)
GIVES = {"churn": ("churn", "reasons")}
SLICES: tuple[str, ...] = ()
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
    "churn.see_gone": _("Win back the worthwhile"),
}  # fmt: skip
RESTS = {
    "churn.leaves": ("churn", "reasons", "churn.warned", "chance.foretold", "churn.see_warned"),
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

    def headline(self) -> list[Saying]:
        """How many are about to leave, and how many of those gone are worth asking."""
        if not self.enough:
            return [Saying("churn.too_few", {"cases": self.cases})]
        figures = {"customers": self.likely, "of": self.customers, "expected": round(self.expected)}
        said = [Saying("churn.warned", figures)]
        if self.worth:
            said.append(
                Saying(
                    "churn.win_back", {"customers": self.gone, "expected": round(self.back), "worth": len(self.worth)}
                )
            )
        return [*said, Saying("churn.rare", {"customers": self.rare})] if self.rare else said

    def charts(self) -> list[Chart]:
        """Customers by probability."""
        return chances.by_band(self.bands)

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
        steps = [("warned", self.warned, "churn.see_warned"), ("gone", self.worth, "churn.see_gone")]
        return [Step(Saying(code), Selection(ids=ids, key=key)) for key, ids, code in steps if ids]


def run(desk: Desk, params: Params | None = None) -> Result:
    """Learn, try, and make ``churn``: customer_id, churn (probability), reasons."""
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
    if leaving.model is None:
        return Result(enough=False, cases=leaving.cases)
    everybody = take(today)
    rare = int(((everybody.columns["purchases"] > 0) & ~_gone(everybody) & ~_staying(everybody, window)).sum())
    return _result(leaving, returning, rare, chosen)


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

    from regulars.intelligence.warehouse.frames import lay  # noqa: PLC0415 -- heavy: only for whoever analyses

    ids = found.today.ids if found.today else np.empty(0, np.int64)
    told = ["[]"] * len(ids)
    at_risk = np.flatnonzero(found.chance >= found.chance.mean()) if len(ids) else ids
    if len(at_risk):
        why = chances.reasons(found, at_risk, leaving=True)
        for place, sayings in zip(at_risk.tolist(), why, strict=True):
            told[place] = chances.as_text(sayings)
    lay(desk.engine, "churn", {"customer_id": ids, "churn": found.chance, "reasons": np.array(told, str)})


def _result(leaving: Foretold, returning: Foretold, rare: int, chosen: Params) -> Result:
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    assert leaving.today is not None
    chance, people = leaving.chance, leaving.today
    which = chances.bands(chance)
    bands = [
        {"customers": int((which == band).sum()), "expected": float(chance[which == band].sum())}
        for band in range(len(chances.BANDS) - 1)
    ]
    warned, worth = chance >= chosen.warn, np.empty(0, np.int64)
    back, gone = 0.0, 0
    if returning.model is not None and returning.today is not None:
        gained = returning.chance * _year(returning.today)
        back, gone = float(returning.chance.sum()), len(returning.today.ids)
        tried = [one for one in returning.chance.tolist() if one > 0]
        likely = returning.chance >= 2 * float(np.mean(tried)) if tried else returning.chance > 1
        worth = returning.today.ids[likely][np.argsort(-gained[likely], kind="stable")]
    stakes = (chance * _year(people))[warned]
    return Result(
        cases=leaving.cases,
        customers=len(people.ids),
        expected=float(chance.sum()),
        likely=int(warned.sum()),
        rare=rare,
        gone=gone,
        back=back,
        bands=bands,
        warned=_picked(people.ids[warned][np.argsort(-stakes, kind="stable")], chosen.listed),
        worth=_picked(worth, chosen.listed),
        tests=chances.back_tests(leaving),
        deciles=chances.deciles(leaving),
        back_tests=chances.back_tests(returning),
        back_deciles=chances.deciles(returning),
    )


def _year(one: Snapshot) -> Any:
    """What a usual year of each brings, in minor units: basket × 365 / usual interval."""
    return one.columns["basket"] * 365.0 / one.usual


def _picked(ids: Any, most: int) -> tuple[int, ...]:
    return tuple(int(one) for one in ids[:most])
