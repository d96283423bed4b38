"""Lists with where each request goes, asking by hand, items."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.customers.views.common import Request, party_for, refuse
from regulars.kit import money
from regulars.kit.errors import UserError
from regulars.marketing.fulfilment import actions, labels, queries
from regulars.marketing.fulfilment.forms import ItemForm, RequestForm
from regulars.marketing.fulfilment.models import FulfilmentList, Item, RequestState
from regulars.staff import audit
from regulars.staff.rules import can, require
from regulars.web import format as show
from regulars.web import undo
from regulars.web.listing.export import TYPES
from regulars.web.toasts import toast

SHOWN: Final = 200


def _list(request: Request, pk: int, rule: str = "fulfilment.view") -> FulfilmentList:
    require(request.user, rule)
    return get_object_or_404(FulfilmentList.objects.filter(removed_at=None).select_related("made_by", "sent_by"), pk=pk)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """One list: where each request goes, what cannot go and why, what to look at."""
    held = _list(request, pk)
    lines = list(queries.lines_of(held, request.user))
    ready = [line for line in lines if not line.problem]
    context = {
        "list": held, "ready": len(ready), "lines": lines[:SHOWN], "more": len(lines) - SHOWN if len(lines) > SHOWN else 0,
        "problems": [line for line in lines if line.problem][:SHOWN], "sent": RequestState.SENT, "total": len(lines),
        "cost": sum(line.request.item.cost * line.request.quantity for line in ready),
        "may_edit": can(request.user, "fulfilment.edit"),
        "may_take": can(request.user, "fulfilment.edit") and can(request.user, "customers.export"),
    }  # fmt: skip
    return render(request, "fulfilment/page.html", context)


@require_safe
def labels_file(request: Request, pk: int, form: str) -> HttpResponseBase:
    """The file for the printer."""
    held = _list(request, pk, "fulfilment.edit")
    require(request.user, "customers.export")
    if form not in labels.FORMS:
        raise Http404
    audit.record(
        "fulfilment.file_taken", by=request.user, object_type="fulfilment_list", object_id=held.pk, request=request,
        name=held.name, form=form,
    )  # fmt: skip
    answer = StreamingHttpResponse(labels.chunks(form, queries.lines_of(held, request.user)), content_type=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="labels-{held.pk}.{form}"'
    return answer


@require_safe
def sheet(request: Request, pk: int) -> HttpResponse:
    """The labels as a sheet to print from the browser."""
    held = _list(request, pk, "fulfilment.edit")
    require(request.user, "customers.export")
    audit.record(
        "fulfilment.file_taken", by=request.user, object_type="fulfilment_list", object_id=held.pk, request=request,
        name=held.name, form="sheet",
    )  # fmt: skip
    ready = [line for line in queries.lines_of(held, request.user) if not line.problem]
    return render(request, "fulfilment/sheet.html", {"list": held, "lines": ready})


@require_POST
def send(request: Request, pk: int) -> HttpResponseBase:
    """All of it is on its way."""
    held = _list(request, pk, "fulfilment.edit")
    try:
        count = actions.mark_sent(fulfilment_list=held, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(held)
    words = ngettext("%(n)s is on its way", "%(n)s are on their way", count) % {"n": show.show_number(count)}
    toast(request, words, undo=undo.offer("fulfilment.sent", list=held.pk))
    return redirect(held)


@require_POST
def unsend(request: Request, pk: int) -> HttpResponseBase:
    """It did not go out after all."""
    held = _list(request, pk, "fulfilment.edit")
    actions.mark_unsent(fulfilment_list=held, by=request.user)
    toast(request, _("“%(name)s” did not go out: its requests are open again") % {"name": held.name})
    return redirect(held)


@require_POST
def remove(request: Request, pk: int) -> HttpResponseBase:
    """Take a list away."""
    held = _list(request, pk, "fulfilment.edit")
    try:
        actions.remove_list(fulfilment_list=held, by=request.user)
    except UserError as error:
        toast(request, str(error), tone="wrong")
        return redirect(held)
    toast(request, _("“%(name)s” is removed; what customers asked for is open and on no list") % {"name": held.name})
    return redirect("web:list-fulfilment-lists")


@require_http_methods(["GET", "POST"])
def ask(request: Request, pk: int) -> HttpResponseBase:
    """Note what a customer is to get."""
    require(request.user, "fulfilment.view")
    party = party_for(request, pk)
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made, new = actions.request(
                party=party, item=told["item"], quantity=told["quantity"], by=request.user, address=form.where()
            )
        except UserError as error:
            refuse(form, error)
        else:
            words = (
                _("%(item)s is noted for %(name)s")
                if new
                else _("%(name)s waits for %(item)s already; the request is changed")
            )
            taken_back = undo.offer("fulfilment.asked", request=made.pk) if new else ""
            toast(request, words % {"item": made.item, "name": party.name}, undo=taken_back)
            return redirect(party)
    context = {"form": form, "party": party, "own": queries.own_address(party), "any": queries.items().exists()}
    return render(request, "fulfilment/ask.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def item(request: Request, pk: int | None = None) -> HttpResponseBase:
    """Write down something that can be sent, or change it."""
    require(request.user, "fulfilment.edit")
    held = get_object_or_404(Item.objects.live(), pk=pk) if pk else None
    begun: dict[str, Any] = (
        {name: getattr(held, name) for name in ("name_zh", "name_en", "kind", "public")} if held else {}
    )
    if held is not None:
        begun["cost"] = money.to_decimal(held.cost, settings.CURRENCY)
    form = ItemForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        told["cost"] = money.to_minor(told["cost"] or 0, settings.CURRENCY)
        try:
            actions.save_item(item=held, by=request.user, **told)
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("Saved"))
            return redirect("web:list-literature")
    context = {"form": form, "item": held}
    return render(request, "fulfilment/item.html", context, status=422 if form.is_bound else 200)


@require_POST
def remove_item(request: Request, pk: int) -> HttpResponseBase:
    """Send it no more."""
    require(request.user, "fulfilment.edit")
    held = get_object_or_404(Item.objects.live(), pk=pk)
    actions.remove_item(item=held, by=request.user)
    toast(
        request, _("“%(name)s” is removed") % {"name": held}, undo=undo.offer("fulfilment.item_removed", item=held.pk)
    )
    return redirect("web:list-literature")
