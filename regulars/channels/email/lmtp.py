"""Mail handed over by the company's own mail server, by LMTP (RFC 2033): an answer for each receiver, after it is kept."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
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
HELD_FOR: Final = timedelta(seconds=60)
"""For how long the door counts as open after it was last heard of."""
_AT_ONCE: Final = 4
"""Mails that are taken in at the same moment; the sender waits with the next."""
_MOST_RECEIVERS: Final = 200
_LATER: Final = "451 4.3.0 It could not be kept; try again later"


class Server(LMTP):
    """The library's, which takes lines of any length that a mail may have: what is kept is kept as it came."""

    line_length_limit = store.LARGEST


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


async def serve(listen: str, *, stop: threading.Event, alive: Callable[[], None] = lambda: None) -> None:
    """Take mail at ``listen`` until ``stop``; says every half minute, on a thread, that it does.

    Raises:
        OSError: somebody else listens there.
    """
    place, taking = listening_place(listen), Taking(name_of(listen))
    loop = asyncio.get_running_loop()

    def protocol() -> LMTP:
        return Server(
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
        said = float("-inf")
        while not stop.is_set():
            if loop.time() - said > HELD_FOR.total_seconds() / 2:
                said = loop.time()
                await asyncio.to_thread(alive)
            await asyncio.sleep(0.5)
    finally:
        server.close()


def name_of(listen: str) -> str:
    """By which people know the door."""
    return f"LMTP {listen}"[:120]


def serve_forever(listen: str, stop: threading.Event) -> None:
    """Take mail at ``listen``; where that cannot be, say so on the page and try again."""
    name = name_of(listen)
    Mailbox.objects.get_or_create(name=name)

    def say(error: str = "") -> None:
        now = clock.now()
        held_until, error_at = (None, now) if error else (now + HELD_FOR, None)
        rows = Mailbox.objects.filter(name=name)
        rows.update(error=error[:255], error_at=error_at, held_until=held_until, **({} if error else {"seen_at": now}))
        close_old_connections()

    while not stop.is_set():
        try:
            asyncio.run(serve(listen, stop=stop, alive=say))
        except OSError as error:
            logger.warning("mail cannot be taken at %s: %s", listen, error)
            say(str(error))
            stop.wait(15.0)
    Mailbox.objects.filter(name=name).update(held_until=None)
    close_old_connections()
