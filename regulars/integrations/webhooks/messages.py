"""What a webhook says: the least that lets the receiver fetch the rest, and personal details only where that was asked for."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Sequence
from typing import Any

from regulars.customers.models import Event
from regulars.kit import clock


def wants(kinds: Sequence[str], kind: str) -> bool:
    """Whether one of ``kinds`` (``commerce.*``) means ``kind``."""
    return any(fnmatch.fnmatchcase(kind, pattern) for pattern in kinds)


def of_event(event: Event, message_id: str, *, details: bool) -> str:
    """The body for an entry of the timeline; ``details`` adds subject, text and payload."""
    told: dict[str, Any] = {
        "id": message_id,
        "kind": event.kind,
        "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "entry": event.pk,
        "customer": event.customer_id,
        "party": event.party_id,
        "channel": event.channel,
        "object": {"type": event.object_type, "id": event.object_id} if event.object_type else None,
        "amount": {"amount": event.amount, "currency": event.currency} if event.amount is not None else None,
        "quantity": event.quantity,
        "source": event.source,
    }
    if details:
        body = getattr(event, "body", None)
        told["details"] = {
            "subject": body.subject if body else "", "text": body.text if body else "", "payload": event.payload,
            "source_key": event.source_key,
        }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


def of_house(kind: str, message_id: str, facts: dict[str, Any]) -> str:
    """The body for something that is no entry of a timeline: the end of an import, a ping."""
    return json.dumps(
        {"id": message_id, "kind": kind, "occurred_at": clock.now().isoformat(), **facts}, ensure_ascii=False
    )
