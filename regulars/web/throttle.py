"""Slows down whoever guesses passwords: so many wrong tries for a name from one address, then a pause.

Counted in the cache of the web process (one process by default), so a restart forgets; the count holds no names.
"""

from __future__ import annotations

import contextlib
from hashlib import sha256
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

TRIES: Final = 10
PAUSE_SECONDS: Final = 15 * 60


def _key(request: HttpRequest, username: str) -> str:
    who = f"{username.strip().casefold()}\0{request.META.get('REMOTE_ADDR', '')}"
    return f"sign-in:{sha256(who.encode()).hexdigest()}"


def must_wait(request: HttpRequest, username: str) -> bool:
    """Whether this name has been tried too often from this address."""
    return int(cache.get(_key(request, username), 0)) >= TRIES


def count_failure(request: HttpRequest, username: str) -> None:
    """Note a wrong try; the pause runs from the first of them."""
    key = _key(request, username)
    if not cache.add(key, 1, PAUSE_SECONDS):
        with contextlib.suppress(ValueError):  # the pause has just run out
            cache.incr(key)


def forget(request: HttpRequest, username: str) -> None:
    """A right password ends the count."""
    cache.delete(_key(request, username))
