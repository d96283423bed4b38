"""Django's tasks over the queue: the row is written as ever, its number is sent once the row is committed."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django_tasks_db.backend import DatabaseBackend

logger = logging.getLogger("regulars.worker")


class BrokerBackend(DatabaseBackend):
    """Tasks that Celery workers do."""

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> Any:
        row = super()._task_to_db_task(task, args, kwargs)
        if task.run_after is None:
            transaction.on_commit(lambda: send(str(row.pk)))
        return row


def send(number: str) -> bool:
    """Send a task's number; where the broker cannot be reached the dispatcher does it later."""
    from regulars.config.distributed.queue import run_task  # noqa: PLC0415 -- Celery is loaded by whoever sends, not at start

    try:
        run_task.apply_async((number,), retry=False)
    except run_task.OperationalError as error:
        logger.warning("the broker cannot be reached; task %s waits: %s", number, error)
        return False
    return True
