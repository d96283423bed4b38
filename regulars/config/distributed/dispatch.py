"""Finds what waits in the database and is not on its way: messages that are due, and tasks whose number was never sent or got lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db import close_old_connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox import queries, transports
from regulars.config.distributed.backend import send
from regulars.config.distributed.queue import MESSAGES, app, send_messages
from regulars.kit.parts import in_parts

logger = logging.getLogger("regulars.worker")
BATCH: Final = 100
ON_THE_WAY: Final = 4_000
"""So many messages are sent ahead of the workers."""
AGAIN_SECONDS: Final = 180.0
"""What is still waiting so long after its number was sent is sent again."""
IDLE_SECONDS, SETTLE_SECONDS, AWAY_SECONDS = 0.5, 5.0, 15.0
LEFT_LYING: Final = timedelta(seconds=30)


class Sent:
    """The numbers that are on their way, and since when, as far as this process knows."""

    def __init__(self) -> None:
        self._since: dict[int | str, float] = {}

    def fresh(self, numbers: Sequence[int | str]) -> list[int | str]:
        """Those of the numbers that wait and are not on their way; what waits no more is forgotten."""
        oldest = time.monotonic() - AGAIN_SECONDS
        waiting = set(numbers)
        self._since = {one: at for one, at in self._since.items() if one in waiting and at > oldest}
        return [one for one in numbers if one not in self._since]

    def note(self, numbers: Iterable[int | str]) -> None:
        """These were sent just now."""
        now = time.monotonic()
        self._since.update((one, now) for one in numbers)


def look(messages: Sent, tasks: Sent) -> int:
    """Send the numbers of what waits; returns how many.

    Raises:
        kombu.exceptions.OperationalError: the broker cannot be reached.
    """
    found = 0
    due = [number for channel in transports.channels() for number in queries.due(channel, most=ON_THE_WAY)]
    for some in in_parts(messages.fresh(due), BATCH):
        send_messages.apply_async((some,), queue=MESSAGES, retry=False)
        messages.note(some)
        found += len(some)
    lying = DBTaskResult.objects.ready().filter(enqueued_at__lt=timezone.now() - LEFT_LYING)
    for number in tasks.fresh([str(pk) for pk in lying.values_list("pk", flat=True)[:ON_THE_WAY]]):
        if send(str(number)):
            tasks.note([number])
            found += 1
    return found


def work_forever(stop: threading.Event | None = None) -> None:
    """Run beside the worker that does not send itself."""
    pause, messages, tasks, settle_at = stop or threading.Event(), Sent(), Sent(), 0.0
    while not pause.is_set():
        wait = IDLE_SECONDS
        try:
            if time.monotonic() >= settle_at:
                outbox.settle_lost()
                settle_at = time.monotonic() + SETTLE_SECONDS
            look(messages, tasks)
        except app.OperationalError as error:
            logger.warning("the broker cannot be reached: %s", error)
            wait = AWAY_SECONDS
        except Exception:
            logger.exception("what waits could not be sent to the queue")
        finally:
            close_old_connections()
        pause.wait(wait)
