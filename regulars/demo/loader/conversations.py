"""The inbox of the demonstration: some conversations in both languages, two strangers, canned answers. Nothing is sent."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from regulars.channels.inbox.actions.desk import whose_desk
from regulars.channels.inbox.actions.words import index
from regulars.channels.inbox.models import CannedAnswer, Conversation, Direction, Entry, State
from regulars.channels.inbox.quotes import preview
from regulars.channels.inbox.timeline import OBJECT, RECEIVED, REPLIED
from regulars.customers.models import Channel, ContactPoint, Party
from regulars.demo.loader.entries import as_json
from regulars.demo.loader.talk import Desk
from regulars.demo.simulator.model import DAYS
from regulars.demo.words.letters import CANNED, LETTERS, LETTERS_IN_ENGLISH, STRANGERS

_DIRECTIONS: Final = {"<": Direction.IN, ">": Direction.OUT, "#": Direction.NOTE}
_APART, _BETWEEN, _KNOWN_FOR = 0.3, 0.37, 30.0
"""Days: between what is said in a conversation, between two that begin, and how long whoever writes has been known."""
_FIRST: Final = 0.1
_LOOKED_AT: Final = 400


def load_conversations(desk: Desk) -> int:
    """Write them, up to the day for which the company is loaded, with the customers of this chunk; returns the number of rows."""
    CannedAnswer.objects.bulk_create(
        CannedAnswer(name=name, text_zh=chinese, text_en=english, changed_at=_moments(desk, [0.0])[0][1])
        for name, chinese, english in CANNED
    )
    rows = len(CANNED)
    for letters, language in ((LETTERS, "zh-hant"), (LETTERS_IN_ENGLISH, "en")):
        for number, ((subject, told), point) in enumerate(
            zip(letters, _writers(desk, language, len(letters)), strict=False)
        ):
            ended = DAYS - _FIRST - _BETWEEN * number
            rows += _write(desk, point.party, (point.party.name, point.normalised), subject, told, ended)
    for number, (name, address, subject, words) in enumerate(STRANGERS):
        rows += _write(desk, None, (name, address), subject, (f"<{words}",), DAYS - _FIRST - _BETWEEN * number)
    return rows


def _moments(desk: Desk, days: list[float]) -> list[tuple[str, datetime]]:
    """Days of the simulation as the loader writes them, and as moments."""
    texts = desk.calendar.moments(np.array(days), at_work=True)
    return [(text, datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in texts]


def _writers(desk: Desk, language: str, number: int) -> list[ContactPoint]:
    """Customers with an owner and an address who speak that language: one of each owner, then a second of each."""
    known = _moments(desk, [DAYS - _KNOWN_FOR])[0][1]
    points = ContactPoint.objects.filter(
        kind="email", ended_at=None, party__gte=desk.found.keys[0], party__lte=desk.found.keys[-1],
        party__owner__isnull=False, party__language=language, party__trashed_at=None, party__created_at__lt=known,
    ).select_related("party__owner", "party__team").order_by("pk")  # fmt: skip
    turns: dict[int | None, int] = defaultdict(int)
    found: list[tuple[int, int, ContactPoint]] = []
    for point in points[:_LOOKED_AT]:
        turns[point.party.owner_id] += 1
        found.append((turns[point.party.owner_id], point.pk, point))
    return [point for _turn, _pk, point in sorted(found, key=lambda one: one[:2])[:number]]


def _write(
    desk: Desk, party: Party | None, who: tuple[str, str], subject: str, told: tuple[str, ...], ended: float
) -> int:
    """One conversation with what was said in it up to the day ``ended``, and what the timeline says of it."""
    moments = _moments(desk, [ended - _APART * back for back in range(len(told) - 1, -1, -1)])
    said = [(Direction(_DIRECTIONS[one[0]]), one[1:], at) for one, (_text, at) in zip(told, moments, strict=True)]
    spoken = [one for one in said if one[0] != Direction.NOTE]
    is_open = spoken[-1][0] == Direction.IN
    assignee, team = whose_desk(party)
    held = Conversation.objects.create(
        party=party, channel=Channel.EMAIL, subject=subject, name=who[0], address=who[1], assignee=assignee, team=team,
        opened_at=said[0][2], state=State.OPEN if is_open else State.WAITING, waiting_since=spoken[-1][2] if is_open else None,
        last_at=spoken[-1][2], changed_at=spoken[-1][2], preview=preview(spoken[-1][1]), words_at=len(said),
    )  # fmt: skip
    entries = Entry.objects.bulk_create([_entry(held, *one) for one in said])
    index(entries)
    if party is not None:
        _tell(desk, held, [(text, one) for (text, _at), one in zip(moments, entries, strict=True)])
    return 1 + len(entries)


def _entry(held: Conversation, direction: Direction, text: str, at: datetime) -> Entry:
    facts: dict[str, Any] = {"conversation": held, "direction": direction, "at": at, "text": text}
    if direction == Direction.IN:
        return Entry(from_address=held.address, from_name=held.name, subject=held.subject, **facts)
    return Entry(author=held.assignee, subject=f"Re: {held.subject}" if direction == Direction.OUT else "", **facts)


def _tell(desk: Desk, held: Conversation, entries: list[tuple[str, Entry]]) -> None:
    """What the timeline says of what was received and answered; notes are told nobody."""
    spoken = [(text, one) for text, one in entries if one.direction != Direction.NOTE]
    received = [one.direction == Direction.IN for _text, one in spoken]
    desk.entries.add(
        [text for text, _one in spoken], kind=[RECEIVED if came else REPLIED for came in received], customer_id=held.party_id,
        channel=str(held.channel), actor_id=[one.author_id for _text, one in spoken], object_type=OBJECT, object_id=held.pk,
        payload=[as_json({"direction": "in" if came else "out"}) for came in received], subject=[one.subject for _text, one in spoken],
        text=[preview(one.text) for _text, one in spoken],
    )  # fmt: skip
