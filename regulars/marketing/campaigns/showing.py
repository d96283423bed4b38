"""What the page of a campaign shows: what was declared, where everybody stands, what was heard, what it cost and did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from regulars.channels.outbox.models import MessageEventKind, MessageState
from regulars.channels.outbox.words import reason_of
from regulars.kit.money import exponent, format_money
from regulars.marketing.campaigns import actions, audience, forecast, queries
from regulars.marketing.campaigns.models import By, Campaign, CampaignState, Fate
from regulars.marketing.effect import measures
from regulars.marketing.effect import queries as effects
from regulars.marketing.effect.report import Costs
from regulars.staff.rules import Reach, can, reach
from regulars.web import format as show
from regulars.web.resources import Text

if TYPE_CHECKING:
    from regulars.staff.models import User

_WHY: Final[dict[str, Text]] = {
    actions.STOPPED: gettext_lazy("Somebody stopped it."),
    actions.PAUSED: gettext_lazy("Somebody paused it."),
    actions.COMPLAINTS: gettext_lazy("More than 0.2 % complained: it was paused by itself. Look at whom you wrote to before you go on."),
    actions.LATE: gettext_lazy("It was not started: when its turn came, the last moment to say something was over."),
    actions.RESTORED: gettext_lazy("A backup was restored; it may have been sent since the backup was made, so it was not started again."),
    actions.UNREADY: gettext_lazy("It could not start: nobody was in the audience, or what it says was removed."),
}  # fmt: skip
Tone = Literal["neutral", "accent", "good", "warn", "stake"]
_TONES: Final[dict[str, Tone]] = {
    CampaignState.SCHEDULED: "accent", CampaignState.RUNNING: "good", CampaignState.PAUSED: "warn", CampaignState.STOPPED: "stake",
}  # fmt: skip
_MESSAGES: Final = (
    MessageState.QUEUED, MessageState.ATTEMPTING, MessageState.SENT, MessageState.UNCERTAIN, MessageState.FAILED, MessageState.REFUSED,
)  # fmt: skip
_KINDS: Final = (
    MessageEventKind.OPENED, MessageEventKind.CLICKED, MessageEventKind.REPLIED, MessageEventKind.UNSUBSCRIBED,
    MessageEventKind.BOUNCED, MessageEventKind.COMPLAINED,
)  # fmt: skip
_CALLS: Final[dict[str, Text]] = {
    "open": pgettext_lazy("call", "To call"), "done": pgettext_lazy("call", "Done"), "skipped": pgettext_lazy("call", "Not called"),
}  # fmt: skip
_LETTERS: Final[dict[str, Text]] = {
    "open": pgettext_lazy("letter", "To be sent"), "sent": pgettext_lazy("letter", "Sent"), "withdrawn": pgettext_lazy("letter", "Withdrawn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A number with its word, and where those behind it are listed."""

    words: Text
    n: int
    url: str = ""
    share: float | None = None
    code: str = ""


def tone(campaign: Campaign) -> Tone:
    """The tone of the state's badge."""
    return _TONES.get(campaign.state, "neutral")


def measure_of(campaign: Campaign) -> Text:
    """What it is measured by, in words."""
    return measures.get(campaign.measure).label


def why(campaign: Campaign) -> Text:
    """Why it does not go on; empty where there is no reason."""
    return _WHY.get(campaign.reason, "")


def reasons(counted: Counter[str]) -> list[tuple[str, int]]:
    """Reasons in words, the commonest first."""
    return [(reason_of(code), n) for code, n in counted.most_common() if n]


def price(amount: int, currency: str) -> str:
    """What one costs, with decimals where there are any."""
    unit = 10 ** exponent(currency)
    return format_money(amount, currency, decimals=exponent(currency) if amount % unit else None)


def declared(campaign: Campaign) -> dict[str, Any]:
    """What was said before the start."""
    offers = campaign.offer_zh, campaign.offer_en
    return {
        "campaign": campaign, "tone": tone(campaign), "why": why(campaign), "measure": measure_of(campaign),
        "control": show.show_percent(campaign.control_share / 10_000, 0 if campaign.control_share % 100 == 0 else 2),
        "offer": next(filter(None, offers if show.is_chinese() else reversed(offers)), ""),
        "offer_cost": price(campaign.offer_cost, campaign.currency), "contact_cost": price(campaign.contact_cost, campaign.currency),
        "variants": list(campaign.variants.select_related("content", "script", "item")), "further": list(campaign.costs.order_by("pk")),
    }  # fmt: skip


def foresee(campaign: Campaign, user: User) -> forecast.Foreseen:
    """What would become of a campaign that was not started, if it were started now."""
    asked = forecast.Question(
        by=campaign.by, purpose=campaign.purpose, measure=campaign.measure, control_share=campaign.control_share, days=campaign.days,
        not_after=campaign.not_after, contact_cost=campaign.contact_cost, offer_cost=campaign.offer_cost, budget=campaign.budget,
        further_cost=sum(one.planned for one in campaign.costs.all()),
    )  # fmt: skip
    meant = audience.of(campaign)
    return forecast.foresee(meant.filter(pk__in=meant.model.objects.visible_to(user).values("pk")), asked)


def standing(campaign: Campaign, user: User) -> dict[str, Any]:
    """Where the audience and the messages stand."""
    found = queries.standing(campaign, user)
    told: dict[str, Any] = {
        "campaign": campaign, "tone": tone(campaign), "standing": found, "fates": _fates(campaign, found), "refusals": _refusals(campaign, found),
        "lists": queries.lists_of(campaign) if campaign.by != By.EMAIL else [], "may_edit": can(user, "campaigns.edit"),
    }  # fmt: skip
    if campaign.by == By.EMAIL:
        heard = queries.heard(campaign, user)
        told["messages"] = [
            Line(state.label, heard.states[state], _outbox(campaign, state=state))
            for state in _MESSAGES
            if heard.states[state]
        ]
        told["heard"] = [
            Line(kind.label, heard.kinds[kind], share=heard.kinds[kind] / heard.gone if heard.gone else None, code=kind)
            for kind in _KINDS
        ]
    else:
        states, words = queries.by_list_state(campaign), _CALLS if campaign.by == By.CALL else _LETTERS
        told["messages"] = [Line(label, states[state]) for state, label in words.items() if states[state]]
    return told | {"asks_again": queries.is_moving(campaign)}


def _fates(campaign: Campaign, found: queries.Standing) -> list[Line]:
    return [
        Line(fate.label, found.fates[fate], _customers(campaign, fate) if fate else "", code=fate)
        for fate in (Fate.CHOSEN, Fate.CONTROL, Fate.HELD_OUT, Fate.REFUSED, Fate.OPEN)
        if found.fates[fate] or fate in {Fate.CHOSEN, Fate.CONTROL}
    ]


def _refusals(campaign: Campaign, found: queries.Standing) -> list[Line]:
    return [
        Line(reason_of(code), n, _outbox(campaign, state=MessageState.REFUSED, reason=code))
        for code, n in found.reasons.most_common()
    ]


def _outbox(campaign: Campaign, **narrowed: str) -> str:
    return f"{reverse('web:list-outbox')}?{urlencode({'origin': campaign.origin, **narrowed})}"


def _customers(campaign: Campaign, fate: str) -> str:
    return f"{reverse('web:list-customers')}?{urlencode({'campaign': f'{campaign.pk}.{fate}'})}"


def effect(campaign: Campaign, user: User) -> dict[str, Any]:
    """What it cost and what it did beyond what would have happened anyway, for whoever sees all customers."""
    spent = queries.spent(campaign)
    told: dict[str, Any] = {"spent": spent, "budget_share": spent.total / campaign.budget if campaign.budget else None}
    if campaign.experiment is None or not can(user, "effect.view"):
        return told
    if reach(user) is not Reach.ALL:
        return {**told, "no_report": _("What a campaign did is told to those who see all customers.")}
    costs = Costs(offer_per_taker=campaign.offer_cost, contact_total=spent.contact_cost, fixed=spent.further)
    return {**told, "report": effects.report(campaign.experiment, costs=costs)}
