"""There and back: the browser goes to the company's sign-in and comes back with a code."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from regulars.integrations.oidc import client
from regulars.kit.errors import UserError
from regulars.staff import audit, entering
from regulars.staff.actions import user_of_company
from regulars.staff.models import SignInMethod

KEPT = "company"


def _way_back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("oidc:finish"))


@login_not_required
@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the company's sign-in."""
    if not client.is_configured():
        raise Http404
    try:
        address, kept = client.begin(_way_back(request))
    except UserError as error:
        return _refuse(request, str(error))
    request.session[KEPT] = {**kept, "next": entering.safe_target(request, request.GET.get("next", ""))}
    return redirect(address)


@login_not_required
@never_cache
@require_GET
def finish(request: HttpRequest) -> HttpResponse:
    """The browser is back: with the right state and a code that stands for somebody known here, it is let in."""
    if not client.is_configured():
        raise Http404
    kept = request.session.pop(KEPT, None)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if not kept or not secrets.compare_digest(state, kept["state"]):
        return _refuse(request, _("This sign-in was not begun here, or took too long. Please begin again."))
    if not code:
        return _refuse(request, _("The company's sign-in did not let you in."))
    try:
        person = client.person_behind(code, kept, _way_back(request))
        user = user_of_company(
            issuer=person.issuer, subject=person.subject, email=person.email if person.email_verified else "",
            name=person.name, username=person.username, role=settings.OIDC["role"], request=request,
        )  # fmt: skip
    except UserError as error:
        return _refuse(request, str(error))
    entering.enter(request, user, SignInMethod.COMPANY)
    return redirect(kept["next"])


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    audit.record("staff.sign_in_failed", by=None, request=request, factor="company")
    return render(request, "staff/refused.html", {"sentence": sentence}, status=403)
