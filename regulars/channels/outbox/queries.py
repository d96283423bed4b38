"""Reading the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from regulars.channels.outbox.models import WAITING, Message, Priority
from regulars.customers.queries.seen import of_live, of_seen
from regulars.kit import clock, text


def messages_for(user: Any) -> QuerySet[Message]:
    """The messages to customers whom ``user`` sees, with their subjects but not their words."""
    rows = of_seen(of_live(Message.objects.all()), user).select_related("party", "body")
    return rows.defer("body__text", "body__html", "body__headers")


def find_messages(rows: QuerySet[Message], typed: str) -> QuerySet[Message]:
    """By the customer's name or the address, every word somewhere."""
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(party__fold__contains=word) | rows.filter(address__icontains=word)
    return rows


def due_at(now: datetime, channel: str) -> QuerySet[Message]:
    """What of a channel waits to be sent and is nobody's."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return Message.objects.filter(free, channel=channel, done_at=None, state__in=WAITING, send_after__lte=now)


def is_due(channel: str) -> bool:
    """Whether anything of ``channel`` waits to be sent now. A small query per priority, no transaction."""
    due = due_at(clock.now(), channel)
    return any(due.filter(priority=priority).exists() for priority in Priority.values)


def due(channel: str, *, most: int) -> list[int]:
    """The numbers of what waits to be sent now, what is most pressing first."""
    rows, found = due_at(clock.now(), channel), list[int]()
    for priority in Priority.values:
        alike = rows.filter(priority=priority).order_by("send_after", "pk").values_list("pk", flat=True)
        found += alike[: most - len(found)]
    return found
