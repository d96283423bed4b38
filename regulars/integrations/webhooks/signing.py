"""Signing a message, so that its receiver knows whom it is from and that it is fresh.

``Regulars-Signature: t=1700000000,v1=<hex>``, where v1 is the HMAC-SHA256 of ``t.body`` under the subscription's secret.
"""

from __future__ import annotations

import hashlib
import hmac
import time

TOLERANCE_SECONDS = 300


def sign(secret: str, body: bytes, at: int) -> str:
    """The header for a body sent at ``at`` (seconds since 1970)."""
    return f"t={at},v1={_digest(secret, body, at)}"


def verify(secret: str, body: bytes, header: str, *, now: float | None = None) -> bool:
    """Whether ``header`` signs ``body`` and is not older than five minutes: what a receiver does."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    told = parts.get("t", "")
    if not (told.isascii() and told.isdigit()) or abs((now or time.time()) - int(told)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(_digest(secret, body, int(told)), parts.get("v1", ""))


def _digest(secret: str, body: bytes, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
