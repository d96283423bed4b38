"""A mail server of this machine that keeps nothing of a mail but its Message-ID, for tests and `./run chaos`.

It notes a mail before it answers that it has it, as a real server does: whoever is killed in between does not know.
"""

import random
import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[str], bytes]
"""What to say at the end of a mail with this Message-ID."""
TAKEN = b"250 2.0.0 taken"


@dataclass
class Kept:
    """What came in, in order; ``answers`` decides what is said, ``slowness`` is the longest pause before it, in seconds."""

    port: int = 0
    ids: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    answer: Answer = lambda _id: TAKEN
    rcpt: Answer = lambda _address: b"250 ok"
    slowness: float = 0.0
    with_mails: bool = False
    pipelining: bool = True
    connections: int = 0

    @property
    def url(self) -> str:
        """As REGULARS_SMTP_URL wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    def take(self, mail: bytes) -> bytes:
        """Note a mail, then say so; empty when the line is to be cut without a word."""
        name = message_id(mail)
        said = self.answer(name)
        if said.startswith(b"250") or not said:
            self.ids.append(name)
        if self.with_mails:
            self.mails.append(mail)
        if self.slowness:
            time.sleep(random.uniform(0, self.slowness))
        return said


_NAMED = re.compile(rb"^message-id:[ \t\r\n]*(\S*)", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"


def message_id(mail: bytes) -> str:
    """The Message-ID of a mail, on one line or folded."""
    found = _NAMED.search(mail, 0, mail.find(b"\r\n\r\n") + 1)
    return found[1].decode() if found else ""


class Handler(socketserver.BaseRequestHandler):
    """One connection: whatever has come is understood as far as it goes, and answered in one go (RFC 2920)."""

    kept: Kept
    request: socket.socket

    def handle(self) -> None:
        self.kept.connections += 1
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.come, self.said, self.wanted, self.within = b"", [b"220 sink"], False, False
        goes_on = True
        while True:
            if self.said:
                self.request.sendall(b"\r\n".join((*self.said, b"")))
                self.said = []
            if not goes_on or not (more := self.request.recv(1 << 18)):
                return
            self.come += more
            while goes_on and (taken := self.next()) is not None:
                goes_on = self.mail(taken) if self.within else self.command(taken)

    def next(self) -> bytes | None:
        """The next mail or command, if all of it has come."""
        if self.within and self.come.startswith(_END[2:]):
            mail, self.come = b"", self.come[3:]
            return mail
        taken, end, rest = self.come.partition(_END if self.within else b"\r\n")
        if not end:
            return None
        self.come = rest
        return taken

    def command(self, line: bytes) -> bool:
        """Answer a command; False when the connection ends."""
        word = line[:4].upper()
        if word == b"DATA":
            self.within = True
            self.said.append(b"354 go on")
        elif word == b"RCPT":
            said = self.kept.rcpt(line.partition(b"<")[2].partition(b">")[0].decode())
            self.wanted = said.startswith(b"25")
            self.said.append(said)
        elif word == b"EHLO" and self.kept.pipelining:
            self.said.append(b"250-sink\r\n250 PIPELINING")
        else:
            self.said.append(b"221 bye" if word == b"QUIT" else b"250 ok")
        return word != b"QUIT"

    def mail(self, dotted: bytes) -> bool:
        """Take a mail; False when the line is cut. Without a recipient it is thrown away (RFC 2920, 3.1)."""
        self.within = False
        mail = (dotted[1:] if dotted.startswith(b".") else dotted).replace(b"\r\n..", b"\r\n.") + b"\r\n"
        said = self.kept.take(mail) if self.wanted else b"554 no valid recipients"
        self.wanted = False
        if said:
            self.said.append(said)
        return bool(said)


class Server(socketserver.ThreadingTCPServer):
    """Threads that die with the process; a sender that is killed breaks its line, which is no error here."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def running(handler: type[Handler] = Handler, **facts: object) -> Iterator[Kept]:
    """A sink on a free port of this machine."""
    kept = Kept(**facts)  # type: ignore[arg-type]
    own = type("OwnHandler", (handler,), {"kept": kept})
    with Server(("127.0.0.1", 0), own) as server:
        kept.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            yield kept
        finally:
            server.shutdown()
