"""The list of assets: what customers own of ours, and until when it is under warranty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.catalogue.models import Product
from regulars.customers import actions, choices
from regulars.customers.agreement_forms import RetireForm, WarrantyForm
from regulars.customers.contract_list import day_choices, find, of_visible, undone_by
from regulars.customers.filters import customer_filter
from regulars.customers.models import Asset
from regulars.customers.page.agreements import asset_panel, today
from regulars.customers.queries.lapses import warranties_asking
from regulars.web.access import User
from regulars.web.resources import (
    Badge,
    BulkAction,
    BulkResult,
    Choice,
    Column,
    Edit,
    EditKind,
    Empty,
    Filter,
    Link,
    Panel,
    Preset,
    Resource,
    Rows,
    register,
)  # fmt: skip

MOST_PRODUCTS = 300


def assets_of(user: User) -> Rows:
    """The assets of the customers whom ``user`` sees."""
    return of_visible(Asset.objects.all(), user).select_related("party__owner", "product")


def by_standing(rows: Rows, wanted: str) -> Rows:
    """In use, out of use; under warranty, or no longer."""
    day = today()
    match wanted:
        case "retired":
            return rows.filter(retired_on__lte=day)
        case "covered":
            return rows.filter(warranty_until__gte=day).filter(Q(retired_on=None) | Q(retired_on__gt=day))
        case "expired":
            return rows.filter(warranty_until__lt=day, retired_on=None)
        case _:
            return rows.filter(Q(retired_on=None) | Q(retired_on__gt=day))


def ends_within(rows: Rows, days: str) -> Rows:
    """In use, and the warranty ends within so many days."""
    if not days.isdigit():
        return rows
    day = today()
    return rows.filter(retired_on=None, warranty_until__gte=day, warranty_until__lte=day + timedelta(days=int(days)))


def asking(rows: Rows, wanted: bool) -> Rows:
    """Whose end of warranty asks to be seen to, as on Today."""
    found = warranties_asking(today()).values("pk")
    return rows.filter(pk__in=found) if wanted else rows.exclude(pk__in=found)


def _standings(user: User) -> Sequence[Choice]:
    return [
        Choice("in_use", _("In use")), Choice("covered", _("Under warranty")), Choice("expired", _("Warranty expired")),
        Choice("retired", _("Out of use")),
    ]  # fmt: skip


def _products(user: User) -> Sequence[Choice]:
    rows = Product.objects.filter(pk__in=Asset.objects.values("product")).order_by("name", "pk")
    return [Choice(str(one.pk), str(one)) for one in rows[:MOST_PRODUCTS]]


def _standing(asset: Any) -> Badge:
    day = today()
    if asset.retired_on is not None and asset.retired_on <= day:
        return Badge(_("Out of use"))
    if asset.warranty_until is None:
        return Badge(_("In use"))
    return Badge(_("Under warranty"), "good") if asset.warranty_until >= day else Badge(_("Warranty expired"), "warn")


def _edit(field: str, kind: EditKind = "text", *, required: bool = False) -> Edit:
    def apply(*, user: User, obj: Asset, value: Any) -> BulkResult:
        act = actions.new_act(by=user)
        kept = "" if value is None and kind == "text" else value
        changed = actions.change_asset(asset=obj, changes={field: kept}, by=user, batch=act)
        obj.refresh_from_db()
        return BulkResult(gettext("Changed: %(what)s") % {"what": changed.name}, undone_by(act))

    return Edit(apply, kind, raw=lambda one: getattr(one, field), rule="customers.edit", required=required)


def _retire(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    act = actions.retire_assets(assets=found, by=user, on=data.get("on"), reason=data.get("reason", ""))
    n = len(found)
    return BulkResult(ngettext("%(n)s asset out of use", "%(n)s assets out of use", n) % {"n": n}, undone_by(act))


def _warrant(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    with transaction.atomic():
        act = actions.new_act(by=user)
        for one in found:
            actions.change_asset(asset=one, changes={"warranty_until": data["warranty_until"]}, by=user, batch=act)
    n = len(found)
    return BulkResult(ngettext("%(n)s asset changed", "%(n)s assets changed", n) % {"n": n}, undone_by(act))


def _seen_to(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    found = list(rows)
    with transaction.atomic():
        act = actions.new_act(by=user)
        for one in found:
            actions.see_to_end(thing=one, by=user, batch=act)
    n = len(found)
    return BulkResult(ngettext("%(n)s asset seen to", "%(n)s assets seen to", n) % {"n": n}, undone_by(act))


def _panel(request: HttpRequest, asset: Asset) -> Panel:
    told = asset_panel(asset, request.user)
    return Panel("customers/agreements/asset.html", told, title=asset.name)


ASSETS = register(
    Resource(
        key="assets",
        label=_("Assets"),
        one=pgettext_lazy("count", "asset"),
        many=pgettext_lazy("count", "assets"),
        icon="box",
        path="assets/",
        rule="customers.view",
        order=25,
        chord="g e",
        queryset=assets_of,
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="l", edit=_edit("name", required=True)),
            Column("customer", _("Customer"), lambda one: Link(one.party.name, one.party.get_absolute_url()), "link", sort="party__fold", width="l", phone="secondary"),
            Column("standing", _("Standing"), _standing, "badge"),
            Column("warranty", _("Warranty until"), "warranty_until", "date", sort="warranty_until", phone="amount", edit=_edit("warranty_until", "date")),
            Column("serial", _("Serial number"), "serial", sort="serial", width="m", edit=_edit("serial")),
            Column("product", _("Product"), "product", "person", sort="product__name"),
            Column("since", _("Since"), "installed_on", "date", sort="installed_on", edit=_edit("installed_on", "date")),
            Column("owner", _("Owner"), "party.owner", "person", sort="party__owner__name"),
            Column("retired", _("Out of use since"), "retired_on", "date", sort="retired_on", default=False),
            Column("note", _("Remarks"), "note", default=False, width="l", edit=_edit("note")),
            Column("seen_to", _("End seen to"), "seen_to_on", "date", sort="seen_to_on", default=False),
        ),
        filters=(
            Filter("standing", _("Standing"), "choice", apply=by_standing, choices=_standings),
            Filter("within", _("Warranty ends within"), "choice", apply=ends_within, choices=day_choices),
            Filter("asking", _("To be seen to"), "flag", apply=asking, quick=True),
            Filter("product", _("Product"), "multi", field="product", choices=_products),
            Filter("owner", _("Owner"), "person", field="party__owner", choices=choices.people),
            Filter("warranty", _("Warranty until"), "date_range", field="warranty_until"),
            Filter("since", _("Since"), "date_range", field="installed_on"),
            customer_filter(),
        ),
        default_sort="-warranty",
        search=find("name", "serial"),
        panel=_panel,
        full_url=lambda one: one.party.get_absolute_url(),
        bulk_actions=(
            BulkAction("warranty", _("Warranty until"), _warrant, rule="customers.edit", icon="shield", form=WarrantyForm),
            BulkAction("seen_to", _("Seen to"), _seen_to, rule="customers.log", icon="check"),
            BulkAction("retire", _("Out of use"), _retire, rule="customers.edit", icon="close", form=RetireForm, at_stake=True),
        ),
        export_rule="customers.export",
        presets=(
            Preset("soon", _("Warranty ends within 30 days"), "within=30&sort=warranty"),
            Preset("covered", _("Under warranty"), "standing=covered"),
            Preset("retired", _("Out of use"), "standing=retired&sort=-retired"),
        ),
        empty=Empty(_("Nothing of ours is known to be at a customer's yet. Add what they own on their page."), icon="box"),
    )
)  # fmt: skip
