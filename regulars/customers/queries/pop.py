"""Who is it that calls, writes or shows a card: from what a telephone system or a reader hands over to one customer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from django.conf import settings
from django.db.models import Q

from regulars.customers.models import Asset, Contract, Event, Party
from regulars.customers.queries.entries import Wanted, narrowed
from regulars.customers.queries.search import likeliest
from regulars.customers.search import Hit, Quality
from regulars.kit import phone, text

if TYPE_CHECKING:
    from regulars.staff.models import User

MOST: Final = 12
NEWEST: Final = 5
_SCHEME = re.compile(r"^(?:tel|sips?|callto|mailto|sms):(?://)?", re.IGNORECASE)
_DIALLED = re.compile(r"^[+(\d][\d\s().\-/#]*$")
SHORTEST, LONGEST = 5, 32


@dataclass(frozen=True, slots=True)
class Caller:
    """What was handed over: ``text`` as it is looked for, and as which kind of address a new customer would have it."""

    text: str
    kind: Literal["mobile", "phone", "email", ""]

    @property
    def shown(self) -> str:
        """As people here write it."""
        if self.kind in {"mobile", "phone"}:
            return phone.display(phone.normalise(self.text, region=settings.COUNTRY))
        return self.text


def read_caller(told: str) -> Caller:
    """What a telephone system means: ``sip:+886912345678@10.0.0.1;user=phone`` is the number in it."""
    bare = text.clean(told.replace("\x00", ""))[:200]
    scheme = _SCHEME.match(bare)
    if scheme:
        bare = bare[scheme.end() :].partition(";")[0].partition("?")[0]
        user, at, _host = bare.partition("@")
        if at and _DIALLED.match(user):
            bare = user
    if "@" in bare:
        return Caller(bare, "email")
    digits = phone.digits(bare)
    if not _DIALLED.match(bare) or not SHORTEST <= len(digits) <= LONGEST:
        return Caller(bare, "")
    mobile = phone.normalise(bare, region=settings.COUNTRY).startswith("+8869")
    return Caller(bare, "mobile" if mobile else "phone")


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody who may be calling, and by what they were found."""

    party: Party
    hit: Hit


def who_is(user: User | Any, caller: Caller) -> list[Match]:
    """Who among the customers ``user`` sees it may be: only those with the very number where there are such."""
    found = [Match(party, hit) for party, hit in likeliest(user, caller.text, MOST)]
    sure = [one for one in found if one.hit.quality is Quality.NUMBER]
    return sure or found


def is_sure(matches: list[Match]) -> bool:
    """Whether it can be nobody else: one match, and not merely a similar one."""
    return len(matches) == 1 and not matches[0].hit.near


@dataclass(frozen=True, slots=True)
class Around:
    """What somebody on the phone may speak of beyond their own record: the last contacts and orders, what their company or household has."""

    contacts: list[Event]
    orders: list[Event]
    contracts: list[Contract]
    assets: list[Asset]


def around(party: Party, belongs_to: list[Party]) -> Around:
    """The last contacts and orders of ``party``, and the contracts and assets of those it belongs to. Four queries at most."""

    def newest(group: str) -> list[Event]:
        rows = narrowed(party, Wanted(group=group)).select_related("actor", "party", "body")
        return list(rows.order_by("-occurred_at", "-id")[:NEWEST])

    theirs = Q(party__in=belongs_to)
    return Around(
        newest("contact"),
        newest("trade"),
        list(Contract.objects.filter(theirs).select_related("party", "asset").order_by("-ends_on", "pk")[:MOST])
        if belongs_to
        else [],
        list(Asset.objects.filter(theirs).select_related("party").order_by("name", "pk")[:MOST]) if belongs_to else [],
    )
