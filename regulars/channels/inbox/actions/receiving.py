"""Taking in what a channel heard: into the conversation it belongs to, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from regulars.channels.inbox.actions.desk import whose_desk
from regulars.channels.inbox.actions.files import NewAttachment, keep_file
from regulars.channels.inbox.actions.words import index
from regulars.channels.inbox.models import Conversation, Direction, Entry, State
from regulars.channels.inbox.quotes import preview
from regulars.channels.inbox.timeline import tell_received
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.kit.text import clean

REOPENS_FOR: Final = timedelta(days=30)
"""What is said later than this after a conversation was closed begins a new one that refers to it."""
LONGEST_TEXT: Final = 200_000
LONGEST_HTML: Final = 1_000_000
_MOST_REFS: Final = 100


def receive(
    *,
    channel: str,
    ref: str,
    party_id: int | None,
    from_address: str,
    thread_of: Sequence[str] = (),
    from_name: str = "",
    subject: str = "",
    text: str = "",
    html: str = "",
    attachments: Sequence[NewAttachment] = (),
    at: datetime | None = None,
) -> Entry:
    """Take in one message; the same ``ref`` twice is one entry.

    Args:
        ref: its name on the channel (a Message-ID with its brackets); empty where it has none.
        party_id: whose it is, None where nobody knows.
        thread_of: names of what it answers, oldest first: earlier messages, or those that left through the outbox.
        html: sanitised already; shown in a frame that can do nothing.
        at: when it was said (aware); now, where the channel does not tell.
    """
    if ref and (known := Entry.objects.filter(ref=ref[:255]).first()):
        return known
    moment = min(at or clock.now(), clock.now())
    entry = Entry(
        direction=Direction.IN, at=moment, from_address=clean(from_address)[:254], from_name=clean(from_name)[:200],
        subject=clean(subject)[:255], text=_kept(text, LONGEST_TEXT), html=_kept(html, LONGEST_HTML), ref=ref[:255] or None,
        thread=[one[:255] for one in thread_of][-_MOST_REFS:],
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _taken_in(entry, channel, _whose(party_id), attachments)
    except IntegrityError:
        if not ref:
            raise
        return Entry.objects.get(ref=ref[:255])  # it came twice at the same moment


def _kept(text: str, longest: int) -> str:
    """As much as is kept, without what no database takes."""
    return text[:longest].replace("\x00", "")


def _whose(party_id: int | None) -> Party | None:
    """The record that stands for ``party_id`` today."""
    if party_id is None:
        return None
    party = Party.objects.select_related("merged_into", "owner", "team").filter(pk=party_id).first()
    return party.canonical() if party else None


def _taken_in(entry: Entry, channel: str, party: Party | None, attachments: Sequence[NewAttachment]) -> Entry:
    conversation = _conversation_of(entry, channel, party)
    entry.conversation = conversation
    entry.save(force_insert=True)
    for one in attachments:
        keep_file(one, entry=entry)
    index([entry])
    tell_received(conversation, entry)
    return entry


def _conversation_of(entry: Entry, channel: str, party: Party | None) -> Conversation:
    """The conversation that ``entry`` goes on with, else a new one; it waits for us from then on."""
    earlier = _earlier(entry, channel, party)
    if earlier is not None and (earlier.closed_at is None or entry.at - earlier.closed_at <= REOPENS_FOR):
        return _goes_on(earlier, entry, party)
    aside = None
    if party is None and entry.from_address:
        strangers = Conversation.objects.filter(address__iexact=entry.from_address, party=None)
        aside = strangers.exclude(aside_at=None).order_by("-pk").values_list("aside_at", flat=True).first()
    assignee, team = whose_desk(party)
    return Conversation.objects.create(
        party=party, channel=channel, subject=entry.subject, address=entry.from_address, name=entry.from_name, preview=preview(entry.text),
        state=State.CLOSED if aside else State.OPEN, closed_at=entry.at if aside else None, aside_at=entry.at if aside else None,
        waiting_since=None if aside else entry.at, opened_at=entry.at, last_at=entry.at, assignee=assignee, team=team,
        continues=earlier, words_at=1,
    )  # fmt: skip


def _earlier(entry: Entry, channel: str, party: Party | None) -> Conversation | None:
    """The conversation of the newest entry it answers, if it is theirs: a name alone opens nobody's letters."""
    if not entry.thread:
        return None
    answered = Entry.objects.filter(ref__in=entry.thread, conversation__channel=channel).order_by("-at", "-pk")
    for pk in dict.fromkeys(answered.values_list("conversation", flat=True)[:20]):
        held = Conversation.objects.select_for_update().get(pk=pk)
        same_address = held.address.casefold() == entry.from_address.casefold()
        if party is not None and held.party_id == party.pk:
            return held
        if same_address and (held.party_id is None or party is None):
            return held
    return None


def _goes_on(held: Conversation, entry: Entry, party: Party | None) -> Conversation:
    if held.party_id is None and party is not None:
        held.party = party
    if held.aside_at is None:
        if held.assignee is None or not held.assignee.is_active:
            held.assignee, held.team = whose_desk(held.party)
        held.state, held.closed_at = State.OPEN, None
        held.waiting_since = held.waiting_since or entry.at
    held.last_at = max(held.last_at, entry.at)
    held.preview = preview(entry.text)
    held.words_at += 1
    held.changed_at = clock.now()
    held.save()
    return held
