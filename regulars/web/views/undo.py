"""Taking back what a toast offered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from regulars.kit.errors import UserError
from regulars.web import undo
from regulars.web.toasts import toast


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Do it, say so, and let the page show the record as it is again."""
    try:
        toast(request, undo.take_back(request.POST.get("token", ""), request.user))
    except UserError as error:
        toast(request, str(error), tone="wrong")
    answer = HttpResponse(status=204)
    answer.headers["HX-Refresh"] = "true"
    return answer
