"""Whoever is let in, by whatever way, has a session that can be seen and ended."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from regulars.staff.actions.sessions import begin_session
from regulars.staff.models import SignInMethod, User


@receiver(user_logged_in)
def _begin(request: HttpRequest, user: User, **_more: Any) -> None:
    begin_session(user=user, request=request, method=getattr(request, "sign_in_method", SignInMethod.PASSWORD))
