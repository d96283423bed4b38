"""Where mail comes from, as the settings say it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"imap": 143, "imap+starttls": 143, "imaps": 993}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mailbox is and how it is opened."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def read(cls, url: str) -> Place:
        """``imaps://``, ``imap+starttls://`` or ``imap://`` ``user:password@host:port/FOLDER``.

        Raises:
            ValueError: it is none of these.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
            raise ValueError("it must look like imaps://user:password@host:993/INBOX (or imap+starttls://, imap://)")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        port = parts.port or _PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, unquote(parts.username), unquote(parts.password or ""), folder)

    @property
    def name(self) -> str:
        """By which people know it: everything but the password."""
        return f"{self.user} @ {self.host}:{self.port}/{self.folder}"[:200]

    @property
    def source(self) -> str:
        """What stands with each mail."""
        return f"imap:{self.user}/{self.folder}"[:120]


def listening_place(listen: str) -> tuple[str, int] | Path:
    """``host:port`` or the path of a socket.

    Raises:
        ValueError: it is neither.
    """
    if listen.startswith("/"):
        return Path(listen)
    host, _colon, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError("it must look like 127.0.0.1:2424 or /run/regulars/lmtp.sock")
    return host.strip("[]"), int(port)
