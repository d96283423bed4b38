"""Campaigns in lists, menus and the palette; the customer list by campaign; from a list to a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers import resources as _customers  # noqa: F401 -- its list must be there to be enriched
from regulars.marketing.campaigns import actions, queries, showing, timeline  # noqa: F401 -- its kinds register themselves
from regulars.marketing.campaigns.models import By, Campaign, CampaignState, Fate, Recipient
from regulars.marketing.content import registries
from regulars.staff import audit
from regulars.web import assets, palette, undo
from regulars.web.access import User
from regulars.web.palette import Action
from regulars.web.resources import (
    Badge,
    BulkAction,
    BulkResult,
    Choice,
    Column,
    Empty,
    Filter,
    Onward,
    Preset,
    Resource,
    Rows,
    Text,
    each_of,
    enrich,
    lead_on,
    offer,
    register,
    search_in,
)  # fmt: skip
from regulars.web.selection import packed

NEWEST: Final = 50
"""So many campaigns can be chosen in the customer list."""
_FATES: Final = (Fate.CHOSEN, Fate.CONTROL, Fate.HELD_OUT, Fate.REFUSED)


def _state(campaign: Campaign) -> Badge:
    return Badge(campaign.get_state_display(), showing.tone(campaign))


def _choices(user: User) -> list[Choice]:
    """The newest campaigns that were started, whole and by what became of their audience."""
    started = queries.campaigns_for(user).exclude(started_at=None).order_by("-started_at")[:NEWEST]
    found = []
    for pk, name in started.values_list("pk", "name"):
        found.append(Choice(str(pk), name, name))
        found += [Choice(f"{pk}.{fate.value}", f"{name} · {fate.label}", name) for fate in _FATES]
    return found or [Choice("none", _("None"))]


def _in_campaign(rows: Rows, told: str) -> Rows:
    number, _dot, fate = told.partition(".")
    if not number.isdigit():
        return rows.none()
    found = Recipient.objects.filter(campaign=int(number))
    return rows.filter(pk__in=(found.filter(fate=fate) if fate else found).values("party"))


def _of_selection(_user: User, rows: Rows, _data: Mapping[str, Any]) -> BulkResult:
    ids = packed(rows.values_list("pk", flat=True))
    return BulkResult("", url=f"{reverse('campaigns:new')}?rows={ids}")


def _offers(origins: Any) -> Mapping[str, registries.Offer]:
    numbers = {int(one.partition(":")[2]) for one in origins if one.partition(":")[2].isdigit()}
    return {
        one.origin: registries.Offer(
            words={"en": one.offer_en, "zh-hant": one.offer_zh},
            ends=one.ends_at,
            url=one.offer_url,
            code=one.offer_code,
        )
        for one in Campaign.objects.filter(pk__in=numbers)
    }


undo.returns("campaigns.removed", Campaign, "campaign", actions.bring_back)


@undo.handles("campaigns.paused")
def _let_go_on(user: User, data: dict[str, Any]) -> Text:
    campaign = Campaign.objects.get(pk=data["campaign"])
    actions.go_on(campaign=campaign, complaints=queries.complaints(campaign).complained, by=user)
    return _said("“%(name)s” goes on") % {"name": campaign.name}


CAMPAIGNS = register(
    Resource(
        key="campaigns",
        label=_("Campaigns"),
        one=pgettext_lazy("count", "campaign"),
        many=pgettext_lazy("count", "campaigns"),
        icon="bolt",
        path="campaigns/",
        rule="campaigns.view",
        order=41,
        chord="g p",
        queryset=lambda user: queries.campaigns_for(user).select_related("segment", "owner", "experiment"),
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="l"),
            Column("state", pgettext_lazy("campaign", "State"), _state, "badge", sort="state", phone="secondary"),
            Column("by", pgettext_lazy("campaign", "By"), "get_by_display", sort="by"),
            Column("measure", _("Measured by"), showing.measure_of, sort="measure"),
            Column("audience", _("Audience"), lambda one: one.audience or None, "number", sort="audience", phone="amount"),
            Column("control", _("Control group"), lambda one: one.control_share / 10_000, "percent", sort="control_share"),
            Column("segment", _("Segment"), lambda one: str(one.segment) if one.segment else one.list_words or None, width="l"),
            Column("starts", _("Start"), lambda one: one.started_at or one.starts_at, "datetime", sort="started_at"),
            Column("ends", _("Measured until"), "ends_at", "datetime", sort="ends_at"),
            Column("budget", _("Budget"), lambda one: one.budget or None, "money", sort="budget", currency="currency", default=False),
            Column("owner", _("Owner"), "owner", "person", sort="owner__name"),
            Column("changed", _("Changed"), "changed_at", "ago", sort="changed_at", default=False),
            Column("created", _("Created"), "created_at", "ago", sort="created_at", default=False),
        ),
        filters=(
            Filter("state", pgettext_lazy("campaign", "State"), "multi", field="state", choices=each_of(CampaignState)),
            Filter("by", pgettext_lazy("campaign", "By"), "multi", field="by", choices=each_of(By)),
            Filter("owner", _("Owner"), "text", field="owner__name"),
        ),
        default_sort="-created",
        search=search_in("name", "goal"),
        full_url=lambda campaign: campaign.get_absolute_url(),
        create_url=lambda: reverse("campaigns:new"),
        create_label=_("New campaign"),
        create_rule="campaigns.edit",
        presets=(
            Preset("under_way", _("Under way"), "state=scheduled,running,paused"),
            Preset("over", pgettext_lazy("campaigns", "Over"), "state=done,stopped"),
        ),
        empty=Empty(
            _("A campaign says something to a segment, leaves a few alone to compare, and tells what it earned."),
            _("New campaign"),
            lambda: reverse("campaigns:new"),
            "bolt",
            "campaigns.edit",
        ),
    )
)  # fmt: skip
enrich(
    "customers",
    filters=(Filter("campaign", pgettext_lazy("filter", "Campaign"), "choice", apply=_in_campaign, choices=_choices),),
)
lead_on(
    "customers",
    Onward(_("Make a campaign of this"), lambda: reverse("campaigns:new"), icon="bolt", rule="campaigns.edit"),
)
offer("customers", BulkAction("campaign", _("Make a campaign"), _of_selection, rule="campaigns.edit", icon="bolt"))
registries.offers_of("campaign", _offers)
assets.register(style="campaigns/campaigns.css")
palette.register_action(
    Action(
        "campaigns.new", _("New campaign"), "campaigns:new", icon="bolt", rule="campaigns.edit", words=_("mailing offer control group send")
    )
)  # fmt: skip
audit.name(
    campaigns__made=_("Campaign made"),
    campaigns__changed=_("Campaign changed"),
    campaigns__costs_set=_("Costs of a campaign set"),
    campaigns__removed=_("Campaign removed"),
    campaigns__brought_back=_("Campaign brought back"),
    campaigns__scheduled=_("Campaign scheduled"),
    campaigns__unscheduled=_("Campaign no longer scheduled"),
    campaigns__started=_("Campaign started"),
    campaigns__paused=_("Campaign paused"),
    campaigns__went_on=_("Campaign gone on with"),
    campaigns__stopped=_("Campaign stopped"),
)
