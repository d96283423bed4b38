"""Call lists, their calls and scripts in lists, menus and the palette; what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from regulars.customers import resources as _customers  # noqa: F401 -- its list must be there to be added to
from regulars.kit import clock, text
from regulars.kit.errors import UserError
from regulars.marketing.call_lists import actions, outcomes, queries
from regulars.marketing.call_lists.forms import SelectionForm, end_of
from regulars.marketing.call_lists.models import Call, CallList, CallState, CallTry, Script
from regulars.marketing.call_lists.words import Outcome, because
from regulars.staff import audit
from regulars.staff.rules import can
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


@undo.handles("call_lists.outcome")
def _undo_outcome(user: User, data: dict[str, Any]) -> str:
    made = CallTry.objects.filter(pk=data.get("made", 0)).first()
    if made is None or not queries.calls_for(user).filter(pk=made.call_id).exists():
        raise UserError(_said("This can no longer be undone here."))
    call = outcomes.undo(made=made, by=user)
    return _said("Undone: %(name)s is on your screen again") % {"name": call.party.name}


@undo.handles("call_lists.made")
def _undo_making(user: User, data: dict[str, Any]) -> str:
    made = CallList.objects.get(pk=data["list"])
    actions.remove_list(call_list=made, by=user)
    return _said("“%(name)s” is removed") % {"name": made.name}


undo.returns("call_lists.removed", CallList, "call_list", actions.bring_back)


undo.returns("call_lists.script_removed", Script, "script", actions.bring_script_back)


def _state(call_list: Any) -> Badge:
    if not call_list.open:
        return Badge(pgettext_lazy("call list", "Finished"), "neutral")
    if call_list.not_after is not None and call_list.not_after <= clock.now():
        return Badge(pgettext_lazy("call list", "Over"), "warn")
    return Badge(pgettext_lazy("call list", "Running"), "accent")


CALL_LISTS = register(
    Resource(
        key="call-lists",
        label=_("Call lists"),
        one=pgettext_lazy("count", "call list"),
        many=pgettext_lazy("count", "call lists"),
        icon="phone",
        path="call-lists/",
        rule="call_lists.view",
        order=43,
        chord="g l",
        queryset=lambda user: queries.lists_for(user).select_related("owner"),
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="l"),
            Column("total", _("Customers"), "total", "number", phone="amount"),
            Column("open", _("To call"), "open", "number"),
            Column("done", _("Called"), "done", "number"),
            Column("state", _("State"), _state, "badge", phone="secondary"),
            Column("last_day", pgettext_lazy("call list", "Not after"), "not_after", "date", sort="not_after"),
            Column("owner", _("Owner"), "owner", "person", sort="owner__name"),
            Column("created", _("Made"), "created_at", "ago", sort="created_at"),
        ),
        default_sort="-created",
        search=search_in("name"),
        full_url=lambda call_list: call_list.get_absolute_url(),
        create_url=lambda: reverse("call_lists:new"),
        create_label=_("New call list"),
        create_rule="call_lists.edit",
        presets=(
            Preset("calls", _("Calls"), list="calls"),
            Preset("scripts", _("Scripts"), list="call-scripts"),
        ),
        empty=Empty(
            _("A call list hands one customer after the other to whoever calls, with a script, and keeps what came of each call."),
            _("New call list"),
            lambda: reverse("call_lists:new"),
            "phone",
            "call_lists.edit",
        ),
    )
)  # fmt: skip

_TONES: dict[str, Any] = {
    Outcome.YES: "good",
    Outcome.NEVER: "stake",
    Outcome.WRONG_NUMBER: "warn",
    Outcome.LATER: "accent",
}


def _outcome(call: Call) -> Badge | None:
    return Badge(Outcome(call.outcome).label, _TONES.get(call.outcome, "neutral")) if call.outcome else None


def _call_state(call: Call) -> Badge:
    tones: dict[str, Any] = {CallState.OPEN: "accent", CallState.SKIPPED: "warn"}
    return Badge(call.get_state_display(), tones.get(call.state, "neutral"))


def _lists(user: User) -> list[Choice]:
    found = queries.lists_for(user).order_by("-created_at").values_list("pk", "name")
    return [Choice(str(pk), name) for pk, name in found[:100]] or [Choice("0", _("None"))]


def _find_calls(rows: Rows, typed: str) -> Rows:
    for word in text.fold(typed).split()[:6]:
        rows = rows.filter(party__fold__contains=word)
    return rows


register(
    Resource(
        key="calls",
        label=_("Calls"),
        one=pgettext_lazy("count", "call"),
        many=pgettext_lazy("count", "calls"),
        icon="phone",
        path="call-lists/calls/",
        rule="call_lists.view",
        queryset=queries.calls_for,
        columns=(
            Column("customer", _("Customer"), "party.name", sort="party__fold", width="l", phone="primary"),
            Column("list", _("Call list"), lambda call: Link(call.list.name, call.list.get_absolute_url()), "link", sort="list__name"),
            Column("state", _("State"), _call_state, "badge", sort="state", phone="amount"),
            Column("outcome", _("Outcome"), _outcome, "badge", sort="outcome", phone="secondary"),
            Column("reason", _("Why"), lambda call: because(call.reason) if call.reason else None, width="xl"),
            Column("tries", pgettext_lazy("call", "Tries"), "tries", "number", sort="tries"),
            Column("next", _("Not before"), lambda call: call.next_at if call.state == CallState.OPEN else None, "datetime", sort="next_at"),
            Column("agent", _("Agent"), "agent", "person", sort="agent__name"),
            Column("answers", _("Answers"), lambda call: " · ".join(f"{key} {value}" for key, value in call.answers.items()) or None, default=False),
        ),
        filters=(
            Filter("list", _("Call list"), "choice", field="list", choices=_lists),
            Filter("state", _("State"), "multi", field="state", choices=each_of(CallState)),
            Filter("outcome", _("Outcome"), "multi", field="outcome", choices=each_of(Outcome)),
        ),
        default_sort="-next",
        search=_find_calls,
        in_palette=False,
        full_url=lambda call: call.party.get_absolute_url(),
        export_rule="customers.export",
        empty=Empty(_("No calls yet. A call list makes them."), icon="phone"),
    )
)  # fmt: skip

register(
    Resource(
        key="call-scripts",
        label=_("Scripts"),
        one=pgettext_lazy("count", "script"),
        many=pgettext_lazy("count", "scripts"),
        icon="note",
        path="call-lists/scripts/",
        rule="call_lists.edit",
        queryset=lambda user: queries.scripts() if can(user, "call_lists.edit") else Script.objects.none(),
        columns=(
            Column("name", _("Name"), "name", sort="name", phone="primary", width="l"),
            Column("words", _("Words"), lambda script: script.words()[:120], phone="secondary", width="xl"),
            Column("changed", _("Changed"), "changed_at", "ago", sort="changed_at"),
        ),
        default_sort="name",
        search=search_in("name"),
        full_url=lambda script: reverse("call_lists:script", args=[script.pk]),
        create_url=lambda: reverse("call_lists:new-script"),
        create_label=_("New script"),
        create_rule="call_lists.edit",
        empty=Empty(
            _("A script says what an agent says, in both languages, and what is asked during the call."),
            _("New script"), lambda: reverse("call_lists:new-script"), "note", "call_lists.edit",
        ),
    )
)  # fmt: skip


def _make_list(user: User, rows: Rows, data: Mapping[str, Any]) -> BulkResult:
    ids = rows.order_by().values_list("pk", flat=True)
    made = actions.make(
        origin="", name=data["name"], script=data.get("script"), party_ids=list(ids), not_after=end_of(data.get("last_day")), by=user,
        order=data["order"],
    )  # fmt: skip
    count = made.calls.count()
    message = ngettext("%(n)s customer is on “%(name)s”", "%(n)s customers are on “%(name)s”", count)
    return BulkResult(message % {"n": count, "name": made.name}, undo.offer("call_lists.made", list=made.pk))


offer(
    "customers",
    BulkAction(
        "call-list", _("Make a call list"), _make_list, rule="call_lists.edit", icon="phone", form=SelectionForm
    ),
)
assets.register(style="call_lists/call_lists.css")
palette.register_action(
    Action(
        "call_lists.new", _("New call list"), "call_lists:new", icon="phone", rule="call_lists.edit",
        words=_("telemarketing phone calling"),
    )
)  # fmt: skip
audit.name(
    call_lists__made=_("Call list made"),
    call_lists__changed=_("Call list changed"),
    call_lists__removed=_("Call list removed"),
    call_lists__brought_back=_("Call list brought back"),
)
