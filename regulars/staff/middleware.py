"""Leads every visitor of a system without users to its set-up page; keeps sessions seen; asks for a second factor."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from regulars.staff import setup
from regulars.staff.actions.sessions import see_session
from regulars.staff.models import SignInMethod


class FirstOwner(MiddlewareMixin):
    """Only while nobody can sign in."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Redirect pages (not static files, not the language switch) to the set-up."""
        if setup.somebody_is_here() or request.path.startswith(
            ("/static/", reverse("staff:setup"), reverse("web:language"))
        ):
            return None
        return redirect("staff:setup")


class Sessions(MiddlewareMixin):
    """Notes when a session was last seen, and leads whoever must have a second factor to adding one."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """No query but every five minutes."""
        if not request.user.is_authenticated:
            return None
        see_session(request=request)
        if request.user.role not in settings.REQUIRE_MFA or request.session.get("method") != SignInMethod.PASSWORD:
            return None
        own = (reverse("staff:me"), reverse("staff:sign_out"), reverse("staff:confirm"), reverse("web:language"))
        if request.path.startswith((*own, "/passkeys/", reverse("web:theme"))):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("staff:me")})
        return redirect("staff:me")
