"""Lets whoever guesses wait: counted in the database, so that every process knows and a restart forgets nothing.

A try is *taken* before anything is compared, so that a thousand guesses at the same moment count as a thousand, and
given back when it was right. Counted are a name from an address, an address, the codes of a user, links
that lead nowhere and changes on public pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from regulars.kit import clock
from regulars.staff import sealing
from regulars.staff.models import FailedTries

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
FORGOTTEN_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted together, and how many wrong tries are free."""

    name: str
    free: int


PAIR: Final = Scope("pair", 5)
"""A name from one address."""
ADDRESS: Final = Scope("address", 50)
"""Everybody from one address: an office behind one address has more people who mistype."""
CODES: Final = Scope("codes", 5)
"""The second factor of one user, wherever the tries come from."""
LINK: Final = Scope("link", 30)
"""Links of the public pages that nobody made, from one address."""
CHOICES: Final = Scope("choices", 60)
"""What one customer changes on the public pages."""
FORM: Final = Scope("form", 100)
"""Forms that anybody may fill in, from one address: a fair has one address for many visitors."""


def pause_after(tries: int, free: int) -> timedelta:
    """How long to wait after so many wrong tries: none while they are free, then twice as long each time."""
    if tries < free:
        return timedelta()
    doubled: int = 2 ** min(tries - free, 12)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def _key(scope: Scope, *parts: str) -> str:
    return sealing.digest("\0".join((scope.name, *parts)), "tries")


@dataclass(frozen=True, slots=True)
class Try:
    """A try that was taken. ``until`` is when the next is allowed, where this one came too early."""

    keys: tuple[str, ...]
    until: datetime | None = None
    locked: bool = False
    """This very try was the one after which a pause begins (if it turns out wrong)."""

    @property
    def allowed(self) -> bool:
        """Whether the comparison may be made."""
        return self.until is None


def take_sign_in(username: str, address: str | None) -> Try:
    """Take a try for a name and password."""
    name, place = username.strip().casefold()[:150], address or ""
    wanted = [(PAIR, _key(PAIR, name, place), name), (ADDRESS, _key(ADDRESS, place), "")]
    return _take(wanted, address)


def take_code(user_id: int, username: str) -> Try:
    """Take a try for a second factor or for confirming who one is."""
    return _take([(CODES, _key(CODES, str(user_id)), username.casefold())], None)


def take_link(address: str | None) -> Try:
    """Take a try for a link that leads nowhere."""
    return _take([(LINK, _key(LINK, address or ""), "")], address)


def take_choice(who: str) -> Try:
    """Count one change that ``who`` makes on a public page."""
    return _take([(CHOICES, _key(CHOICES, who), "")], None)


def take_form(address: str | None) -> Try:
    """Count one form that somebody fills in without being known."""
    return _take([(FORM, _key(FORM, address or ""), "")], address)


@transaction.atomic
def _take(wanted: list[tuple[Scope, str, str]], address: str | None) -> Try:
    now = clock.now()
    keys = tuple(key for _scope, key, _name in wanted)
    for scope, key, name in wanted:
        FailedTries.objects.get_or_create(
            key=key,
            defaults={"scope": scope.name, "username": name, "address": address, "first_at": now, "last_at": now},
        )
    rows = {row.key: row for row in FailedTries.objects.select_for_update().filter(key__in=keys).order_by("pk")}
    waiting = [row.until for row in rows.values() if row.until and row.until > now]
    if waiting:
        return Try(keys, max(waiting))
    begins = False
    for scope, key, _name in wanted:
        row = rows[key]
        if now - row.last_at > FORGOTTEN_AFTER:
            row.tries, row.first_at = 0, now
        row.tries += 1
        row.last_at = now
        pause = pause_after(row.tries, scope.free)
        row.until = now + pause if pause else None
        begins = begins or bool(pause)
        row.save(update_fields=["tries", "first_at", "last_at", "until"])
    return Try(keys, locked=begins)


@transaction.atomic
def give_back(taken: Try) -> None:
    """It was right: what was counted for the name ends; the address gets its try back."""
    FailedTries.objects.filter(key__in=taken.keys).exclude(scope=ADDRESS.name).delete()
    for row in FailedTries.objects.select_for_update().filter(key__in=taken.keys, scope=ADDRESS.name):
        row.tries = max(0, row.tries - 1)
        row.until = None if not pause_after(row.tries, ADDRESS.free) else row.until
        row.save(update_fields=["tries", "until"])


def locked_names(usernames: list[str]) -> set[str]:
    """Which of these names (any case) have to wait somewhere right now."""
    folded = {name.casefold(): name for name in usernames}
    rows = FailedTries.objects.filter(username__in=list(folded), until__gt=clock.now())
    return {folded[name] for name in rows.values_list("username", flat=True)}


def unlock(username: str) -> int:
    """Forget what was counted for a name; returns how many counts that were."""
    return FailedTries.objects.filter(username=username.casefold()).delete()[0]


def forget_old() -> int:
    """Drop counts that no longer matter."""
    long_ago = clock.now() - FORGOTTEN_AFTER
    return FailedTries.objects.filter(Q(until=None) | Q(until__lt=clock.now()), last_at__lt=long_ago).delete()[0]
