"""What the channels keep."""

from __future__ import annotations

from regulars.channels.outbox.models import (
    Message,
    MessageBody,
    MessageClass,
    MessageEvent,
    MessageEventKind,
    MessageState,
)

__all__ = ["Message", "MessageBody", "MessageClass", "MessageEvent", "MessageEventKind", "MessageState"]
