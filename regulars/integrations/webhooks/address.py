"""Where a webhook may go: http or https to an address that everybody can reach, not into the company's own network.

A name is resolved once, every address it has is judged, and the connection is made to the address that was judged, so a name
that points elsewhere a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

LONGEST = 500


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is written and as it is reached."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str = ""

    @property
    def host_header(self) -> str:
        """What goes into ``Host``."""
        usual = 443 if self.scheme == "https" else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"


def read(url: str) -> Target:
    """The parts of an address; nothing is looked up.

    Raises:
        UserError: it is no address that a webhook may go to.
    """
    if len(url) > LONGEST or not url.isascii() or any(char <= " " or char == "\x7f" for char in url):
        raise UserError(_("This is not an address like https://example.com/hook."))
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise UserError(_("This is not an address like https://example.com/hook.")) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(_("This is not an address like https://example.com/hook."))
    if parts.username or parts.password:
        raise UserError(_("Please leave name and password out of the address; messages are signed instead."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, path)


def check(url: str) -> Target:
    """The parts of an address, its numbers judged where it is written in numbers; names are judged when a message is sent.

    Raises:
        UserError: it is no address that a webhook may go to.
    """
    target = read(url)
    try:
        ip = ipaddress.ip_address(target.host)
    except ValueError:
        if target.host == "localhost" or target.host.endswith((".localhost", ".local", ".internal")):
            _refuse_private()
        return target
    _judge(ip)
    return target


def resolve(url: str) -> Target:
    """The address with the number it is reached at.

    Raises:
        UserError: it may not be reached, or its name is not known.
    """
    target = read(url)
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UserError(_("The name %(host)s is not known.") % {"host": target.host}) from error
    addresses = [str(info[4][0]).partition("%")[0] for info in found]
    for one in addresses:
        _judge(ipaddress.ip_address(one))
    return Target(target.scheme, target.host, target.port, target.path, addresses[0])


def _judge(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    embedded = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if ip.is_multicast or ip.is_unspecified:
        raise UserError(_("A webhook may not go to this address."))
    if not ip.is_global or (embedded is not None and not embedded.is_global):
        _refuse_private()


def _refuse_private() -> None:
    if not settings.WEBHOOKS_TO_PRIVATE_ADDRESSES:
        raise UserError(
            _(
                "This address lies in a private network. An administrator may allow that: REGULARS_WEBHOOKS_TO_PRIVATE_ADDRESSES=1."
            )
        )
