"""Messages in the counters of contact: counted when they are made, on the day they are to go, and no longer when they do not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from regulars.channels.outbox.models import Message
from regulars.customers.permission import pressure
from regulars.kit.parts import in_parts

_AT_ONCE = 500


def reserve(messages: Iterable[tuple[int, str, datetime]]) -> None:
    """Count messages that were just written: to which party, by which channel, when."""
    alike: dict[tuple[str, date], list[int]] = defaultdict(list)
    for party, channel, at in messages:
        alike[channel, timezone.localdate(at)].append(party)
    for (channel, day), parties in alike.items():
        pressure.reserve(parties, channel=channel, at=_noon(day))


def take_back(rows: QuerySet[Message]) -> None:
    """Count these messages no more; call it before they change, in the transaction of the change."""
    for some in _counted(rows):
        for (channel, day), (ids, parties) in some.items():
            pressure.release(parties, channel=channel, at=_noon(day))
            Message.objects.filter(pk__in=ids).update(counted_on=None)


def move(rows: QuerySet[Message], *, to: datetime) -> None:
    """Count these messages on the day of ``to`` instead."""
    wanted = timezone.localdate(to)
    for some in _counted(rows.exclude(counted_on=wanted)):
        for (channel, day), (ids, parties) in some.items():
            pressure.release(parties, channel=channel, at=_noon(day))
            pressure.reserve(parties, channel=channel, at=to)
            Message.objects.filter(pk__in=ids).update(counted_on=wanted)


def _counted(rows: QuerySet[Message]) -> Iterable[dict[tuple[str, date], tuple[list[int], list[int]]]]:
    """Messages and parties by channel and day, some at a time."""
    found: list[Any] = list(rows.exclude(counted_on=None).values_list("pk", "party_id", "channel", "counted_on"))
    for some in in_parts(found, _AT_ONCE):
        alike: dict[tuple[str, date], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for pk, party, channel, day in some:
            ids, parties = alike[channel, day]
            ids.append(pk)
            parties.append(party)
        yield alike


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
