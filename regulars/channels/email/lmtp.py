"""Mail handed over by the company's own mail server, by LMTP (RFC 2033): an answer for each receiver, after it is kept."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session
from django.db import close_old_connections

from regulars.channels.email import actions, store
from regulars.channels.email.models import Mailbox
from regulars.channels.email.places import listening_place
from regulars.kit import clock

logger = logging.getLogger("regulars.email")
NAME: Final = "LMTP"
_AT_ONCE: Final = 4
"""Mails that are taken in at the same moment; the sender waits with the next."""
_MOST_RECEIVERS: Final = 200
_LATER: Final = "451 4.3.0 It could not be kept; try again later"


class Taking:
    """What the server asks of us."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lmtp")

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, _server: LMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whom it is for is the mail server's business; how many is ours."""
        if len(envelope.rcpt_tos) >= _MOST_RECEIVERS:
            return "452 4.5.3 Too many receivers"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: LMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """One answer per receiver, once the mail is on the disk and in the database."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        told = await asyncio.get_running_loop().run_in_executor(self._threads, self._take, content)
        return "\r\n".join([told] * len(envelope.rcpt_tos))

    def _take(self, content: bytes) -> str:
        try:
            mail = actions.take_in(content, source=self._source, received_at=clock.now())
            now = clock.now()
            Mailbox.objects.filter(name=self._source).update(last_mail_at=now, seen_at=now)
        except Exception:
            logger.exception("a mail handed over could not be kept")
            return _LATER
        finally:
            close_old_connections()
        return f"250 2.0.0 Kept as {mail.key[:16]}"


async def serve(listen: str, *, stop: threading.Event, ready: Callable[[], None] = lambda: None) -> None:
    """Take mail at ``listen`` until ``stop``.

    Raises:
        OSError: somebody else listens there.
    """
    place, taking = listening_place(listen), Taking(f"{NAME} {listen}"[:120])
    loop = asyncio.get_running_loop()

    def protocol() -> LMTP:
        return LMTP(
            taking,
            data_size_limit=store.LARGEST,
            enable_SMTPUTF8=True,
            decode_data=False,
            loop=loop,
            hostname="regulars",
        )

    opened: Awaitable[Any]
    if isinstance(place, Path):
        place.unlink(missing_ok=True)
        opened = loop.create_unix_server(protocol, path=str(place))
    else:
        opened = loop.create_server(protocol, host=place[0], port=place[1], reuse_address=True)
    server = await opened
    if isinstance(place, Path):
        place.chmod(0o660)  # the group is the mail server's
    try:
        ready()
        while not stop.is_set():  # noqa: ASYNC110 -- it is set by a thread
            await asyncio.sleep(0.5)
    finally:
        server.close()


def serve_forever(listen: str, stop: threading.Event) -> None:
    """Take mail at ``listen``; where that cannot be, say so on the page and try again."""
    name = f"{NAME} {listen}"[:120]
    Mailbox.objects.get_or_create(name=name)

    def ready() -> None:
        Mailbox.objects.filter(name=name).update(error="", error_at=None, seen_at=clock.now())

    while not stop.is_set():
        try:
            asyncio.run(serve(listen, stop=stop, ready=lambda: threading.Thread(target=_alone(ready)).start()))
        except OSError as error:
            logger.warning("mail cannot be taken at %s: %s", listen, error)
            Mailbox.objects.filter(name=name).update(error=str(error)[:255], error_at=clock.now())
            stop.wait(15.0)
        finally:
            close_old_connections()


def _alone(function: Callable[[], None]) -> Callable[[], None]:
    """``function`` with connections of its own, which are closed again: Django's do not cross into an event loop."""

    def run() -> None:
        try:
            function()
        finally:
            close_old_connections()

    return run
