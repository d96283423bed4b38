"""`python -m tools.chaos.hurried WORDS...`: the `regulars` command in a hurry, by a clock that the storm may turn.

CHAOS_CLOCK names a file with the seconds by which the time of this machine is off, read whenever somebody asks for it; CHAOS_SALT
is what experiments are drawn with, so that an undisturbed run can be compared.
"""

import os
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

PART = 100
"""Customers of a campaign in one transaction, so that there are many moments between two of them."""
MANY = 60
"""Messages leased at once: what a busy machine writes within a short lease."""
LEASE, LEFT_LYING = timedelta(seconds=4), timedelta(seconds=2)


class Turned(datetime):
    """A moment of the clock that is off."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """What the clock says."""
        seconds = Path(os.environ["CHAOS_CLOCK"]).read_text(encoding="ascii")
        return super().now(tz) + timedelta(seconds=float(seconds or 0))


def hurry() -> None:
    """Short leases, small parts, the clock of the storm."""
    import django

    django.setup()
    from functools import partial

    from django.utils import timezone

    from regulars.channels.outbox import actions as outbox
    from regulars.channels.outbox import tasks as senders
    from regulars.config.cli import worker
    from regulars.kit import clock
    from regulars.marketing.campaigns import sending
    from regulars.marketing.campaigns import tasks as campaigns
    from regulars.marketing.effect import actions as effect

    if "CHAOS_CLOCK" in os.environ:
        clock.datetime = timezone.datetime = Turned  # type: ignore[attr-defined]
    effect.token_hex = lambda _bytes=None: os.environ["CHAOS_SALT"]  # type: ignore[assignment, attr-defined]
    sending.carry_out = partial(sending.carry_out, size=PART)
    campaigns.LEFT_LYING = LEFT_LYING  # type: ignore[misc]
    outbox.LEASE = outbox.RETRY_UNCERTAIN = LEASE  # type: ignore[misc]
    senders.BATCH = MANY  # type: ignore[misc]
    senders.SETTLE_SECONDS, senders.IDLE_SECONDS = 0.5, 0.2
    worker.TICK_SECONDS = 0.5  # type: ignore[misc]
    worker.HEAVY_MB = 10_000  # type: ignore[misc]  # no supervisor is there to start it again


if __name__ == "__main__":
    hurry()
    from regulars.config.cli import main

    sys.exit(main(sys.argv[1:]))
