"""SQLite for several processes: ``BEGIN IMMEDIATE`` behind a lock on a file beside the database.

SQLite's own waiting is by polling with growing sleeps, which is unfair: under load a writer may wait for
seconds while others overtake it. A blocking ``flock`` queues the writers instead, and is released by the
kernel if its holder dies.
"""

from __future__ import annotations

import fcntl
from typing import IO

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the gate before BEGIN and gives it back after COMMIT, ROLLBACK or close."""

    _gate: IO[bytes] | None = None
    _gate_held = False

    def _start_transaction_under_autocommit(self) -> None:
        self._take_gate()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_gate()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _take_gate(self) -> None:
        if self.is_in_memory_db() or self._gate_held:
            return
        if self._gate is None:
            self._gate = open(f"{self.settings_dict['NAME']}.gate", "ab")  # noqa: SIM115 -- lives as long as the connection
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        self._gate_held = True

    def _leave_gate(self) -> None:
        if self._gate_held and self._gate is not None:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
            self._gate_held = False
