"""E-mail by SMTP: one connection for many messages, the Message-ID from the message's key, every answer understood."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import partial
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports import Outcome, Result, Unreachable
from regulars.channels.outbox.transports.mime import Writer

SECONDS: Final = 20.0
"""How long each answer of the server is waited for."""
_BLOCK: Final = 256 * 1024
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


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


class Wire:
    """A connection to the server; opened when first needed and again when the server has hung up meanwhile."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.smtp: smtplib.SMTP | None = None

    def get(self) -> smtplib.SMTP:
        """The open connection. Raises Unreachable."""
        if self.smtp is None:
            try:
                self.smtp = self._connected()
            except (OSError, smtplib.SMTPException) as error:
                raise Unreachable(f"{type(error).__name__}: {error}") from error
        return self.smtp

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        if server.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
        return smtp

    def drop(self) -> None:
        """Hang up; the next ``get`` connects anew."""
        smtp, self.smtp = self.smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.close()


class Smtp:
    """The transport of a system that was told of a mail server."""

    name = "smtp"

    def __init__(self, url: str, sender: str) -> None:
        self._server, self._sender = Server.read(url), sender
        name, address = parseaddr(sender)
        if "@" not in address:
            raise ValueError("the sender must be an e-mail address, alone or as: Name <name@example.com>")
        self._writer, self._envelope = Writer(Address(name, addr_spec=address)), address

    def render(self, messages: Sequence[tuple[Message, Content]]) -> dict[int, Any]:
        """The bytes of each mail; the ValueError where an address or a header cannot be written.

        What has files is written when its turn comes: those of a whole batch would fill the memory.
        """
        return {
            message.pk: partial(self._written, message, content) if content.files else self._written(message, content)
            for message, content in messages
        }

    def _written(self, message: Message, content: Content) -> bytes | ValueError:
        try:
            return self._writer.written(message, content)
        except (ValueError, IndexError, MessageError) as error:
            return ValueError(str(error))

    def open(self) -> Wire:
        """A connection that is already up."""
        wire = Wire(self._server)
        wire.get()
        return wire

    def close(self, connection: Wire) -> None:
        """Take leave of the server."""
        if connection.smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.smtp.quit()
        connection.drop()

    def send(self, connection: Wire, message: Message, rendered: bytes | Callable[[], bytes | ValueError]) -> Outcome:
        """Hand one mail in. Until its last line is sent a broken line means not delivered; after it, nobody knows."""
        try:
            mail = rendered if isinstance(rendered, bytes) else rendered()
        except OSError as error:  # never without its files
            return Outcome(message, Result.LATER, "no_file", type(error).__name__)
        if isinstance(mail, ValueError):
            return Outcome(message, Result.FAILED, "unsayable", str(mail))
        for last in (False, True):  # a server that hung up while idle is called once more
            try:
                return self._hand_in(connection, message, mail)
            except (Unreachable, OSError, smtplib.SMTPException) as error:
                connection.drop()
                if last or isinstance(error, Unreachable):
                    return Outcome(message, Result.LATER, "unreachable", f"{type(error).__name__}: {error}")
        raise AssertionError("the second try returned")

    def _hand_in(self, connection: Wire, message: Message, rendered: bytes) -> Outcome:
        smtp = connection.get()
        code, said = self._announced(smtp, message.address)
        if code != 354:
            return _refused(connection, message, code, said)
        try:
            mail = _dotted(rendered)
            for at in range(0, len(mail), _BLOCK):  # the time for an answer is each block's, not a large mail's
                smtp.send(mail[at : at + _BLOCK])
            code, said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            connection.drop()
            return Outcome(message, Result.UNCERTAIN, "disconnected", f"{type(error).__name__}: {error}")
        if code == 250:
            return Outcome(message, Result.SENT, "", _text(code, said))
        if 400 <= code < 600:
            return _refused(connection, message, code, said)
        connection.drop()
        return Outcome(message, Result.UNCERTAIN, "disconnected", _text(code, said))

    def _announced(self, smtp: smtplib.SMTP, address: str) -> tuple[int, bytes]:
        """MAIL, RCPT and DATA, in one go where the server takes them so (RFC 2920): 354, or the first refusal."""
        if not smtp.has_extn("pipelining"):
            code, said = smtp.mail(self._envelope)
            if code == 250:
                code, said = smtp.rcpt(address)
            return smtp.docmd("data") if code in {250, 251} else (code, said)
        quoted = smtplib.quoteaddr(self._envelope), smtplib.quoteaddr(address)
        smtp.send("MAIL FROM:{}\r\nRCPT TO:{}\r\nDATA\r\n".format(*quoted))
        mail, rcpt, data = smtp.getreply(), smtp.getreply(), smtp.getreply()
        refusal = next((one for one in (mail, rcpt, data) if one[0] not in {250, 251, 354}), None)
        if refusal is not None and data[0] == 354:
            smtp.send(".\r\n")
            smtp.getreply()
        return refusal or data


def _dotted(mail: bytes) -> bytes:
    """A mail as DATA wants it: lines that begin with a dot get a second one, a dot alone ends it (RFC 5321, 4.5.2)."""
    body = mail.replace(b"\r\n.", b"\r\n..")
    return (b"." if body.startswith(b".") else b"") + body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _refused(connection: Wire, message: Message, code: int, said: bytes) -> Outcome:
    """4xx: later; 5xx: never. A server that says 421 or nothing (-1) has hung up."""
    if code in {421, -1}:
        connection.drop()
    elif connection.smtp is not None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.smtp.rset()
    if 500 <= code < 600:
        return Outcome(message, Result.FAILED, "server_refused", _text(code, said))
    return Outcome(message, Result.LATER, "server_busy", _text(code, said))


def _text(code: int, said: bytes) -> str:
    return f"{code} {said.decode('utf-8', 'replace')}".replace("\x00", "")
