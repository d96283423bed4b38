"""The figures of an import, in the preview and in the run: every row is accepted, known or rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Self

from django.utils.timezone import localtime

from regulars.kit import clock
from regulars.kit.money import exponent

PICO = 12
MOST_TURNED_OVER = 10 ** (15 + PICO)
"""Amounts are summed exactly, in millionths of a millionth of the currency's major unit. What one file turns over, returns and
costs counted as positive, is bounded at 10¹⁵ major units: no sum over an order, a customer or all of them then outgrows 64 bits."""
AHEAD: Final = timedelta(days=2)
"""What lies further ahead is worth a warning; two days leave room for zones and for orders taken for tomorrow."""
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_EXAMPLES = 20
_MOST_CODES = 60


@dataclass(slots=True)
class Tally:
    """Counts of rows, of what they made, and sums. ``revenue`` and ``turned_over`` are in pico units (10⁻¹² of the major unit)."""

    rows: int = 0
    accepted: int = 0
    known: int = 0
    rejected: int = 0
    anonymous: int = 0
    duplicates: int = 0
    customers_created: int = 0
    customers_changed: int = 0
    customers_known: int = 0
    relations_begun: int = 0
    relations_ended: int = 0
    relatives: int = 0
    ambiguous: int = 0
    hints: int = 0
    missing: int = 0
    orders_created: int = 0
    orders_extended: int = 0
    orders_changed: int = 0
    returns: int = 0
    return_lines: int = 0
    fee_lines: int = 0
    products_created: int = 0
    products_changed: int = 0
    events_created: int = 0
    payments_created: int = 0
    assets_created: int = 0
    assets_changed: int = 0
    contracts_created: int = 0
    contracts_renewed: int = 0
    contracts_changed: int = 0
    revenue: int = 0
    turned_over: int = 0
    first: str = ""
    last: str = ""
    fees: dict[str, list[Any]] = field(default_factory=dict)
    warnings: dict[str, list[Any]] = field(default_factory=dict)
    first_rejects: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; sums as text, they may exceed what JSON readers keep exactly."""
        return {**asdict(self), "revenue": str(self.revenue), "turned_over": str(self.turned_over)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Back from JSON."""
        return cls(**{**data, "revenue": int(data.get("revenue", 0)), "turned_over": int(data.get("turned_over", 0))})

    def turn_over(self, pico: int) -> bool:
        """Count a sum towards what the file turns over; False, and not counted, when that would be more than can be kept."""
        total = self.turned_over + pico
        if total > MOST_TURNED_OVER:
            return False
        self.turned_over = total
        return True

    def span(self, moment: datetime, *, rows: int = 1) -> None:
        """Widen the span of dates, and warn of rows that lie ahead or before 1970."""
        if moment > clock.now() + AHEAD or moment < LONG_AGO:
            self.warn("ahead" if moment > LONG_AGO else "long_ago", localtime(moment).date().isoformat(), rows=rows)
        text = moment.isoformat()
        if not self.first or text < self.first:
            self.first = text
        self.last = max(self.last, text)

    def warn(self, key: str, example: str = "", *, rows: int = 1) -> None:
        """Count something worth knowing; the first twenty examples are kept."""
        entry = self.warnings.setdefault(key, [0, []])
        entry[0] += rows
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
