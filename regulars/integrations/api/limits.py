"""How many requests a token has a minute: the database hands them to processes in parcels, so that counting costs next to nothing.

A process takes ``PARCEL`` requests of the allowance at a time and counts those down in memory: one small write for fifty
requests, and all processes together still keep to the limit.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.integrations.api.problems import Problem

WINDOW_SECONDS: Final = 60
PARCEL: Final = 50
_HAND_OUT: Final = """
    INSERT INTO api_allowance (token_id, "window", handed_out) VALUES (%s, %s, %s)
    ON CONFLICT (token_id) DO UPDATE SET "window" = excluded."window", handed_out = excluded.handed_out
        + CASE WHEN api_allowance."window" = excluded."window" THEN api_allowance.handed_out ELSE 0 END
    RETURNING handed_out
"""


@dataclass(slots=True)
class Purse:
    """What this process may still spend of a token's allowance in the minute ``window``, and what is left beyond it."""

    window: int
    left: int
    beyond: int


_purses: dict[int, Purse] = {}
_lock = threading.Lock()


def limit() -> int:
    """Requests a minute."""
    return int(settings.API_REQUESTS_PER_MINUTE)


def spend(token_id: int) -> dict[str, str]:
    """Count one request; returns the headers that say what is left.

    Raises:
        Problem: 429 when nothing is left in this minute.
    """
    now = time.time()
    window = int(now // WINDOW_SECONDS)
    wait = max(int((window + 1) * WINDOW_SECONDS - now) + 1, 1)
    with _lock:
        purse = _purses.get(token_id)
        if purse is None or purse.window != window or (purse.left == 0 and purse.beyond > 0):
            purse = _purses[token_id] = _parcel(token_id, window)
        if purse.left > 0:
            purse.left -= 1
            return headers(purse.left + purse.beyond, wait)
    said = _("This token has used up its requests of this minute.")
    raise Problem(429, said, headers={**headers(0, wait), "Retry-After": str(wait)})


def headers(left: int, wait: int) -> dict[str, str]:
    """The three RateLimit headers."""
    return {"RateLimit-Limit": str(limit()), "RateLimit-Remaining": str(left), "RateLimit-Reset": str(wait)}


def forget() -> None:
    """Empty the purses (tests)."""
    with _lock:
        _purses.clear()


def _parcel(token_id: int, window: int) -> Purse:
    """A parcel of this minute's allowance; what is asked for beyond the limit is counted too, and not given."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_HAND_OUT, [token_id, window, PARCEL])
        used = cursor.fetchone()[0] - PARCEL
    parcel = max(min(PARCEL, limit() - used), 0)
    return Purse(window, parcel, max(limit() - used - parcel, 0))
