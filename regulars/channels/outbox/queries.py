"""Reading the outbox."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from regulars.channels.outbox.models import Message
from regulars.customers.queries.seen import of_live, of_seen
from regulars.kit import text


def messages_for(user: Any) -> QuerySet[Message]:
    """The messages to customers whom ``user`` sees, with their subjects but not their words."""
    rows = of_seen(of_live(Message.objects.all()), user).select_related("party", "body")
    return rows.defer("body__text", "body__html", "body__headers")


def find_messages(rows: QuerySet[Message], typed: str) -> QuerySet[Message]:
    """By the customer's name or the address, every word somewhere."""
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(party__fold__contains=word) | rows.filter(address__icontains=word)
    return rows
