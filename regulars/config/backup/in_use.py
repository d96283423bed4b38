"""Who is using this house: server and worker hold it together, a restore or an upgrade wants it alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from regulars.kit.errors import UserError

_NAME = "in-use"


def hold(home: Path) -> IO[bytes]:
    """Say that this process uses the house, until the file returned is closed or the process ends."""
    file = open(home / _NAME, "ab")  # noqa: SIM115 -- the caller keeps it
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keep everybody else out meanwhile.

    Raises:
        UserError: a server or worker of this house is running.
    """
    with open(home / _NAME, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(_("Regulars is running. Stop it first (Ctrl+C), then try again.")) from error
        yield
