"""Conversations as the screen shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlencode
from zlib import crc32

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.inbox import canned, channels, queries, quoting
from regulars.channels.inbox.models import Attachment, Conversation, Direction, Draft, Entry
from regulars.channels.inbox.quotes import Part, parts
from regulars.channels.outbox.models import Message, MessageClass, MessageState
from regulars.channels.outbox.words import reason_of
from regulars.customers.permission.decisions import words as refusal_words
from regulars.customers.permission.queries import decide
from regulars.kit import clock
from regulars.staff.models import Team
from regulars.staff.rules import can

LONGEST_SHOWN: Final = 8_000
"""Characters of an entry on the page; the rest is one click away."""
LONG_WAIT: Final = timedelta(days=1)

BOX_WORDS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    queries.MINE: (pgettext_lazy("inbox", "Mine"), _("Nothing waits for you.")),
    queries.UNASSIGNED: (pgettext_lazy("inbox", "Unassigned"), _("Everything lies on somebody's desk.")),
    queries.OPEN: (pgettext_lazy("inbox", "Open"), _("Everybody has been answered.")),
    queries.WAITING: (pgettext_lazy("inbox", "Waiting"), _("No customer owes an answer.")),
    queries.CLOSED: (pgettext_lazy("inbox", "Closed"), _("Nothing has been closed yet.")),
    queries.ASIDE: (pgettext_lazy("inbox", "Not customers"), _("Nobody was set aside.")),
}


@dataclass(frozen=True, slots=True)
class Box:
    """A box as a tab; ``count`` is empty where nothing is counted."""

    key: str
    label: str | Promise
    count: str
    current: bool
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the list."""

    conversation: Conversation
    url: str
    who: str
    begun: bool
    unsent: bool

    @property
    def waits_long(self) -> bool:
        """Whether somebody has waited for more than a day."""
        since = self.conversation.waiting_since
        return since is not None and clock.now() - since > LONG_WAIT


def name_of(conversation: Conversation) -> str:
    """With whom: the customer, else what the stranger calls themselves."""
    if conversation.party is not None:
        return conversation.party.name
    return conversation.name or conversation.address or str(_("Unknown sender"))


class Desk:
    """The list of one box, as ``user`` sees it, narrowed by words."""

    def __init__(
        self, user: Any, key: str, typed: str, after: queries.After | None = None, shown: int = queries.PAGE
    ) -> None:
        self.user = user
        self.key = (
            key if key in queries.BOXES and (key != queries.ASIDE or can(user, "inbox.strangers")) else queries.MINE
        )
        self.typed = typed.replace("\x00", "").strip()[:200]
        self._after = after
        self._size = min(max(shown, queries.PAGE), queries.MOST_SHOWN)

    @property
    def query(self) -> str:
        """What follows the ``?`` of every address of this box."""
        return urlencode({"box": self.key} | ({"q": self.typed} if self.typed else {}))

    @cached_property
    def _page(self) -> tuple[list[Conversation], queries.After | None]:
        rows = queries.box(self.user, self.key)
        return queries.page(queries.find(rows, self.typed) if self.typed else rows, self.key, self._after, self._size)

    @cached_property
    def lines(self) -> list[Line]:
        """A page of it. Three queries."""
        rows = self._page[0]
        begun, unsent = queries.begun_by(self.user, rows), queries.unsent(rows)
        return [
            Line(one, f"{one.get_absolute_url()}?{self.query}", name_of(one), one.pk in begun, one.pk in unsent)
            for one in rows
        ]

    @property
    def next(self) -> str:
        """What asks for the next page; empty where there is none."""
        return f"{self.query}&{urlencode({'after': str(self._page[1])})}" if self._page[1] else ""

    @property
    def version(self) -> str:
        """Differs once anything changed. Two queries."""
        return queries.version(self.user)

    @property
    def stamp(self) -> str:
        """Differs whenever the page does, but for how long ago things were."""
        told = [
            (one.conversation.pk, one.conversation.words_at, one.conversation.assignee_id, one.begun, one.unsent)
            for one in self.lines
        ]
        return f"{crc32(repr(told).encode()):x}"

    @cached_property
    def boxes(self) -> list[Box]:
        """The tabs. Three queries."""
        counts = queries.counts(self.user)
        shown = [key for key in queries.BOXES if key != queries.ASIDE or can(self.user, "inbox.strangers")]
        return [
            Box(
                key,
                BOX_WORDS[key][0],
                _count(counts.get(key, 0)),
                key == self.key,
                f"/inbox/?{urlencode({'box': key})}",
            )
            for key in shown
        ]

    @property
    def nothing(self) -> str | Promise:
        """What an empty box says."""
        return _("Nothing with these words here.") if self.typed else BOX_WORDS[self.key][1]


def _count(number: int) -> str:
    return "" if not number else f"{number}+" if number >= queries.MOST_COUNTED else str(number)


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the thread."""

    entry: Entry
    parts: list[Part]
    is_cut: bool
    has_html: bool
    has_pictures: bool
    quotation: str = ""

    @property
    def who(self) -> str:
        """Who said it."""
        entry = self.entry
        if entry.direction == Direction.IN:
            return entry.from_name or entry.from_address or str(_("Unknown sender"))
        return str(entry.author) if entry.author else str(_("The system"))


def said(entry: Entry) -> Said:
    """An entry with its words in parts."""
    return Said(
        entry,
        parts(entry.text[:LONGEST_SHOWN]),
        len(entry.text) > LONGEST_SHOWN,
        bool(getattr(entry, "has_html", False)),
        bool(getattr(entry, "has_pictures", False)),
        quoting.as_text(entry.quotes, entry.conversation) if entry.quotes else "",
    )


@dataclass(frozen=True, slots=True)
class Fate:
    """Where an answer stands: a word, why, whether that is bad, and whether it may still change."""

    label: str
    reason: str
    is_bad: bool
    pending: bool


def fate_of(message: Message | None) -> Fate | None:
    """What became of an answer."""
    if message is None:
        return None
    state = MessageState(message.state)
    bad = state in {MessageState.FAILED, MessageState.REFUSED} or (
        state == MessageState.UNCERTAIN and message.done_at is not None
    )
    return Fate(str(state.label), reason_of(message.reason) if message.reason else "", bad, message.done_at is None)


class Opened:
    """One conversation, open before ``user``."""

    def __init__(self, conversation: Conversation, user: Any, desk: Desk) -> None:
        self.conversation = conversation
        self.user = user
        self.desk = desk

    @property
    def name(self) -> str:
        """With whom."""
        return name_of(self.conversation)

    @cached_property
    def thread(self) -> queries.Thread:
        """What was said."""
        return queries.thread(self.conversation)

    @cached_property
    def said(self) -> list[Said]:
        """The entries."""
        return [said(one) for one in self.thread.entries]

    @cached_property
    def _drafts(self) -> dict[str, Draft]:
        return queries.drafts_of(self.conversation, self.user)

    @property
    def drafts(self) -> dict[str, str]:
        """What the reader has begun to write, by kind."""
        return {kind: one.text for kind, one in self._drafts.items()}

    @property
    def files(self) -> list[Attachment]:
        """The files that wait beside it."""
        return list(self._drafts["reply"].attachments.all()) if "reply" in self._drafts else []

    @property
    def quotes(self) -> bool:
        """Whether the reader's answer is to quote what it answers."""
        return self._drafts["reply"].quotes if "reply" in self._drafts else True

    @property
    def takes_files(self) -> bool:
        """Whether files can go along with an answer."""
        return self.answerable and channels.is_letter(self.conversation.channel)

    @cached_property
    def quotation(self) -> str:
        """What an answer would quote; empty where nothing is quoted."""
        received = (one for one in reversed(self.thread.entries) if one.direction == Direction.IN)
        last = next(received, None) if self.takes_files else None
        return quoting.as_text(last, self.conversation) if last else ""

    @property
    def may_reply(self) -> bool:
        """Whether the reader may write, assign and close."""
        return can(self.user, "inbox.reply")

    @property
    def answerable(self) -> bool:
        """Whether there is a way for an answer to leave."""
        held = self.conversation
        return held.party_id is not None and bool(held.address) and channels.is_answerable(held.channel)

    @cached_property
    def refusal(self) -> str:
        """Why an answer would be held back now; empty where it would not."""
        held = self.conversation
        if not self.answerable or held.party_id is None:
            return ""
        told = decide(
            [held.party_id], channel=held.channel, purpose="service", purpose_class=MessageClass.TRANSACTIONAL, at=clock.now(),
            addresses={held.party_id: held.address},
        )[held.party_id]  # fmt: skip
        return "" if told.ok else refusal_words(told.reason)

    @cached_property
    def canned(self) -> Sequence[canned.Offered]:
        """The canned answers, filled in for this customer."""
        return canned.offered(queries.canned_answers(), self.conversation, self.user)

    @cached_property
    def people(self) -> list[Any]:
        """On whose desks it may lie."""
        return queries.desks()

    @cached_property
    def teams(self) -> list[Team]:
        """Whose it may be."""
        return list(Team.objects.all())
