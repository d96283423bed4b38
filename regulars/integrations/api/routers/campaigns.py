"""Campaigns: made, scheduled, started, paused, stopped; where they stand and what they did."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from ninja import Router, Status

from regulars.channels.outbox.models import MessageState
from regulars.customers.models import Party
from regulars.integrations.api import present
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.problems import Flaw, Problem
from regulars.integrations.api.records import one_of, referred
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.campaigns import CampaignIn, CampaignOut, ReportOut, StandingOut
from regulars.marketing.call_lists.models import Script
from regulars.marketing.campaigns import actions, queries, showing, tasks
from regulars.marketing.campaigns.models import By, Campaign, Fate
from regulars.marketing.campaigns.plan import Cost, Plan
from regulars.marketing.content.models import Content
from regulars.marketing.fulfilment.models import Item
from regulars.marketing.segments import queries as segments

router = Router()
READ = needs("customers:read", "campaigns.view")
WRITE = needs("marketing:write", "campaigns.edit")
_FACTS: Final = (
    "name", "goal", "measure", "by", "control_share", "unit", "offer_en", "offer_zh", "offer_url", "offer_code", "offer_cost",
    "contact_cost", "budget", "starts_at", "not_after", "days",
)  # fmt: skip
_TOLD: Final = (
    *_FACTS, "state", "reason", "currency", "ends_at", "created_at", "started_at", "sent_at", "finished_at",
)  # fmt: skip


@router.post("", response={201: CampaignOut}, **WRITE)
def make_campaign(request: ApiRequest, given: CampaignIn) -> Any:
    """Make a draft; nothing is said before it is started."""
    if (given.segment is None) == (given.customers is None):
        detail = _("Give either a segment or customers.")
        raise Problem(422, detail, flaws=[Flaw("#/segment", detail)])
    segment = referred(segments.segments_for(request.user), given.segment, "segment")
    kind: Any = {By.EMAIL.value: Content, By.CALL.value: Script, By.LETTER.value: Item}[given.by]
    said = tuple(referred(kind.objects.filter(removed_at=None), pk, "said") for pk in given.said)
    told = Plan(
        segment=segment, said=said, costs=tuple(Cost(one.name, one.planned, one.actual) for one in given.costs),
        **{name: getattr(given, name) for name in _FACTS},
    )  # fmt: skip
    customers = None if given.customers is None else Party.objects.filter(pk__in=given.customers)
    made = actions.make_campaign(told=told, by=request.user, customers=customers)
    return Status(201, _told(_one(request, made.pk)))


@router.get("/{id}", response=CampaignOut, **READ)
def read_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002 -- the name in the address
    """One campaign as it was declared, and its state."""
    return _told(_one(request, id))


@router.post("/{id}/start", response=CampaignOut, **WRITE)
def start_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Begin now; the worker decides about everybody in the audience."""
    actions.start(campaign=_one(request, id), by=request.user)
    tasks.carry_out.enqueue(id)
    return _told(_one(request, id))


@router.post("/{id}/schedule", response=CampaignOut, **WRITE)
def schedule_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Let it start by itself at ``starts_at``."""
    actions.schedule(campaign=_one(request, id), by=request.user)
    return _told(_one(request, id))


@router.post("/{id}/pause", response=CampaignOut, **WRITE)
def pause_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Let what has not gone wait."""
    actions.pause(campaign=_one(request, id), by=request.user)
    return _told(_one(request, id))


@router.post("/{id}/go-on", response=CampaignOut, **WRITE)
def go_on_with_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Go on with a paused campaign; the complaints so far are accepted."""
    campaign = _one(request, id)
    actions.go_on(campaign=campaign, complaints=queries.complaints(campaign).complained, by=request.user)
    tasks.carry_out.enqueue(id)
    return _told(_one(request, id))


@router.post("/{id}/stop", response=CampaignOut, **WRITE)
def stop_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Hold back for good what has not gone; what it did is measured on."""
    actions.stop(campaign=_one(request, id), by=request.user)
    return _told(_one(request, id))


@router.delete("/{id}", response={204: None}, **WRITE)
def remove_campaign(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Take a campaign that was not started away."""
    actions.remove_campaign(campaign=_one(request, id), by=request.user)
    return Status(204, None)


@router.get("/{id}/standing", response=StandingOut, **READ)
def read_standing(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Where the audience and the messages stand."""
    return _standing(request, _one(request, id))


@router.get("/{id}/report", response=ReportOut, **needs("customers:read", "effect.view"))
def read_report(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """What it cost, and what it did beyond what would have happened anyway; to those who see all customers."""
    campaign = _one(request, id)
    told = showing.effect(campaign, request.user)
    if "no_report" in told:
        raise Problem(403, str(told["no_report"]))
    spent, report = told["spent"], told.get("report")
    return {
        "standing": _standing(request, campaign), "contacts": spent.contacts, "contact_cost": spent.contact_cost,
        "further_cost": spent.further, "effect": report.as_json() if report is not None else None,
    }  # fmt: skip


def _one(request: ApiRequest, pk: int) -> Campaign:
    rows = queries.campaigns_for(request.user).select_related("segment", "owner", "experiment")
    found: Campaign = one_of(rows, pk)
    return found


def _told(campaign: Campaign) -> dict[str, Any]:
    variants = campaign.variants.select_related("content", "script", "item")
    return {
        "id": campaign.pk, **{name: getattr(campaign, name) for name in _TOLD}, "list_words": campaign.list_words,
        "segment": present.named(campaign.segment), "owner": present.named(campaign.owner),
        "audience": campaign.audience if campaign.gathered_at or campaign.segment_id is None else None,
        "variants": [
            {"key": one.key, "said": one.said.pk if one.said else None, "name": str(one.said or "")} for one in variants
        ],
        "costs": [{"name": one.name, "planned": one.planned, "actual": one.actual} for one in campaign.costs.order_by("pk")],
    }  # fmt: skip


def _standing(request: ApiRequest, campaign: Campaign) -> dict[str, Any]:
    found, heard = queries.standing(campaign, request.user), queries.heard(campaign, request.user)
    return {
        "audience": found.all, "fates": {fate.value or "open": found.fates[fate] for fate in Fate}, "reasons": dict(found.reasons),
        "variants": dict(found.variants), "messages": {state.value: heard.states[state] for state in MessageState if heard.states[state]},
        "heard": dict(heard.kinds),
    }  # fmt: skip
