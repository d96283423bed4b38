"""Rooms that speak for their own messages: which files go along, what they write of one that left, what they do about one that never will."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regulars.channels.outbox.models import Message


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes along: its name and type as they are told, ``size`` in bytes. ``read`` raises OSError where it is not there."""

    name: str
    type: str
    size: int
    read: Callable[[], bytes]


Sent = Callable[[Sequence[Message], datetime], None]
Lost = Callable[[Sequence[Message]], None]
Files = Callable[[Sequence[Message]], Mapping[int, Sequence[File]]]


@dataclass(frozen=True, slots=True)
class Speaker:
    """``sent`` and ``lost`` run in the transaction that writes down what came of the messages; ``sent`` makes the timeline's entries itself.

    ``files`` gives those that go along, by the message's id: the same for every try.
    """

    sent: Sent
    lost: Lost
    files: Files | None = None


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


def files_of(messages: Iterable[Message]) -> dict[int, Sequence[File]]:
    """The files that go along, by the message's id."""
    told: dict[int, Sequence[File]] = {}
    for speaker, theirs in by_speaker(messages).items():
        if speaker is not None and speaker.files is not None:
            told.update(speaker.files(theirs))
    return told


def by_speaker(messages: Iterable[Message]) -> dict[Speaker | None, list[Message]]:
    """The messages by whoever speaks for them; None: nobody but the outbox."""
    told: dict[Speaker | None, list[Message]] = defaultdict(list)
    for one in messages:
        told[_speakers.get(one.origin.partition(":")[0])].append(one)
    return told
