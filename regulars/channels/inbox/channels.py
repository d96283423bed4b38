"""How each channel is answered: a channel registers itself, the inbox asks nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from regulars.channels.inbox.models import Conversation, Direction, Entry
from regulars.customers.models import Channel

Headers = Callable[[Conversation, Sequence[Entry]], Mapping[str, str]]
"""Given a conversation and what was said in it (oldest first, no notes), the further headers of an answer."""
_MOST: Final = 20
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,240}>")
_answers: Final[dict[str, Headers]] = {}
_letters: Final[set[str]] = set()


def register(channel: str, *, reply_headers: Headers, letters: bool = False) -> None:
    """Let conversations of ``channel`` be answered, with these headers; the last word counts.

    ``letters``: an answer quotes what it answers, and files go along with it.
    """
    _answers[channel] = reply_headers
    (_letters.add if letters else _letters.discard)(channel)


def is_letter(channel: str) -> bool:
    """Whether an answer by ``channel`` quotes what it answers and takes files along."""
    return channel in _letters


def is_answerable(channel: str) -> bool:
    """Whether an answer can leave by ``channel``."""
    return channel in _answers


def reply_headers(conversation: Conversation, entries: Sequence[Entry]) -> dict[str, str]:
    """The headers of an answer now. Raises KeyError where the channel cannot be answered."""
    return dict(_answers[conversation.channel](conversation, entries))


def mail_headers(conversation: Conversation, entries: Sequence[Entry]) -> dict[str, str]:
    """By which a mail program puts an answer to what it answers (RFC 5322, 3.6.4): the last letter, and those before it."""
    named = [one for one in entries if one.ref and _MESSAGE_ID.fullmatch(one.ref)]
    if not named:
        return {}
    last = next((one for one in reversed(named) if one.direction == Direction.IN), named[-1])
    before = [ref for ref in last.thread if isinstance(ref, str) and _MESSAGE_ID.fullmatch(ref)]
    said = [one.ref for one in named if one.ref]
    references = list(dict.fromkeys([*before, *said]))
    references = [ref for ref in references if ref != last.ref] + [str(last.ref)]
    if len(references) > _MOST:
        references = [references[0], *references[-(_MOST - 1) :]]
    return {"In-Reply-To": str(last.ref), "References": " ".join(references)}


register(Channel.EMAIL, reply_headers=mail_headers, letters=True)
