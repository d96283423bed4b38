"""What is drawn: the customer, or the household they live in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from regulars.customers.models import PartyRelation, RelationKind
from regulars.kit.parts import in_parts
from regulars.marketing.effect.models import UnitKind

AT_ONCE: Final = 500


def households(party_ids: Sequence[int]) -> dict[int, int]:
    """The household of whoever lives in one: party → household; of several the oldest record."""
    found: dict[int, int] = {}
    for some in in_parts(party_ids, AT_ONCE):
        rows = PartyRelation.objects.current().filter(party__in=some, kind=RelationKind.MEMBER_OF)
        found.update(dict(rows.order_by("-other").values_list("party_id", "other_id")))
    return found


def units_of(kind: str, party_ids: Sequence[int], homes: Mapping[int, int] | None = None) -> dict[int, int]:
    """The unit of each party: itself, or its household where that is drawn."""
    if kind == UnitKind.PARTY:
        return {party: party for party in party_ids}
    known = households(party_ids) if homes is None else homes
    return {party: known.get(party, party) for party in party_ids}
