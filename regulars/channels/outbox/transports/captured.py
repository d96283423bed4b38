"""Keeps messages instead of sending them: nothing leaves, everything can be looked at in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports import Outcome, Result


class Captured:
    """The transport of a system that was not told of a mail server."""

    name = "captured"

    def render(self, messages: Sequence[tuple[Message, Content]]) -> dict[int, Any]:
        """The words themselves."""
        return {message.pk: content for message, content in messages}

    def open(self) -> None:
        """Nothing to open."""

    def close(self, connection: None) -> None:
        """Nothing to close."""

    def expect(self, connection: None, mails: Sequence[tuple[Message, Any]]) -> None:
        """There is no haste."""

    def send(self, connection: None, message: Message, rendered: Content) -> Outcome:
        """Keep the words."""
        return Outcome(message, Result.SENT, reason="captured", keep=rendered)
