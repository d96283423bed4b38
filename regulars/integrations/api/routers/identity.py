"""Duplicates, merging and taking apart."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from ninja import Query, Router

from regulars.customers.actions.merges import keep_apart, merge_parties, unmerge
from regulars.customers.models import DuplicatePair, Merge, Party
from regulars.customers.queries.pairs import open_pairs
from regulars.customers.queries.seen import of_seen
from regulars.customers.rules import may_merge
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Problem
from regulars.integrations.api.records import one_of, party_for
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.admin import MergeIn, MergeOut, PairOut, PairPage, UnmergeIn

router = Router()
MERGE = needs("customers:write", "customers.merge")


def _pairs(request: ApiRequest) -> Any:
    return open_pairs(request.user).select_related("left", "right")


def _pair(one: DuplicatePair) -> dict[str, Any]:
    facts = {name: getattr(one, name) for name in ("probability", "weight", "evidence", "verdict")}
    return {"id": one.pk, "left": present.named(one.left), "right": present.named(one.right), **facts}


def _merge(one: Merge) -> dict[str, Any]:
    ends = {"winner": present.named(one.winner), "loser": present.named(one.loser)}
    return {"id": one.pk, **ends, "made_at": one.made_at, "undone_at": one.undone_at}


@router.get("/duplicates", response=PairPage, **needs("customers:read", "customers.merge"))
def list_duplicates(
    request: ApiRequest,
    limit: Annotated[int, Query(..., ge=1, le=200)] = 50,
    after: Annotated[int, Query(..., ge=0, le=2**63 - 1)] = 0,
) -> Any:
    """Pairs that nobody has decided about, the likeliest first."""
    rows = _pairs(request).order_by("-probability", "pk")
    last = DuplicatePair.objects.filter(pk=after).values_list("probability", flat=True).first() if after else None
    if last is not None:
        rows = rows.filter(Q(probability__lt=last) | Q(probability=last, pk__gt=after))
    found = list(rows[: limit + 1])
    link = f"{request.path}?limit={limit}&after={found[limit - 1].pk}" if len(found) > limit else None
    return {"items": [_pair(one) for one in found[:limit]], "next": link}


@router.post("/duplicates/{id}/different", response=PairOut, **MERGE)
def say_different(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """They are two; the pair is not proposed again."""
    pair = one_of(_pairs(request), id)
    _check(request, pair.left, pair.right)
    keep_apart(pair=pair, by=request.user)
    pair.refresh_from_db()
    return _pair(pair)


@router.post("/customers/{id}/merge", response=MergeOut, **MERGE)
def merge_customers(request: ApiRequest, id: Pk, given: MergeIn) -> Any:  # noqa: A002
    """Make one of two: what hangs on ``loser`` moves to this customer."""
    winner, loser = party_for(request, id), party_for(request, given.loser)
    _check(request, winner, loser)
    return _merge(merge_parties(winner=winner, loser=loser, by=request.user, choices=dict(given.choices)))


@router.post("/merges/{id}/undo", response=MergeOut, **MERGE)
def undo_merge(request: ApiRequest, id: Pk, given: UnmergeIn) -> Any:  # noqa: A002
    """Take the two apart again, every row where it was."""
    merge = one_of(of_seen(Merge.objects.select_related("winner", "loser"), request.user, "winner"), id)
    _check(request, merge.winner)
    return _merge(unmerge(merge=merge, by=request.user, different=given.different))


def _check(request: ApiRequest, *parties: Party) -> None:
    if not may_merge(request.user, parties):
        raise Problem(403, _("Your role does not allow this."))
