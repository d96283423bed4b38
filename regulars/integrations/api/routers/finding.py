"""Finding somebody: search over everything, and the screen pop."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router, Schema

from regulars.customers.queries.search import likeliest
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.schemas.customers import Figures

router = Router()
READ = needs("customers:read", "customers.view")
Typed = Annotated[str, Query(..., min_length=1, max_length=200)]


class Found(Schema):
    """Somebody who may be meant, with what they are to us."""

    id: int
    kind: str
    name: str
    owner: str | None
    figures: Figures


@router.get("/search", response=list[Found], **READ)
def search(request: ApiRequest, q: Typed, limit: Annotated[int, Query(..., ge=1, le=50)] = 20) -> Any:
    """Who may be meant by a name, a number in any notation, an address or an order, the likeliest first; small slips forgiven."""
    return [
        {
            "id": party.pk, "kind": party.kind, "name": party.name, "owner": str(party.owner) if party.owner else None,
            "figures": present.figures(party.summary),
        }
        for party, _hit in likeliest(request.user, q, limit)
    ]  # fmt: skip
