"""Celery's application: the two kinds of work that the queue carries, each by number."""

from __future__ import annotations

import logging
import os
import socket
from typing import Any, Final
from uuid import UUID

from celery import Celery
from django.conf import settings
from django.db import transaction
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger("regulars.worker")
TASKS, MESSAGES = "regulars.tasks", "regulars.messages"
"""The queues: long work must not keep messages waiting, so each worker process serves one of them."""

app: Final = Celery("regulars", broker=settings.BROKER_URL, set_as_current=False)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue=TASKS,
    task_default_queue_type="quorum",
    task_create_missing_queue_type="quorum",
    task_serializer="json",
    accept_content=["json"],
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_max_memory_per_child=400_000,
)


def _run_task(self: Any, number: str) -> None:
    """Do the task that a row tells of; what the broker brings again had a worker that was killed."""
    do_task(UUID(number), brought_again=bool(self.request.delivery_info.get("redelivered")))


def do_task(number: UUID, *, brought_again: bool) -> None:
    """Do a task unless it was done, or another is at it who was not killed."""
    row = _claimed(number, taken_over=brought_again)
    if row is not None:
        _worker(row.worker_ids[-1]).run_task(row)


@transaction.atomic
def _claimed(number: UUID, *, taken_over: bool) -> Any:
    row = DBTaskResult.objects.select_for_update().filter(pk=number).first()
    wanted = {"READY", "RUNNING"} if taken_over else {"READY"}
    if row is None or row.status not in wanted:
        return None
    row.claim(f"{socket.gethostname()}:{os.getpid()}"[:64])
    return row


def _worker(name: str) -> Worker:
    return Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=1, worker_id=name,
        excluded_queue_names=[],
    )  # fmt: skip


def _send_messages(numbers: list[int]) -> None:
    """Send those of these messages that are due and nobody else's."""
    from regulars.channels.outbox.tasks import send_batch  # noqa: PLC0415 -- after django.setup()
    from regulars.channels.outbox.transports import Unreachable  # noqa: PLC0415

    try:
        send_batch(numbers)
    except Unreachable as error:  # they stay due: the dispatcher brings them again
        logger.warning("the mail server cannot be reached: %s", error)


run_task: Final = app.task(_run_task, name="regulars.run_task", bind=True)
send_messages: Final = app.task(_send_messages, name="regulars.send_messages")


def work(queues: str, processes: int) -> None:
    """Serve ``queues`` (commas between) with so many processes until told to stop."""
    logging.getLogger("kombu.transport.native_delayed_delivery").setLevel(logging.ERROR)  # nothing is sent with a delay
    app.worker_main([
        "--quiet", "worker", "--queues", queues, "--concurrency", str(processes), "--loglevel", "warning", "--without-gossip",
        "--without-mingle", "--hostname", f"regulars-{os.getpid()}@%h",
    ])  # fmt: skip
