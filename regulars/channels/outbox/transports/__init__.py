"""What carries messages. One transport per channel; ``register`` and ``of`` are all that the sender knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.models import Message


class Result(StrEnum):
    """What came of one try."""

    SENT = "sent"
    FAILED = "failed"
    """Refused for good."""
    LATER = "later"
    """Refused for the time being, surely not delivered."""
    UNCERTAIN = "uncertain"
    """The connection broke after the words had gone: nobody knows."""
    NOT_TRIED = "not_tried"
    """It never touched the wire."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of trying ``message``: the reason as a code, the other side's answer, the words to ``keep``."""

    message: Message
    result: Result
    reason: str = ""
    reply: str = ""
    keep: Content | None = None


class Unreachable(Exception):
    """The other side cannot be spoken to at all: nothing was tried."""


class Transport(Protocol):
    """Carries messages of one channel. ``render`` may take its time; ``send`` is what happens between two commits."""

    name: str

    def render(self, messages: Sequence[tuple[Message, Content]]) -> dict[int, Any]:
        """What is put on the wire, by the message's id; ValueError instead of it where it cannot be said that way."""

    def open(self) -> Any:
        """A connection, used by one thread. Raises Unreachable."""

    def close(self, connection: Any) -> None:
        """End it; never raises."""

    def expect(self, connection: Any, mails: Sequence[tuple[Message, Any]]) -> None:
        """These are about to be sent, in this order: messages and what was rendered of them. May be used to make haste."""

    def send(self, connection: Any, message: Message, rendered: Any) -> Outcome:
        """Try one; never raises for what the other side does."""


_registered: Final[dict[str, Transport]] = {}


def register(channel: str, transport: Transport) -> None:
    """Let ``transport`` carry the messages of ``channel``, instead of whatever did so before."""
    _registered[channel] = transport


def unregister(channel: str) -> None:
    """Let nothing carry them (tests)."""
    _registered.pop(channel, None)


def of(channel: str) -> Transport:
    """The transport of ``channel``; KeyError when there is none."""
    return _registered[channel]


def channels() -> list[str]:
    """The channels that something carries."""
    return sorted(_registered)
