"""Who has a conversation before them, and what they have begun to write."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from regulars.channels.inbox.models import Conversation, Draft, Entry, Presence
from regulars.kit import clock

if TYPE_CHECKING:
    from regulars.staff.models import User

LONGEST_DRAFT: Final = 50_000
_FORGOTTEN_AFTER: Final = timedelta(hours=1)
_JUST_NOW: Final = timedelta(minutes=1)
"""A draft that was on its way when its words were sent arrives after them."""


@transaction.atomic
def be_here(conversation: Conversation, *, by: User, typing: bool = False) -> None:
    """Note that ``by`` looks at a conversation now. One statement, and one that forgets who left long ago."""
    now = clock.now()
    here = Presence(conversation=conversation, user=by, at=now, typing_at=now if typing else None)
    Presence.objects.bulk_create(
        [here], update_conflicts=True, unique_fields=["conversation", "user"], update_fields=["at", "typing_at"]
    )
    Presence.objects.filter(at__lt=now - _FORGOTTEN_AFTER).delete()


@transaction.atomic
def keep_draft(conversation: Conversation, *, by: User, text: str, kind: str = "reply", quotes: bool = True) -> None:
    """Keep what somebody has begun to write; nothing is kept of nothing, nor of what they have just said."""
    words = text.replace("\x00", "")[:LONGEST_DRAFT]
    just_said = Entry.objects.filter(
        conversation=conversation, author=by, at__gte=clock.now() - _JUST_NOW, text=words.replace("\r\n", "\n").strip()
    )
    if not words.strip() or just_said.exists():
        let_go(conversation, by=by, kind=kind)
        return
    Draft.objects.update_or_create(
        conversation=conversation,
        user=by,
        kind="note" if kind == "note" else "reply",
        defaults={"text": words, "quotes": quotes, "at": clock.now()},
    )


def let_go(conversation: Conversation, *, by: User | None, kind: str) -> None:
    """Forget what somebody had begun to write; files that wait beside it stay."""
    mine = Draft.objects.filter(conversation=conversation, user=by, kind=kind)
    mine.filter(attachments=None).delete()
    mine.update(text="", quotes=True)
