"""In which stage is each relationship, since when, and why?

Every customer is judged by the own rhythm of buying, with all customers as prior, so a weekly buyer is late after days
and a yearly one after more than a year. The rules are in docs/stages.md; ``models.journey`` replays them from the first
purchase on, so each move carries the day on which it became true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import Chart, Column, Evidence, Json, Range, Saying, Selection, Step, _
from regulars.intelligence.analyses.desk import Desk, Journey
from regulars.intelligence.models.stage_rules import Rules

if TYPE_CHECKING:
    from regulars.intelligence.models.journey import Moves, Purchases

QUESTION = _("In which stage is each relationship, since when, and why?")
TITLE = _("Stages of the relationship")
WHY = _(
    "Each stage has its own job: welcome a newcomer, deepen what grows, ask why somebody slips away before he is gone."
)
FORMULA = _(
    "Intervals of customer i ~ Gamma(regularity νi, pace λi), with νi and λi distributed as fitted to all customers; S(s) = "
    "probability that an interval outlasts the silence s; P(gone) = π / (π + (1 − π) S), π = share who leave after as many "
    "purchases. Pre-divorce: S ≤ 10 %, or S ≤ 20 % and P(gone) ≥ 1/3; divorce: S ≤ 10 % and P(gone) ≥ 2/3, half a usual interval later at the soonest."
)
SOURCE = "Stone & Woodcock, Relationship Marketing (stages); Platzer & Reutterer 2016 (regularity); Fader, Hardie & Lee 2005 (leaving after a purchase)"
READS = ("purchase", "customer", "complaints")
MAKES = ("standing", "move")
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.now"}
SAYS = {
    "company.nobody": _("Nobody has bought yet."),
    "company.with_us": _("%(customers)s of %(bought)s customers who ever bought are with us."),
    "company.slipping": _("%(customers)s are slipping away; they brought %(year_money)s in the last 12 months."),
    "company.see_slipping": _("See who is slipping away"),
    "stage.money": _("Revenue, 12 months"),
    "stage.recruit": _("Recruit"), "stage.welcome": _("Welcome"), "stage.getting_to_know": _("Getting to know"),
    "stage.account_management": _("Account management"), "stage.intensify": _("Intensify"),
    "stage.pre_divorce": _("Pre-divorce"), "stage.divorce": _("Divorce"), "stage.recovery": _("Recovery"),
}  # fmt: skip
PERIODS = (30, 90, 365)
STAGES = (
    "recruit", "welcome", "getting_to_know", "account_management", "intensify", "pre_divorce", "divorce", "recovery",
)  # fmt: skip


@dataclass(frozen=True)
class Params(base.Params, Rules):
    """The thresholds of ``models.stage_rules``, each with its legal range."""

    ranges: ClassVar = {
        "late": Range(0.02, 0.5), "likely_leaving": Range(0.1, 0.9), "improbable": Range(0.002, 0.5), "gone": Range(0.5, 0.99), "beyond": Range(0.002, 0.3), "grace": Range(0, 3),
        "deep": Range(0.002, 0.5), "pace_within": Range(0.1, 1), "enter": Range(1, 5), "leave": Range(0, 3),
        "change": Range(0, 2), "purchases_back": Range(1, 6),
    }  # fmt: skip


@dataclass(frozen=True)
class Result(base.Result):
    """Customers and money by stage, and flows between stages by period.

    ``stages``: key → customers, money (12-month revenue, minor units). ``flows``: period in days → list of origin
    (empty: new to us), target, customers, money.
    """

    stages: dict[str, Json] = field(default_factory=dict)
    currency: str = ""
    flows: dict[str, list[Json]] = field(default_factory=dict)
    calibration: Json = field(default_factory=dict)

    def headline(self) -> list[Saying]:
        """How many are with us, and how many are slipping."""
        here = {key: one["customers"] for key, one in self.stages.items()}
        slipping = self.stages["pre_divorce"]
        with_us = sum(here.values()) - here["recruit"] - here["divorce"]
        if not with_us and not here["divorce"]:
            return [Saying("company.nobody")]
        return [
            Saying("company.with_us", {"customers": with_us, "bought": sum(here.values()) - here["recruit"]}),
            Saying(
                "company.slipping",
                {"customers": slipping["customers"], "year_money": slipping["money"], "currency": self.currency},
            ),
        ]

    def charts(self) -> list[Chart]:
        """The arc."""
        return [Chart("arc", currency=self.currency)]

    def evidence(self) -> list[Evidence]:
        """Customers and money by stage."""
        columns = (Column("stage", "word"), Column("customers", "count"), Column("stage.money", "money"))
        rows = [(f"stage.{key}", one["customers"], one["money"]) for key, one in self.stages.items()]
        return [Evidence(columns, rows, [Selection({"stage": key}) for key in self.stages], self.currency)]

    def next_steps(self) -> list[Step]:
        """Call those who are slipping."""
        slipping = Step(Saying("company.see_slipping"), Selection({"stage": "pre_divorce", "sort": "-at_stake"}))
        return [slipping] if self.stages["pre_divorce"]["customers"] else []


def run(desk: Desk, params: Params | None = None) -> Result:
    """Replay all relationships and make ``standing`` and ``move``."""
    make(desk, params)
    return measure(desk)


def make(desk: Desk, params: Params | None = None) -> None:
    """Replay the relationships of the customers on the desk."""
    from regulars.intelligence.models.journey import NEVER, Calibration, Purchases, replay  # noqa: PLC0415 -- heavy: only for whoever analyses
    from regulars.intelligence.warehouse import ledger  # noqa: PLC0415 -- heavy: only for whoever analyses

    ids, read = desk.purchases or ledger.purchases(desk.engine)
    desk.purchases = None  # nobody else asks for them, and they are large
    complaint = read["complaint_day"]
    complaint[complaint < 0] = NEVER
    bought = Purchases(read["customer"], read["day"], read["goods"], read["complaint_open"], complaint)
    moves, standing = replay(bought, desk.calibrations or [Calibration()], desk.horizon.today, params or Params())
    moments = _moments(bought, read["at"], moves)
    del bought, complaint, read  # as large as all that comes of them
    _register(desk, Journey(ids, moves, standing, moments))


def measure(desk: Desk) -> Result:
    """Count customers by stage, and flows between stages."""
    return Result(
        stages=_stages(desk),
        currency=desk.horizon.currency,
        flows=_flows(desk),
        calibration=_calibration(desk),
    )


def _moments(bought: Purchases, at: Any, moves: Moves) -> Any:
    """The second of the purchase behind each move; −1 where none was made that day."""
    import numpy as np  # noqa: PLC0415 -- heavy: only for whoever analyses

    counts = np.bincount(bought.customer) if len(bought.customer) else np.empty(0, np.int64)
    purchase = (np.cumsum(counts) - counts)[moves.customer] + moves.purchases - 1
    return np.where(bought.day[purchase] == moves.day, at[purchase], np.int64(-1))


def _register(desk: Desk, journey: Journey) -> None:
    from regulars.intelligence.warehouse.frames import narrow, show  # noqa: PLC0415 -- heavy: only for whoever analyses

    standing, moves = journey.standing, journey.moves
    show(desk.engine, "standing", {
        "customer_id": journey.ids, "stage": standing.stage, "since": standing.since, "previous": standing.previous,
        "silence": standing.silence, "usual_days": standing.rhythm.quantile(0.5), "low_days": standing.rhythm.quantile(0.9),
        "high_days": standing.rhythm.quantile(0.1), "survival": standing.survival, "gone": standing.gone,
        "expected_days": standing.rhythm.quantile(standing.survival / 2), "intervals": standing.intervals,
        "change": standing.change, "amount_change": standing.amount_change, "returned_after": standing.returned_after,
    })  # fmt: skip
    show(desk.engine, "move", {
        "customer_id": narrow(journey.ids)[moves.customer] if len(moves.customer) else moves.customer, "day": moves.day,
        "origin": moves.origin, "target": moves.target, "cause": moves.cause, "purchases": moves.purchases,
        "silence": moves.silence, "usual": moves.usual, "change": moves.change, "amount_change": moves.amount_change,
        "moment": journey.moved_at,
    })  # fmt: skip


def _stages(desk: Desk) -> dict[str, Json]:
    rows = desk.engine.execute(
        """SELECT coalesce(s.stage, 0)::INTEGER, count(*), coalesce(sum(c.revenue_12m), 0)::BIGINT
           FROM customer c LEFT JOIN standing s USING (customer_id) GROUP BY 1"""
    ).fetchall()
    found = {stage: {"customers": count, "money": money} for stage, count, money in rows}
    return {key: found.get(number, {"customers": 0, "money": 0}) for number, key in enumerate(STAGES)}


def _flows(desk: Desk) -> dict[str, list[Json]]:
    """By period, customers who made each move in the last so many days; who made several is counted in each."""
    counts = ", ".join(
        f"count(*) FILTER (day > {desk.horizon.today - days:d}), coalesce(sum(revenue_12m) FILTER (day > {desk.horizon.today - days:d}), 0)::BIGINT"
        for days in PERIODS
    )
    rows: list[Any] = desk.engine.execute(
        f"""WITH moved AS (SELECT customer_id, origin, target, max(day) AS day FROM move WHERE day > {desk.horizon.today - max(PERIODS):d} GROUP BY ALL)
            SELECT origin::INTEGER, target::INTEGER, {counts} FROM moved JOIN customer c USING (customer_id) GROUP BY 1, 2"""  # noqa: S608 -- whole numbers
    ).fetchall()
    return {str(days): _most_first(rows, 2 + 2 * place) for place, days in enumerate(PERIODS)}


def _most_first(rows: list[Any], at: int) -> list[Json]:
    """The flows of one period, the largest first."""
    made = sorted((row for row in rows if row[at]), key=lambda row: (-row[at], row[0], row[1]))
    return [
        {"origin": STAGES[row[0]], "target": STAGES[row[1]], "customers": row[at], "money": row[at + 1]} for row in made
    ]


def _calibration(desk: Desk) -> Json:
    from regulars.intelligence.models.population import as_dict  # noqa: PLC0415 -- heavy: only for whoever analyses

    return as_dict(desk.calibrations[-1]) if desk.calibrations else {}
