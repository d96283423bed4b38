"""What is declared about a campaign before it starts, and whether that makes sense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.marketing.call_lists.models import Script
from regulars.marketing.campaigns.models import USUAL_CONTROL, By
from regulars.marketing.content.models import Content
from regulars.marketing.effect import measures
from regulars.marketing.effect.models import UnitKind
from regulars.marketing.fulfilment.models import Item
from regulars.marketing.segments.models import Segment

KEYS: Final = "abc"
"""By which the variants are told apart."""
LEAST_CONTROL, MOST_CONTROL = 100, 9_000
"""Of 10,000: somebody is always left alone, or nobody could say what a campaign did."""
MOST_DAYS: Final = 366
MOST_MONEY: Final = 10**15
MOST_COSTS: Final = 30
Said = Content | Script | Item
_SAID_BY: Final[dict[str, type[Said]]] = {By.EMAIL: Content, By.CALL: Script, By.LETTER: Item}


@dataclass(frozen=True, slots=True)
class Cost:
    """A further cost: what for, what was planned and what it came to (minor units; None: not known yet)."""

    name: str
    planned: int = 0
    actual: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is declared, as in ``models.Campaign``. Without ``segment`` the audience is a list taken as it is.

    ``said`` are the variants, one or several of the kind that ``by`` asks for; none in a draft whose words are still missing.
    """

    name: str
    goal: str = ""
    measure: str = "revenue"
    by: str = By.EMAIL
    segment: Segment | None = None
    control_share: int = USUAL_CONTROL
    unit: str = UnitKind.PARTY
    said: tuple[Said, ...] = ()
    offer_en: str = ""
    offer_zh: str = ""
    offer_url: str = ""
    offer_code: str = ""
    offer_cost: int = 0
    contact_cost: int = 0
    budget: int = 0
    costs: tuple[Cost, ...] = ()
    starts_at: datetime | None = None
    not_after: datetime | None = None
    days: int = 28


def check(plan: Plan) -> None:
    """Refuse a plan that makes no sense, with the first thing that is wrong.

    Raises:
        UserError: something is missing or impossible.
    """
    if problem := next(iter(_problems(plan)), ""):
        raise UserError(problem)


def _problems(plan: Plan) -> list[str]:
    money = (plan.offer_cost, plan.contact_cost, plan.budget, *(one.planned for one in plan.costs))
    money += tuple(one.actual for one in plan.costs if one.actual is not None)
    checks = [
        (not text.clean(plan.name), _("Please give the campaign a name.")),
        (plan.measure not in {one.code for one in measures.aims()}, _("Please choose what the campaign is measured by.")),
        (plan.by not in By.values, _("Please choose how the campaign speaks to its audience.")),
        (plan.unit not in UnitKind.values, _("Please choose what is drawn for the control group.")),
        (not LEAST_CONTROL <= plan.control_share <= MOST_CONTROL, _("The control group is between 1 and 90 per cent.")),
        (any(not 0 <= one <= MOST_MONEY for one in money), _("Costs and budget are amounts of money, not less than 0.")),
        (any(not text.clean(one.name) for one in plan.costs), _("Please say what each cost is for.")),
        (len(plan.costs) > MOST_COSTS, _("Please put small costs together: thirty lines at most.")),
        (not 1 <= plan.days <= MOST_DAYS, _("What customers do is measured for 1 to 366 days.")),
        (plan.starts_at is not None and plan.not_after is not None and plan.not_after <= plan.starts_at,
         _("The last moment to say something lies after the start.")),
        (len(plan.said) > len(KEYS), _("A campaign compares three variants at most.")),
        (any(type(one) is not _SAID_BY.get(plan.by) for one in plan.said), _("What is said does not fit how it is said.")),
        (len({one.pk for one in plan.said}) < len(plan.said), _("Each variant says something else.")),
        (len({purpose_of(one) for one in plan.said}) > 1, _("All variants need the same permission.")),
    ]  # fmt: skip
    return [problem for wrong, problem in checks if wrong]


def purpose_of(said: Said) -> str:
    """The topic that a recipient must have permitted."""
    return said.purpose if isinstance(said, Content) else "marketing"


def purpose(said: Sequence[Said]) -> str:
    """The topic of a campaign that says this."""
    return purpose_of(said[0]) if said else "marketing"


def check_start(*, has_audience: bool, said: Sequence[Said], not_after: datetime | None) -> None:
    """Refuse a start that could only come to nothing.

    Raises:
        UserError: there is nobody, nothing to say, or it is too late.
    """
    if not has_audience:
        raise UserError(_("Nobody is in the audience."))
    if not said:
        raise UserError(_("Please choose what is said first."))
    if not_after is not None and not_after <= clock.now():
        raise UserError(_("The last moment to say something is over. Choose a later one."))
