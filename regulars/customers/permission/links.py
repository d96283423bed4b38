"""Addresses that stand in messages: whoever holds one may end messages to that address, and say what they want.

The token names the party, the channel, the purpose and the digest of the address, signed by HMAC-SHA256 with the installation's
secret. It holds for ever, also when the record was merged or the person erased: the digest suffices to be left in peace.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from regulars.customers.models import Party
from regulars.customers.permission.addresses import digest

_PLAIN: Final = re.compile(r"[a-z0-9_-]{1,24}")
_PARTS: Final = 4
_SALT: Final = "regulars.permission.link"


class _Signer(Signer):
    """Signs as its parent does, with a key that is made once: a campaign signs a link for everybody."""

    def __init__(self, secret: str) -> None:
        super().__init__(key=secret, salt=_SALT, sep="~")
        self._made = hashlib.sha256(f"{_SALT}signer{secret}".encode()).digest()

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        """As ``Signer.signature``."""
        if key is not None or isinstance(value, bytes):
            return super().signature(value, key)
        return base64.urlsafe_b64encode(hmac.digest(self._made, value.encode(), "sha256")).decode().rstrip("=")


@lru_cache(maxsize=4)
def _signer(secret: str) -> Signer:
    return _Signer(secret)


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says."""

    party_id: int
    channel: str
    purpose: str
    digest: str

    def party(self) -> Party | None:
        """The party, or the one it was merged into."""
        found = Party.objects.select_related("merged_into").filter(pk=self.party_id).first()
        return found.canonical() if found is not None else None


def token(*, party_id: int, channel: str, address: str, purpose: str = "marketing") -> str:
    """The token for a message to ``address``.

    Raises:
        ValueError: channel or purpose is no plain word.
    """
    if not (_PLAIN.fullmatch(channel) and _PLAIN.fullmatch(purpose)):
        raise ValueError(f"no plain words: {channel}, {purpose}")
    packed = base64.urlsafe_b64encode(bytes.fromhex(digest(channel, address))).decode().rstrip("=")
    return _signer(settings.SECRET_KEY).sign(f"{party_id}.{channel}.{purpose}.{packed}")


def read(told: str) -> Link | None:
    """What a token says; None for one that we did not make."""
    try:
        parts = _signer(settings.SECRET_KEY).unsign(told).split(".")
    except BadSignature:
        return None
    if len(parts) != _PARTS:
        return None
    pk, channel, purpose, packed = parts
    return Link(int(pk), channel, purpose, base64.urlsafe_b64decode(packed + "=").hex())


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths below the company's address: ``one_click`` goes into List-Unsubscribe (RFC 8058), the others are for people."""

    unsubscribe: str
    one_click: str
    preferences: str


def paths(told: str) -> Paths:
    """Where a token leads."""
    return Paths(*(reverse(f"customers:{name}", args=[told]) for name in ("unsubscribe", "one-click", "preferences")))
