"""How long do contracts last, and which are about to end?

A customer under contract is counted apart from one who just buys: his end is seen. Terms of one kind that follow one
another within the grace are one contract. The share that lasts is counted without assumptions (Kaplan–Meier); how many
will renew is projected by a model in which each contract has its own probability of ending at a renewal.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import (
    BackTest,
    Certainty,
    Chart,
    Column,
    Evidence,
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
    from regulars.intelligence.models.lifetime.contracts import ShiftedBetaGeometric

QUESTION = _("How long do contracts last, and which are about to end?")
TITLE = _("Contracts that last")
WHY = _(
    "A contract that is renewed costs a conversation, one that has to be won again costs a campaign. Those that fall due soon and are "
    "young end most often: the conversation belongs before the renewal."
)
FORMULA = _(
    "Kaplan–Meier with Greenwood's interval on the log-log scale. Shifted beta-geometric: at each renewal a contract ends with an own probability, "
    "beta(α, β) over contracts; renewed the t-th time: (β + t − 1) / (α + β + t − 1)."
)
SOURCE = "Kaplan & Meier, JASA 53 (1958); Fader & Hardie, How to project customer retention, Journal of Interactive Marketing 21 (2007)"
READS = ("contracts",)
MAKES = ()
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.terms"}
SAYS = {
    "survival.none": _("There are no contracts on record, so nothing can be said of how long they last."),
    "survival.too_few": _("Of %(contracts)s contracts only %(ended)s have ended: too few to say how long they last."),
    "survival.half": _("Half of the contracts have ended after %(median_days)s."),
    "survival.more": _("More than half of the contracts last longer than the record goes: %(lasting_share)s still run after %(seen_days)s."),
    "survival.renewed": _("%(first_share)s renew the first time, %(third_share)s of those who are left the third time."),
    "survival.due": _("Within the next %(ahead_days)s, %(contracts)s contracts fall due."),
    "survival.talk": _("Talk to those whose contract falls due"),
    "survival.years": _("Years since the first term began"), "survival.lasting": _("Still running"),
    "survival.projected": _("Projected"), "survival.at_risk": _("Contracts seen"), "survival.low": _("At least"), "survival.high": _("At most"),
    "survival.model": _("Ends of contracts"), "survival.within": _("Contract ends within one term"),
    "survival.naive": _("The share that ended in the term before"),
}  # fmt: skip
RESTS = {"survival.model": ("survival.renewed", "survival.projected", "survival.talk")}
YEAR = 365.25
CUTOFFS = 4
_STEP = 91

_SPELLS = """
WITH term AS (
    SELECT contract_id, customer_id, kind, starts_day, ends_day, follows_id,
           least(coalesce(CASE WHEN ended_day <= $day THEN ended_day END, 1000000), coalesce(ends_day, 1000000)) AS until_day
    FROM contracts WHERE starts_day <= $day AND customer_id IS NOT NULL
), marked AS (
    SELECT *, CASE WHEN follows_id IS NOT NULL OR starts_day <= $grace + max(until_day) OVER (
            PARTITION BY customer_id, kind ORDER BY starts_day, contract_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        THEN 0 ELSE 1 END AS fresh
    FROM term
), numbered AS (
    SELECT *, sum(fresh) OVER (PARTITION BY customer_id, kind ORDER BY starts_day, contract_id) AS spell FROM marked
), spells AS (
    SELECT customer_id, kind, spell, min(starts_day) AS begins, max(until_day) AS until_day, max(ends_day) AS due_day FROM numbered GROUP BY ALL
)
SELECT customer_id, kind, begins::BIGINT AS begins, until_day + $grace < $day AS ended,
       greatest(CASE WHEN until_day + $grace < $day THEN until_day ELSE $day END - begins, 0)::DOUBLE AS lasted, coalesce(due_day, 1000000)::BIGINT AS due
FROM spells ORDER BY customer_id, kind, begins
"""
_TERM = "SELECT coalesce(median(ends_day - starts_day + 1), 365)::DOUBLE FROM contracts WHERE ends_day >= starts_day AND starts_day <= $day"


@dataclass(frozen=True)
class Params(base.Params):
    """``fewest`` contracts must have ended; a term within ``grace`` days of the last one continues it; ``ahead`` days are looked at."""

    fewest: int = 20
    grace: int = 31
    ahead: int = 90
    ranges: ClassVar = {"fewest": Range(20, 10_000), "grace": Range(0, 400), "ahead": Range(7, 400)}


@dataclass(frozen=True)
class Result(base.Result):
    """``curve`` are rows of: years, contracts seen that long, share still running, low, high, projected share.

    ``term`` is the usual length of a term in days; ``renewed`` the shares that renew the first, second and third time.
    """

    contracts: int = 0
    ended: int = 0
    term: float = 365.0
    median: float | None = None
    seen: float = 0.0
    lasting: float = 1.0
    renewed: tuple[float, ...] = ()
    alpha: float | None = None
    beta: float | None = None
    curve: list[tuple[float, ...]] = field(default_factory=list)
    tests: tuple[BackTest, ...] = ()
    ahead: int = 90
    due: tuple[int, ...] = ()

    def headline(self) -> list[Saying]:
        """How long they last, how many renew, how many fall due."""
        if not self.contracts:
            return [Saying("survival.none")]
        if not self.enough:
            few = Saying("survival.too_few", {"contracts": self.contracts, "ended": self.ended})
            return [few, self._falls_due()] if self.due else [few]
        more = Saying("survival.more", {"lasting_share": round(self.lasting, 3), "seen_days": round(self.seen)})
        said = [more if self.median is None else Saying("survival.half", {"median_days": round(self.median)})]
        if self.renewed:
            shares = {"first_share": round(self.renewed[0], 3), "third_share": round(self.renewed[2], 3)}
            said.append(Saying("survival.renewed", shares))
        return [*said, self._falls_due()]

    def _falls_due(self) -> Saying:
        return Saying("survival.due", {"ahead_days": self.ahead, "contracts": len(self.due)})

    def charts(self) -> list[Chart]:
        """The curve with its interval, and the projection beside it."""
        years, _seen, share, low, high, projected = (
            (list(column) for column in zip(*self.curve, strict=True)) if self.curve else [[]] * 6
        )
        lines = (Series("survival.lasting", share, low, high), Series("survival.projected", projected, quiet=True))
        return [Chart("lines", years, "number", "survival.years", lines, "share")]

    def evidence(self) -> list[Evidence]:
        """The curve in figures."""
        names = ("survival.at_risk", "survival.lasting", "survival.low", "survival.high", "survival.projected")
        units: tuple[base.Unit, ...] = ("count", "share", "share", "share", "share")
        columns = [Column("survival.years", "number"), *(Column(*pair) for pair in zip(names, units, strict=True))]
        return [Evidence(columns, self.curve)] if self.curve else []

    def certainty(self) -> Certainty | None:
        """The share that still runs after one year."""
        year = next((row for row in self.curve if row[0] == 1.0), None)
        return Certainty(self.contracts, "survival.lasting", "share", year[2], year[3], year[4]) if year else None

    def trust(self) -> list[Trust]:
        """Which contracts end within one term, told as of earlier days."""
        return (
            [Trust("survival.model", "survival.within", "survival.naive", self.tests, "brier")] if self.enough else []
        )

    def next_steps(self) -> list[Step]:
        """Talk to those whose contract falls due: the likeliest to end first, where that can be told, else the soonest."""
        return [Step(Saying("survival.talk"), Selection(ids=self.due, key="due"))] if self.due else []


def run(desk: Desk, params: Params | None = None) -> Result:
    """Measure how long contracts last, as of the day of the desk."""
    chosen = params or Params()
    found = _measured(desk, chosen)
    return replace(found, tests=tuple(_tests(desk, chosen.grace, found.term))) if found.enough else found


def within(desk: Desk, whole: Result) -> Result:
    """Of some customers' contracts, with a model of their own; how well it foretells is told by those of all."""
    return replace(_measured(desk, Params()), tests=whole.tests)


def _measured(desk: Desk, chosen: Params) -> Result:
    """All but the back-tests."""
    from regulars.intelligence.models import KaplanMeier  # noqa: PLC0415 -- heavy: only for whoever analyses

    today = desk.horizon.today
    spells = _spells(desk, today, chosen.grace)
    size, ended = len(spells["ended"]), int(spells["ended"].sum())
    running = ~spells["ended"] & (spells["due"] >= today) & (spells["due"] <= today + chosen.ahead)
    if ended < chosen.fewest:
        soonest = sorted(zip(spells["due"][running].tolist(), spells["customer_id"][running].tolist(), strict=True))
        due = tuple(dict.fromkeys(customer for _day, customer in soonest))
        return Result(enough=False, contracts=size, ended=ended, ahead=chosen.ahead, due=due)
    term = max(float(desk.engine.execute(_TERM, {"day": today}).fetchone()[0]), 1.0)
    model = _fitted(spells, term)
    known = KaplanMeier().fit(spells["lasted"], spells["ended"])
    risk = 1.0 - model.retention(spells["lasted"][running] // term + 1.0)
    order = sorted(zip((-risk).tolist(), spells["customer_id"][running].tolist(), strict=True))
    renewed = model.retention([1, 2, 3]).tolist() if model.identified_ else ()
    seen = float(spells["lasted"].max())
    return Result(
        contracts=size,
        ended=ended,
        term=term,
        median=known.median_,
        seen=seen,
        lasting=float(known.survival(seen)),
        renewed=tuple(renewed),
        alpha=model.params_["alpha"],
        beta=model.params_["beta"],
        curve=_curve(known, model, spells["lasted"], term),
        ahead=chosen.ahead,
        due=tuple(dict.fromkeys(customer for _risk, customer in order)),
    )


def _spells(desk: Desk, day: int, grace: int) -> dict[str, Any]:
    """Contracts as they were known on ``day``, and whether they had ended."""
    return dict(desk.engine.execute(_SPELLS, {"day": day, "grace": grace}).fetchnumpy())


def _fitted(spells: dict[str, Any], term: float) -> ShiftedBetaGeometric:
    """Renewals counted in terms: an end in the middle of a term is one at its end."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models.lifetime.contracts import ShiftedBetaGeometric  # noqa: PLC0415 -- heavy: only for whoever analyses

    terms = spells["lasted"] / term
    periods = np.where(spells["ended"], np.maximum(np.ceil(terms - 0.1), 1.0), np.floor(terms))
    return ShiftedBetaGeometric().fit(np.minimum(periods, 10_000), spells["ended"])


def _curve(known: Any, model: ShiftedBetaGeometric, lasted: Any, term: float) -> list[tuple[float, ...]]:
    """The share that still runs after each quarter of a year, as long as ten contracts have been seen so long."""
    rows: list[tuple[float, ...]] = []
    for quarter in range(81):
        day = quarter * YEAR / 4
        seen = int((lasted >= day).sum())
        if seen < 10:
            break
        place = int((known.times_ <= day).sum()) - 1
        low, high = (float(known.low_[place]), float(known.high_[place])) if place >= 0 else (1.0, 1.0)
        projected = float(model.survival(int(day / term)))
        rows.append((quarter / 4, seen, float(known.survival(day)), low, high, projected))
    return rows


def _tests(desk: Desk, grace: int, term: float) -> list[BackTest]:
    """Of the contracts that ran on earlier days, which would end within one term: told then, and known now."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    from regulars.intelligence.models import backtest  # noqa: PLC0415 -- heavy: only for whoever analyses

    today, ahead, rows = desk.horizon.today, round(term) + grace + 1, []
    before: Any = None
    for back in reversed(range(CUTOFFS)):
        day = today - ahead - back * _STEP
        then, later, earlier = (_spells(desk, one, grace) for one in (day, day + ahead, day - ahead))
        if not then["ended"].any() or then["ended"].all():
            continue
        running = ~then["ended"]
        over = dict(zip(_keys(later), later["ended"].tolist(), strict=True))
        came = np.array([over.get(key, False) for key, runs in zip(_keys(then), running, strict=True) if runs], bool)
        gone = dict(zip(_keys(then), then["ended"].tolist(), strict=True))
        of_before = [
            gone.get(key, False)
            for key, over_then in zip(_keys(earlier), earlier["ended"], strict=True)
            if not over_then
        ]
        naive = np.full(came.size, float(np.mean(of_before)) if of_before else float(then["ended"].mean()))
        said = 1.0 - _fitted(then, term).retention(then["lasted"][running] // term + 1.0)
        one = backtest.measure(day, ahead, said, came, naive, chances=True)
        brier, plain = float(((said - came) ** 2).mean()), float(((naive - came) ** 2).mean())
        drift = None if before is None else backtest.drift(before, said)
        before = said
        rows.append(
            BackTest(
                to_date(day).isoformat(),
                one.customers,
                brier,
                plain,
                one.bias,
                one.auc,
                one.slope,
                one.lift,
                None,
                drift,
            )
        )
    return rows


def _keys(spells: dict[str, Any]) -> list[tuple[int, str, int]]:
    """What a contract is known by: its customer, kind and first day."""
    return list(zip(*(spells[name].tolist() for name in ("customer_id", "kind", "begins")), strict=True))
