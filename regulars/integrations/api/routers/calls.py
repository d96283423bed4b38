"""Calling by another system: whom to call next, and what came of a call."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from ninja import Router, Status

from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import one_of
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.calls import CallOut, OutcomeIn
from regulars.marketing.call_lists import calling, outcomes, queries
from regulars.marketing.call_lists.models import Call

router = Router()
CALL = needs("calls:write", "call_lists.call")


@router.post("/call-lists/{id}/next", response={200: CallOut, 204: None}, **CALL)
def next_call(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """The next customer of a list who may be called now: the token's user has them for twenty minutes. 204: nobody now."""
    held = calling.next_call(call_list=one_of(queries.lists_for(request.user), id), by=request.user)
    return Status(200, _call(held)) if held is not None else Status(204, None)


@router.post("/calls/{id}/outcome", response={201: CallOut}, **CALL)
def record_outcome(request: ApiRequest, id: Pk, given: OutcomeIn) -> Any:  # noqa: A002
    """Write down what came of a call: on the timeline, in the list, in consent. One that nobody has before them is taken first."""
    call: Call = one_of(queries.calls_for(request.user), id)
    with transaction.atomic():
        calling.take(call=call, by=request.user)
        outcomes.record(call=call, by=request.user, **given.model_dump())
    return Status(201, _call(one_of(queries.calls_for(request.user), id)))


def _call(call: Call) -> dict[str, Any]:
    point = queries.numbers_of([call.party_id]).get(call.party_id)
    names = ("state", "outcome", "reason", "tries", "next_at")
    return {
        "id": call.pk, "list": present.named(call.list), "customer": present.named(call.party),
        "number": point.normalised if point else None, **{name: getattr(call, name) for name in names},
    }  # fmt: skip
