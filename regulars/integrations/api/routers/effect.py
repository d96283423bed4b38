"""What experiments found."""

from __future__ import annotations

from typing import Any

from ninja import Router

from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import one_of
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.effect import ReportOut
from regulars.marketing.effect import queries, sentences

router = Router()


@router.get("/{id}/report", response=ReportOut, **needs("analyses:read", "effect.view"))
def read_report(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """What an experiment found, as of now: bounds hold however often this is read."""
    report = queries.report(one_of(queries.experiments_for(request.user), id))
    return {**report.as_json(), "said": sentences.headline(report)}
