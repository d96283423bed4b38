"""What is told of clicks: that a person followed a link."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.channels.tracking.models import Click
from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, NewEvent, record_many, register

CLICKED = "tracking.link_clicked"
SOURCE = "tracking"


def said(event: Event) -> str:
    """Where the link led: the host alone, the rest may be long."""
    host = str(event.payload.get("host", ""))
    return _("Followed a link in a message · %(host)s") % {"host": host} if host else _("Followed a link in a message")


def tell_clicks(clicks: Sequence[tuple[Click, str]]) -> None:
    """Write one entry per click and host; a repeat is passed over."""
    record_many(
        NewEvent(
            kind=CLICKED, customer_id=one.event.message.party_id, party_id=one.event.message.party_id, occurred_at=one.event.at,
            channel=one.event.message.channel, department="marketing", object_type="message", object_id=one.event.message_id,
            payload={"origin": one.event.message.origin, "host": host}, source=SOURCE, source_key=str(one.pk),
        )
        for one, host in clicks
    )  # fmt: skip


register(EntryKind(CLICKED, gettext_lazy("Link followed"), "marketing", "link", sentence=said))
