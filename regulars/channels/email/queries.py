"""Reading mail that came: whose it is, what it answers, what somebody may see of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from regulars.channels.email.models import Fate, Mail, Mailbox, MailKind
from regulars.channels.inbox.models import Conversation
from regulars.channels.inbox.queries import entries_for
from regulars.channels.outbox.models import Message
from regulars.customers.models import Channel, ContactPoint, ContactPointKind, Party
from regulars.customers.permission.addresses import normalise
from regulars.kit import clock, text
from regulars.staff.rules import can

SOFT_WITHIN: Final = timedelta(days=30)
SOFT_MOST: Final = 5
"""So many messages in a row not delivered within that time, and the address is taken for dead."""


def own_addresses() -> frozenset[str]:
    """From which the company writes, lower case."""
    address = parseaddr(settings.MAIL_FROM)[1].lower()
    return frozenset({address} if address else ())


def answered(references: Sequence[str]) -> Message | None:
    """The message of ours that is named, the nearest one where several are."""
    named = [one for one in references if one]
    if not named:
        return None
    found = {
        one.rfc_message_id: one for one in Message.objects.filter(rfc_message_id__in=named).select_related("party")
    }
    return next((found[one] for one in reversed(named) if one in found), None)


def whose(addresses: Sequence[str], message: Message | None) -> Party | None:
    """The customer who writes: by address, the first that is known; among several the one whom we had written to.

    Where no address is known, the one whose message is answered.
    """
    written_to = message.party.canonical() if message is not None else None
    for address in filter(None, addresses):
        points = ContactPoint.objects.filter(kind=ContactPointKind.EMAIL, normalised=normalise(Channel.EMAIL, address))
        standing = points.filter(party__trashed_at=None, party__merged_into=None).select_related("party")
        found = list(standing.order_by("ended_at", "-preferred", "party_id")[:20])
        current = [one for one in found if one.ended_at is None] or found
        if written_to is not None and any(one.party_id == written_to.pk for one in current):
            return written_to
        if current:
            return current[0].party
    return written_to if written_to is not None and written_to.trashed_at is None else None


def softly_refused(address: str, *, at: datetime) -> int:
    """How many messages to ``address`` were not delivered for the time being lately, since it was last heard from."""
    lately = Mail.objects.filter(about=address, fate=Fate.SOFT, received_at__gt=at - SOFT_WITHIN)
    heard = Mail.objects.filter(kind=MailKind.MESSAGE, from_address=address, received_at__gt=at - SOFT_WITHIN)
    last = heard.order_by("-received_at").values_list("received_at", flat=True).first()
    if last is not None:
        lately = lately.filter(received_at__gt=last)
    return lately.exclude(message=None).values("message").distinct().count()


def mails_for(user: Any) -> QuerySet[Mail]:
    """Mail that came, of customers whom ``user`` sees and of nobody's."""
    seen = Party.objects.visible_to(user)
    return Mail.objects.filter(Q(party=None) | Q(party__in=seen)).select_related("party", "message", "released_by")


def conversation_of(mail: Mail, user: Any) -> Conversation | None:
    """The conversation that a mail is in, if ``user`` may read it."""
    if not mail.ref or not can(user, "inbox.view"):
        return None
    entry = entries_for(user).filter(ref=mail.ref).select_related("conversation").first()
    return entry.conversation if entry else None


def find_mails(rows: QuerySet[Mail], typed: str) -> QuerySet[Mail]:
    """By sender, subject or customer, every word somewhere."""
    for word in text.fold(typed).split()[:6]:
        said = Q(from_address__icontains=word) | Q(from_name__icontains=word) | Q(subject__icontains=word)
        rows = rows.filter(said | Q(party__fold__contains=word))
    return rows


def kept_before(moment: datetime) -> QuerySet[Mail]:
    """Mails that came before and are still kept as they came, oldest first."""
    return Mail.objects.filter(received_at__lt=moment).exclude(file="").order_by("received_at")


def mailboxes() -> list[Mailbox]:
    """Every place mail came from, by name."""
    return list(Mailbox.objects.order_by("name"))


def counts(*, days: int = 30) -> dict[str, int]:
    """How many mails of each kind came within so many days."""
    lately = Mail.objects.filter(received_at__gt=clock.now() - timedelta(days=days))
    found = dict(lately.order_by().values_list("kind").annotate(Count("pk")))
    return {kind: int(found.get(kind, 0)) for kind in MailKind.values}
