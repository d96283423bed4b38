"""One keeper of members at a time, in however many processes the loop runs."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

_NUMBER: Final = 7_346_832_101
"""What the lock is called on PostgreSQL."""


@contextmanager
def keeping() -> Iterator[bool]:
    """Whether it is this process's turn to keep members until the end of the block; where the process dies, it is another's."""
    if connection.vendor == "postgresql":
        with _under_advisory_lock() as is_ours:
            yield is_ours
    elif connection.is_in_memory_db():  # type: ignore[attr-defined]  # no file, one process
        yield True
    else:
        with _under_file_lock() as is_ours:
            yield is_ours


@contextmanager
def _under_advisory_lock() -> Iterator[bool]:
    is_ours = _told("SELECT pg_try_advisory_lock(%s)")
    try:
        yield is_ours
    finally:
        if is_ours and connection.connection is not None and not connection.connection.closed:
            _told("SELECT pg_advisory_unlock(%s)")


def _told(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_NUMBER])
        return bool(cursor.fetchone()[0])


@contextmanager
def _under_file_lock() -> Iterator[bool]:
    with open(f"{connection.settings_dict['NAME']}.keeper", "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
