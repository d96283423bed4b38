"""Answers, which leave through the outbox, and notes for colleagues."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.channels.inbox import channels, queries, quoting
from regulars.channels.inbox.actions import files as waiting_files
from regulars.channels.inbox.actions.presence import let_go
from regulars.channels.inbox.actions.words import index
from regulars.channels.inbox.models import Conversation, Direction, Draft, Entry, State
from regulars.channels.inbox.quotes import preview
from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.models import Message, MessageClass, MessageState
from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError

if TYPE_CHECKING:
    from regulars.staff.models import User

UNDO_SECONDS: Final = 10
"""An answer waits so long in the outbox, so that whoever wrote it can take it back."""
LONGEST_ANSWER: Final = 50_000
PURPOSE: Final = "service"
ORIGIN: Final = "inbox"
TAKEN_BACK: Final = "taken_back"


@dataclass(frozen=True, slots=True)
class Before:
    """How a conversation stood before an answer, so that taking it back puts it there again."""

    state: str
    waiting_since: datetime | None
    closed_at: datetime | None
    assignee_id: int | None

    @classmethod
    def of(cls, held: Conversation) -> Before:
        """As it stands now."""
        return cls(held.state, held.waiting_since, held.closed_at, held.assignee_id)


class Crossed(Conflict):
    """Something was said after what the writer had read."""


@transaction.atomic
def reply(
    conversation: Conversation,
    *,
    text: str,
    by: User | None,
    seen: int | None = None,
    close: bool = False,
    quote: bool = False,
    files: Sequence[int] = (),
    undo_seconds: int = UNDO_SECONDS,
) -> Entry:
    """Answer: the words go into the outbox as a service message that refers to what it answers, and leave in a few seconds.

    Args:
        seen: ``words_at`` of the conversation as the writer read it; None answers whatever came since.
        close: nothing more is to be done afterwards; else the conversation waits for the customer.
        quote: what was received last is quoted below the words.
        files: ids of files that wait beside the writer's draft (``add_file``) and go along.

    Raises:
        Crossed: something was said or noted since ``seen``.
        UserError: there is nothing to say, nobody to say it to, no way by which it could leave, or a file is gone.
    """
    words = _words(text)
    held = _locked(conversation)
    if seen is not None and held.words_at != seen:
        raise Crossed(_("Something was said in this conversation while you were writing. Read it first, then send."))
    if held.party_id is None:
        raise UserError(
            _("Nobody knows yet who this is. Attach the conversation to a customer, or make one, and answer then.")
        )
    if not channels.is_answerable(held.channel) or not held.address:
        raise UserError(_("This conversation cannot be answered from here."))
    quoted = queries.last_received(held) if quote and channels.is_letter(held.channel) else None
    entry = _answer(held, words, quoted, by, clock.now() + timedelta(seconds=undo_seconds))
    waiting_files.take_along(held, entry, files=files, by=by)
    held.state, held.closed_at = (State.CLOSED, entry.at) if close else (State.WAITING, None)
    held.waiting_since, held.assignee = None, held.assignee or by
    _said(held, entry)
    let_go(held, by=by, kind="reply")
    return entry


def _answer(held: Conversation, words: str, quoted: Entry | None, by: User | None, send_after: datetime) -> Entry:
    """The row of the outbox and the entry that shows it."""
    below = quoting.as_text(quoted, held) if quoted else ""
    said = list(held.entries.exclude(direction=Direction.NOTE).defer("text", "html").order_by("at", "pk"))
    subject = f"Re: {held.subject}" if held.subject and not held.subject.casefold().startswith("re:") else held.subject
    new = outbox.NewMessage(
        channel=held.channel, party_id=held.party_id or 0, address=held.address, origin=f"{ORIGIN}:{held.pk}", step=secrets.token_hex(8),
        purpose=PURPOSE, purpose_class=MessageClass.TRANSACTIONAL, subject=subject[:255],
        text=f"{words}\n\n{below}" if below else words, html=quoting.as_html(words, quoted, held) if quoted and below else "",
        headers=channels.reply_headers(held, said), send_after=send_after,
    )  # fmt: skip
    outbox.put([new])
    message = Message.objects.get(key=new.key)
    return Entry.objects.create(
        conversation=held, direction=Direction.OUT, at=clock.now(), author=by, subject=subject[:255], text=words, message=message,
        ref=message.rfc_message_id, quotes=quoted if below else None,
    )  # fmt: skip


@transaction.atomic
def note(conversation: Conversation, *, text: str, by: User | None) -> Entry:
    """Write something that only colleagues read.

    Raises:
        UserError: there is no text.
    """
    words, held = _words(text), _locked(conversation)
    entry = Entry.objects.create(conversation=held, direction=Direction.NOTE, author=by, text=words)
    _said(held, entry)
    let_go(held, by=by, kind="note")
    return entry


@transaction.atomic
def unsend(entry: Entry, *, by: User, before: Before) -> Conversation:
    """Take an answer back that has not left; its words and files become the draft of whoever wrote it again.

    Raises:
        UserError: it is on its way, or somebody else wrote it.
    """
    if entry.author_id != by.pk or entry.message_id is None:
        raise UserError(_("Only whoever wrote an answer can take it back."))
    now = clock.now()
    waiting = Message.objects.filter(pk=entry.message_id, state=MessageState.QUEUED, done_at=None)
    stopped = waiting.filter(Q(lease_until=None) | Q(lease_until__lte=now)).update(
        state=MessageState.REFUSED, reason=TAKEN_BACK, done_at=now, lease_until=None, lease_token=""
    )
    if not stopped:
        raise UserError(_("The answer is on its way already."))
    held = _locked(entry.conversation)
    if not held.entries.filter(direction=Direction.IN, pk__gt=entry.pk).exists():
        held.state, held.waiting_since, held.closed_at = before.state, before.waiting_since, before.closed_at
        held.assignee_id = before.assignee_id
    again = {"text": entry.text, "quotes": entry.quotes_id is not None, "at": now}
    draft, _new = Draft.objects.update_or_create(conversation=held, user=by, kind="reply", defaults=again)
    waiting_files.put_away(draft, entry)
    entry.delete()
    last = held.entries.exclude(direction=Direction.NOTE).order_by("-at", "-pk").first()
    held.preview = preview(last.text) if last else ""
    held.words_at += 1
    held.changed_at = clock.now()
    held.save()
    return held


def _words(text: str) -> str:
    words = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not words:
        raise UserError(_("Please write something first."))
    if len(words) > LONGEST_ANSWER:
        raise UserError(_("This is too long: at most %(n)s characters.") % {"n": LONGEST_ANSWER})
    return words


def _locked(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)


def _said(held: Conversation, entry: Entry) -> None:
    """Count it, and let the list show it; a note changes neither when something was said last nor what."""
    if entry.direction != Direction.NOTE:
        held.last_at, held.preview = entry.at, preview(entry.text)
    held.words_at += 1
    held.changed_at = clock.now()
    held.save()
    index([entry])
