"""What fulfilment writes onto the timeline: that something was asked for, and that it went out."""

from __future__ import annotations

from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, register

ASKED: Final = "fulfilment.asked"
SENT: Final = "fulfilment.sent"
SOURCE: Final = "fulfilment"


def _item(event: Event) -> str:
    chinese = (translation.get_language() or "").startswith("zh")
    names = [
        str(event.payload.get(key) or "") for key in (("item_zh", "item_en") if chinese else ("item_en", "item_zh"))
    ]
    return names[0] or names[1]


def asked(event: Event) -> str:
    """What was asked for."""
    return _("Asked for: %(item)s") % {"item": _item(event)}


def sent(event: Event) -> str:
    """What went out."""
    return _("Sent by post: %(item)s") % {"item": _item(event)}


register(
    EntryKind(ASKED, gettext_lazy("Literature asked for"), "marketing", "letter", sentence=asked),
    EntryKind(SENT, gettext_lazy("Literature sent"), "marketing", "letter", sentence=sent),
)
