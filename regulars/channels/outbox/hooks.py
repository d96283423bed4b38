"""Rooms that speak for their own messages: what they write of one that left, and what they do about one that never will."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regulars.channels.outbox.models import Message

Sent = Callable[[Sequence[Message], datetime], None]
Lost = Callable[[Sequence[Message]], None]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Both run in the transaction that writes down what came of the messages; ``sent`` makes the timeline's entries itself."""

    sent: Sent
    lost: Lost


_speakers: Final[dict[str, Speaker]] = {}


def register(prefix: str, speaker: Speaker) -> None:
    """Let ``speaker`` speak for messages whose origin is ``prefix:…``.

    Raises:
        ValueError: another one does already.
    """
    if _speakers.setdefault(prefix, speaker) is not speaker:
        raise ValueError(f"two speakers for {prefix}")


def tell_lost(messages: Iterable[Message]) -> None:
    """Say that these will never be sent."""
    for speaker, theirs in by_speaker(messages).items():
        if speaker is not None:
            speaker.lost(theirs)


def by_speaker(messages: Iterable[Message]) -> dict[Speaker | None, list[Message]]:
    """The messages by whoever speaks for them; None: nobody but the outbox."""
    told: dict[Speaker | None, list[Message]] = defaultdict(list)
    for one in messages:
        told[_speakers.get(one.origin.partition(":")[0])].append(one)
    return told
