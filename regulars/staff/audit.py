"""The audit log: what must be accountable, written beside the act, in its transaction. Nobody can edit it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from regulars.staff.models import AuditEntry

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User
    from regulars.web.resources import Text


def record(
    action: str,
    *,
    by: User | None,
    object_type: str = "",
    object_id: int | None = None,
    request: HttpRequest | None = None,
    **detail: Any,
) -> AuditEntry:
    """Append what was done.

    Args:
        action: ``area.past_participle``, e.g. ``customers.exported``.
        by: who did it; None for the system itself.
        request: where it came from, when it came over the network.
        detail: counts, ids, field names; never personal data of a customer.
    """
    through = _through.get()
    return AuditEntry.objects.create(
        actor=by,
        actor_name=by.username if by else "",
        action=action,
        object_type=object_type,
        object_id=object_id,
        detail=detail,
        address=address_of(request) if request else through.address,
        by_token=getattr(request, "token_name", "") if request else through.token,
    )


@dataclass(frozen=True, slots=True)
class Through:
    """By which token, from which address, what is being done now came in."""

    token: str = ""
    address: str | None = None


_NOWHERE: Final = Through()
_through: Final[ContextVar[Through]] = ContextVar("audit_through", default=_NOWHERE)


@contextmanager
def coming_through(token: str, address: str | None) -> Iterator[None]:
    """Let every entry written inside say by which token and from where, though its action knows no request."""
    before = _through.set(Through(token, address))
    try:
        yield
    finally:
        _through.reset(before)


def address_of(request: HttpRequest) -> str | None:
    """Where the request came from: the server's own view, or what proxies that are trusted say, read from the nearest.

    A proxy is trusted when its address is in ``settings.TRUSTED_PROXIES``; what anybody else writes into
    ``X-Forwarded-For`` counts for nothing.
    """
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    address = _valid(request.META.get("REMOTE_ADDR", ""))
    while address is not None and told and _is_trusted(address):
        further = _valid(told.pop())
        if further is None:
            break
        address = further
    return str(address) if address is not None else None


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _valid(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text.split("%", maxsplit=1)[0])
    except ValueError:
        return None


def _is_trusted(address: _Address) -> bool:
    return any(address in ipaddress.ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES)


_words: Final[dict[str, Text]] = {}


def name(**words: Text) -> None:
    """Say actions in words: ``audit.name(customers__exported=_("Customers exported"))`` for ``customers.exported``."""
    _words.update({action.replace("__", "."): text for action, text in words.items()})


def said(action: str) -> str:
    """An action in the reader's language; the key itself where nobody named it."""
    return str(_words.get(action, action))


def known() -> list[tuple[str, Text]]:
    """Every named action."""
    return list(_words.items())
