"""Whose token this is, and whether the house is well."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from regulars import __version__
from regulars.integrations.api.door import reply
from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.staff.rules import capabilities

router = Router()


class Me(Schema):
    """Whom the token acts as, and how far."""

    user: int
    username: str
    name: str
    role: str
    capabilities: list[str]
    token: str
    scopes: list[str]
    expires_at: datetime | None


class Health(Schema):
    """Whether the database answers."""

    ok: bool
    version: str


@router.get("/me", response=Me, **needs())
def read_me(request: ApiRequest) -> object:
    """Whom this token acts as, and how far."""
    user, token = request.user, request.token
    return {
        "user": user.pk, "username": user.username, "name": user.name, "role": user.role,
        "capabilities": sorted(capabilities(user)), "token": token.name, "scopes": token.scopes,
        "expires_at": token.expires_at,
    }  # fmt: skip


@router.get("/health", response=Health, auth=None)
def read_health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers; asks for no token."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return reply({"ok": True, "version": __version__})
