"""Closes the network for the whole run: sockets reach this machine only, so a test cannot depend on another one."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest


class NetworkBlockedError(RuntimeError):
    """A test tried to reach another machine."""


def is_local(host: Any) -> bool:
    """Whether `host` (name or address, text or bytes) is this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def refuse(host: Any) -> None:
    """Raise NetworkBlockedError unless `host` is this machine."""
    if not is_local(host):
        raise NetworkBlockedError(f"tests reach this machine only, not {host}")


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Refuse every name look-up and connection that leaves this machine; Unix sockets stay open."""

    class GuardedSocket(socket.socket):
        def connect(self, address: Any) -> None:
            if self.family != socket.AF_UNIX:
                refuse(address[0])
            super().connect(address)

        def connect_ex(self, address: Any) -> int:
            if self.family != socket.AF_UNIX:
                refuse(address[0])
            return super().connect_ex(address)

    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", GuardedSocket)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield
