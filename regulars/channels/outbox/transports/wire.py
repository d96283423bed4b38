"""A line to a mail server: opened when needed, and what is said on it before the words of a mail.

Where the server takes commands in one go (PIPELINING, RFC 2920) the next mail is announced along with the words of the one before
it, so that a mail costs one going there and back. A mail that was announced ahead and does not follow is never delivered: the
line is dropped, and the server waits for its words in vain.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import unquote, urlsplit

from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports import Unreachable
from regulars.channels.outbox.transports.mime import is_plain_address

SECONDS: Final = 20.0
"""How long each answer of the server is waited for."""
GO_ON: Final = 354
_TAKEN: Final = frozenset({250, 251, GO_ON})
_OUT_OF_TURN: Final = 503
_BLOCK: Final = 256 * 1024
_LONGEST_ANSWER: Final = 8_192
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
Answer = tuple[int, bytes]
"""Of the server: its code (-1: none that is understood) and its words."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def read(cls, url: str) -> Server:
        """``smtp://``, ``smtp+starttls://`` or ``smtps://`` ``user:password@host:port``.

        Raises:
            ValueError: it is none of these.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("it must look like smtp+starttls://user:password@host:587 (or smtp://, smtps://)")
        port = parts.port or _PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))

    def connect(self) -> smtplib.SMTP:
        """A connection that is up, greeted and signed in."""
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if self.user:
            smtp.login(self.user, self.password)
        return smtp


class Wire:
    """A connection to the server from one sender; opened when first needed and again when the server has hung up meanwhile.

    Whatever speaks on it raises OSError or SMTPException when the line breaks, Unreachable when there is none to be had.
    """

    def __init__(self, server: Server, sender: str) -> None:
        self._server, self._sender = server, sender
        self._after: dict[int, Message] = {}
        self._announced: Message | None = None
        self.smtp: smtplib.SMTP | None = None

    def get(self) -> smtplib.SMTP:
        """The open connection. Raises Unreachable."""
        if self.smtp is None:
            try:
                self.smtp = self._server.connect()
            except (OSError, smtplib.SMTPException) as error:
                raise Unreachable(f"{type(error).__name__}: {error}") from error
        return self.smtp

    def drop(self) -> None:
        """Hang up; the next ``get`` connects anew."""
        smtp, self.smtp, self._announced = self.smtp, None, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.close()

    def leave(self) -> None:
        """Take leave of the server."""
        if self.smtp is not None and self._announced is None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.smtp.quit()
        self.drop()

    def expect(self, messages: Sequence[Message | None]) -> None:
        """Announce each along with the words of the one before it; None: one that cannot be announced ahead."""
        self._after = {one.pk: after for one, after in pairwise(messages) if one is not None and after is not None}

    def announce(self, message: Message) -> Answer:
        """MAIL, RCPT and DATA: ``GO_ON``, or the first refusal."""
        ahead, smtp = self._announced, self.get()
        if ahead is not None and ahead.pk != message.pk:
            self.drop()
            ahead, smtp = None, self.get()
        if not smtp.has_extn("pipelining"):
            return self._announced_slowly(smtp, message.address)
        self._announced = None
        if ahead is None:
            smtp.send(self._announcement(message))
        mail, rcpt, data = answer(smtp), answer(smtp), answer(smtp)
        if ahead is not None and mail[0] == _OUT_OF_TURN:  # the server still holds to the mail before
            self.drop()
            return self.announce(message)
        refusal = next((one for one in (mail, rcpt, data) if one[0] not in _TAKEN), None)
        if refusal is not None and data[0] == GO_ON:
            smtp.send(".\r\n")
            answer(smtp)
        return refusal or data

    def _announced_slowly(self, smtp: smtplib.SMTP, address: str) -> Answer:
        code, said = smtp.mail(self._sender)
        if code == 250:
            code, said = smtp.rcpt(address)
        return smtp.docmd("data") if code in _TAKEN else (code, said)

    def _announcement(self, message: Message) -> bytes:
        return f"MAIL FROM:{_quoted(self._sender)}\r\nRCPT TO:{_quoted(message.address)}\r\nDATA\r\n".encode("ascii")

    def hand_in(self, message: Message, mail: bytes) -> Answer:
        """The words of a mail that was announced, and the announcement of the next; what the server says of these words."""
        smtp, told = self.get(), _dotted(mail)
        after = self._after.get(message.pk) if smtp.has_extn("pipelining") else None
        if after is not None:
            self._announced, told = after, told + self._announcement(after)
        for at in range(0, len(told), _BLOCK):  # the time for an answer is each block's, not a large mail's
            smtp.send(told[at : at + _BLOCK])
        return answer(smtp)

    def begin_anew(self) -> None:
        """After a refusal: forget the mail that was spoken of, unless the next one is announced already."""
        if self.smtp is not None and self._announced is None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.smtp.rset()


def answer(smtp: smtplib.SMTP) -> Answer:
    """What the server says next: as ``smtp.getreply``, in a third of its time."""
    told: list[bytes] = []
    line = b"   -"
    while line[3:4] == b"-":
        line = smtp.file.readline(_LONGEST_ANSWER) if smtp.file is not None else b""
        if not line.endswith(b"\n"):
            smtp.close()
            raise smtplib.SMTPServerDisconnected("the server hung up, or speaks without end")
        told.append(line[4:].strip(b" \t\r\n"))
    return int(line[:3]) if line[:3].isdigit() else -1, b"\n".join(told)


def _quoted(address: str) -> str:
    return f"<{address}>" if is_plain_address(address) else smtplib.quoteaddr(address)


def _dotted(mail: bytes) -> bytes:
    """A mail as DATA wants it: lines that begin with a dot get a second one, a dot alone ends it (RFC 5321, 4.5.2)."""
    body = mail.replace(b"\r\n.", b"\r\n..")
    return (b"." if body.startswith(b".") else b"") + body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"
