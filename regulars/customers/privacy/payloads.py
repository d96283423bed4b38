"""What of an entry's payload is a fact: numbers, moments, and codes under names that are known to hold codes."""

from __future__ import annotations

import re
from typing import Any, Final

CODES: Final = frozenset(
    {
        "kind", "from", "to", "channel", "direction", "purpose", "state", "way", "role", "code", "stage", "currency", "unit",
        "since", "until", "due_at", "valid_from", "valid_to", "warranty_until", "number", "product", "table", "items",
        "reasons", "values", "method", "class",
    }
)  # fmt: skip
"""Keys whose text is a code, a day, an order number or goods: never words about a person."""
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ][\d:.+\-Z]*)?")


def facts_of(payload: Any, key: str = "") -> Any:
    """``payload`` with every word gone that is no fact; whatever is not known to be one goes."""
    if isinstance(payload, dict):
        kept = {name: facts_of(value, name) for name, value in payload.items()}
        return {name: value for name, value in kept.items() if value is not None}
    if isinstance(payload, list):
        return [one for one in (facts_of(value, key) for value in payload) if one is not None]
    if isinstance(payload, bool | int | float) or payload is None:
        return payload
    return payload if key in CODES or _MOMENT.fullmatch(str(payload)) else None
