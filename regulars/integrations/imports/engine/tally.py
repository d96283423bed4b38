"""The figures of an import, in the preview and in the run: every row is accepted, known or rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from regulars.kit.money import exponent

PICO = 12
"""Amounts are summed exactly, in millionths of a millionth of the currency's major unit."""
_MOST_EXAMPLES = 20
_MOST_CODES = 60


@dataclass(slots=True)
class Tally:
    """Counts of rows, of what they made, and sums. ``revenue`` is in pico units (10⁻¹² of the major unit)."""

    rows: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    anonymous: int = 0
    duplicates: int = 0
    customers_created: int = 0
    customers_changed: int = 0
    customers_known: int = 0
    orders_created: int = 0
    orders_extended: int = 0
    returns: int = 0
    return_lines: int = 0
    fee_lines: int = 0
    products_created: int = 0
    products_changed: int = 0
    events_created: int = 0
    payments_created: int = 0
    revenue: int = 0
    first: str = ""
    last: str = ""
    fees: dict[str, list[Any]] = field(default_factory=dict)
    warnings: dict[str, list[Any]] = field(default_factory=dict)
    first_rejects: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; ``revenue`` as text, it may exceed what JSON readers keep exactly."""
        return {**asdict(self), "revenue": str(self.revenue)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Back from JSON."""
        return cls(**{**data, "revenue": int(data.get("revenue", 0))})

    def span(self, moment: datetime) -> None:
        """Widen the span of dates."""
        text = moment.isoformat()
        if not self.first or text < self.first:
            self.first = text
        self.last = max(self.last, text)

    def warn(self, key: str, example: str = "") -> None:
        """Count something worth knowing; the first twenty examples are kept."""
        entry = self.warnings.setdefault(key, [0, []])
        entry[0] += 1
        if example and len(entry[1]) < _MOST_EXAMPLES:
            entry[1].append(example)

    def fee(self, code: str, kind: str, description: str, pico: int) -> None:
        """Note a line that is no product."""
        entry = self.fees.get(code)
        if entry is None:
            if len(self.fees) >= _MOST_CODES:
                return
            entry = self.fees[code] = [kind, description, 0, "0"]
        entry[2] += 1
        entry[3] = str(int(entry[3]) + pico)
        if description and not entry[1]:
            entry[1] = description


def decimal_string(pico: int, currency: str) -> str:
    """A sum in pico units as a decimal string with the places of the currency: ``9539484.63``."""
    places = exponent(currency)
    return f"{Decimal(to_minor(pico, currency)).scaleb(-places):.{places}f}"


def to_minor(pico: int, currency: str) -> int:
    """Minor units, halves rounded up: the one rounding that does not depend on what was added before."""
    unit = 10 ** (PICO - exponent(currency))
    return int((pico + unit // 2) // unit)
