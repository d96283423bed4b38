"""What the outbox holds of a person: words and addresses, which go; that and when something was sent stays."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from regulars.channels.outbox.models import Message, MessageBody, MessageEvent, MessageState
from regulars.customers.privacy.registry import Trace, declare
from regulars.kit import clock

_CODE = "a code of our own"


def _wipe_messages(party_ids: Sequence[int]) -> int:
    """What still waits is not sent any more; addresses, answers and references to personal content go."""
    mine = Message.objects.filter(party__in=party_ids)
    mine.filter(state=MessageState.QUEUED).update(
        state=MessageState.REFUSED, reason="erased", done_at=clock.now(), lease_until=None, lease_token=""
    )
    mine.filter(state=MessageState.UNCERTAIN, done_at=None).update(done_at=clock.now())
    return mine.update(address="", provider_reply="", content_ref="")


declare(
    Trace(MessageBody, "message__party", delete=True, label=_("Words of messages")),
    Trace(MessageEvent, "message__party", clear={"detail": ""}, keeps=dict.fromkeys(("kind", "source_key"), _CODE), label=_("Heard of messages")),
    Trace(Message, "party", wipe=_wipe_messages, clear={"address": "", "provider_reply": "", "content_ref": ""}, label=_("Messages"),
          keeps=dict.fromkeys(("key", "channel", "purpose", "purpose_class", "origin", "state", "reason", "lease_token", "rfc_message_id", "variant"), _CODE)),
)  # fmt: skip
