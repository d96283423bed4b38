"""Reading the inbox: the boxes and their pages, one conversation, who is at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import RawSQL

from regulars.channels.inbox.models import (
    ELSEWHERE,
    Attachment,
    CannedAnswer,
    Conversation,
    Direction,
    Draft,
    Entry,
    Presence,
    State,
)
from regulars.customers.models import Party
from regulars.kit import clock
from regulars.kit.words import LONGEST_TYPED, terms
from regulars.staff.rules import Reach, can, reach

PAGE: Final = 40
MOST_SHOWN: Final = 400
LATELY: Final = 20
ENTRIES: Final = 50
MOST_COUNTED: Final = 100
HERE_FOR: Final = timedelta(seconds=30)
TYPING_FOR: Final = timedelta(seconds=15)

MINE, UNASSIGNED, OPEN, WAITING, CLOSED, ASIDE = "mine", "unassigned", "open", "waiting", "closed", "aside"
BOXES: Final = (MINE, UNASSIGNED, OPEN, WAITING, CLOSED, ASIDE)
OLDEST_FIRST: Final = frozenset({MINE, UNASSIGNED, OPEN})
"""Boxes in which who has waited longest comes first; in the others what was last said does."""


def conversations_for(user: Any) -> QuerySet[Conversation]:
    """The conversations ``user`` sees: with customers whom they see and, where they may, with people nobody knows yet.

    Asked of each row's own customer, as lists do (``customers.queries.seen``).
    """
    strangers = can(user, "inbox.strangers")
    if reach(user) is Reach.ALL:
        return Conversation.objects.all() if strangers else Conversation.objects.filter(party__isnull=False)
    seen = Exists(Party.objects.visible_to(user).filter(pk=OuterRef("party")))
    return Conversation.objects.filter(seen | Q(party=None) if strangers else seen)


def box(user: Any, key: str) -> QuerySet[Conversation]:
    """The conversations of a box, in its order."""
    rows = conversations_for(user)
    match key:
        case "mine":
            rows = rows.filter(assignee=user.pk, state=State.OPEN)
        case "unassigned":
            rows = rows.filter(assignee=None, state=State.OPEN)
        case "waiting":
            rows = rows.filter(state=State.WAITING)
        case "closed":
            rows = rows.filter(state=State.CLOSED, aside_at=None)
        case "aside":
            rows = rows.filter(aside_at__isnull=False)
        case _:
            rows = rows.filter(state=State.OPEN)
    return rows.order_by("waiting_since", "pk") if key in OLDEST_FIRST else rows.order_by("-last_at", "-pk")


def of_customer(user: Any, party_id: int) -> QuerySet[Conversation]:
    """The conversations with one customer, newest first, those that are still to be answered before them."""
    return conversations_for(user).filter(party=party_id).select_related("assignee").order_by("-last_at", "-pk")


@dataclass(frozen=True, slots=True)
class After:
    """Where a page begins: behind this conversation."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}|{self.pk}"


def read_after(told: str) -> After | None:
    """The place a token names; None for what is none."""
    at, _bar, pk = told.partition("|")
    try:
        moment, number = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    return After(moment, number) if moment.tzinfo is not None and 0 <= number < 2**63 else None


def page(
    rows: QuerySet[Conversation], key: str, after: After | None = None, size: int = PAGE
) -> tuple[list[Conversation], After | None]:
    """A page of a box by key, and where the next one begins."""
    by = "waiting_since" if key in OLDEST_FIRST else "last_at"
    if after is not None:
        side = "gt" if key in OLDEST_FIRST else "lt"
        rows = rows.filter(Q(**{f"{by}__{side}": after.at}) | Q(**{by: after.at, f"pk__{side}": after.pk}))
    found = list(rows.select_related("party", "assignee", "team")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return found[:size], After(getattr(last, by), last.pk) if last else None


def counts(user: Any) -> dict[str, int]:
    """How many stand in the boxes that ask to be worked on, counted to ``MOST_COUNTED``. A query each."""
    return {key: box(user, key).order_by()[:MOST_COUNTED].count() for key in (MINE, UNASSIGNED, OPEN)}


def waiting_for(user: Any) -> int:
    """How many wait for ``user``: on their desk, or on nobody's. One query."""
    rows = conversations_for(user).filter(Q(assignee=user.pk) | Q(assignee=None), state=State.OPEN)
    return rows[:MOST_COUNTED].count()


def version(user: Any) -> str:
    """Differs whenever something changed that ``user`` sees. Two questions for ``LATELY`` rows, however large the inbox is.

    Of several rows rather than the newest alone: a change that was begun earlier may be written later.
    """
    newest = Conversation.objects.order_by("-changed_at", "-pk").values_list("pk", "changed_at")
    lately = dict(newest[:LATELY])
    seen = conversations_for(user).filter(pk__in=lately).values_list("pk", flat=True)
    return f"{crc32(repr(sorted((pk, lately[pk].isoformat()) for pk in seen)).encode()):x}"


def find(rows: QuerySet[Conversation], typed: str) -> QuerySet[Conversation]:
    """Those in which every word typed was said, by subject, sender or text; in one entry together."""
    wanted = [word for term in terms(typed[:LONGEST_TYPED]) for word in _asked(term.kind, term.text)]
    if not wanted:
        return rows
    return rows.filter(pk__in=Entry.objects.filter(pk__in=_matching(wanted)).values("conversation"))


def _asked(kind: str, text: str) -> list[str]:
    """What the index is asked for: the beginning of a word (``…*``), the pairs of a run of characters."""
    if kind == "word":
        return [f"{text}*"]
    return [text[at : at + 2] for at in range(len(text) - 1)] or [text]


def _matching(wanted: Sequence[str]) -> RawSQL:
    """Ids of entries, asked of the database's own index. Words hold letters and digits only (``kit.words``)."""
    if connection.vendor == "postgresql":
        query = " & ".join(f"'{one[:-1]}':*" if one.endswith("*") else f"'{one}'" for one in wanted)
        return RawSQL("SELECT entry_id FROM inbox_entrywords WHERE lexemes @@ %s::tsquery", [query])
    query = " AND ".join(f'"{one[:-1]}"*' if one.endswith("*") else f'"{one}"' for one in wanted)
    return RawSQL("SELECT rowid FROM inbox_search WHERE inbox_search MATCH %s", [query])


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said in a conversation, oldest first, the last ``ENTRIES``; ``earlier`` is where those before begin."""

    entries: Sequence[Entry]
    earlier: int | None


def thread(conversation: Conversation, before: int | None = None) -> Thread:
    """The last entries, or those before the entry ``before``. Two queries."""
    rows = (
        conversation.entries.select_related("author", "message", "quotes")
        .defer("html", "quotes__html")
        .annotate(has_html=~Q(html=""), has_pictures=Q(html__contains=ELSEWHERE))
    )
    files = Prefetch("attachments", Attachment.objects.order_by("pk"))
    first = conversation.entries.filter(pk=before).first() if before else None
    if first is not None:
        rows = rows.filter(Q(at__lt=first.at) | Q(at=first.at, pk__lt=first.pk))
    found = list(rows.prefetch_related(files).order_by("-at", "-pk")[: ENTRIES + 1])
    return Thread(
        found[ENTRIES - 1 :: -1] if len(found) > ENTRIES else found[::-1],
        found[ENTRIES - 1].pk if len(found) > ENTRIES else None,
    )


def newer_than(conversation: Conversation, seen: int, but: Any = None) -> list[Entry]:
    """What was said or noted by others since ``words_at`` was ``seen``: at most ten, oldest first."""
    more = conversation.words_at - seen
    rows = conversation.entries.select_related("author", "quotes").defer("html", "quotes__html").order_by("-pk")
    found = [one for one in rows[: min(max(more, 0), 10)] if but is None or one.author_id != but.pk]
    return found[::-1]


def last_received(conversation: Conversation) -> Entry | None:
    """What an answer answers."""
    return conversation.entries.filter(direction=Direction.IN).defer("html").order_by("-at", "-pk").first()


def entries_for(user: Any) -> QuerySet[Entry]:
    """The entries of conversations ``user`` sees."""
    return Entry.objects.filter(conversation__in=conversations_for(user).values("pk"))


def attachments_for(user: Any) -> QuerySet[Attachment]:
    """The files of conversations ``user`` sees, and those beside their own drafts there."""
    seen = conversations_for(user).values("pk")
    return Attachment.objects.filter(
        Q(entry__conversation__in=seen) | Q(draft__user=user.pk, draft__conversation__in=seen)
    )


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody else who has a conversation before them."""

    name: str
    typing: bool


def others_at(conversation: Conversation, user: Any) -> list[Other]:
    """Who else is at a conversation now. One query."""
    now = clock.now()
    rows = Presence.objects.filter(conversation=conversation, at__gte=now - HERE_FOR).exclude(user=user.pk)
    found = rows.select_related("user").order_by("user__name")
    return [Other(one.user.name, one.typing_at is not None and one.typing_at >= now - TYPING_FOR) for one in found]


def drafts_of(conversation: Conversation, user: Any) -> dict[str, Draft]:
    """What ``user`` has begun to write in a conversation, by kind, with the files that wait beside it. Two queries."""
    files = Prefetch("attachments", Attachment.objects.order_by("pk"))
    rows = Draft.objects.filter(conversation=conversation, user=user.pk).prefetch_related(files)
    return {one.kind: one for one in rows}


def begun_by(user: Any, conversations: Sequence[Conversation]) -> set[int]:
    """In which of these ``user`` has begun to write something."""
    mine = Draft.objects.filter(user=user.pk, conversation__in=[one.pk for one in conversations])
    return set(mine.values_list("conversation", flat=True))


def unsent(conversations: Sequence[Conversation]) -> set[int]:
    """In which of these the last answer could not be sent."""
    bad = Entry.objects.filter(
        direction=Direction.OUT,
        conversation__in=[one.pk for one in conversations],
        message__state__in=["failed", "refused", "uncertain"],
    )
    return set(bad.values_list("conversation", flat=True))


def canned_answers() -> list[CannedAnswer]:
    """The canned answers, by name."""
    return list(CannedAnswer.objects.filter(removed_at=None).order_by("name")[:200])


def desks() -> list[Any]:
    """Whoever answers mail, by name: on their desks conversations may lie."""
    from regulars.staff.models import User  # noqa: PLC0415 -- only for the menu

    return [one for one in User.objects.filter(is_active=True).order_by("name") if can(one, "inbox.reply")]
