"""The very first sign-in: who owns an empty system.

Whoever can read the terminal that started the server is its owner: the address printed there carries a code made
from the secret key. Without the code nobody can take an empty system that happens to be reachable.
"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.utils.crypto import constant_time_compare

from regulars.staff.models import User


def code() -> str:
    """The code that opens the set-up page; the same until the secret key changes."""
    return hmac.new(settings.SECRET_KEY.encode(), b"first owner", "sha256").hexdigest()[:12]


def opens(offered: str) -> bool:
    """Whether ``offered`` is that code."""
    return constant_time_compare(offered.strip().lower(), code())


_somebody = False


def somebody_is_here() -> bool:
    """Whether any user exists; asked of the database only until the answer is yes."""
    global _somebody  # noqa: PLW0603 -- yes stays yes: users are never deleted
    _somebody = _somebody or User.objects.exists()
    return _somebody


def forget() -> None:
    """Ask the database again (for tests)."""
    global _somebody  # noqa: PLW0603 -- see above
    _somebody = False
