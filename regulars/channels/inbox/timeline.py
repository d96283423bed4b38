"""What the inbox writes onto the timeline: something was received, an answer left. Both lead to the conversation."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.channels.inbox.models import Conversation, Entry
from regulars.channels.inbox.quotes import preview
from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, channel_label, record, register

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


def _received(event: Event) -> str:
    return _("Wrote to us · %(channel)s") % {"channel": channel_label(event.channel)}


def _replied(event: Event) -> str:
    return _("We answered · %(channel)s") % {"channel": channel_label(event.channel)}


register(
    EntryKind(RECEIVED, gettext_lazy("Wrote to us"), "contact", "letter", contact=True, sentence=_received),
    EntryKind(REPLIED, gettext_lazy("We answered"), "contact", "letter", contact=True, sentence=_replied),
)
