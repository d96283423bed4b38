"""The form of a campaign with what can be foreseen, its page, and the acts on it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.views.common import Request
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.marketing.call_lists.models import Script
from regulars.marketing.campaigns import actions, editing, forecast, queries, showing, tasks
from regulars.marketing.campaigns.models import By, Campaign
from regulars.marketing.campaigns.plan import KEYS
from regulars.marketing.content.models import Content
from regulars.marketing.effect import measures
from regulars.marketing.effect.models import UnitKind
from regulars.marketing.fulfilment.models import Item
from regulars.marketing.segments import queries as segments
from regulars.staff.rules import can, require
from regulars.web import undo
from regulars.web.toasts import toast

SPARE_COSTS: Final = 2
"""Empty lines for further costs at the end of the form."""


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Make a campaign, of a segment or of a list of customers where one is named."""
    require(request.user, "campaigns.edit")
    if request.method == "GET":
        return _form(request, editing.blank(request.GET, request.user))
    draft = editing.read(request.POST)
    try:
        made = actions.make_campaign(
            told=editing.plan_of(draft, request.user), by=request.user,
            customers=editing.listed(draft, request.user) if draft.is_listed else None,
            list_words=editing.words_to_keep(draft, request.user) if draft.is_listed else "",
        )  # fmt: skip
    except UserError as error:
        return _form(request, draft, problem=str(error))
    toast(request, _("“%(name)s” is a draft; nothing is said before you start it") % {"name": made.name})
    return redirect(made)


@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    """Change a campaign that was not started."""
    require(request.user, "campaigns.edit")
    campaign = _campaign(request, pk)
    if request.method == "GET":
        return (
            _form(request, editing.of_campaign(campaign), campaign) if campaign.is_before_start else redirect(campaign)
        )
    draft = editing.read(request.POST)
    try:
        changed = actions.change_campaign(campaign=campaign, told=editing.plan_of(draft, request.user), by=request.user)
    except UserError as error:
        return _form(request, draft, campaign, problem=str(error))
    toast(request, _("“%(name)s” is changed") % {"name": changed.name})
    return redirect(changed)


def _campaign(request: Request, pk: int) -> Campaign:
    return get_object_or_404(
        queries.campaigns_for(request.user).select_related("segment", "owner", "experiment"), pk=pk
    )


def _form(
    request: Request, draft: editing.Draft, campaign: Campaign | None = None, *, problem: str = ""
) -> HttpResponse:
    number = draft["segment"]
    context = {
        "campaign": campaign, "draft": draft, "typed": draft.typed, "problem": problem,
        "measures": measures.aims(), "units": UnitKind.choices, "ways": By.choices,
        "segments": [(str(one.pk), one.name, one.seen) for one in segments.segments_for(request.user).order_by("name")],
        "segment": number, "said": _said(draft, request.user), "costs": [*draft.costs, *[("", "", "")] * SPARE_COSTS],
        "list_words": _list_words(draft, request, campaign), "this_moment": timezone.localtime(clock.now()).strftime("%Y-%m-%dT%H:%M"),
        **_foreseen(request, draft, campaign),
    }  # fmt: skip
    return render(request, "campaigns/form.html", context, status=422 if problem else 200)


def _list_words(draft: editing.Draft, request: Request, campaign: Campaign | None) -> str:
    if not draft.is_listed:
        return ""
    if campaign is not None and campaign.segment_id is None:
        return campaign.list_words or _("A list of customers")
    return editing.list_words(draft, request.user) or _("A list of customers")


_WAYS: Final = (
    (By.EMAIL, Content, "content:new", gettext_lazy("Write a mail"), "contents.edit"),
    (By.CALL, Script, "call_lists:new-script", gettext_lazy("Write a script"), "call_lists.edit"),
    (By.LETTER, Item, "fulfilment:new-item", gettext_lazy("Add an item"), "fulfilment.edit"),
)
"""What each way of speaking says, where more of it is made, and who may."""


def _said(draft: editing.Draft, user: Any) -> list[dict[str, Any]]:
    """What can be said by each way, with the choice of each variant."""
    return [
        {
            "by": by, "url": reverse(url_name) if can(user, rule) else "", "more": words,
            "choices": sorted(((str(one.pk), str(one)) for one in kind.objects.filter(removed_at=None)), key=lambda one: one[1]),
            "selects": [(f"{by}-{key}", key.upper(), draft[f"{by}-{key}"]) for key in KEYS],
        }
        for by, kind, url_name, words, rule in _WAYS
    ]  # fmt: skip


@require_POST
def draft(request: Request) -> HttpResponse:
    """What can be foreseen of the form as it is typed."""
    require(request.user, "campaigns.edit")
    number = request.POST.get("campaign", "")
    campaign = _campaign(request, int(number)) if number.isascii() and number.isdigit() and len(number) < 18 else None
    return render(request, "campaigns/foreseen.html", _foreseen(request, editing.read(request.POST), campaign))


def _foreseen(request: Request, draft: editing.Draft, campaign: Campaign | None) -> dict[str, Any]:
    customers = editing.customers_of(draft, request.user, campaign)
    if customers is None:
        return {"foreseen": None}
    told = forecast.foresee(customers, editing.question_of(draft))
    return {"foreseen": told, "reasons": showing.reasons(told.refused), "later": showing.reasons(told.later)}


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """One campaign: what was declared, and before the start what can be foreseen, afterwards where it stands and what it did."""
    require(request.user, "campaigns.view")
    campaign = _campaign(request, pk)
    context: dict[str, Any] = {**showing.declared(campaign), "may_edit": can(request.user, "campaigns.edit")}
    if campaign.is_before_start:
        context |= _foreseen_of(request, campaign)
    else:
        context |= showing.standing(campaign, request.user) | showing.effect(campaign, request.user)
        context["costs"] = [*editing.costs_of(campaign), *[("", "", "")] * SPARE_COSTS]
    return render(request, "campaigns/page.html", context)


def _foreseen_of(request: Request, campaign: Campaign) -> dict[str, Any]:
    told = showing.foresee(campaign, request.user)
    return {"foreseen": told, "reasons": showing.reasons(told.refused), "later": showing.reasons(told.later)}


@require_safe
def standing(request: Request, pk: int) -> HttpResponse:
    """Where everybody stands, asked for again while it is being sent."""
    require(request.user, "campaigns.view")
    told = showing.standing(_campaign(request, pk), request.user)
    answer = render(request, "campaigns/standing.html", told)
    if not told["asks_again"]:
        answer.headers["HX-Refresh"] = "true"  # everything went: costs, acts and what it did are drawn anew
    return answer


@require_POST
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """Schedule, start, pause, go on, stop or remove."""
    require(request.user, "campaigns.edit")
    campaign = _campaign(request, pk)
    try:
        return ACTS[what](request, campaign)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(campaign)


def _start(request: Request, campaign: Campaign) -> HttpResponse:
    actions.start(campaign=campaign, by=request.user)
    tasks.carry_out.enqueue(campaign.pk)
    toast(request, _("“%(name)s” has begun; you may leave this page") % {"name": campaign.name})
    return redirect(campaign)


def _schedule(request: Request, campaign: Campaign) -> HttpResponse:
    actions.schedule(campaign=campaign, by=request.user)
    toast(request, _("“%(name)s” starts by itself") % {"name": campaign.name})
    return redirect(campaign)


def _unschedule(request: Request, campaign: Campaign) -> HttpResponse:
    actions.unschedule(campaign=campaign, by=request.user)
    toast(request, _("“%(name)s” is a draft again") % {"name": campaign.name})
    return redirect(campaign)


def _pause(request: Request, campaign: Campaign) -> HttpResponse:
    actions.pause(campaign=campaign, by=request.user)
    toast(
        request,
        _("“%(name)s” is paused") % {"name": campaign.name},
        undo=undo.offer("campaigns.paused", campaign=campaign.pk),
    )
    return redirect(campaign)


def _go_on(request: Request, campaign: Campaign) -> HttpResponse:
    actions.go_on(campaign=campaign, complaints=queries.complaints(campaign).complained, by=request.user)
    tasks.carry_out.enqueue(campaign.pk)
    toast(request, _("“%(name)s” goes on") % {"name": campaign.name})
    return redirect(campaign)


def _stop(request: Request, campaign: Campaign) -> HttpResponse:
    actions.stop(campaign=campaign, by=request.user)
    toast(request, _("“%(name)s” is stopped; what has not gone is held back") % {"name": campaign.name})
    return redirect(campaign)


def _remove(request: Request, campaign: Campaign) -> HttpResponse:
    actions.remove_campaign(campaign=campaign, by=request.user)
    said = _("“%(name)s” is removed") % {"name": campaign.name}
    toast(request, said, undo=undo.offer("campaigns.removed", campaign=campaign.pk))
    return redirect("web:list-campaigns")


ACTS: Final = {
    "start": _start, "schedule": _schedule, "unschedule": _unschedule, "pause": _pause, "go-on": _go_on, "stop": _stop, "remove": _remove,
}  # fmt: skip


@require_POST
def costs(request: Request, pk: int) -> HttpResponse:
    """Say what it cost besides offers and messages."""
    require(request.user, "campaigns.edit")
    campaign = _campaign(request, pk)
    try:
        actions.set_costs(campaign=campaign, costs=editing.costs(editing.read_costs(request.POST)), by=request.user)
        toast(request, _("The costs are kept"))
    except UserError as error:
        toast(request, str(error), tone="wrong")
    return redirect(campaign)
