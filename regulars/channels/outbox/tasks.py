"""The sender beside the worker: leases what is due, asks once more whether it may be said, sends it in small groups."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from django.db import close_old_connections

from regulars.channels.outbox import actions, contents, queries, transports
from regulars.channels.outbox.models import Message
from regulars.channels.outbox.permission import judge
from regulars.channels.outbox.transports import Outcome, Result, Transport, Unreachable
from regulars.kit import clock

logger = logging.getLogger("regulars.outbox")
CONNECTIONS: Final = 2
GROUP: Final = 20
"""Messages on the wire of one connection between two commits: what a crash leaves uncertain, at most."""
BATCH: Final = 400
JUDGED_FOR: Final = 1.0
"""Seconds for which an answer to *may it be said?* holds while a batch is being sent."""
IDLE_SECONDS, UNREACHABLE_SECONDS, SETTLE_SECONDS, LEAVE_SECONDS = 1.0, 15.0, 5.0, 8.0


class Lines:
    """The open connections of one thread, by channel."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Transport, Any]] = {}

    def to(self, channel: str) -> tuple[Transport, Any]:
        """The transport of ``channel`` and a connection of it. Raises Unreachable."""
        transport = transports.of(channel)
        kept = self._open.get(channel)
        if kept is None or kept[0] is not transport:
            self._open[channel] = kept = (transport, transport.open())
        return kept

    def close(self) -> None:
        """Hang up everywhere."""
        while self._open:
            transport, connection = self._open.popitem()[1]
            transport.close(connection)


def send_batch(ids: Sequence[int]) -> int:
    """Send those of these messages that are due and nobody else's; returns how many were tried.

    The unit of work for any queue: calling it twice with the same ids sends nothing twice.
    """
    lines = Lines()
    try:
        found = Message.objects.filter(pk__in=ids).order_by().values_list("channel", flat=True).distinct()
        return sum(
            _send(actions.claim(channel, most=len(ids), ids=ids), channel, lines)
            for channel in found
            if channel in transports.channels()
        )
    finally:
        lines.close()


def work_once(lines: Lines, stop: threading.Event | None = None) -> int:
    """Take a batch of every channel and send it; returns how many were taken.

    Raises:
        Unreachable: nothing could be sent, and of one channel because the other side cannot be spoken to.
    """
    taken, away = 0, None
    for channel in transports.channels():
        if queries.is_due(channel):
            lease = actions.claim(channel, most=BATCH)
            try:
                _send(lease, channel, lines, stop)
                taken += len(lease.messages)
            except Unreachable as error:
                away = error
    if away is not None and not taken:
        raise away
    return taken


def _send(lease: actions.Lease, channel: str, lines: Lines, stop: threading.Event | None = None) -> int:
    """Send what is leased, group by group; returns how many were tried."""
    if not lease.messages:
        return 0
    try:
        transport, line = lines.to(channel)
    except Unreachable:
        actions.release(lease, lease.messages)
        raise
    rest, outcomes = list(lease.messages), list[Outcome]()
    rendered: dict[int, Any] = {}
    tried, judged_at = 0, float("-inf")
    try:
        while rest and not (stop is not None and stop.is_set()):
            if time.monotonic() - judged_at > JUDGED_FOR:
                rest, judged_at = _permitted(lease, rest), time.monotonic()
                rendered = rendered or _rendered(transport, rest)
            group, rest = rest[:GROUP], rest[GROUP:]
            mine = actions.advance(lease, outcomes=outcomes, group=group)
            outcomes = _hand_over(transport, line, mine, rendered)
            tried += len(mine)
    finally:  # whatever happened, what came of the last group is known
        actions.advance(lease, outcomes=outcomes, group=[])
        actions.release(lease, rest)
    return tried


def _permitted(lease: actions.Lease, messages: Sequence[Message]) -> list[Message]:
    verdicts = judge(messages, at=clock.now())
    refused = {pk: told for pk, told in verdicts.items() if not told.ok}
    if refused:
        actions.hold_back(lease, refused)
    return [one for one in messages if one.pk not in refused]


def _rendered(transport: Transport, messages: Sequence[Message]) -> dict[int, Any]:
    words = contents.of(messages)
    return transport.render([(one, words[one.pk]) for one in messages if one.pk in words])


def _hand_over(transport: Transport, line: Any, group: Sequence[Message], rendered: dict[int, Any]) -> list[Outcome]:
    """Put one group on the wire. What would begin too late for its lease is left for later."""
    begun, outcomes = time.monotonic(), []
    transport.expect(line, [(one, rendered.get(one.pk)) for one in group])
    for one in group:
        made = rendered.get(one.pk)
        if made is None:
            outcomes.append(Outcome(one, Result.LATER, "no_words"))
        elif isinstance(made, ValueError):
            outcomes.append(Outcome(one, Result.FAILED, "unsayable", str(made)))
        elif time.monotonic() - begun > actions.LEASE.total_seconds() / 3:
            outcomes.append(Outcome(one, Result.NOT_TRIED))
        else:
            outcomes.append(_try(transport, line, one, made))
    return outcomes


def _try(transport: Transport, line: Any, message: Message, made: Any) -> Outcome:
    try:
        return transport.send(line, message, made)
    except Exception as error:
        logger.exception("a message met a defect of its transport")
        return Outcome(message, Result.UNCERTAIN, "defect", f"{type(error).__name__}: {error}")


def work_forever(stop: threading.Event | None = None) -> None:
    """Run beside the worker on ``CONNECTIONS`` threads. When the process ends in order, the groups in flight are finished."""
    pause = stop or threading.Event()
    others = [
        threading.Thread(target=_work, args=(pause,), name=f"outbox-{number}", daemon=True)
        for number in range(1, CONNECTIONS)
    ]
    for one in others:
        one.start()
    atexit.register(_leave, pause, [threading.current_thread(), *others])
    _work(pause)


def _leave(stop: threading.Event, threads: Sequence[threading.Thread]) -> None:
    stop.set()
    deadline = time.monotonic() + LEAVE_SECONDS
    for one in threads:
        if one is not threading.current_thread():
            one.join(max(deadline - time.monotonic(), 0.0))


def _work(stop: threading.Event) -> None:
    lines, settle_at = Lines(), 0.0
    while not stop.is_set():
        wait = IDLE_SECONDS
        try:
            if time.monotonic() >= settle_at:
                actions.settle_lost()
                settle_at = time.monotonic() + SETTLE_SECONDS
            wait = 0.0 if work_once(lines, stop) else IDLE_SECONDS
        except Unreachable as error:
            logger.warning("the mail server cannot be reached: %s", error)
            wait = UNREACHABLE_SECONDS
        except Exception:
            logger.exception("messages could not be sent")
        finally:
            close_old_connections()
        if wait:
            lines.close()
            stop.wait(wait)
    lines.close()
