"""A mail server of this machine that keeps nothing of a mail but its Message-ID, for tests and `./run chaos`.

It notes a mail before it answers that it has it, as a real server does: whoever is killed in between does not know.
"""

import random
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


def message_id(mail: bytes) -> str:
    """The Message-ID of a mail, on one line or folded."""
    head = mail.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"message-id":
            return value.strip().decode()
    return ""


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    kept: Kept

    def say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def handle(self) -> None:
        self.kept.connections += 1
        self.say(b"220 sink")
        wanted = False
        while line := self.rfile.readline(1_000):
            word = line[:4].upper().strip()
            if word == b"QUIT":
                self.say(b"221 bye")
                return
            if word == b"DATA":
                if not (said := self.data(wanted=wanted)):
                    return
                self.say(said)
            elif word == b"RCPT":
                said = self.kept.rcpt(line.partition(b"<")[2].partition(b">")[0].decode())
                wanted = said.startswith(b"25")
                self.say(said)
            elif word == b"EHLO" and self.kept.pipelining:
                self.say(b"250-sink\r\n250 PIPELINING")
            else:
                self.say(b"250 ok")

    def data(self, *, wanted: bool) -> bytes:
        """What is said at the end of a mail; empty when the line is cut. Without a recipient it is thrown away (RFC 2920, 3.1)."""
        self.say(b"354 go on")
        mail = self.mail()
        if mail is None:
            return b""
        return self.kept.take(mail) if wanted else b"554 no valid recipients"

    def mail(self) -> bytes | None:
        """Everything up to the dot alone; None when the line broke before it."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                return None
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


class Server(socketserver.ThreadingTCPServer):
    """Threads that die with the process; a sender that is killed breaks its line, which is no error here."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def running(**facts: object) -> Iterator[Kept]:
    """A sink on a free port of this machine."""
    kept = Kept(**facts)  # type: ignore[arg-type]
    handler = type("OwnHandler", (Handler,), {"kept": kept})
    with Server(("127.0.0.1", 0), handler) as server:
        kept.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            yield kept
        finally:
            server.shutdown()
