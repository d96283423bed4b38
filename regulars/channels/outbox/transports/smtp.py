"""E-mail by SMTP: one connection for many messages, the Message-ID from the message's key, every answer understood."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import partial
from typing import Any

from regulars.channels.outbox.contents import Content
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.transports import Outcome, Result, Unreachable
from regulars.channels.outbox.transports.mime import Writer
from regulars.channels.outbox.transports.wire import GO_ON, Server, Wire


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
        wire = Wire(self._server, self._envelope)
        wire.get()
        return wire

    def close(self, connection: Wire) -> None:
        """Take leave of the server."""
        connection.leave()

    def expect(self, connection: Wire, mails: Sequence[tuple[Message, Any]]) -> None:
        """Announce each along with the words of the one before it, but what is written only when its turn comes."""
        connection.expect([message if isinstance(made, bytes) else None for message, made in mails])

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

    def _hand_in(self, connection: Wire, message: Message, mail: bytes) -> Outcome:
        code, said = connection.announce(message)
        if code != GO_ON:
            return _refused(connection, message, code, said)
        try:
            code, said = connection.hand_in(message, mail)
        except (OSError, smtplib.SMTPException) as error:
            connection.drop()
            return Outcome(message, Result.UNCERTAIN, "disconnected", f"{type(error).__name__}: {error}")
        if code == 250:
            return Outcome(message, Result.SENT, "", _text(code, said))
        if 400 <= code < 600:
            return _refused(connection, message, code, said)
        connection.drop()
        return Outcome(message, Result.UNCERTAIN, "disconnected", _text(code, said))


def _refused(connection: Wire, message: Message, code: int, said: bytes) -> Outcome:
    """4xx: later; 5xx: never. A server that says 421 or nothing (-1) has hung up."""
    if code in {421, -1}:
        connection.drop()
    else:
        connection.begin_anew()
    if 500 <= code < 600:
        return Outcome(message, Result.FAILED, "server_refused", _text(code, said))
    return Outcome(message, Result.LATER, "server_busy", _text(code, said))


def _text(code: int, said: bytes) -> str:
    return f"{code} {said.decode('utf-8', 'replace')}".replace("\x00", "")
