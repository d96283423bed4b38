"""Who is in the audience of a campaign, and where each is reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F, QuerySet

from regulars.customers.models import Channel, ContactPoint, ContactPointKind, Party
from regulars.marketing.campaigns.models import Campaign, Recipient
from regulars.marketing.segments import queries as segments
from regulars.web.resources import Rows

if TYPE_CHECKING:
    from regulars.staff.models import User

_KINDS = {
    Channel.EMAIL: (ContactPointKind.EMAIL,),
    Channel.PHONE: (ContactPointKind.MOBILE, ContactPointKind.PHONE),
}


def of(campaign: Campaign) -> QuerySet[Party]:
    """The customers of the audience as they are now: of its segment those whom its owner sees, or of its list."""
    if campaign.segment_id is None or campaign.gathered_at is not None:
        return Party.objects.live().filter(pk__in=Recipient.objects.filter(campaign=campaign).values("party"))
    assert campaign.segment is not None
    return of_segment(campaign.segment, campaign.owner)


def of_segment(segment: Any, user: User | None) -> QuerySet[Party]:
    """The customers in a segment now whom ``user`` sees."""
    if user is None:
        return Party.objects.none()
    seen = Party.objects.visible_to(user)
    return segments.members(segment).filter(pk__in=seen.values("pk"))


def take(campaign: Campaign, customers: Rows, user: User | None) -> int:
    """Write down those of ``customers`` whom ``user`` sees as the audience, in one statement; returns how many are new."""
    seen = Party.objects.visible_to(user).live().filter(pk__in=customers.order_by().values("pk"))
    inner, values = seen.order_by().values(number=F("pk")).query.sql_with_params()
    statement = (
        "INSERT INTO campaigns_recipient (campaign_id, party_id, fate, reason, variant, address_key) "  # noqa: S608 -- Django's own statement
        f"SELECT %s, taken.number, '', '', '', '' FROM ({inner}) AS taken WHERE 1 = 1 "
        "ON CONFLICT (campaign_id, party_id) DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [campaign.pk, *values])
        return int(cursor.rowcount)


def addresses(parties: Sequence[int], channel: str) -> dict[int, str]:
    """Where each of ``parties`` is reached by ``channel``, the preferred address first; left out where there is none. One query."""
    if channel == Channel.POST:
        rows = Party.objects.filter(pk__in=parties).exclude(address="").values_list("pk", "address")
        return {pk: address.strip() for pk, address in rows if address.strip()}
    kinds = _KINDS[Channel(channel)]
    points = ContactPoint.objects.filter(party__in=parties, kind__in=kinds, ended_at=None)
    found: dict[int, str] = {}
    for pk, address in points.order_by("-preferred", "kind", "pk").values_list("party_id", "normalised"):
        found.setdefault(pk, address)
    return found
