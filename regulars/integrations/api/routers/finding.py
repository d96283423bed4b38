"""Finding somebody: search over everything, and the screen pop."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from ninja import Query, Router, Schema

from regulars.customers.page.pop import screen_pop
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


class PopOut(Schema):
    """Who calls: ``one``, ``several`` or ``none``; with everything about them where it is one."""

    asked: str
    state: str
    matches: list[dict[str, Any]]
    customer: dict[str, Any] | None


@router.get("/pop", response=PopOut, **READ)
def pop(
    request: ApiRequest,
    phone: Annotated[str, Query(..., max_length=200)] = "",
    text: Annotated[str, Query(..., max_length=200)] = "",
    customer: Annotated[int | None, Query(..., ge=1, le=2**63 - 1)] = None,
) -> HttpResponse:
    """A number in any notation, an address or a card in; who it is, value, stage, open promises, contracts, consent, suggestion out."""
    told = screen_pop(request.user, phone or text, chosen=customer).as_dict()
    return HttpResponse(json.dumps(told, ensure_ascii=False, cls=DjangoJSONEncoder), content_type="application/json")
