"""Timelines: read page by page, added to one by one or a thousand at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from regulars.customers import timeline
from regulars.customers.models import Channel
from regulars.customers.queries.entries import After, Wanted, page_of_entries, read_after
from regulars.integrations.api import entries, present
from regulars.integrations.api.door import reply
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.records import party_for
from regulars.integrations.api.schemas import Given, Pk
from regulars.integrations.api.schemas.timeline import Added, AddedMany, EntryPage

router = Router()
WRITE = needs("timeline:write", "customers.log")
Group = Literal["", "contact", "trade", "service", "marketing", "stage", "record", "other"]


class EntriesIn(Given):
    """Many entries; all are written or none."""

    entries: Annotated[list[entries.EntryIn], Field(min_length=1, max_length=entries.MOST)]


@router.get("/customers/{id}/timeline", response=EntryPage, **needs("customers:read", "customers.view"))
def read_timeline(
    request: ApiRequest,
    id: Pk,  # noqa: A002 -- the name in the address
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    group: Query[Group] = "",
    channel: Query[Channel | None] = None,
    after: Annotated[str, Query(..., max_length=80)] = "",
) -> Any:
    """What happened with a customer, the newest first."""
    party = party_for(request, id, trashed=True)
    found, more = page_of_entries(party, Wanted(group=group, channel=channel or ""), _after(after), limit)
    told = request.GET.copy()
    if more is not None:
        told["after"] = str(more)
    link = f"{request.path}?{told.urlencode()}" if more is not None else None
    return {"items": [present.entry(one) for one in found], "next": link}


def _after(raw: str) -> After | None:
    if not raw:
        return None
    found = read_after(raw)
    if found is None or not 1801 <= found.occurred_at.year <= 2199 or not 0 <= found.pk < 2**63:
        detail = _("Take “after” from the “next” of a page of the same list and order.")
        raise Problem(422, detail, flaws=[Flaw("#query/after", detail)])
    return found


@router.post("/timeline", response={201: Added, 200: Added}, **WRITE)
def add_entry(request: ApiRequest, given: entries.EntryIn) -> HttpResponse:
    """Add one entry: 201 when it is new, 200 when its source brought it before."""
    (result,) = entries.record([entries.Posting(request.token, given)])
    if isinstance(result, Problem):
        raise result
    return reply({"id": result.id, "new": result.new}, 201 if result.new else 200)


@router.post("/timeline/bulk", response=AddedMany, **WRITE)
def add_entries(request: ApiRequest, given: EntriesIn) -> HttpResponse:
    """Add up to a thousand entries: all or none. Those a source brought before are found, not doubled."""
    postings = [entries.Posting(request.token, one, ("entries", n)) for n, one in enumerate(given.entries)]
    told = entries.record_all(postings)
    added = sum(one.new for one in told)
    rows = [{"id": one.id, "new": one.new} for one in told]
    return reply({"added": added, "known": len(told) - added, "entries": rows})


@router.get("/timeline/kinds", **needs("customers:read"))
def list_kinds(request: ApiRequest) -> HttpResponse:
    """The kinds of entry that Regulars knows by name; others are kept as they are called."""
    rows = [
        {"kind": one.key, "label": str(one.label), "group": one.group, "contact": one.contact}
        for one in timeline.kinds()
    ]
    return reply(rows)
