"""What should be done next for each customer, and how much money is at stake?

One action a customer, the most pressing first: a complaint that is open, a customer slipping away (a call for the most
valuable, a letter for the rest), one just gone, one just back, a newcomer, an overdue second purchase, growth to build on,
a large gap to like customers, a rhythm that comes round. What has only just become true is acted on within half a usual
interval; after that the moment has passed and nothing is asked. At stake is a usual year of his (what he bought in
the year up to his last purchase, as profit where costs are known) times the probability that it is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from regulars.intelligence.analyses import base
from regulars.intelligence.analyses.base import Chart, Column, Evidence, Json, Range, Saying, Selection, Series, Step, _
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.told import about

QUESTION = _("What should be done next for each customer, and how much money is at stake?")
TITLE = _("Next steps")
WHY = _("A list of risks nobody acts on is worth nothing; a short list by money at stake is a morning's work.")
FORMULA = _(
    "At stake = usual year × margin rate × P(gone); after divorce × the share of divorced customers who have come back. "
    "Usual year = goods bought in the 365 days up to the last purchase."
)
SOURCE = "Rules of this product, stated in docs/stages.md"
READS = ("customer", "standing", "worth", "move")
MAKES = ("next_step",)
GIVES: dict[str, tuple[str, ...]] = {}
SLICES = ("class", "channel", "product_group", "territory")
UNSLICED = {"period": "slice.now"}
SAYS = {
    "next_step.nothing": _("Nobody has bought yet."),
    "next_step.nobody_now": _("Nobody waits for somebody now."),
    "next_step.at_stake": _("%(stake_money)s is at stake with %(customers)s customers who need somebody now."),
    "next_step.see_now": _("See who needs somebody now, the most at stake first"),
    "next_step.see": _("See everyone who has a next step, the most at stake first"),
    "next_step.action": _("What to do"), "next_step.money": _("At stake"),
    "action.settle_complaint": _("Settle the complaint"), "action.call": _("Call"), "action.write": _("Write"),
    "action.win_back": _("Win back"), "action.reacquaint": _("Get reacquainted"), "action.welcome": _("Welcome"),
    "action.second_purchase": _("Help to a second purchase"), "action.deepen": _("Deepen"), "action.grow": _("Grow"),
    "action.remind": _("Remind"), "action.review_terms": _("Review the terms"), "action.keep": _("Keep as it is"),
    "action.let_rest": _("Let rest"), "action.recruit": _("Recruit"),
}  # fmt: skip
ACTIONS = (
    "settle_complaint", "call", "write", "win_back", "reacquaint", "welcome", "second_purchase", "deepen", "grow", "remind",
    "review_terms", "keep", "let_rest", "recruit",
)  # fmt: skip
NOW = ("settle_complaint", "call", "write")
"""These cannot wait: somebody complains or is slipping away."""
NOTHING_NOW = ("keep", "let_rest", "recruit")
"""These say that nobody needs to do anything at present."""


@dataclass(frozen=True)
class Params(base.Params):
    """``worth_a_call`` is the share of buyers, by a usual year, who are called rather than written to."""

    worth_a_call: float = 0.2
    ready: float = 0.35
    ranges: ClassVar = {"worth_a_call": Range(0.01, 1), "ready": Range(0.1, 0.9)}


@dataclass(frozen=True)
class Result(base.Result):
    """``actions``: code → customers and money at stake (minor units); ``come_back``: share of the divorced who returned."""

    actions: dict[str, Json] = field(default_factory=dict)
    at_stake: int = 0
    currency: str = ""
    come_back: float = 0.0

    def headline(self) -> list[Saying]:
        """What is at stake with those who are slipping."""
        if not self.enough:
            return [Saying("next_step.nothing")]
        urgent = [self.actions.get(code, {"customers": 0, "at_stake": 0}) for code in NOW]
        money, customers = sum(one["at_stake"] for one in urgent), sum(one["customers"] for one in urgent)
        if not customers:
            return [Saying("next_step.nobody_now")]
        return [Saying("next_step.at_stake", {"stake_money": money, "customers": customers, "currency": self.currency})]

    def charts(self) -> list[Chart]:
        """Money at stake by what is to be done."""
        codes = [code for code in self.actions if code not in NOTHING_NOW]
        bars = Series(
            "next_step.money",
            [self.actions[code]["at_stake"] for code in codes],
            behind=[_asked(code) for code in codes],
        )
        names = [f"action.{code}" for code in codes]
        return [Chart("bars", names, "word", series=(bars,), unit="money", currency=self.currency)] if codes else []

    def evidence(self) -> list[Evidence]:
        """Customers and money by action."""
        columns = (Column("next_step.action", "word"), Column("customers", "count"), Column("next_step.money", "money"))
        rows = [(f"action.{code}", one["customers"], one["at_stake"]) for code, one in self.actions.items()]
        behind = [None if code in NOTHING_NOW else _asked(code) for code in self.actions]
        return [Evidence(columns, rows, behind, self.currency)]

    def next_steps(self) -> list[Step]:
        """Open those who need somebody now, and everybody with a next step."""
        steps = []
        if any(code in self.actions for code in NOW):
            steps.append(Step(Saying("next_step.see_now"), _asked(*NOW)))
        if any(code not in NOTHING_NOW for code in self.actions):
            steps.append(Step(Saying("next_step.see"), Selection({"needs": "1", "sort": "-at_stake"})))
        return steps


def _asked(*codes: str) -> Selection:
    return Selection({"action": ",".join(codes), "sort": "-at_stake"})


_AT_STAKE = "greatest(year, 0) * CASE WHEN stage = 6 THEN $come_back ELSE gone END"
_NEXT = """
CREATE OR REPLACE TEMP TABLE next_step AS
WITH known AS (
    SELECT c.customer_id, c.open_complaints, c.last_day, c.usual_goods, c.purchases,
        coalesce(s.stage, 0) AS stage, coalesce(s.gone, 0.0) AS gone, coalesce(s.survival, 1.0) AS survival,
        coalesce(w.class, '') AS class,
        $today - s.since <= greatest(7, least(90, s.usual_days / 2)) AS fresh,
        c.usual_goods * $rate AS year,
        {big} AS big
    FROM customer c LEFT JOIN standing s USING (customer_id) LEFT JOIN worth w USING (customer_id)
)
SELECT customer_id, year::BIGINT AS year,
    {at_stake}::BIGINT AS at_stake,
    CASE
        WHEN open_complaints > 0 THEN 'settle_complaint'
        WHEN stage = 0 THEN 'recruit'
        WHEN stage = 5 AND class <> 'below_zero' THEN CASE WHEN big THEN 'call' ELSE 'write' END
        WHEN stage = 6 AND class <> 'below_zero' AND big AND fresh THEN 'win_back'
        WHEN stage IN (5, 6) THEN 'let_rest'
        WHEN class = 'below_zero' THEN CASE WHEN purchases > 2 THEN 'review_terms' ELSE 'keep' END
        WHEN stage = 7 AND fresh THEN 'reacquaint'
        WHEN stage = 1 AND fresh THEN 'welcome'
        WHEN stage = 2 AND purchases = 1 AND fresh THEN 'second_purchase'
        WHEN stage = 4 AND fresh THEN 'deepen'
        WHEN class = 'most_growable' AND survival BETWEEN $ready AND 1 - $ready THEN 'grow'
        WHEN stage IN (3, 4) AND big AND survival <= $ready THEN 'remind'
        ELSE 'keep'
    END AS action
FROM known
"""


_BIG = "percent_rank() OVER (PARTITION BY c.purchases > 0 ORDER BY c.usual_goods DESC) <= $call"
_BIG_BY_RULER = "c.usual_goods >= $call"


def run(desk: Desk, params: Params | None = None) -> Result:
    """Decide one action for everybody and make ``next_step``."""
    return measure(desk, make(desk, params))


def make(desk: Desk, params: Params | None = None) -> float:
    """Decide one action for each customer on the desk; returns the share of the divorced who come back."""
    chosen, horizon, ruler = params or Params(), desk.horizon, desk.ruler
    come_back = ruler.come_back if ruler else _come_back(desk)
    call: float = chosen.worth_a_call
    if ruler:
        call = float("inf") if ruler.call is None else ruler.call
    desk.engine.execute(_NEXT.format(big=_BIG_BY_RULER if ruler else _BIG, at_stake=about(_AT_STAKE)), {
        "rate": horizon.margin_rate or 1.0, "call": call, "ready": chosen.ready, "come_back": come_back,
        "today": horizon.today,
    })  # fmt: skip
    return come_back


def measure(desk: Desk, come_back: float = 0.0) -> Result:
    """Count the actions."""
    rows = desk.engine.execute(
        "SELECT action, count(*), sum(at_stake)::BIGINT FROM next_step GROUP BY action"
    ).fetchall()
    found = {action: {"customers": count, "at_stake": money} for action, count, money in rows}
    actions = {action: found[action] for action in ACTIONS if action in found}
    return Result(
        enough=bool(found), actions=actions, at_stake=sum(one["at_stake"] for one in found.values()),
        currency=desk.horizon.currency, come_back=come_back,
    )  # fmt: skip


def line(desk: Desk, params: Params | None = None) -> int | None:
    """The least usual year among the customers who are called (``desk.Ruler``)."""
    found = desk.engine.execute(
        f"""WITH known AS (SELECT c.usual_goods, {_BIG} AS big FROM customer c WHERE c.purchases > 0)
            SELECT min(usual_goods) FROM known WHERE big""",  # noqa: S608 -- our own words
        {"call": (params or Params()).worth_a_call},
    ).fetchone()[0]
    return None if found is None else int(found)


def _come_back(desk: Desk) -> float:
    """Share of divorces that were followed by a return, with one return in ten assumed beforehand at the weight of ten."""
    gone, back = desk.engine.execute(
        "SELECT count(*) FILTER (target = 6), count(*) FILTER (target = 7 AND origin = 6) FROM move"
    ).fetchone()
    return float((back + 1) / (gone + 10))
