"""What the customers context shows in lists, menus and the palette."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField, Prefetch
from django.db.models.lookups import Exact
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers import (  # noqa: F401 -- the list of tasks registers itself
    actions,
    asset_list,
    choices,
    contract_list,
    duplicate_list,
    field_list,
    filters,
    panels,
    task_list,
)
from regulars.customers.bulk import BULK_ACTIONS, RESTORE
from regulars.customers.models import ContactPoint, ContactPointKind, Identifier, Party, ValueClass
from regulars.customers.queries.search import find_parties
from regulars.customers.reasons import action_label
from regulars.kit import phone
from regulars.staff.models import Team, Territory
from regulars.web import assets, palette, places, undo
from regulars.web.access import User
from regulars.web.listing.walking import unindexed
from regulars.web.palette import Action
from regulars.web.places import Place
from regulars.web.resources import (
    BulkResult,
    Column,
    Edit,
    EditKind,
    Empty,
    Filter,
    Panel,
    Preset,
    Resource,
    Rows,
    register,
)  # fmt: skip

TAX_ID = "tax_id"
_NUMBERS = {ContactPointKind.MOBILE, ContactPointKind.PHONE}


def import_page() -> str:
    """Where files are brought in; empty in a system without imports."""
    try:
        return reverse("imports:new")
    except NoReverseMatch:
        return ""


def customers_of(user: User) -> Rows:
    """The customers whom ``user`` sees, with what a row shows."""
    return field_list.with_fields(_shown(Party.objects.visible_to(user).live()))


def trash_of(user: User) -> Rows:
    """The trashed customers whom ``user`` would see."""
    return _shown(Party.objects.visible_to(user).trashed()).select_related("trashed_by")


def _shown(rows: Rows) -> Rows:
    # every party has a summary; saying so makes it an inner join, which the indexes of the summary can lead
    points = ContactPoint.objects.filter(ended_at=None).order_by("-preferred", "pk")
    numbers = Identifier.objects.filter(Exact(unindexed("system", CharField()), TAX_ID))  # by customer, not by number
    return (
        rows.filter(summary__isnull=False)
        .select_related("summary", "owner", "team", "territory")
        .prefetch_related(
            Prefetch("contact_points", points, to_attr="reachable"), Prefetch("identifiers", numbers, to_attr="tax_ids")
        )
    )


def _number(party: Any) -> str | None:
    point = next((one for one in party.reachable if one.kind in _NUMBERS), None)
    return phone.display(point.normalised) if point else None


def _mail(party: Any) -> str | None:
    return next((one.normalised for one in party.reachable if one.kind == ContactPointKind.EMAIL), None)


def _tax_id(party: Any) -> str | None:
    return next((one.external_id for one in party.tax_ids), None)


def _value_class(party: Any) -> str | None:
    key = party.summary.value_class
    return key if key and key != ValueClass.REGULAR else None


def _next_action(party: Any) -> str | None:
    key = party.summary.next_action
    return action_label(key) if key else None


def _changed(party: Party, changes: dict[str, Any], user: User) -> BulkResult | None:
    revision = actions.change_party(party=party, changes=changes, by=user)
    if revision is None:
        return None
    label = getattr(Party._meta.get_field(next(iter(changes))), "verbose_name", "")
    message = _said("%(field)s of %(name)s changed") % {"field": capfirst(label), "name": party.name}
    return BulkResult(message, undo.offer("customers.revision", revision=revision.pk))


def _edit(field: str, kind: EditKind = "text", *, choices: Any = None, required: bool = False) -> Edit:
    """Inline edit of one field of the party, with its history and undo."""

    def apply(*, user: User, obj: Party, value: Any) -> BulkResult | None:
        empty = None if kind == "date" else ""
        return _changed(obj, {field: empty if value is None else value}, user)

    def raw(party: Party) -> Any:
        return getattr(party, field)

    return Edit(apply, kind, choices=choices, raw=raw, rule="customers.edit", required=required)


def _assign(field: str, model: Any, offered: Any) -> Edit:
    """Inline choice of who looks after the party."""

    def apply(*, user: User, obj: Party, value: Any) -> BulkResult | None:
        return _changed(obj, {field: model.objects.get(pk=value) if value else None}, user)

    return Edit(apply, "choice", choices=offered, raw=lambda obj: getattr(obj, f"{field}_id"), rule="customers.assign")


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", _("Name"), "name", sort="fold", phone="primary", width="l", edit=_edit("name", required=True)),
        Column("class", _("Class"), _value_class, "value_class", sort="summary__value_class", width="m"),
        Column("stage", _("Stage"), lambda party: party.summary.stage or None, "stage", sort="summary__stage", phone="secondary", width="l"),
        Column("since", _("In stage since"), "summary.stage_since", "ago", sort="summary__stage_since"),
        Column("owner", _("Owner"), "owner", "person", sort="owner__name", edit=_assign("owner", get_user_model(), choices.owners)),
        Column("revenue_12m", _("12 months"), "summary.revenue_12m", "money", sort="summary__revenue_12m", total=True, currency="summary.currency", phone="amount", hint=_("Revenue of the last 12 months")),
        Column("revenue_prior", _("12 before"), "summary.revenue_prior_12m", "money", sort="summary__revenue_prior_12m", total=True, currency="summary.currency", hint=_("Revenue of the 12 months before the last 12")),
        Column("orders", _("Orders"), "summary.orders", "number", sort="summary__orders", total=True),
        Column("last_order", _("Last order"), "summary.last_order_at", "ago", sort="summary__last_order_at"),
        Column("expected", _("Next expected"), "summary.expected_order_at", "date", sort="summary__expected_order_at", hint=_("When the next order would come by this customer's own rhythm")),
        Column("at_stake", _("At stake"), "summary.at_stake", "money", sort="summary__at_stake", total=True, currency="summary.currency", hint=_("Money that is likely to be lost in the next 12 months if nothing is done")),
        Column("next_action", _("Next step"), _next_action, sort="summary__next_action"),
        Column("last_contact", _("Last contact"), "summary.last_contact_at", "ago", sort="summary__last_contact_at"),
        Column("revenue", _("Revenue"), "summary.revenue", "money", sort="summary__revenue", total=True, currency="summary.currency", default=False, hint=_("All orders less returns")),
        Column("margin_12m", _("Margin, 12 months"), "summary.margin_12m", "money", sort="summary__margin_12m", total=True, currency="summary.currency", default=False),
        Column("returns", _("Returns"), "summary.returns", "number", sort="summary__returns", total=True, default=False),
        Column("cycle", _("Usual days between"), "summary.cycle_days", "number", sort="summary__cycle_days", default=False, hint=_("Usual days between two purchases of this customer")),
        Column("risk", _("Risk"), "summary.risk", "percent", sort="summary__risk", default=False, hint=_("How likely the customer is leaving")),
        Column("first_order", _("First order"), "summary.first_order_at", "date", sort="summary__first_order_at", default=False),
        Column("percentile", _("Top per cent"), "summary.value_percentile", "number", sort="summary__value_percentile", default=False, hint=_("Among the top … per cent by revenue")),
        Column("open", _("Open matters"), "summary.open_tasks", "number", sort="summary__open_tasks", total=True, default=False),
        Column("next_activity", _("Next activity"), "summary.next_activity_at", "date", sort="summary__next_activity_at", default=False),
        Column("city", _("City"), "city", sort="city", default=False, edit=_edit("city")),
        Column("phone", _("Phone"), _number, default=False),
        Column("email", _("E-mail"), _mail, default=False),
        Column("kind", _("Kind"), lambda party: party.get_kind_display(), sort="kind", default=False),
        Column("team", _("Team"), "team", "person", sort="team__name", default=False, edit=_assign("team", Team, choices.teams)),
        Column("territory", _("Territory"), "territory", "person", sort="territory__name", default=False, edit=_assign("territory", Territory, choices.territories)),
        Column("source", _("Source"), "source", sort="source", default=False, edit=_edit("source")),
        Column("tax_id", _("Tax ID"), _tax_id, default=False),
        Column("industry", _("Industry"), "industry", sort="industry", default=False, edit=_edit("industry")),
        Column("address", _("Address"), "address", default=False, edit=_edit("address"), width="l"),
        Column("region", _("Region"), "region", default=False, edit=_edit("region")),
        Column("postcode", _("Postcode"), "postcode", default=False, edit=_edit("postcode")),
        Column("country", _("Country"), "country", sort="country", default=False, edit=_edit("country")),
        Column("family_name", _("Family name"), "family_name", default=False, edit=_edit("family_name")),
        Column("given_name", _("Given name"), "given_name", default=False, edit=_edit("given_name")),
        Column("other_name", _("Name in another script"), "other_name", default=False, edit=_edit("other_name")),
        Column("salutation", _("Salutation"), "salutation", default=False, edit=_edit("salutation")),
        Column("birth_date", _("Birthday"), "birth_date", "date", sort="birth_date", default=False, edit=_edit("birth_date", "date")),
        Column("language", _("Language"), lambda party: choices.language_name(party.language), default=False, edit=_edit("language", "choice", choices=choices.languages)),
        Column("preferred_channel", _("Preferred channel"), lambda party: choices.channel_name(party.preferred_channel), default=False, edit=_edit("preferred_channel", "choice", choices=choices.all_channels)),
        Column("preferred_time", _("Best time"), "preferred_time", default=False, edit=_edit("preferred_time")),
        Column("about", _("About"), "about", default=False, width="xl", edit=_edit("about")),
        Column("created", _("Created"), "created_at", "date", sort="created_at", default=False),
        Column("id", _("Number"), "pk", "text", sort="pk", default=False),
    )  # fmt: skip


_FILTERS = (
    Filter("stage", _("Stage"), "multi", apply=filters.by_stage, choices=choices.stages),
    Filter("class", _("Class"), "multi", apply=filters.by_class, choices=choices.classes),
    Filter("owner", _("Owner"), "person", field="owner", choices=choices.people),
    Filter("team", _("Team"), "choice", field="team", choices=choices.teams),
    Filter("territory", _("Territory"), "choice", apply=filters.in_territory, choices=choices.territories),
    Filter("kind", _("Kind"), "multi", field="kind", choices=choices.kinds),
    Filter("city", _("City"), "multi", field="city", choices=choices.cities),
    Filter("source", _("Source"), "multi", field="source", choices=choices.sources),
    Filter("revenue_12m", _("Revenue, 12 months"), "money_range", field="summary__revenue_12m"),
    Filter("revenue", _("Revenue"), "money_range", field="summary__revenue"),
    Filter("at_stake", _("At stake"), "money_range", field="summary__at_stake"),
    Filter("orders", _("Orders"), "range", field="summary__orders"),
    Filter("last_order", _("Last order"), "date_range", field="summary__last_order_at"),
    Filter("last_contact", _("Last contact"), "date_range", field="summary__last_contact_at"),
    Filter("expected", _("Next order expected"), "date_range", field="summary__expected_order_at"),
    Filter("risk", _("Risk, 0–1"), "range", field="summary__risk", hint=_("0.5 and more is high")),
    Filter("top", _("Top per cent by revenue"), "range", apply=filters.top_percent),
    Filter("cycle", _("Usual days between purchases"), "text", apply=filters.cycle_between, hint=_("From–to, e.g. 30-60")),
    Filter("first_order", _("First order in"), "month", field="summary__first_order_at"),
    Filter("ordered_in", _("Ordered in"), "month", apply=filters.ordered_in),
    Filter("returned_in", _("Ordered again in"), "month", apply=filters.returned_in),
    Filter("lost_in", _("Lost in"), "month", apply=filters.lost_in),
    Filter("won_back_in", _("Won back in"), "month", apply=filters.won_back_in),
    Filter("moved", _("Moved"), "choice", apply=filters.moved, choices=choices.moves),
    Filter("since", _("Moved since"), "date_range", apply=filters.since),
    Filter("promise", _("Open promise"), "flag", apply=filters.has_open("open_promises")),
    Filter("complaint", _("Open complaint"), "flag", apply=filters.has_open("open_complaints")),
    Filter("needs", _("Has a next step"), "flag", apply=filters.needs_somebody),
    Filter("snoozed", _("Put off"), "flag", apply=filters.put_off),
    Filter("permits", _("Permits"), "choice", apply=filters.permits, choices=choices.channels),
    Filter("refuses", _("Refuses"), "choice", apply=filters.refuses, choices=choices.channels),
    Filter("created", _("Created"), "date_range", field="created_at"),
    Filter("relation", _("Related to"), "text", apply=filters.related_to, hint=_("The number of a customer")),
)  # fmt: skip


def _condensed(request: HttpRequest, party: Party) -> Panel:
    return panels.slide_over(request, party)


CUSTOMERS = register(
    Resource(
        key="customers",
        label=_("Customers"),
        one=pgettext_lazy("count", "customer"),
        many=pgettext_lazy("count", "customers"),
        icon="people",
        path="customers/",
        rule="customers.view",
        order=20,
        chord="g c",
        queryset=customers_of,
        columns=_columns(),
        filters=_FILTERS,
        extend=field_list.extension,
        default_sort="-revenue_12m",
        page_size=40,
        search=find_parties,
        full_url=lambda party: party.get_absolute_url(),
        panel=_condensed,
        bulk_actions=(*BULK_ACTIONS[:-1], duplicate_list.MERGE, BULK_ACTIONS[-1]),
        export_rule="customers.export",
        create_url=lambda: reverse("customers:new"),
        create_label=_("New customer"),
        create_rule="customers.edit",
        presets=(
            Preset("mine", _("Mine"), "owner=me"),
            Preset("slipping", _("Slipping away"), "stage=pre_divorce&sort=-at_stake"),
            Preset("best", _("Best"), "class=most_valuable"),
            Preset("new", _("New"), "stage=welcome&sort=-since"),
        ),
        empty=Empty(
            _("Bring your customers in: drop the file of orders that your shop or till can export."),
            _("Import a file"),
            import_page,
            "upload",
            "imports.run",
            _("No customer is in your care yet. Whoever is given to you or your team shows here."),
        ),
    )
)

TRASH = register(
    Resource(
        key="trash",
        label=_("Trash"),
        icon="trash",
        path="customers/trash/",
        rule="customers.trash",
        in_palette=False,
        queryset=trash_of,
        columns=(
            Column("name", _("Name"), "name", sort="fold", phone="primary", width="l"),
            Column("trashed", _("Moved to the trash"), "trashed_at", "ago", sort="trashed_at", phone="secondary"),
            Column("by", _("By"), "trashed_by", "person", sort="trashed_by__name"),
            Column("orders", _("Orders"), "summary.orders", "number", sort="summary__orders"),
            Column("revenue", _("Revenue"), "summary.revenue", "money", sort="summary__revenue", currency="summary.currency", phone="amount"),
        ),
        default_sort="-trashed",
        search=find_parties,
        full_url=lambda party: party.get_absolute_url(),
        bulk_actions=(RESTORE,),
        empty=Empty(_("Nothing is in the trash."), icon="trash"),
    )
)  # fmt: skip

assets.register(style="web/css/arc.css")
assets.register(style="customers/customers.css", script="customers/customers.js")
assets.register(style="customers/merging.css", script="customers/merging.js")
places.register(
    Place("today", _("Today"), icon="sun", url_name="customers:today", order=10, chord="g t", rule="today.view")
)
places.register(
    Place(
        "contact-rules", _("Quiet hours and limits"), icon="moon", url_name="customers:contact-rules", order=88,
        rule="settings.manage", phone=False,
    )
)  # fmt: skip
places.register(
    Place(
        "privacy", _("Privacy"), icon="lock", url_name="customers:privacy", order=87, rule="privacy.rules", phone=False
    )
)
palette.register_action(
    Action(
        "customers.new",
        _("New customer"),
        "customers:new",
        icon="plus",
        rule="customers.edit",
        words=_("add create customer person company"),
    )
)
palette.register_action(
    Action(
        "customers.duplicates",
        _("Look through possible duplicates"),
        "web:list-duplicates",
        icon="merge",
        rule="customers.merge",
        words=_("merge same twice double"),
    )
)
palette.register_action(
    Action(
        "customers.trash",
        _("Open the trash"),
        "web:list-trash",
        icon="trash",
        rule="customers.trash",
        words=_("deleted restore"),
    )
)
