"""Mail from a mailbox by IMAP: read in order of its numbers, told at once of what is new (IDLE), nothing in it changed."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import close_old_connections, transaction
from django.db.models import F, Q
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from regulars.channels.email import actions, store
from regulars.channels.email.models import Mailbox
from regulars.channels.email.places import Place
from regulars.kit import clock

logger = logging.getLogger("regulars.email")
CONNECT_SECONDS: Final = 20.0
IDLE_SECONDS: Final = 540.0
"""After which the server is told anew that we listen (RFC 2177 asks for less than 29 minutes, routers for less than ten)."""
LOOK_SECONDS: Final = 10.0
"""How often somebody who listens looks whether it is to stop, and renews that the mailbox is its own."""
POLL_SECONDS: Final = 20.0
HELD_FOR: Final = timedelta(seconds=60)
PAUSES: Final = (2.0, 5.0, 15.0, 60.0)
FIRST_DAYS: Final = 30
"""Of a mailbox never read before, mail of so many days is taken; older mail by `regulars mail take`."""
_BROKEN: Final = (OSError, ssl.SSLError, IMAPClientError)


class Follower:
    """Follows one mailbox as long as it is this process's; ``follow`` is its whole life."""

    def __init__(self, place: Place, stop: threading.Event) -> None:
        self._place, self._stop = place, stop
        self._token = f"{socket.gethostname()[:24]}:{os.getpid()}:{secrets.token_hex(8)}"
        self._held_at = 0.0

    def follow(self) -> None:
        """Read what is there, listen for more, begin again after every break, until it is to stop."""
        failures = 0
        while not self._stop.is_set():
            try:
                if not self._hold():
                    self._stop.wait(LOOK_SECONDS)
                    continue
                with self._connected() as client:
                    failures = 0
                    self._listen(client)
            except _BROKEN as error:
                self._say(f"{type(error).__name__}: {error}")
            except actions.NotKept as error:
                self._say(str(error))
            except Exception:
                logger.exception("the mailbox %s could not be followed", self._place.name)
            finally:
                close_old_connections()
            self._stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1
        self.let_go()
        close_old_connections()

    def read_once(self) -> int:
        """Take what is new and go; returns how many were taken. Raises what a connection raises."""
        self._hold()
        with self._connected() as client:
            return self._take_new(client)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        place = self._place
        client = IMAPClient(
            place.host, place.port, ssl=place.scheme == "imaps", use_uid=True, timeout=CONNECT_SECONDS,
            ssl_context=ssl.create_default_context() if place.scheme == "imaps" else None,
        )  # fmt: skip
        try:
            if place.scheme == "imap+starttls":
                client.starttls(ssl.create_default_context())
            client.login(place.user, place.password)
            yield client
        finally:
            with contextlib.suppress(*_BROKEN):
                client.logout()

    def _listen(self, client: IMAPClient) -> None:
        """Take what is new whenever the server says that there is something; ask it where it does not say."""
        self._take_new(client)
        pushes = client.has_capability("IDLE")
        while not self._stop.is_set():
            if pushes:
                self._idle(client)
            else:
                self._stop.wait(POLL_SECONDS)
                client.noop()
            if not self._hold():
                return
            self._take_new(client)

    def _idle(self, client: IMAPClient) -> None:
        """Wait for the server to say something, at most ``IDLE_SECONDS``."""
        client.idle()
        ends = time.monotonic() + IDLE_SECONDS
        try:
            while not self._stop.is_set() and time.monotonic() < ends and self._hold():
                if any(len(said) > 1 and said[1] in {b"EXISTS", b"RECENT"} for said in client.idle_check(LOOK_SECONDS)):
                    return
        finally:
            client.idle_done()

    def _take_new(self, client: IMAPClient) -> int:
        selected = client.select_folder(self._place.folder, readonly=True)
        validity = int(selected.get(b"UIDVALIDITY", 0))
        box = Mailbox.objects.get(name=self._place.name)
        begun = box.uidvalidity == validity
        if not begun:  # never read before, or numbered anew: what was taken already is known by its key
            since = (clock.now() - timedelta(days=FIRST_DAYS)).date()
            uids = client.search(["SINCE", since])
            Mailbox.objects.filter(pk=box.pk).update(uidvalidity=validity, last_uid=0)
        else:
            uids = client.search(["UID", f"{box.last_uid + 1}:*"])
        new = sorted(uid for uid in uids if not begun or uid > box.last_uid)
        taken = self._take(client, new)
        self._say("", mail=bool(taken))
        return taken

    def _take(self, client: IMAPClient, uids: Sequence[int]) -> int:
        """Take each, the number written down only after the mail is kept: a break in between takes it twice, which is once."""
        taken = 0
        for uid in uids:
            if self._stop.is_set() or not self._hold():
                break
            raw, size, came = _fetched(client, uid)
            if raw:
                actions.take_in(raw, source=self._place.source, received_at=came, size=size)
                taken += 1
            Mailbox.objects.filter(name=self._place.name, last_uid__lt=uid).update(last_uid=uid)
        return taken

    def _hold(self) -> bool:
        """Whether the mailbox is this follower's; renewed while it is, taken over from one that is gone."""
        if time.monotonic() - self._held_at < HELD_FOR.total_seconds() / 3:
            return True
        now = clock.now()
        with transaction.atomic():
            box, _made = Mailbox.objects.get_or_create(name=self._place.name)
            free = Q(held_by=self._token) | Q(held_until=None) | Q(held_until__lte=now)
            if _is_gone(box.held_by):
                free |= Q(held_by=box.held_by)
            mine = Mailbox.objects.filter(free, name=self._place.name).update(
                held_by=self._token, held_until=now + HELD_FOR
            )
        self._held_at = time.monotonic() if mine else 0.0
        return bool(mine)

    def let_go(self) -> None:
        """Leave the mailbox to whoever comes next."""
        Mailbox.objects.filter(name=self._place.name, held_by=self._token).update(held_by="", held_until=None)
        self._held_at = 0.0

    def _say(self, error: str, *, mail: bool = False) -> None:
        """Write down how the mailbox stands."""
        now = clock.now()
        rows = Mailbox.objects.filter(name=self._place.name)
        if error:
            logger.warning("the mailbox %s: %s", self._place.name, error)
            rows.update(error=error[:255], error_at=now)
            return
        rows.update(error="", error_at=None, seen_at=now, last_mail_at=now if mail else F("last_mail_at"))


def _fetched(client: IMAPClient, uid: int) -> tuple[bytes, int, datetime | None]:
    """A mail, its size and when it came; of one that is too large only its headers. Nothing is marked as read."""
    facts: dict[bytes, Any] = client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid, {})
    size = int(facts.get(b"RFC822.SIZE", 0))
    came = facts.get(b"INTERNALDATE")
    wanted = "BODY.PEEK[HEADER]" if size > store.LARGEST else "BODY.PEEK[]"
    found: dict[bytes, Any] = client.fetch([uid], [wanted]).get(uid, {})
    raw = found.get(wanted.replace(".PEEK", "").encode()) or b""
    moment = (
        came.astimezone(UTC) if isinstance(came, datetime) else None
    )  # the client gives the server's time as ours, naive
    return raw, size, moment


def _is_gone(holder: str) -> bool:
    """Whether a process of this very machine that held a mailbox has ended; of other machines nobody here knows."""
    host, _colon, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname()[:24] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
