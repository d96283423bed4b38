"""Literature that customers ask another system for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from ninja import Router, Status

from regulars.customers.models import Party
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import referred
from regulars.integrations.api.schemas.literature import LiteratureRequestIn, LiteratureRequestOut
from regulars.kit.errors import UserError
from regulars.marketing.fulfilment import actions, queries
from regulars.marketing.fulfilment.addresses import Address
from regulars.marketing.fulfilment.models import Source

router = Router()


@router.post(
    "/literature-requests",
    response={201: LiteratureRequestOut, 200: LiteratureRequestOut},
    **needs("literature:write", "fulfilment.view"),
)
def ask_for(request: ApiRequest, given: LiteratureRequestIn) -> Any:
    """Note that a customer is to get something by post. Asked twice while the first is open, it is one request (200)."""
    party = referred(Party.objects.visible_to(request.user).live(), given.customer, "customer")
    item = referred(queries.items(), given.item, "item")
    where = Address(**given.address.model_dump()) if given.address else None
    if where is not None and not where.complete:
        raise UserError(_("This address is not complete: a postman could not find it."))
    made, new = actions.request(
        party=party, item=item, by=request.user, source=Source.API, quantity=given.quantity, address=where
    )
    names = ("quantity", "state", "source", "asked_at")
    told = {"id": made.pk, "new": new, "customer": present.named(party), "item": present.named(item)}
    return Status(201 if new else 200, told | {name: getattr(made, name) for name in names})
