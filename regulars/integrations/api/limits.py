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
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.integrations.api.models import Allowance
from regulars.integrations.api.problems import Problem

WINDOW_SECONDS: Final = 60
PARCEL: Final = 50


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
    with transaction.atomic():
        row, _made = Allowance.objects.select_for_update().get_or_create(token_id=token_id)
        used = row.handed_out if row.window == window else 0
        parcel = max(min(PARCEL, limit() - used), 0)
        Allowance.objects.filter(pk=token_id).update(window=window, handed_out=used + parcel)
    return Purse(window, parcel, limit() - used - parcel)
