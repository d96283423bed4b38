"""Letting somebody in: the one place where a session becomes a user's."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from regulars.kit import clock
from regulars.staff.models import SignInMethod, User

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
PENDING: Final = "pending"
_PENDING_SECONDS: Final = 600


def enter(request: HttpRequest, user: User, method: str = SignInMethod.PASSWORD) -> None:
    """Begin a session of ``user`` under a new key."""
    request.sign_in_method = method  # type: ignore[attr-defined]
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)


def wait_for_second(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """The password was right; what else is asked comes next. The session is nobody's yet."""
    request.session[PENDING] = {"user": user.pk, "at": clock.now().timestamp(), "next": target}
    return redirect("staff:second")


def pending(request: HttpRequest) -> tuple[User, str] | None:
    """Whose password was right in the last ten minutes, and where they wanted to go."""
    waiting: Any = request.session.get(PENDING)
    if not waiting or clock.now().timestamp() - waiting["at"] > _PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    return (user, waiting["next"]) if user else None


def safe_target(request: HttpRequest, target: str) -> str:
    """``target`` when it is a page of this system, else the first page."""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if target and safe else "/"


def door(target: str) -> str:
    """The sign-in page that leads on to ``target``."""
    return f"{reverse('staff:sign_in')}?{urlencode({'next': target})}" if target != "/" else reverse("staff:sign_in")
