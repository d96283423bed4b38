"""Addresses that stand in messages so that it is heard what becomes of them, each signed for its message.

    /l/<message>-<link>-<signature>/           a link whose target is in the table
    /l/<message>-p-<signature>/?to=<target>    one made for this recipient alone: the target is part of what is signed
    /l/<message>-t-<signature>/                nobody sees it: only a machine follows it
    /l/<message>-o-<signature>.gif             the picture that tells of an opening

Nothing is redirected to but what we wrote or signed.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

PERSONAL, TRAP, OPENED = "p", "t", "o"
_TOKEN: Final = re.compile(r"([0-9a-z]{1,13})-(p|t|o|[0-9]{1,18})-([A-Za-z0-9_-]{12})")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Told:
    """What a token says: the message, and the number of the link or one of the letters above."""

    message_id: int
    which: str


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"regulars.tracking", "sha256")


def _short(number: int) -> str:
    made = ""
    while number:
        number, digit = divmod(number, 36)
        made = _DIGITS[digit] + made
    return made or "0"


def _signature(message: str, which: str, target: str) -> str:
    told = hmac.digest(_key(settings.SECRET_KEY), f"{message}\0{which}\0{target}".encode(), "sha256")
    return base64.urlsafe_b64encode(told[:9]).decode()


def _token(message_id: int, which: str, target: str = "") -> str:
    message = _short(message_id)
    return f"{message}-{which}-{_signature(message, which, target)}"


@lru_cache(maxsize=4)
def _around(base: str, name: str) -> tuple[str, str]:
    """What stands before and after a token in an address."""
    before, after = reverse(f"tracking:{name}", args=["0-t-AAAAAAAAAAAA"]).split("0-t-AAAAAAAAAAAA")
    return base + before, after


def click(message_id: int, link_id: int) -> str:
    """The address that leads where link ``link_id`` of the table leads."""
    before, after = _around(settings.PUBLIC_URL, "click")
    return f"{before}{_token(message_id, str(link_id))}{after}"


def personal(message_id: int, target: str) -> str:
    """The address that leads to ``target``, which only this recipient got."""
    before, after = _around(settings.PUBLIC_URL, "click")
    return f"{before}{_token(message_id, PERSONAL, target)}{after}?to={quote(target, safe='')}"


def trap(message_id: int) -> str:
    """The address that no person ever sees."""
    before, after = _around(settings.PUBLIC_URL, "click")
    return f"{before}{_token(message_id, TRAP)}{after}"


def opened(message_id: int) -> str:
    """The address of the picture that tells of an opening."""
    before, after = _around(settings.PUBLIC_URL, "opened")
    return f"{before}{_token(message_id, OPENED)}{after}"


def read(token: str, target: str = "") -> Told | None:
    """What a token says; None for one that we did not make, or not for ``target``."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    message, which, signature = found.groups()
    signed = _signature(message, which, target if which == PERSONAL else "")
    return Told(int(message, 36), which) if hmac.compare_digest(signed, signature) else None
