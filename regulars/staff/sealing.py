"""Secrets at rest: sealed with a key made from the system's own, so that a copy of the database alone opens nothing."""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@lru_cache(maxsize=16)
def _key(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"regulars.staff:{purpose}".encode(), "sha256")


def _fernet() -> Fernet:
    from cryptography.fernet import Fernet  # noqa: PLC0415 -- only a second factor needs it; an idle process does without

    return Fernet(base64.urlsafe_b64encode(_key(settings.SECRET_KEY, "seal")))


def seal(secret: str) -> str:
    """``secret``, encrypted and signed."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """What was sealed; None when the system's key is another by now."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- see above

    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def digest(text: str, purpose: str) -> str:
    """A keyed digest: equal texts meet, nobody without the key can try texts against it."""
    return hmac.digest(_key(settings.SECRET_KEY, purpose), text.encode(), "sha256").hex()


def new_token() -> str:
    """256 random bits for a link."""
    return secrets.token_urlsafe(32)


def new_recovery_code() -> str:
    """Ten letters and digits that cannot be mistaken for one another (49 bits), in two halves."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"
