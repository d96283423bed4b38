"""All customers with their figures, one after the other, in bounded memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from regulars.customers import reasons
from regulars.customers.models import CustomerSummary, Identifier
from regulars.kit import money

_CHUNK = 900


def stream_customers(*, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield a plain row for every live party, by id.

    Money is a decimal string in ``currency``, times are ISO 8601 in UTC, reasons are sentences in the active language.
    """
    rows = (
        CustomerSummary.objects.filter(party__trashed_at=None, party__merged_into=None)
        .select_related("party")
        .order_by("party_id")
    )
    stream = (rows[:limit] if limit is not None else rows).iterator(chunk_size=_CHUNK)
    while chunk := list(islice(stream, _CHUNK)):
        known = _identifiers([row.party_id for row in chunk])
        yield from (_plain(row, known[row.party_id]) for row in chunk)


def _identifiers(party_ids: list[int]) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for party, system, number in (
        Identifier.objects.filter(party__in=party_ids).order_by("pk").values_list("party", "system", "external_id")
    ):
        found[party].append({"system": system, "id": number})
    return found


def _plain(row: CustomerSummary, identifiers: list[dict[str, str]]) -> dict[str, Any]:
    scores = (row.recency_score, row.frequency_score, row.monetary_score)
    return {
        "id": row.party_id,
        "name": row.party.name,
        "kind": row.party.kind,
        "identifiers": identifiers,
        "orders": row.orders,
        "returns": row.returns,
        "revenue": str(money.to_decimal(row.revenue, row.currency)),
        "currency": row.currency,
        "first_order": row.first_order_at.isoformat() if row.first_order_at else None,
        "last_order": row.last_order_at.isoformat() if row.last_order_at else None,
        "class": row.value_class or None,
        "class_reasons": reasons.say_all(row.value_reasons),
        "stage": row.stage,
        "stage_since": row.stage_since.isoformat() if row.stage_since else None,
        "stage_reasons": reasons.say_all(row.stage_reasons),
        "risk": row.risk,
        "next_action": row.next_action or None,
        "rfm": {"recency": scores[0], "frequency": scores[1], "monetary": scores[2]} if scores[0] else None,
        "as_of": row.as_of.isoformat() if row.as_of else None,
    }
