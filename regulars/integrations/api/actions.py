"""Making and revoking tokens, and noting that one was used."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.integrations.api.models import KeptAnswer, Token
from regulars.integrations.api.scopes import checked
from regulars.kit import clock, text
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import audit
from regulars.staff.rules import can

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User

PREFIX: Final = "rgl_"
ANSWERS_KEPT: Final = timedelta(hours=48)
_NOTED_EVERY: Final = timedelta(minutes=1)


def digest_of(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    by: User | None,
    expires_at: datetime | None = None,
    networks: Iterable[str] = (),
    request: HttpRequest | None = None,
) -> tuple[Token, str]:
    """Make a token; returns it and the key, which cannot be had again.

    Raises:
        Forbidden: only administrators make tokens for others.
        UserError: no name, an unknown scope or network, or an end that has passed.
    """
    _may_handle(user, by)
    name = text.clean(name)[:80]
    if not name:
        raise UserError(_("Please say what the token is for."))
    if expires_at is not None and expires_at <= clock.now():
        raise UserError(_("The token would have expired already."))
    key = f"{PREFIX}{secrets.token_urlsafe(32)}"
    token = Token.objects.create(
        user=user, name=name, prefix=key[:10], digest=digest_of(key), scopes=checked(scopes), created_by=by,
        expires_at=expires_at, networks=[_network(one) for one in networks if one.strip()],
    )  # fmt: skip
    detail = {"token": token.prefix, "acts_as": user.username, "scopes": token.scopes}
    audit.record("staff.token_made", by=by, object_type="token", object_id=token.pk, request=request, **detail)
    return token, key


@transaction.atomic
def revoke_token(*, token: Token, by: User | None, request: HttpRequest | None = None) -> None:
    """Let a token open nothing any more; revoked twice is revoked once.

    Raises:
        Forbidden: it is somebody else's.
    """
    _may_handle(token.user, by)
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now(), revoked_by=by):
        audit.record(
            "staff.token_revoked", by=by, object_type="token", object_id=token.pk, request=request, token=token.prefix
        )
    token.refresh_from_db()


def note_use(token: Token) -> None:
    """Write that the token was used, once a minute at most."""
    now = clock.now()
    if token.last_used_at is None or token.last_used_at < now - _NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _NOTED_EVERY)
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def forget_old_answers() -> int:
    """Drop what was answered two days ago; returns how many."""
    return KeptAnswer.objects.filter(claimed_at__lt=clock.now() - ANSWERS_KEPT).delete()[0]


def _may_handle(user: User, by: User | None) -> None:
    if by is not None and by.pk != user.pk and not can(by, "staff.manage"):
        raise Forbidden(_("Only administrators handle the tokens of others."))


def _network(told: str) -> str:
    try:
        return str(ipaddress.ip_network(told.strip(), strict=False))
    except ValueError as error:
        raise UserError(_("“%(value)s” is not a network like 10.0.0.0/8.") % {"value": told}) from error
