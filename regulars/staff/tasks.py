"""What the worker tidies: sessions and counts that no longer matter."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.kit import clock
from regulars.staff import lockout
from regulars.staff.actions.sessions import forget_expired

_tidied: list[datetime] = []


def tidy_when_due() -> None:
    """Called once a minute, does something once a day: expired sessions and old counts of failed tries go."""
    now = clock.now()
    if _tidied and now - _tidied[-1] < timedelta(days=1):
        return
    _tidied[:] = [now]
    forget_expired()
    lockout.forget_old()
