"""What the inbox writes onto the timeline: something was received, an answer left. Both lead to the conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.channels.inbox.models import Attachment, Conversation, Entry, State
from regulars.channels.inbox.quotes import preview
from regulars.channels.outbox import hooks
from regulars.channels.outbox.models import Message
from regulars.customers.models import CustomerSummary, Event
from regulars.customers.timeline import EntryKind, NewEvent, channel_label, record, record_many, register
from regulars.kit import clock

RECEIVED = "inbox.message_received"
REPLIED = "inbox.reply_sent"
SOURCE = "inbox"
OBJECT = "conversation"


def tell_received(conversation: Conversation, entry: Entry) -> Event | None:
    """Write that ``entry`` came; nothing as long as nobody knows from whom."""
    if conversation.party is None:
        return None
    return record(
        kind=RECEIVED, customer=conversation.party, occurred_at=entry.at, channel=conversation.channel,
        object_type=OBJECT, object_id=conversation.pk, payload={"direction": "in"}, source=SOURCE, source_key=f"in:{entry.pk}",
        subject=entry.subject or conversation.subject, text=preview(entry.text),
    )  # fmt: skip


def tell_replied(messages: Sequence[Message], at: datetime) -> None:
    """Write that answers left, each at its conversation; they count as contact."""
    entries = {
        one.message_id: one for one in Entry.objects.filter(message__in=[one.pk for one in messages]).defer("html")
    }
    record_many(
        NewEvent(
            kind=REPLIED, customer_id=one.party_id, occurred_at=at, channel=one.channel, actor_id=entry.author_id,
            object_type=OBJECT, object_id=entry.conversation_id, payload={"direction": "out"}, source=SOURCE,
            source_key=f"out:{entry.pk}", subject=entry.subject, text=preview(entry.text),
        )
        for one in messages
        if (entry := entries.get(one.pk))
    )  # fmt: skip
    earlier = Q(last_contact_at=None) | Q(last_contact_at__lt=at)
    for channel in {one.channel for one in messages}:
        told = [one.party_id for one in messages if one.channel == channel]
        CustomerSummary.objects.filter(earlier, party__in=told).update(last_contact_at=at, last_contact_channel=channel)


def take_up_again(messages: Sequence[Message]) -> None:
    """An answer that will never arrive is none: its conversation is open again."""
    unanswered = Conversation.objects.filter(entries__message__in=[one.pk for one in messages])
    now = clock.now()
    Conversation.objects.filter(pk__in=list(unanswered.values_list("pk", flat=True)), waiting_since=None).update(
        state=State.OPEN, closed_at=None, waiting_since=now, changed_at=now
    )


def files_along(messages: Sequence[Message]) -> dict[int, list[hooks.File]]:
    """The files of answers, each read when it is written into its mail."""
    told: dict[int, list[hooks.File]] = defaultdict(list)
    rows = Attachment.objects.filter(entry__message__in=[one.pk for one in messages]).select_related("entry")
    for one in rows.defer("entry__text", "entry__html").order_by("pk"):
        if one.entry is not None and one.entry.message_id is not None:
            told[one.entry.message_id].append(hooks.File(one.name, one.type, one.size, partial(_read, one)))
    return told


def _read(one: Attachment) -> bytes:
    with one.file.open("rb") as file:
        return bytes(file.read())


def _received(event: Event) -> str:
    return _("Wrote to us · %(channel)s") % {"channel": channel_label(event.channel)}


def _replied(event: Event) -> str:
    return _("We answered · %(channel)s") % {"channel": channel_label(event.channel)}


register(
    EntryKind(RECEIVED, gettext_lazy("Wrote to us"), "contact", "letter", contact=True, sentence=_received),
    EntryKind(REPLIED, gettext_lazy("We answered"), "contact", "letter", contact=True, sentence=_replied),
)
hooks.register(SOURCE, hooks.Speaker(sent=tell_replied, lost=take_up_again, files=files_along))
