"""Draws and entries in lists, menus and the palette; what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.kit import clock, text
from regulars.marketing.draws import actions, queries
from regulars.marketing.draws.forms import LeaveOutForm, TicketsForm
from regulars.marketing.draws.models import Draw, Entry
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
    register,
    search_in,
)  # fmt: skip

_MOST_UNDONE = 500


undo.returns("draws.removed", Draw, "draw", actions.bring_back)


@undo.handles("draws.left_out")
def _undo_leaving_out(user: User, data: dict[str, Any]) -> str:
    count = actions.take_in_again(entry_ids=data["entries"], by=user)
    return ngettext("Undone: %(n)s entry takes part again", "Undone: %(n)s entries take part again", count) % {
        "n": count
    }


def _state(draw: Draw) -> Badge:
    if draw.drawn_at is not None:
        return Badge(pgettext_lazy("draw", "Drawn"), "good")
    if draw.published_at is None:
        return Badge(pgettext_lazy("draw", "Draft"))
    if draw.is_closed:
        return Badge(pgettext_lazy("draw", "To be drawn"), "warn")
    return Badge(
        pgettext_lazy("draw", "Open") if clock.now() >= draw.opens_at else pgettext_lazy("draw", "Opens soon"), "accent"
    )


register(
    Resource(
        key="draws",
        label=_("Prize draws"),
        one=pgettext_lazy("count", "prize draw"),
        many=pgettext_lazy("count", "prize draws"),
        icon="gift",
        path="draws/",
        rule="draws.view",
        order=45,
        chord="g z",
        queryset=queries.draws_for,
        columns=(
            Column("title", _("Title"), "title", phone="primary", width="l"),
            Column("state", _("State"), _state, "badge", phone="secondary"),
            Column("entered", _("Entries"), "entered", "number", sort="entered", phone="amount"),
            Column("playing", pgettext_lazy("draw", "Take part"), "playing", "number", sort="playing"),
            Column("winners", _("Winners"), "winners", "number", sort="winners"),
            Column("closes", _("Closes"), "closes_at", "datetime", sort="closes_at"),
            Column("drawn", _("Drawn"), "drawn_at", "date", sort="drawn_at"),
        ),
        default_sort="-closes",
        search=search_in("title_en", "title_zh", "slug"),
        full_url=lambda draw: draw.get_absolute_url(),
        create_url=lambda: reverse("draws:new"),
        create_label=_("New prize draw"),
        create_rule="draws.edit",
        presets=(Preset("entries", _("Entries"), list="draw-entries"),),
        empty=Empty(
            _("A prize draw or quiz brings you people who are interested. Anybody can check that it was drawn fairly."),
            _("New prize draw"), lambda: reverse("draws:new"), "gift", "draws.edit",
        ),
    )
)  # fmt: skip


def _leave_out(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    ids = actions.leave_out(
        entry_ids=list(rows.order_by().values_list("pk", flat=True)), because=data["because"], by=user
    )
    words = ngettext("%(n)s entry is left out", "%(n)s entries are left out", len(ids)) % {"n": len(ids)}
    return BulkResult(words, undo.offer("draws.left_out", entries=ids) if len(ids) <= _MOST_UNDONE else "")


def _take_in(user: User, rows: Rows, _data: Mapping[str, Any]) -> BulkResult:
    count = actions.take_in_again(entry_ids=list(rows.order_by().values_list("pk", flat=True)), by=user)
    return BulkResult(ngettext("%(n)s entry takes part", "%(n)s entries take part", count) % {"n": count})


def _weigh(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    count = actions.give_tickets(
        entry_ids=list(rows.order_by().values_list("pk", flat=True)), tickets=data["tickets"], by=user
    )
    words = ngettext("%(n)s entry has %(tickets)s tickets each", "%(n)s entries have %(tickets)s tickets each", count)
    return BulkResult(words % {"n": count, "tickets": data["tickets"]})


def _taking_part(entry: Entry) -> Badge:
    if entry.left_out_at is not None:
        return Badge(pgettext_lazy("entry", "Left out"), "warn")
    return (
        Badge(pgettext_lazy("entry", "Takes part"), "accent")
        if entry.right
        else Badge(pgettext_lazy("entry", "Not all right"))
    )


def _find_entries(rows: Rows, typed: str) -> Rows:
    if typed.strip().isdecimal() and len(typed.strip()) < 9:
        return rows.filter(number=int(typed))
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(party__fold__contains=word)
    return rows


def _draws(user: User) -> list[Choice]:
    return [Choice(str(draw.pk), draw.title) for draw in queries.draws_for(user).order_by("-pk")[:100]] or [
        Choice("0", _("None"))
    ]


register(
    Resource(
        key="draw-entries",
        label=_("Entries in prize draws"),
        one=pgettext_lazy("draw", "entry"),
        many=pgettext_lazy("draw", "entries"),
        icon="gift",
        path="draws/entries/",
        rule="draws.view",
        queryset=queries.entries_for,
        columns=(
            Column("number", _("Number"), "number", "number", sort="number", phone="amount"),
            Column("customer", _("Customer"), lambda one: Link(one.party.name, one.party.get_absolute_url()), "link", sort="party__fold", width="l", phone="primary"),
            Column("draw", _("Prize draw"), lambda one: Link(one.draw.title, one.draw.get_absolute_url()), "link"),
            Column("state", _("State"), _taking_part, "badge", sort="left_out_at", phone="secondary"),
            Column("because", _("Why"), "left_out_because"),
            Column("tickets", _("Tickets"), "weight", "number", sort="weight"),
            Column("at", _("Entered"), "at", "datetime", sort="at"),
        ),
        filters=(
            Filter("draw", _("Prize draw"), "choice", field="draw", choices=_draws),
            Filter("right", _("Answers right"), "flag", field="right"),
        ),
        default_sort="-at",
        search=_find_entries,
        in_palette=False,
        full_url=lambda one: one.party.get_absolute_url(),
        bulk_actions=(
            BulkAction("tickets", _("Tickets"), _weigh, rule="draws.edit", icon="gift", form=TicketsForm),
            BulkAction("take-in", _("Let take part"), _take_in, rule="draws.edit", icon="check"),
            BulkAction("leave-out", pgettext_lazy("entry", "Leave out"), _leave_out, rule="draws.edit", icon="close", form=LeaveOutForm, at_stake=True),
        ),
        export_rule="customers.export",
        empty=Empty(_("Nobody has entered a prize draw yet."), icon="gift"),
    )
)  # fmt: skip
assets.register(style="draws/draws.css")
palette.register_action(
    Action(
        "draws.new",
        _("New prize draw"),
        "draws:new",
        icon="gift",
        rule="draws.edit",
        words=_("quiz lottery competition form"),
    )
)
audit.name(
    draws__published=_("Prize draw published"),
    draws__drawn=_("Prize draw drawn"),
    draws__left_out=_("Entries left out"),
    draws__weighted=_("Tickets given"),
    draws__removed=_("Prize draw removed"),
    draws__brought_back=_("Prize draw brought back"),
)
