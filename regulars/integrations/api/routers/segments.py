"""Segments: made, changed, tried; who is or was in one."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from regulars.customers.models import Party
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import check_version, expect_version, needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.records import one_of
from regulars.integrations.api.schemas import Moment, Pk
from regulars.integrations.api.schemas.segments import (
    ConditionOut,
    FoundOut,
    RuleIn,
    SegmentIn,
    SegmentOut,
    SegmentPatch,
    StayPage,
)
from regulars.marketing.segments import actions, conditions, definition, queries
from regulars.marketing.segments.models import Member, Segment
from regulars.staff.models import User
from regulars.staff.rules import Reach, reach

router = Router()
READ = needs("customers:read", "segments.view")
WRITE = needs("marketing:write", "segments.edit")
SAMPLE = 20


@router.get("/conditions", response=list[ConditionOut], **READ)
def list_conditions(request: ApiRequest) -> Any:
    """What a rule may ask of a customer."""
    return [_condition(one, request.user) for one in conditions.every().values()]


def _condition(one: conditions.Condition, user: User) -> dict[str, Any]:
    return {
        "key": one.key, "label": str(one.label), "group": str(one.group),
        "values": [_blank(field, user) for field in one.fields],
    }  # fmt: skip


def _blank(one: conditions.Field, user: User) -> dict[str, Any]:
    known = [{"value": told.value, "label": str(told.label)} for told in one.choices(user)] if one.choices else None
    when = {one.when[0]: list(one.when[1])} if one.when else None
    return {
        "key": one.key, "label": str(one.label), "kind": one.kind, "default": one.default, "choices": known, "when": when,
    }  # fmt: skip


@router.post("/try", response=FoundOut, **WRITE)
def try_rule(request: ApiRequest, given: RuleIn) -> Any:
    """Whom a rule finds now, of those whom the token's user sees; nothing is kept."""
    rule = definition.check(given.rule, request.user)
    found = queries.matching_now(rule, request.user)
    sample = found.order_by("-summary__revenue_12m", "pk")[:SAMPLE]
    return {
        "customers": found.order_by().count(), "words": _words(rule, request.user),
        "sample": [present.named(one) for one in sample],
    }  # fmt: skip


@router.post("", response={201: SegmentOut}, **WRITE)
def make_segment(request: ApiRequest, given: SegmentIn) -> Any:
    """Make a segment; its customers are worked out in the background."""
    made = actions.make_segment(name=given.name, note=given.note, rule=given.rule, by=request.user)
    return Status(201, _segment(_one(request, made.pk), request.user))


@router.get("/{id}", response=SegmentOut, **READ)
def read_segment(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """One segment with its rule."""
    return _segment(_one(request, id), request.user)


@router.patch("/{id}", response=SegmentOut, **WRITE)
def change_segment(request: ApiRequest, id: Pk, given: SegmentPatch) -> Any:  # noqa: A002
    """Change name, note or rule; ``If-Match`` holds the version it was made from."""
    segment = _one(request, id)
    check_version(segment.version, expect_version(request))
    told = {"name": segment.name, "note": segment.note, "rule": segment.rule, **given.model_dump(exclude_none=True)}
    actions.change_segment(segment=segment, version=segment.version, by=request.user, **told)
    return _segment(_one(request, id), request.user)


@router.delete("/{id}", response={204: None}, **WRITE)
def remove_segment(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Take it away: everybody leaves it; who was in it, and when, stays."""
    actions.remove_segment(segment=_one(request, id), by=request.user)
    return Status(204, None)


@router.get("/{id}/members", response=StayPage, **READ)
def list_members(
    request: ApiRequest,
    id: Pk,  # noqa: A002
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    at: Query[Moment | None] = None,
    after: Annotated[int, Query(..., ge=0, lt=2**63)] = 0,
) -> Any:
    """Who is in it, or was at a moment since it was made; by number of the customer."""
    if at is not None and not 1900 <= at.year <= 2199:
        detail = _("The moment is too far away.")
        raise Problem(422, detail, flaws=[Flaw("#query/at", detail)])
    stays = queries.stays_at(_one(request, id).pk, at).filter(party__gt=after).select_related("party")
    if reach(request.user) is not Reach.ALL:
        stays = stays.filter(party__in=Party.objects.visible_to(request.user).live())
    found = list(stays.filter(party__merged_into=None).order_by("party")[: limit + 1])
    told = request.GET.copy()
    told["after"] = str(found[:limit][-1].party_id) if found else ""
    more = f"{request.path}?{told.urlencode()}" if len(found) > limit else None
    return {"items": [_stay(one) for one in found[:limit]], "next": more}


def _one(request: ApiRequest, pk: int) -> Any:
    return one_of(queries.segments_for(request.user).select_related("owner"), pk)


def _words(rule: definition.Node, user: User) -> list[str]:
    return _lines(definition.said(rule, user))


def _lines(said: definition.Said) -> list[str]:
    """A line per condition, groups within groups indented."""
    found = [f"{said.words}:"]
    for line in said.lines:
        found += [f"  {one}" for one in ([line] if isinstance(line, str) else _lines(line))]
    return found


def _segment(one: Any, user: User) -> dict[str, Any]:
    segment: Segment = one
    return {
        "id": segment.pk, "name": segment.name, "note": segment.note, "rule": segment.rule,
        "words": _words(segment.rule, user), "version": segment.version, "customers": one.seen,
        "being_worked_out": segment.being_worked_out, "owner": present.named(segment.owner),
        "created_at": segment.created_at, "changed_at": segment.changed_at,
    }  # fmt: skip


def _stay(one: Member) -> dict[str, Any]:
    return {
        "customer": present.named(one.party), "since": one.since, "until": one.until, "cause": one.cause,
        "left_cause": one.left_cause,
    }  # fmt: skip
