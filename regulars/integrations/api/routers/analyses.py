"""What the analyses found, and asking for a refresh."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404
from ninja import Path, Router, Status

from regulars.integrations.api import hooks
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import one_of
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.admin import ResultOut, RunOut

router = Router()
READ = needs("analyses:read", "insight.view")


@router.get("", response=list[ResultOut], **READ)
def list_results(request: ApiRequest) -> Any:
    """The results of the last refresh, by name of analysis."""
    run = hooks.analyses().last_done()
    return list(run.results.order_by("name")) if run else []


@router.get("/runs/{id}", response=RunOut, **READ)
def get_run(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """How far a refresh is."""
    return one_of(hooks.analyses().runs(), id)


@router.post("/refresh", response={202: RunOut}, **needs("analyses:read", "insight.refresh"))
def refresh(request: ApiRequest) -> Any:
    """Ask the worker to compute value, class and stage of everybody; one that waits already is enough."""
    return Status(202, hooks.analyses().refresh(request.user))


@router.get("/{name}", response=ResultOut, **READ)
def get_result(request: ApiRequest, name: Annotated[str, Path(..., max_length=40)]) -> Any:
    """The newest result of one analysis."""
    run = hooks.analyses().last_done()
    found = run.results.filter(name=name).first() if run else None
    if found is None:
        raise Http404
    return found
