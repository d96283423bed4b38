"""Whose token a request carries."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.integrations.api.actions import PREFIX, digest_of
from regulars.integrations.api.models import Token
from regulars.integrations.api.problems import Problem
from regulars.staff import audit

if TYPE_CHECKING:
    from regulars.staff.models import User


class ApiRequest(HttpRequest):
    """A request that the door let in: whose token it carries is known."""

    user: User
    token: Token
    token_name: str


def digest_in(authorization: str) -> str:
    """The digest of the key in an ``Authorization`` header; empty when it holds none."""
    scheme, _space, key = authorization.strip().partition(" ")
    key = key.strip()
    return digest_of(key) if scheme.lower() == "bearer" and key.startswith(PREFIX) and len(key) < 200 else ""


def known(digests: Iterable[str]) -> dict[str, Token]:
    """The tokens of these digests that open something now, with their users. One query."""
    rows = Token.objects.usable().filter(digest__in={one for one in digests if one})
    return {token.digest: token for token in rows.select_related("user__team", "user__territory")}


def check_network(token: Token, address: str | None) -> None:
    """Refuse a call from outside the token's networks.

    Raises:
        Problem: 403.
    """
    if token.networks and not (address and _within(address, token.networks)):
        raise Problem(403, _("This token may not be used from this address."))


def _within(address: str, networks: list[str]) -> bool:
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(caller in ipaddress.ip_network(one) for one in networks)


def unauthenticated() -> Problem:
    """401: no token, or none that opens anything."""
    detail = _("Please send a valid token: Authorization: Bearer rgl_…")
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="Regulars"'})


def authenticate(request: HttpRequest) -> Token:
    """The token of ``request``.

    Raises:
        Problem: 401 without a usable token, 403 from outside its networks.
    """
    digest = digest_in(request.headers.get("Authorization", ""))
    token = known([digest]).get(digest) if digest else None
    if token is None:
        raise unauthenticated()
    check_network(token, audit.address_of(request))
    return token


def require_scope(token: Token, scope: str) -> None:
    """Refuse a token that was not made for this.

    Raises:
        Problem: 403.
    """
    if scope and scope not in token.scopes:
        raise Problem(403, _("This token lacks the scope “%(scope)s”.") % {"scope": scope})
