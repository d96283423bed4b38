"""The words of one message as HTML, fit for a frame that can do nothing."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from regulars.channels.outbox import contents
from regulars.channels.outbox.queries import messages_for
from regulars.staff.rules import require

_NOTHING: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""No script, no request to anywhere: a message that is looked at tells nobody that it was."""


@require_safe
@xframe_options_sameorigin
def content(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML of a message that ``request.user`` may see, under a policy that lets it do nothing."""
    require(request.user, "customers.view")
    message = get_object_or_404(messages_for(request.user), pk=pk)
    found = contents.of([message]).get(pk)
    if found is None or not found.html:
        raise Http404
    answer = HttpResponse(found.html)
    answer.headers["Content-Security-Policy"] = _NOTHING
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
