"""``regulars worker``: takes tasks from the database one at a time, and once a minute looks what is due.

A task whose worker was killed is given back to the queue (tasks are idempotent: at least once). After heavy work
the process ends itself and the supervisor starts a fresh one, so that an idle worker stays small.

With a broker (``config/distributed``) it only looks what is due and what waits; ``regulars worker --queue`` does the work, on any machine.
"""

from __future__ import annotations

import logging
import os
import resource
import signal
import socket
import sys
import threading
from argparse import Namespace
from typing import IO, Final

from django.conf import settings
from django.db import close_old_connections
from django.utils.translation import gettext as _
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from regulars.config import wiring
from regulars.config.backup import in_use
from regulars.kit.errors import UserError

logger = logging.getLogger("regulars.worker")
QUEUES = ("tasks", "messages")
"""What the broker brings: long tasks, and messages to be sent."""
HEAVY_MB: Final = 160
TICK_SECONDS: Final = 60.0


def run(arguments: Namespace) -> int:
    """Work until told to stop, or until the process has grown heavy.

    Raises:
        UserError: ``--queue`` without a broker.
    """
    using = in_use.hold(settings.HOME)
    if arguments.queue:
        return _serve_queue(arguments.queue, arguments.processes)
    give_back_lost_tasks()
    for beside in (_tick_forever, *wiring.companions()):
        threading.Thread(target=beside, name=beside.__name__, daemon=True).start()
    if settings.BROKER_URL:
        _wait_until_told()
        return 0
    return _take_tasks(using)


def _serve_queue(name: str, processes: int) -> int:
    if not settings.BROKER_URL:
        raise UserError(_("--queue needs a broker: set REGULARS_BROKER_URL."))
    from regulars.config.distributed import queue  # noqa: PLC0415 -- Celery is there only where there is a broker

    queue.work(f"regulars.{name}", processes)
    return 0


def _wait_until_told() -> None:
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    told.wait()


def _take_tasks(using: IO[bytes]) -> int:
    name = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        worker = Worker(
            queue_names=["*"],
            interval=0.5,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=name,
            excluded_queue_names=[],
        )
        worker.configure_signals()
        worker.run()
        if not worker.running or _resident_mb() > HEAVY_MB:
            using.close()
            return 0


def give_back_lost_tasks() -> int:
    """Put tasks of workers of this machine that are no longer alive back into the queue; returns how many."""
    host, lost = socket.gethostname(), []
    for task in DBTaskResult.objects.filter(status="RUNNING"):
        machine, _colon, pid = (task.worker_ids or [""])[-1].rpartition(":")
        if machine == host and pid.isdigit() and not _alive(int(pid)):
            lost.append(task.pk)
    return DBTaskResult.objects.filter(pk__in=lost, status="RUNNING").update(status="READY", started_at=None)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tick_forever() -> None:
    pause = threading.Event()
    while True:
        (settings.HOME / "worker.heartbeat").write_text(str(os.getpid()))
        for tick in (give_back_lost_tasks, *wiring.ticks()):
            try:
                tick()
            except Exception:
                logger.exception("what is due could not be looked up")
            finally:
                close_old_connections()
        pause.wait(TICK_SECONDS)


def _resident_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1_048_576 if sys.platform == "darwin" else 1_024)
