"""Every component, in both languages and both themes, on one page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """The pattern page."""
    return render(request, "web/patterns/patterns.html", {"languages": settings.LANGUAGES})
