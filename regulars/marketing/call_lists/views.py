"""The page of a list, the call screen, scripts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.views.common import Request, refuse
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.call_lists import actions, calling, outcomes, queries
from regulars.marketing.call_lists.forms import CallForm, ListForm, NewListForm, ScriptForm, begun_with, usual_callback
from regulars.marketing.call_lists.models import Call, CallList, Script
from regulars.marketing.call_lists.screen import KEYS, Screen
from regulars.marketing.call_lists.words import Outcome, because
from regulars.marketing.segments.queries import members
from regulars.staff.rules import can, require
from regulars.web import undo
from regulars.web.toasts import toast


def _list(request: Request, pk: int, rule: str = "call_lists.view") -> CallList:
    require(request.user, rule)
    return get_object_or_404(CallList.objects.live().select_related("script", "owner"), pk=pk)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """How far a list is, what came of the calls, by agent, and what is left."""
    call_list = _list(request, pk)
    told = queries.progress(call_list, request.user)
    context = {
        "list": call_list, "progress": told, "agents": queries.agents(call_list, request.user),
        "outcomes": [(Outcome(one).label, told.outcomes.get(one, 0), one) for one in Outcome.values],
        "skipped": sorted(((because(reason), n) for reason, n in told.skipped.items()), key=lambda one: -one[1]),
        "next_moment": queries.next_moment(call_list, request.user) if not told.due else None,
        "may_call": can(request.user, "call_lists.call"), "may_edit": can(request.user, "call_lists.edit"),
    }  # fmt: skip
    return render(request, "call_lists/page.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponseBase:
    """Make a list of a segment."""
    require(request.user, "call_lists.edit")
    begun = {"segment": request.GET.get("segment", "")}
    form = NewListForm(request.POST or None, user=request.user, initial=begun)
    if request.method == "POST" and form.is_valid():
        facts, told = form.facts(), form.cleaned_data
        ids = members(told["segment"]).visible_to(request.user).order_by("pk").values_list("pk", flat=True)  # type: ignore[attr-defined]
        try:
            made = actions.make(
                origin="", name=facts["name"], script=facts["script"], party_ids=ids.iterator(), not_after=facts["not_after"],
                by=request.user, order=facts["order"],
            )  # fmt: skip
            actions.change_list(call_list=made, by=request.user, **facts)
        except UserError as error:
            refuse(form, error)
        else:
            toast(
                request, _("“%(name)s” is made") % {"name": made.name}, undo=undo.offer("call_lists.made", list=made.pk)
            )
            return redirect(made)
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponseBase:
    """Change how a list is worked."""
    call_list = _list(request, pk, "call_lists.edit")
    form = ListForm(request.POST or None, initial=begun_with(call_list))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_list(call_list=call_list, by=request.user, **form.facts())
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("Saved"))
            return redirect(call_list)
    return _form(request, form, call_list)


def _form(request: Request, form: ListForm, call_list: CallList | None) -> HttpResponse:
    context = {"form": form, "list": call_list}
    return render(request, "call_lists/form.html", context, status=422 if form.is_bound else 200)


@require_POST
def remove(request: Request, pk: int) -> HttpResponseBase:
    """Take a list away."""
    call_list = _list(request, pk, "call_lists.edit")
    actions.remove_list(call_list=call_list, by=request.user)
    said = _("“%(name)s” is removed") % {"name": call_list.name}
    toast(request, said, undo=undo.offer("call_lists.removed", call_list=call_list.pk))
    return redirect("web:list-call-lists")


@require_POST
def begin(request: Request, pk: int) -> HttpResponseBase:
    """Give the agent the next customer, or say why there is none now."""
    call_list = _list(request, pk, "call_lists.call")
    if calling.next_call(call_list=call_list, by=request.user) is None:
        toast(request, _("Nobody can be called from this list right now"))
        return redirect(call_list)
    return redirect("call_lists:call", pk)


@never_cache
@require_safe
def call(request: Request, pk: int) -> HttpResponseBase:
    """The customer whom the agent has on screen."""
    call_list = _list(request, pk, "call_lists.call")
    held = queries.held_by(request.user, call_list)
    if held is None:
        return redirect(call_list)
    return _screen(request, held, CallForm(initial={"call_back_at": usual_callback()}))


def _screen(request: Request, held: Call, form: CallForm, status: int = 200) -> HttpResponse:
    screen = Screen(held, request.user)
    told = queries.progress(held.list, request.user)
    context = {
        "screen": screen, "page": screen.page, "party": held.party, "call": held, "list": held.list, "form": form, "keys": KEYS,
        "progress": told,
    }  # fmt: skip
    return render(request, "call_lists/call.html", context, status=status)


@require_POST
def outcome(request: Request, pk: int, call: int) -> HttpResponseBase:
    """Write down what came of the call and show the next customer."""
    call_list = _list(request, pk, "call_lists.call")
    held = get_object_or_404(
        queries.calls_for(request.user).select_related("party__summary", "list__script"), pk=call, list=call_list
    )
    form = CallForm(request.POST)
    if not form.is_valid():
        return _screen(request, held, form, 422)
    told, chosen = form.cleaned_data, request.POST.get("outcome", "")
    answers = {one: request.POST.get(name, "") for name, one, _before in Screen(held, request.user).questions}
    try:
        made = outcomes.record(
            call=held, outcome=chosen, by=request.user, note=told["note"], answers=answers, minutes=told["minutes"],
            call_back_at=told["call_back_at"] if chosen == Outcome.LATER else None,
        )  # fmt: skip
    except Conflict as error:
        toast(request, str(error), tone="wrong")
        return redirect(call_list)
    except UserError as error:
        refuse(form, error)
        return _screen(request, held, form, 422)
    said = f"{held.party.name}: {Outcome(made.outcome).label}"
    toast(request, said, undo=undo.offer("call_lists.outcome", made=made.pk))
    return begin(request, pk)


@require_POST
def put_off(request: Request, pk: int, call: int) -> HttpResponseBase:
    """Somebody else first."""
    call_list = _list(request, pk, "call_lists.call")
    held = get_object_or_404(queries.calls_for(request.user), pk=call, list=call_list)
    calling.put_off(call=held, by=request.user)
    return begin(request, pk)


@require_POST
def stop(request: Request, pk: int) -> HttpResponseBase:
    """The agent stops calling."""
    call_list = _list(request, pk, "call_lists.call")
    calling.give_back(call_list=call_list, by=request.user)
    return redirect(call_list)


@require_http_methods(["GET", "POST"])
def script(request: Request, pk: int | None = None) -> HttpResponseBase:
    """Write a script, or change one."""
    require(request.user, "call_lists.edit")
    held = get_object_or_404(Script, pk=pk, removed_at=None) if pk else None
    begun: dict[str, Any] = {name: getattr(held, name) for name in ScriptForm.base_fields} if held else {}
    form = ScriptForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_script(script=held, by=request.user, **form.cleaned_data)
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("Saved"))
            return redirect("web:list-call-scripts")
    context = {"form": form, "script": held}
    return render(request, "call_lists/script.html", context, status=422 if form.is_bound else 200)


@require_POST
def remove_script(request: Request, pk: int) -> HttpResponseBase:
    """Take a script away."""
    require(request.user, "call_lists.edit")
    held = get_object_or_404(Script, pk=pk, removed_at=None)
    actions.remove_script(script=held, by=request.user)
    said = _("“%(name)s” is removed") % {"name": held.name}
    toast(request, said, undo=undo.offer("call_lists.script_removed", script=held.pk))
    return redirect("web:list-call-scripts")
