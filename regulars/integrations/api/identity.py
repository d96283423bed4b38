"""Whose token a request carries."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.integrations.api.actions import PREFIX, digest_of
from regulars.integrations.api.compiled import rows_of
from regulars.integrations.api.models import Token
from regulars.integrations.api.problems import Problem
from regulars.staff import audit
from regulars.staff.models import Team, Territory, User


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
    wanted = {one for one in digests if one}
    tokens = map(_token, rows_of(_rows, wanted)) if wanted else ()
    return {token.digest: token for token in tokens if token.is_usable}


_HELD: Final = (("", Token), ("user__", User), ("user__team__", Team), ("user__territory__", Territory))


def _rows(digests: Iterable[Any]) -> QuerySet[Token, Any]:
    names = [f"{prefix}{field.attname}" for prefix, model in _HELD for field in model._meta.concrete_fields]
    return Token.objects.filter(digest__in=digests).values_list(*names)


def _token(row: Sequence[Any]) -> Token:
    values, held = iter(row), list[Any]()
    for _prefix, model in _HELD:
        fields = model._meta.concrete_fields
        own = list(islice(values, len(fields)))
        there = own[0] is not None
        held.append(model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], own) if there else None)
    token, token.user, token.user.team, token.user.territory = held
    return cast("Token", token)


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
