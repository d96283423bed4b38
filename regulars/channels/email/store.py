"""Mails as they came, kept as files: written whole or not at all, never listed, never served as they are."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from django.conf import settings

FOLDER: Final = "mail"
LARGEST: Final = 25 * 1024 * 1024
"""Bytes of the largest mail that is taken whole."""
KEPT_OF_LARGER: Final = 256 * 1024
"""Of a larger one only the beginning is kept; the whole stays where it came from."""


def keep(key: str, raw: bytes) -> str:
    """Write a mail and return where, below the folder of files. The same mail is the same file.

    Raises:
        OSError: there is no room, or the folder may not be written to.
    """
    relative = f"{FOLDER}/{key[:2]}/{key}.eml"
    path = _path(relative)
    if path.exists():
        return relative
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{key}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw[:KEPT_OF_LARGER] if len(raw) > LARGEST else raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return relative


def read(relative: str) -> bytes:
    """The mail kept at ``relative``; empty when it is no longer there."""
    try:
        return _path(relative).read_bytes() if relative else b""
    except FileNotFoundError:
        return b""


def remove(relative: str) -> None:
    """Keep it no longer."""
    if relative:
        _path(relative).unlink(missing_ok=True)


def _path(relative: str) -> Path:
    return Path(settings.MEDIA_ROOT) / relative
