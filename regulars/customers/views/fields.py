"""Defining the company's own fields."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.customers import actions, fields
from regulars.customers.forms import FieldForm
from regulars.customers.models import FieldDefinition
from regulars.customers.queries.fields import kept_by_imports
from regulars.customers.views.common import Request, refuse
from regulars.kit.errors import UserError
from regulars.staff.rules import require
from regulars.web.toasts import toast

LIST = "web:list-fields"


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Define a field; ``?adopt=`` names a column that an import kept and that is to become one."""
    require(request.user, "settings.manage")
    adopt = request.GET.get("adopt", "")[:200]
    form = FieldForm(request.POST or None, initial=FieldForm.named(adopt))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.define_field(by=request.user, adopt=adopt, **form.facts())
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("“%(name)s” can be filled in now") % {"name": fields.label(made)})
            return redirect(LIST)
    kept = {} if adopt else kept_by_imports()
    context = {"form": form, "title": _("New field"), "verb": _("Make the field"), "kept": kept, "adopt": adopt}
    return render(request, "customers/fields/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    """Change a field; what it holds and its key stay."""
    require(request.user, "settings.manage")
    field = get_object_or_404(FieldDefinition, pk=pk)
    form = FieldForm(request.POST or None, field=field)
    if request.method == "POST" and form.is_valid():
        changes = form.facts()
        del changes["kind"]
        try:
            actions.change_field(field=field, changes=changes, by=request.user)
        except UserError as error:
            refuse(form, error)
        else:
            toast(request, _("“%(name)s” is changed") % {"name": fields.label(field)})
            return redirect(LIST)
    context = {"form": form, "title": fields.label(field), "verb": _("Save"), "field": field}
    return render(request, "customers/fields/form.html", context, status=422 if form.errors else 200)


@require_POST
def retire(request: Request, pk: int) -> HttpResponse:
    """Show the field no more, or again."""
    require(request.user, "settings.manage")
    field = get_object_or_404(FieldDefinition, pk=pk)
    if field.retired_at is None:
        actions.retire_field(field=field, by=request.user)
        toast(request, _("“%(name)s” is shown no more; its values are kept") % {"name": fields.label(field)})
    else:
        actions.revive_field(field=field, by=request.user)
        toast(request, _("“%(name)s” is shown again") % {"name": fields.label(field)})
    return redirect(LIST)


@require_POST
def move(request: Request, pk: int) -> HttpResponse:
    """One place up or down in the order of the form."""
    require(request.user, "settings.manage")
    field = get_object_or_404(FieldDefinition, pk=pk)
    actions.move_field(field=field, places=-1 if request.POST.get("to") == "up" else 1, by=request.user)
    return redirect("customers:change-field", pk=field.pk)
