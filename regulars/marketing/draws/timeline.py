"""What draws write onto the timeline: that somebody entered, and that they won."""

from __future__ import annotations

from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, register

ENTERED: Final = "draws.entered"
WON: Final = "draws.won"
SOURCE: Final = "draws"


def _title(event: Event) -> str:
    chinese = (translation.get_language() or "").startswith("zh")
    names = [
        str(event.payload.get(key) or "") for key in (("title_zh", "title_en") if chinese else ("title_en", "title_zh"))
    ]
    return names[0] or names[1]


def entered(event: Event) -> str:
    """What they took part in, under which number."""
    return _("Took part in “%(title)s” as number %(number)s") % {
        "title": _title(event), "number": event.payload.get("number", "")
    }  # fmt: skip


def won(event: Event) -> str:
    """What they won in."""
    return _("Won in “%(title)s”, drawn as number %(rank)s") % {
        "title": _title(event), "rank": event.payload.get("rank", "")
    }  # fmt: skip


register(
    EntryKind(ENTERED, gettext_lazy("Prize draw"), "marketing", "gift", contact=True, sentence=entered),
    EntryKind(WON, gettext_lazy("Prize won"), "marketing", "gift", sentence=won),
)
