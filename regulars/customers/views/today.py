"""Today: who needs somebody now, and what was promised."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from regulars.customers.page.today import Today
from regulars.customers.queries import today as queries
from regulars.customers.resources import import_page
from regulars.customers.views.common import Request
from regulars.staff.rules import can, require


@require_GET
def today(request: Request) -> HttpResponse:
    """The day's work; an empty system leads to the import."""
    require(request.user, "today.view")
    if queries.is_empty() and can(request.user, "imports.run") and (address := import_page()):
        return redirect(address)
    scope = request.GET.get("whose", "")
    scopes = queries.scopes_of(request.user)
    page = Today(request.user, scope if scope in scopes else queries.usual_scope(request.user), scopes)
    if request.GET.get("part") == "sum" and request.headers.get("HX-Request"):
        return render(request, "customers/today/sums.html", {"today": page, "stakes": page.stakes})
    after = queries.read_day_after(request.GET.get("after", ""))
    if after is not None and request.headers.get("HX-Request"):
        return render(request, "customers/today/needs.html", {"today": page, "needs": page.needs_after(after)})
    needs = page.needs_after(None)
    return render(request, "customers/today/today.html", {"today": page, "needs": needs, "stakes": page.sum_of(needs)})
