"""Sending one message: bounded in time and size, to the address that was judged, following nobody elsewhere."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Final

from regulars import __version__
from regulars.integrations.webhooks import address, signing
from regulars.integrations.webhooks.address import Target
from regulars.kit.errors import UserError

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
ANSWER_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: the status and the beginning of the answer, or the reason why nothing did."""

    seconds: float
    status: int | None = None
    answer: str = ""
    error: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the receiver took the message: any 2xx."""
        return self.status is not None and 200 <= self.status < 300


class _Plain(http.client.HTTPConnection):
    """Connects to a number rather than a name."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.target = target

    def connect(self) -> None:
        """Open the connection."""
        self.sock = socket.create_connection((self.target.ip, self.target.port), CONNECT_SECONDS)
        self.sock.settimeout(ANSWER_SECONDS)


class _Sealed(_Plain):
    """The same with TLS, its certificate checked against the name."""

    def connect(self) -> None:
        """Open the connection."""
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.target.host)


def send(url: str, *, secret: str, message_id: str, kind: str, body: bytes) -> Outcome:
    """Post ``body``; never raises for what the other side does."""
    started = time.monotonic()
    try:
        target = address.resolve(url)
        status, answer = _post(target, _headers(target, secret, message_id, kind, body), body)
    except UserError as error:
        return Outcome(time.monotonic() - started, error=str(error)[:255])
    except (OSError, http.client.HTTPException) as error:
        return Outcome(time.monotonic() - started, error=f"{type(error).__name__}: {error}"[:255])
    return Outcome(time.monotonic() - started, status, answer)


def _headers(target: Target, secret: str, message_id: str, kind: str, body: bytes) -> dict[str, str]:
    return {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "User-Agent": f"Regulars/{__version__}",
        "Regulars-Message": message_id,
        "Regulars-Kind": kind,
        "Regulars-Signature": signing.sign(secret, body, int(time.time())),
        "Connection": "close",
    }


def _post(target: Target, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    connection = (_Sealed if target.scheme == "https" else _Plain)(target)
    try:
        connection.request("POST", target.path, body, headers)
        response = connection.getresponse()
        return response.status, _beginning(response)
    finally:
        connection.close()


def _beginning(response: http.client.HTTPResponse) -> str:
    """The first bytes of the answer; a receiver that drips them is cut off."""
    deadline, found = time.monotonic() + ANSWER_SECONDS, b""
    while len(found) < ANSWER_BYTES and time.monotonic() < deadline:
        block = response.read1(ANSWER_BYTES - len(found))
        if not block:
            break
        found += block
    return found.decode("utf-8", "replace").replace("\x00", "")
