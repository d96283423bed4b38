"""Requests, lists and items in lists, menus and the palette; what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.customers import resources as _customers  # noqa: F401 -- its list must be there to be added to
from regulars.kit import text
from regulars.marketing.fulfilment import actions, queries
from regulars.marketing.fulfilment.forms import GatherForm, SelectionForm
from regulars.marketing.fulfilment.models import FulfilmentList, Item, Request, RequestState, Source
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
    Link,
    Preset,
    Resource,
    Rows,
    each_of,
    offer,
    register,
    search_in,
)  # fmt: skip

_MOST_UNDONE = 500
_TONES: dict[str, Any] = {RequestState.OPEN: "accent", RequestState.SENT: "good", RequestState.WITHDRAWN: "neutral"}


@undo.handles("fulfilment.sent")
def _undo_sending(user: User, data: dict[str, Any]) -> str:
    held = FulfilmentList.objects.get(pk=data["list"])
    count = actions.mark_unsent(fulfilment_list=held, by=user)
    return ngettext("Undone: %(n)s request is open again", "Undone: %(n)s requests are open again", count) % {
        "n": count
    }


@undo.handles("fulfilment.asked")
def _undo_asking(user: User, data: dict[str, Any]) -> str:
    actions.take_back(request=queries.requests_for(user).get(pk=data["request"]), by=user)
    return _said("Undone: nothing is asked for")


@undo.handles("fulfilment.withdrawn")
def _undo_withdrawing(user: User, data: dict[str, Any]) -> str:
    count = actions.reopen(request_ids=data["requests"], by=user)
    return ngettext("Undone: %(n)s request is open again", "Undone: %(n)s requests are open again", count) % {
        "n": count
    }


@undo.handles("fulfilment.gathered")
def _undo_gathering(user: User, data: dict[str, Any]) -> str:
    actions.remove_list(fulfilment_list=FulfilmentList.objects.get(pk=data["list"]), by=user)
    return _said("Undone: the list is gone")


undo.returns("fulfilment.item_removed", Item, "item", actions.bring_item_back)


def _gather(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    made = actions.gather(request_ids=list(rows.order_by().values_list("pk", flat=True)), name=data["name"], by=user)
    count = made.requests.count()
    words = ngettext("%(n)s request is on “%(name)s”", "%(n)s requests are on “%(name)s”", count)
    return BulkResult(words % {"n": count, "name": made.name}, undo.offer("fulfilment.gathered", list=made.pk))


def _withdraw(user: User, rows: Rows, _data: Mapping[str, Any]) -> BulkResult:
    ids = actions.withdraw(request_ids=list(rows.order_by().values_list("pk", flat=True)), by=user)
    words = ngettext("%(n)s request is withdrawn", "%(n)s requests are withdrawn", len(ids)) % {"n": len(ids)}
    return BulkResult(words, undo.offer("fulfilment.withdrawn", requests=ids) if len(ids) <= _MOST_UNDONE else "")


def _find(rows: Rows, typed: str) -> Rows:
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(party__fold__contains=word)
    return rows


def _items(_user: User) -> list[Choice]:
    return [Choice(str(item.pk), str(item)) for item in queries.items()] or [Choice("0", _("None"))]


def _list_of(one: Request) -> Link | None:
    return Link(one.list.name, one.list.get_absolute_url()) if one.list else None


register(
    Resource(
        key="literature-requests",
        label=_("Literature"),
        one=pgettext_lazy("count", "request"),
        many=pgettext_lazy("count", "requests"),
        icon="letter",
        path="fulfilment/",
        rule="fulfilment.view",
        order=44,
        chord="g b",
        queryset=queries.requests_for,
        columns=(
            Column("customer", _("Customer"), "party.name", sort="party__fold", width="l", phone="primary"),
            Column("item", _("Item"), "item", phone="secondary"),
            Column("quantity", _("How many"), "quantity", "number", sort="quantity"),
            Column("state", _("State"), lambda one: Badge(one.get_state_display(), _TONES[one.state]), "badge", sort="state", phone="amount"),
            Column("list", _("List"), _list_of, "link", sort="list__name"),
            Column("source", _("Came by"), "get_source_display", sort="source"),
            Column("asked", _("Asked"), "asked_at", "ago", sort="asked_at"),
            Column("done", pgettext_lazy("request", "Settled"), "done_at", "date", sort="done_at"),
        ),
        filters=(
            Filter("state", _("State"), "multi", field="state", choices=each_of(RequestState)),
            Filter("item", _("Item"), "choice", field="item", choices=_items),
            Filter("source", _("Came by"), "multi", field="source", choices=each_of(Source)),
            Filter("loose", _("On no list yet"), "flag", field="list__isnull", quick=True),
        ),
        default_sort="-asked",
        search=_find,
        full_url=lambda one: one.party.get_absolute_url(),
        bulk_actions=(
            BulkAction("gather", _("Put on a list"), _gather, rule="fulfilment.edit", icon="list", form=GatherForm),
            BulkAction("withdraw", _("Withdraw"), _withdraw, rule="fulfilment.edit", icon="close", at_stake=True),
        ),
        presets=(
            Preset("open", _("To be sent"), "state=open"),
            Preset("lists", _("Lists"), list="fulfilment-lists"),
            Preset("items", _("Items"), list="literature"),
        ),
        export_rule="customers.export",
        empty=Empty(
            _("Catalogues, brochures and samples that customers ask for stand here until they are sent. Customers ask on the public page, by phone or through a campaign."),
            _("New item"), lambda: reverse("fulfilment:new-item"), "letter", "fulfilment.edit",
        ),
    )
)  # fmt: skip

register(
    Resource(
        key="fulfilment-lists",
        label=_("Lists to send"),
        one=pgettext_lazy("count", "list"),
        many=pgettext_lazy("count", "lists"),
        icon="list",
        path="fulfilment/lists/",
        rule="fulfilment.view",
        queryset=lambda user: queries.lists_for(user).select_related("made_by", "sent_by"),
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="l"),
            Column("total", _("Requests"), "total", "number", phone="amount"),
            Column("sent", _("Sent on"), "sent_at", "date", sort="sent_at", phone="secondary"),
            Column("by", _("By"), "made_by", "person", sort="made_by__name"),
            Column("made", _("Made"), "made_at", "ago", sort="made_at"),
        ),
        default_sort="-made",
        search=search_in("name"),
        in_palette=False,
        full_url=lambda one: one.get_absolute_url(),
        empty=Empty(_("Select open requests and put them on a list to print labels and send them."), icon="letter"),
    )
)  # fmt: skip

register(
    Resource(
        key="literature",
        label=_("Items to send"),
        one=pgettext_lazy("count", "item"),
        many=pgettext_lazy("count", "items"),
        icon="box",
        path="fulfilment/items/",
        rule="fulfilment.view",
        queryset=lambda _user: Item.objects.live(),
        columns=(
            Column("name", _("Name"), str, sort="name_en", phone="primary", width="l"),
            Column("kind", _("Kind"), "get_kind_display", sort="kind", phone="secondary"),
            Column("cost", _("Cost of one, sent"), "cost", "money", sort="cost", phone="amount"),
            Column("public", _("On the public page"), "public", "flag", sort="public"),
        ),
        default_sort="name",
        search=search_in("name_en", "name_zh"),
        in_palette=False,
        full_url=lambda item: reverse("fulfilment:item", args=[item.pk]),
        create_url=lambda: reverse("fulfilment:new-item"),
        create_label=_("New item"),
        create_rule="fulfilment.edit",
        empty=Empty(
            _("An item is what is sent by post: a catalogue, a brochure, a sample, a letter."), _("New item"),
            lambda: reverse("fulfilment:new-item"), "box", "fulfilment.edit",
        ),
    )
)  # fmt: skip


def _make(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    ids = list(rows.order_by().values_list("pk", flat=True))
    made = actions.make(origin="", name=data["name"], item=data["item"], party_ids=ids, by=user)
    count = made.requests.count()
    words = ngettext("%(n)s request is on “%(name)s”", "%(n)s requests are on “%(name)s”", count)
    return BulkResult(words % {"n": count, "name": made.name}, undo.offer("fulfilment.gathered", list=made.pk))


offer(
    "customers",
    BulkAction("literature", _("Send by post"), _make, rule="fulfilment.edit", icon="letter", form=SelectionForm),
)
assets.register(style="fulfilment/fulfilment.css")
palette.register_action(
    Action(
        "fulfilment.public", _("Open the public page for literature"), "fulfilment:public", icon="letter", rule="fulfilment.view",
        words=_("catalogue brochure sample form"),
    )
)  # fmt: skip
audit.name(
    fulfilment__made=_("List to send made"),
    fulfilment__removed=_("List to send removed"),
    fulfilment__sent=_("List marked as sent"),
    fulfilment__unsent=_("List marked as not sent"),
    fulfilment__file_taken=_("Labels taken away"),
)
