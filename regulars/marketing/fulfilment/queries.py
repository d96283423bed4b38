"""Reading what is asked for: requests, lists, and the lines of a list with where each goes and why one cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Q, QuerySet

from regulars.customers.models import Channel, Kind, Party
from regulars.customers.permission.decisions import words
from regulars.customers.permission.queries import MARKETING, TRANSACTIONAL, decide
from regulars.customers.queries.seen import of_live, of_seen
from regulars.kit import clock
from regulars.kit.parts import in_parts
from regulars.marketing.fulfilment.addresses import Address
from regulars.marketing.fulfilment.addresses import lines_of as label_of
from regulars.marketing.fulfilment.models import FulfilmentList, Item, Request, RequestState, Source
from regulars.staff.rules import can

if TYPE_CHECKING:
    from datetime import datetime

    from regulars.staff.models import User

NO_ADDRESS: Final = "no_address"
LATELY: Final = timedelta(days=90)
"""Whoever had the same item within so long is marked."""
_AT_ONCE: Final = 2_000


def requests_for(user: User | Any) -> QuerySet[Request]:
    """The requests of the customers whom ``user`` sees."""
    if not can(user, "fulfilment.view"):
        return Request.objects.none()
    return of_seen(of_live(Request.objects.all()), user).select_related("party", "item", "list")


def lists_for(user: User | Any) -> QuerySet[Any]:
    """The lists, with how many of the requests that ``user`` sees are on each."""
    if not can(user, "fulfilment.view"):
        return FulfilmentList.objects.none()
    seen = (
        Q(requests__in=of_seen(Request.objects.all(), user))
        if not can(user, "fulfilment.edit")
        else Q(requests__isnull=False)
    )
    return FulfilmentList.objects.filter(removed_at=None).annotate(total=Count("requests", filter=seen))


def items() -> QuerySet[Item]:
    """What is sent out, by kind and name."""
    return Item.objects.live().order_by("kind", "name_en", "name_zh", "pk")


@dataclass(slots=True)
class Line:
    """A request on a list: where it goes, as lines of a label; why it cannot (empty: it can); what to look at."""

    request: Request
    where: Address
    label: Sequence[str]
    problem: str = ""
    had_on: datetime | None = None
    shared: bool = False

    @property
    def why_not(self) -> str:
        """The problem in words."""
        return words(self.problem) if self.problem else ""


def lines_of(fulfilment_list: FulfilmentList, user: User | None = None) -> Iterator[Line]:
    """The lines of a list in the order of postcodes, as far as ``user`` sees the customers (None: all). A few queries per 2,000.

    What customers asked for themselves is post they wait for; what a campaign sends is marketing and needs their yes.
    """
    rows: QuerySet[Request] = fulfilment_list.requests.exclude(state=RequestState.WITHDRAWN)
    rows = rows if user is None else of_seen(rows, user)
    ordered = rows.order_by("party__postcode", "party__city", "pk").values_list("pk", flat=True)
    seen: Counter[str] = Counter()
    for ids in in_parts(list(ordered), _AT_ONCE):
        found = Request.objects.select_related("party", "item").in_bulk(ids)
        lines = [_line(found[pk]) for pk in ids]
        _judge(lines)
        seen.update(line.where.key for line in lines if line.where.complete)
        for line in lines:
            line.shared = line.where.complete and seen[line.where.key] > 1
        yield from lines


def _line(one: Request) -> Line:
    where = address_of(one)
    return Line(one, where, label_of(where, organisation=one.party.kind == Kind.ORGANISATION))


def address_of(one: Request) -> Address:
    """Where a request goes: the address that came with it, else the customer's own."""
    if one.address:
        return Address(one.recipient or one.party.name, one.address, one.city, one.region, one.postcode, one.country)
    return own_address(one.party)


def own_address(party: Party) -> Address:
    """The customer's own address."""
    return Address(party.name, party.address, party.city, party.region, party.postcode, party.country)


def _judge(lines: Sequence[Line]) -> None:
    """Ask whether each may be sent, and who had the same lately."""
    waiting = [line for line in lines if line.request.state == RequestState.OPEN]
    for purpose_class in (TRANSACTIONAL, MARKETING):
        asked = [line for line in waiting if (line.request.source == Source.CAMPAIGN) == (purpose_class == MARKETING)]
        addresses = {line.request.party_id: line.where.address for line in asked if line.where.complete}
        decided = decide(
            [line.request.party_id for line in asked], channel=Channel.POST, purpose="marketing" if purpose_class == MARKETING else "literature",
            at=clock.now(), addresses=addresses, purpose_class=purpose_class, reserved=True,
        )  # fmt: skip
        for line in asked:
            told = decided[line.request.party_id]
            line.problem = "" if told.ok else told.reason
    had = Request.objects.filter(
        party__in={line.request.party_id for line in waiting}, state=RequestState.SENT, done_at__gt=clock.now() - LATELY
    )
    lately = {
        (party, item): at for party, item, at in had.order_by("done_at").values_list("party_id", "item_id", "done_at")
    }
    for line in waiting:
        line.had_on = lately.get((line.request.party_id, line.request.item_id))


def of_party(party: Party, *, size: int = 5) -> list[Request]:
    """What a customer asked for or was sent last."""
    return list(Request.objects.filter(party=party).select_related("item").order_by("-asked_at", "-pk")[:size])
