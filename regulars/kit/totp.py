"""One-time codes by the clock (RFC 6238 over RFC 4226: SHA-1, six digits, steps of thirty seconds), as every app makes them."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps by which a clock may be wrong in either direction."""


def new_seed() -> str:
    """A seed of 160 bits in base 32, as apps want it typed."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(seed: str, step: int) -> str:
    """The code of one step."""
    digest = hmac.digest(base64.b32decode(seed), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(seed: str, code: str, seconds: float, *, after: int = 0) -> int | None:
    """The step whose code was given, near ``seconds`` (Unix time) and later than ``after``; None when there is none."""
    now = int(seconds) // STEP_SECONDS
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(seed, step), code) and step > after:
            found = step
    return found


def address(seed: str, *, issuer: str, account: str) -> str:
    """The ``otpauth:`` address that an app reads from a QR code."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    words = urlencode({"secret": seed, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}, quote_via=quote)
    return f"otpauth://totp/{label}?{words}"
