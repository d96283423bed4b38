"""What runs beside the worker: members follow changes at once, time within seconds, rules in the background."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from django.db import close_old_connections

from regulars.customers import fields
from regulars.marketing.segments import membership
from regulars.marketing.segments.models import Mark, Segment

logger = logging.getLogger("regulars.segments")
BUSY_SECONDS: Final = 0.1
IDLE_SECONDS: Final = 2.0
TIME_SECONDS: Final = 20.0
"""How often is looked for changes where there is a segment, for segments where there is none, and for days that ran out."""


def work_once(*, with_time: bool = True) -> int:
    """Follow the changes, then the time, then work out one segment that waits; returns how much was done."""
    fields.begin_request()  # the company's own fields are read once for all rules
    try:
        done = membership.catch_up() if Mark.objects.exists() else 0
        if with_time:
            done += membership.pass_time()
        return done + (membership.work_out_next() is not None)
    finally:
        fields.end_request()


def work_forever(stop: threading.Event | None = None) -> None:
    """Run beside the worker until it stops."""
    pause, passed = stop or threading.Event(), 0.0
    while not pause.is_set():
        busy, wait = 0, IDLE_SECONDS
        try:
            if Segment.objects.live().exists():
                wait, with_time = BUSY_SECONDS, time.monotonic() - passed >= TIME_SECONDS
                busy = work_once(with_time=with_time)
                passed = time.monotonic() if with_time else passed
        except Exception:
            logger.exception("segments could not follow")
            wait = IDLE_SECONDS
        finally:
            close_old_connections()
        if not busy:
            pause.wait(wait)
