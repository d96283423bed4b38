"""What the outbox writes onto the timeline: that a message went out, once per message."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.channels.outbox import hooks
from regulars.channels.outbox.models import Message, MessageClass
from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, NewEvent, channel_label, record_many, register

SENT = "channels.message_sent"
SOURCE = "outbox"


def said(event: Event) -> str:
    """Over which channel it went."""
    return _("Message sent · %(channel)s") % {"channel": channel_label(event.channel)}


def tell_sent(messages: Sequence[Message], *, at: datetime) -> None:
    """Write one entry per message, or let the room whose they are do so; a repeat is passed over."""
    for speaker, theirs in hooks.by_speaker(messages).items():
        if speaker is not None:
            speaker.sent(theirs, at)
        else:
            _tell(theirs, at)


def _tell(messages: Sequence[Message], at: datetime) -> None:
    record_many(
        NewEvent(
            kind=SENT, customer_id=one.party_id, party_id=one.party_id, occurred_at=at, channel=one.channel,
            department="marketing" if one.purpose_class == MessageClass.MARKETING else "",
            object_type="message", object_id=one.pk, payload={"origin": one.origin, "purpose": one.purpose},
            source=SOURCE, source_key=one.key,
        )
        for one in messages
    )  # fmt: skip


register(EntryKind(SENT, gettext_lazy("Message sent"), "marketing", "letter", sentence=said))
