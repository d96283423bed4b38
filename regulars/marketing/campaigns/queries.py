"""Reading campaigns: which there are, where everybody in the audience stands, what was heard, what it cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Exists, OuterRef, QuerySet

from regulars.channels.outbox.models import Message, MessageEvent, MessageEventKind, MessageState
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.marketing.call_lists.models import Call, CallList
from regulars.marketing.campaigns import handing
from regulars.marketing.campaigns.models import By, Campaign, CampaignState, Fate, Recipient
from regulars.marketing.fulfilment.models import FulfilmentList, Request, RequestState
from regulars.staff.rules import Reach, can, reach

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST_COMPLAINTS: Final = 0.002
"""The share of complaints among what was sent at which a campaign is paused; receivers begin to refuse at 0.3 %."""
GONE: Final = (MessageState.SENT, MessageState.ATTEMPTING, MessageState.UNCERTAIN)
"""States in which a message did, or may, reach somebody."""


def campaigns_for(user: User | Any) -> QuerySet[Campaign]:
    """The campaigns ``user`` may look at."""
    rows = Campaign.objects.live()
    return rows if can(user, "campaigns.view") else rows.none()


def recipients_for(campaign: Campaign, user: User | Any) -> QuerySet[Recipient]:
    """The audience of a campaign, of the customers whom ``user`` sees."""
    rows = Recipient.objects.filter(campaign=campaign)
    if reach(user) is Reach.ALL:
        return rows
    return rows.filter(Exists(Party.objects.visible_to(user).filter(pk=OuterRef("party"))))


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of the audience met which fate, and why those who are not told are not."""

    fates: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> int:
        """Everybody in the audience."""
        return sum(self.fates.values())

    @property
    def open(self) -> int:
        """Those not decided about."""
        return self.fates[Fate.OPEN]

    @property
    def decided(self) -> int:
        """Those decided about."""
        return self.all - self.open


def standing(campaign: Campaign, user: User | Any) -> Standing:
    """Where the audience stands, as far as ``user`` sees it. One query."""
    found = Standing()
    rows = recipients_for(campaign, user).order_by().values_list("fate", "reason", "variant").annotate(n=Count("pk"))
    for fate, reason, variant, n in rows:
        found.fates[fate] += n
        if fate == Fate.REFUSED:
            found.reasons[reason] += n
        if variant:
            found.variants[variant] += n
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """Messages of a campaign by state, why some were held back later, and how many customers were heard of, by kind."""

    states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def gone(self) -> int:
        """What did, or may, have reached somebody."""
        return sum(self.states[state] for state in GONE)


def heard(campaign: Campaign, user: User | Any) -> Heard:
    """Where the messages stand and what was heard of them, machines left out. Two queries."""
    mine = Message.objects.filter(origin=campaign.origin)
    if reach(user) is not Reach.ALL:
        mine = mine.filter(Exists(Party.objects.visible_to(user).filter(pk=OuterRef("party"))))
    states = mine.order_by().values_list("state").annotate(n=Count("pk"))
    events = MessageEvent.objects.filter(message__in=mine, by_machine=False).order_by()
    kinds = events.values_list("kind").annotate(n=Count("message", distinct=True))
    return Heard(Counter(dict(states)), Counter(dict(kinds)))


@dataclass(frozen=True, slots=True)
class Complaints:
    """How many complained of how many who were told; ``accepted`` by somebody who let the campaign go on."""

    complained: int
    sent: int
    accepted: int

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.complained / self.sent if self.sent else 0.0

    @property
    def too_many(self) -> bool:
        """Whether the campaign has to be paused."""
        return self.complained - self.accepted > MOST_COMPLAINTS * max(self.sent, 1)


def complaints(campaign: Campaign) -> Complaints:
    """What was complained about a campaign, over everybody. Two queries."""
    mine = Message.objects.filter(origin=campaign.origin)
    events = MessageEvent.objects.filter(message__in=mine, kind=MessageEventKind.COMPLAINED)
    counted = events.aggregate(n=Count("message", distinct=True))["n"]
    return Complaints(counted, mine.filter(state__in=GONE).count(), campaign.complaints_seen)


def contacts(campaign: Campaign) -> int:
    """How many contacts there were that cost something: messages that went, calls that were made, letters that were sent."""
    if campaign.by == By.EMAIL:
        return Message.objects.filter(origin=campaign.origin, state__in=GONE).count()
    lists = list_origins(campaign)
    if campaign.by == By.CALL:
        return Call.objects.filter(list__origin__in=lists, tries__gt=0).count()
    return Request.objects.filter(list__origin__in=lists, state=RequestState.SENT).count()


def list_origins(campaign: Campaign) -> list[str]:
    """By what the call lists and fulfilment lists of a campaign know it, one a variant."""
    return [handing.origin_of(campaign, one) for one in campaign.variants.all()]


def lists_of(campaign: Campaign) -> list[CallList | FulfilmentList]:
    """The call lists or fulfilment lists that a campaign made."""
    if campaign.by == By.EMAIL:
        return []
    kind: Any = CallList if campaign.by == By.CALL else FulfilmentList
    return list(kind.objects.filter(origin__in=list_origins(campaign)).order_by("origin", "pk"))


def by_list_state(campaign: Campaign) -> Counter[str]:
    """The calls or letters of a campaign by their state. One query."""
    kind: Any = Call if campaign.by == By.CALL else Request
    rows = kind.objects.filter(list__origin__in=list_origins(campaign)).order_by().values_list("state")
    return Counter(dict(rows.annotate(n=Count("pk"))))


@dataclass(frozen=True, slots=True)
class Spent:
    """What a campaign cost so far besides its offers, in minor units."""

    contacts: int
    contact_cost: int
    further: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.contact_cost + self.further


def spent(campaign: Campaign) -> Spent:
    """What contacts and everything further came to. Three queries at most."""
    count = contacts(campaign)
    return Spent(count, count * campaign.contact_cost, sum(one.amount for one in campaign.costs.all()))


def is_moving(campaign: Campaign) -> bool:
    """Whether its numbers change at this moment: somebody is decided about, or a message is due."""
    if campaign.is_being_sent:
        return True
    due = Message.objects.filter(origin=campaign.origin, done_at=None, send_after__lte=clock.now())
    return campaign.state == CampaignState.RUNNING and due.exists()
