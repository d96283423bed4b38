"""Who may, asked of the room above by name, so that this one need not import it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

User: TypeAlias = Any
"""A row of ``settings.AUTH_USER_MODEL``; its class lives above this room."""


@cache
def _decide() -> Callable[[User, str], bool]:
    path = getattr(settings, "WEB_CAN", "regulars.staff.rules.can")
    return cast("Callable[[User, str], bool]", import_string(path))


def can(user: User, rule: str) -> bool:
    """True when ``user`` holds the capability ``rule`` (``"customers.edit"``); an empty rule asks only for a sign-in."""
    if not getattr(user, "is_authenticated", False):
        return False
    return not rule or _decide()(user, rule)


def company() -> str:
    """What the company calls itself."""
    tell = import_string(getattr(settings, "WEB_COMPANY", "regulars.staff.queries.company_name"))
    return cast("str", tell())


def confirmation(request: HttpRequest) -> HttpResponse | None:
    """Where to send whoever has to prove again who they are; None when they have just done so."""
    confirm = import_string(getattr(settings, "WEB_CONFIRM", "regulars.staff.confirm.missing"))
    return cast("HttpResponse | None", confirm(request))
