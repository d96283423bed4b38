"""The public addresses of tracking, and the setting that turns it off. No cookie is set or read."""

from __future__ import annotations

import base64
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from regulars.channels.tracking import actions
from regulars.channels.tracking.actions import Visitor
from regulars.channels.tracking.forms import TrackingForm
from regulars.channels.tracking.queries import setting
from regulars.customers.permission.views import nowhere
from regulars.customers.views.common import Request
from regulars.staff.rules import require
from regulars.web import toasts

_PIXEL: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def _visitor(request: HttpRequest) -> Visitor:
    return Visitor(request.headers.get("User-Agent", "")[:400], request.method == "HEAD")


@login_not_required
@never_cache
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to where a link of a message leads."""
    url = actions.follow(token, request.GET.get("to", ""), _visitor(request))
    if url is None:
        return nowhere(request)
    if not url:
        return HttpResponse(status=204)
    answer = HttpResponseRedirect(url)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@login_not_required
@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The picture of one transparent point. Whoever asks for one that we did not make gets it too, and nothing is written."""
    if not actions.see(token, _visitor(request)):
        return nowhere(request)
    answer = HttpResponse(_PIXEL, content_type="image/gif")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request) -> HttpResponse:
    """What is tracked, and of whom."""
    require(request.user, "settings.manage")
    held = setting()
    form = TrackingForm(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        actions.set_tracking(**form.wanted(), by=request.user, request=request)
        toasts.toast(request, _("Saved"))
        return redirect("tracking:settings")
    return render(request, "tracking/settings.html", {"form": form, "held": held})
