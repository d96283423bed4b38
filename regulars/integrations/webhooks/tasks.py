"""The part of the worker that tells others: empties the outbox, sends what is due, several at a time."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import close_old_connections

from regulars.integrations.webhooks import actions, wire
from regulars.integrations.webhooks.models import Delivery, OutboxEntry, Subscription

logger = logging.getLogger("regulars.webhooks")
AT_A_TIME: Final = 4
BUSY_SECONDS, IDLE_SECONDS = 0.5, 5.0


def send(delivery: Delivery) -> Delivery:
    """Try one delivery and write down what came of it."""
    subscription = delivery.subscription
    outcome = wire.send(
        subscription.url, secret=subscription.secret, message_id=delivery.message_id, kind=delivery.kind,
        body=delivery.body.encode(),
    )  # fmt: skip
    return actions.note_outcome(delivery=delivery, outcome=outcome)


def _send_on_thread(delivery: Delivery) -> None:
    try:
        send(delivery)
    finally:
        close_old_connections()


def work_once(pool: ThreadPoolExecutor | None = None) -> int:
    """Take what happened and send what is due; returns how many were taken and tried."""
    taken = actions.empty_outbox() if OutboxEntry.objects.exists() else 0
    due = actions.claim(AT_A_TIME * 4)
    if pool is None:
        for one in due:
            send(one)
    else:
        list(pool.map(_send_on_thread, due))
    return taken + len(due)


def work_forever(stop: threading.Event | None = None) -> None:
    """Run beside the worker; looks twice a second while there is a subscription, every five seconds else."""
    pause = stop or threading.Event()
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="webhooks") as pool:
        while not pause.is_set():
            busy, wait = 0, IDLE_SECONDS
            try:
                if Subscription.objects.active().exists():
                    wait = BUSY_SECONDS
                    busy = work_once(pool)
            except Exception:
                logger.exception("webhooks could not be sent")
            finally:
                close_old_connections()
            if not busy:
                pause.wait(wait)


def tidy() -> None:
    """Once a minute: drop what is old, and what was noted while nobody listened."""
    actions.forget_old_deliveries()
    if not Subscription.objects.active().exists():
        OutboxEntry.objects.all().delete()
