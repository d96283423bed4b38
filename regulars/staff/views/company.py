"""The company: what it calls itself, what serving a customer costs, and what was settled when the system was started."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit import money
from regulars.staff import actions
from regulars.staff.forms import CompanyForm
from regulars.staff.models import User
from regulars.staff.queries import company_name, cost_to_serve
from regulars.staff.rules import require
from regulars.web import toasts, undo


@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponseBase:
    """See and change it."""
    require(request.user, "settings.manage")
    assert isinstance(request.user, User)
    costs = dict(zip(("cost_per_order", "cost_per_contact"), map(_shown, cost_to_serve()), strict=True))
    form = CompanyForm(request.POST or None, initial={"name": company_name(), **costs})
    if request.method == "POST" and form.is_valid():
        before = actions.name_company(name=form.cleaned_data["name"], by=request.user, request=request)
        costs_before = actions.set_costs(**form.costs(), by=request.user, request=request)
        changed = {} if costs_before == form.costs() else {"costs": costs_before}
        toasts.toast(request, _("Saved"), undo=undo.offer("staff.company", name=before, **changed))
        return redirect("staff:company")
    return _page(request, form)


def _shown(cost: int | None) -> Decimal | None:
    """A cost in units of the currency, without needless noughts."""
    told = None if cost is None else money.to_decimal(cost, settings.CURRENCY)
    return told.quantize(Decimal(1)) if told is not None and told == told.to_integral_value() else told


def _page(request: HttpRequest, form: CompanyForm) -> HttpResponse:
    settled = [
        (_("Time zone"), settings.TIME_ZONE, "REGULARS_TIME_ZONE"),
        (_("Currency"), settings.CURRENCY, "REGULARS_CURRENCY"),
        (_("Country of numbers without a country code"), settings.COUNTRY, "REGULARS_COUNTRY"),
    ]
    status = 422 if form.errors else 200
    return render(request, "staff/company.html", {"form": form, "settled": settled}, status=status)
