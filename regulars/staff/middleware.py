"""Leads every visitor of a system without users to its set-up page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from regulars.staff import setup


class FirstOwner(MiddlewareMixin):
    """Only while nobody can sign in."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Redirect pages (not static files, not the language switch) to the set-up."""
        if setup.somebody_is_here() or request.path.startswith(
            ("/static/", reverse("staff:setup"), reverse("web:language"))
        ):
            return None
        return redirect("staff:setup")
