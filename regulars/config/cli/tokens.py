"""``regulars token``: make, list and revoke API tokens."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from regulars.config.cli import output
from regulars.config.cli.commands import ready
from regulars.kit import clock
from regulars.kit.errors import UserError


def create(arguments: Namespace) -> int:
    """Make a token and say its key, this once."""
    from regulars.integrations.api.actions import create_token  # noqa: PLC0415 -- after django.setup()

    ready()
    ends = clock.now() + timedelta(days=arguments.days) if arguments.days else None
    token, key = create_token(
        user=_user(arguments.user), name=arguments.name, scopes=_scopes(arguments.scope), by=None, expires_at=ends,
        networks=arguments.network,
    )  # fmt: skip
    result = {"id": token.pk, "user": token.user.username, "scopes": token.scopes, "token": key}
    said = _("Token of %(user)s (shown only now): %(token)s") % {"user": token.user.username, "token": key}
    output.show({**result, "expires_at": ends.isoformat() if ends else None}, as_json=arguments.json, sentences=[said])
    return 0


def list_(arguments: Namespace) -> int:
    """List the tokens, without their keys."""
    from regulars.integrations.api.models import Token  # noqa: PLC0415

    ready()
    for token in Token.objects.select_related("user").order_by("pk"):
        used = token.last_used_at.isoformat() if token.last_used_at else None
        row: dict[str, Any] = {
            "id": token.pk, "name": token.name, "prefix": token.prefix, "user": token.user.username,
            "scopes": token.scopes, "usable": token.is_usable, "last_used_at": used,
        }  # fmt: skip
        state = "" if token.is_usable else f"  ({_('no longer valid')})"
        line = f"{token.pk:>4}  {token.prefix}…  {token.user.username:<16} {token.name}{state}"
        output.show(row, as_json=arguments.json, sentences=[line])
    return 0


def revoke(arguments: Namespace) -> int:
    """Let a token open nothing any more."""
    from regulars.integrations.api.actions import revoke_token  # noqa: PLC0415
    from regulars.integrations.api.models import Token  # noqa: PLC0415

    ready()
    token = Token.objects.select_related("user").filter(pk=arguments.token).first()
    if token is None:
        raise UserError(_("There is no token number %(number)s.") % {"number": arguments.token})
    revoke_token(token=token, by=None)
    said = _("Token %(number)s opens nothing any more.") % {"number": token.pk}
    output.show({"id": token.pk, "revoked": True}, as_json=arguments.json, sentences=[said])
    return 0


def _user(username: str) -> Any:
    from regulars.staff.models import User  # noqa: PLC0415

    user = User.objects.filter(username__iexact=username, is_active=True).first()
    if user is None:
        raise UserError(_("There is no user “%(name)s”.") % {"name": username})
    return user


def _scopes(words: list[str]) -> list[str]:
    return [scope.strip() for word in words for scope in word.split(",") if scope.strip()]
