"""What runs beside the worker where it is set: a follower for each mailbox, and the door for the company's mail server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections

logger = logging.getLogger("regulars.email")


def is_set() -> bool:
    """Whether mail is to come in at all."""
    return bool(settings.IMAP_URLS or settings.LMTP_LISTEN)


def work_forever(stop: threading.Event | None = None) -> None:
    """Follow every mailbox and take what is handed over, on a thread each, until it is to stop."""
    pause = stop or threading.Event()
    threads = [threading.Thread(target=one, daemon=True, name="mail-in") for one in _work(pause)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def _work(stop: threading.Event) -> list[Callable[[], None]]:
    found: list[Callable[[], None]] = []
    if settings.IMAP_URLS:
        from regulars.channels.email.imap import Follower  # noqa: PLC0415 -- only where a mailbox is set
        from regulars.channels.email.places import Place  # noqa: PLC0415

        found += [Follower(Place.read(url), stop).follow for url in settings.IMAP_URLS]
    if settings.LMTP_LISTEN:
        found.append(_door(stop))
    return found


def _door(stop: threading.Event) -> Callable[[], None]:
    from regulars.channels.email import lmtp  # noqa: PLC0415 -- only where it is set

    def run() -> None:
        try:
            lmtp.serve_forever(settings.LMTP_LISTEN, stop)
        except ValueError:
            logger.exception("REGULARS_LMTP_LISTEN")
        finally:
            close_old_connections()

    return run
