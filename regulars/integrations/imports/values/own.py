"""Our own numbers as an export writes them: ``1204-5kq2``. The ending proves that the number is of this installation, so that the
file of another one never changes a record that only happens to have the same number.
"""

from __future__ import annotations

import base64

from django.utils.crypto import salted_hmac

_SALT = "regulars.exchange.own"


def write_own(number: int, *, sort: str = "") -> str:
    """The number of a party, or of another ``sort`` of record ("asset"), with its proof."""
    return f"{number}-{_proof(number, sort)}"


def read_own(text: str, *, sort: str = "") -> int:
    """The number; 0 when it is none of ours, or that of another sort."""
    number, dash, proof = text.strip().partition("-")
    if not dash or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return 0
    return int(number) if proof == _proof(int(number), sort) else 0


def _proof(number: int, sort: str) -> str:
    return base64.b32encode(salted_hmac(_SALT, f"{sort}{number}").digest()[:5]).decode().lower()[:6]
