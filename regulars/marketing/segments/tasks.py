"""What runs beside the worker: members follow changes at once, time to the second, rules in the background."""

from __future__ import annotations

import logging
import threading
from typing import Final

from django.db import close_old_connections

from regulars.customers import fields
from regulars.marketing.segments import membership
from regulars.marketing.segments.keeper import keeping
from regulars.marketing.segments.models import Mark, Segment
from regulars.marketing.segments.watch import Watch

logger = logging.getLogger("regulars.segments")
BUSY_SECONDS: Final = 0.1
IDLE_SECONDS: Final = 2.0
"""How often is looked for changes and for days that ran out where there is a segment, and for segments where there is none."""


def work_once(watch: Watch) -> int:
    """Follow the changes, work out what waits, then follow the time; returns how much was done."""
    fields.begin_request()  # the company's own fields are read once for all rules
    try:
        with keeping() as is_ours:
            if not is_ours:
                return 0
            done = membership.catch_up() if Mark.objects.exists() else 0
            done += len(membership.work_out_next())
            return done + watch.pass_time(changed=done > 0)
    finally:
        fields.end_request()


def work_forever(stop: threading.Event | None = None) -> None:
    """Run beside the worker until it stops."""
    pause, watch = stop or threading.Event(), Watch()
    while not pause.is_set():
        busy, wait = 0, IDLE_SECONDS
        try:
            if Segment.objects.live().exists():
                wait, busy = BUSY_SECONDS, work_once(watch)
        except Exception:
            logger.exception("segments could not follow")
            wait = IDLE_SECONDS
            close_old_connections()  # otherwise it is kept: to open one costs more than to look
        if not busy:
            pause.wait(wait)
    close_old_connections()
