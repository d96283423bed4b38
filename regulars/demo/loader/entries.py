"""Timeline entries gathered from all parts of a chunk, put in the order of time and written at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from regulars.customers.models import Event, EventBody
from regulars.demo.loader.bulk import Keys, write

_NAMES = (
    "occurred_at", "kind", "customer_id", "party_id", "channel", "department", "actor_id", "object_type", "object_id",
    "amount", "currency", "quantity", "payload", "source", "subject", "text",
)  # fmt: skip
_EMPTY: dict[str, Any] = {
    "party_id": None, "channel": "", "department": "", "actor_id": None, "object_type": "", "object_id": None, "amount": None,
    "currency": "", "quantity": None, "payload": "{}", "source": "", "subject": "", "text": "",
}  # fmt: skip


def as_json(value: object) -> str:
    """A payload as the loader writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Entries:
    """Columns of entries; ``add`` takes sequences of one length, or one value for all."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def add(self, occurred_at: Sequence[str], **columns: Any) -> None:
        """Gather entries; the names are those of ``Event`` and, for the text, of ``EventBody``."""
        unknown = set(columns) - set(_NAMES)
        if unknown:
            raise TypeError(f"an entry has no {', '.join(sorted(unknown))}")
        size = len(occurred_at)
        spread = []
        for name in _NAMES[1:]:
            value = columns[name] if name in columns else _EMPTY[name]
            spread.append(value if isinstance(value, list | tuple | range) else [value] * size)
        self._rows.extend(zip(occurred_at, *spread, strict=True))

    def write(self, keys: Keys) -> int:
        """Write all, the oldest first, so that keys rise with time. Returns how many rows were written, texts included."""
        rows = sorted(self._rows, key=lambda row: row[0])
        size = len(rows)
        if not size:
            return 0
        pks = keys.run(Event, size)
        columns = dict(zip(_NAMES, (list(column) for column in zip(*rows, strict=True)), strict=True))
        subjects, texts = columns.pop("subject"), columns.pop("text")
        write(Event, size, id=pks, recorded_at=columns["occurred_at"], **columns)
        said = [position for position in range(size) if texts[position] or subjects[position]]
        write(
            EventBody,
            len(said),
            event_id=[pks[position] for position in said],
            subject=[subjects[position] for position in said],
            text=[texts[position] for position in said],
        )
        return size + len(said)
