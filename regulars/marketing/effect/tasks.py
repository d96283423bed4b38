"""What runs beside the worker: sums follow orders within a moment, lists say what reports say within seconds."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from django.db import close_old_connections

from regulars.marketing.effect import actions, keeping
from regulars.marketing.effect.models import Experiment, Mark

logger = logging.getLogger("regulars.effect")
BUSY_SECONDS: Final = 0.3
IDLE_SECONDS: Final = 3.0
TELL_SECONDS: Final = 10.0


def work_once(*, with_lists: bool = True) -> int:
    """Follow what was marked, look once more for what could not be, and keep reports for lists; returns how much was done."""
    done = keeping.catch_up() if Mark.objects.exists() else 0
    done += keeping.sweep()
    return done + (actions.tell_some() if with_lists else 0)


def work_forever(stop: threading.Event | None = None) -> None:
    """Run beside the worker until it stops."""
    pause, told = stop or threading.Event(), 0.0
    while not pause.is_set():
        busy, wait = 0, IDLE_SECONDS
        try:
            if Experiment.objects.exists():
                wait, with_lists = BUSY_SECONDS, time.monotonic() - told >= TELL_SECONDS
                busy = work_once(with_lists=with_lists)
                told = time.monotonic() if with_lists else told
        except Exception:
            logger.exception("effects could not follow")
            wait = IDLE_SECONDS
            close_old_connections()  # otherwise it is kept: to open one costs more than to look
        if not busy:
            pause.wait(wait)
    close_old_connections()
