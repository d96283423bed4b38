"""DuckDB in process over the warehouse, within stated bounds of memory and threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import duckdb

from regulars.intelligence.warehouse import definitions
from regulars.intelligence.warehouse.store import Store

OutOfMemory = duckdb.OutOfMemoryException
"""Raised when a query needs more than the stated bound, though it has put aside what it can."""
MEMORY_LIMIT = "1000MB"
THREADS = 2


class Engine(Protocol):
    """What an analysis needs of a connection: SQL in, columns out."""

    def execute(self, query: str, parameters: object = ...) -> Any:
        """Run SQL; the answer has ``fetchone``, ``fetchall``, ``fetchnumpy``."""

    def register(self, view_name: str, python_object: object) -> Any:
        """Let SQL read an Arrow table or numpy columns under a name."""

    def unregister(self, view_name: str) -> Any:
        """Forget that name."""


@contextmanager
def opened(store: Store, *, memory_limit: str = MEMORY_LIMIT, threads: int = THREADS) -> Iterator[Engine]:
    """A connection in which every loaded table of ``store`` is a view of its name."""
    spill = store.folder / "spill"
    settings: Mapping[str, Any] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(spill),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=dict(settings))
    try:
        connection.execute("SET enable_progress_bar = false")
        definitions.prepare(connection)
        for name in store.manifest().tables:
            connection.execute(f'CREATE VIEW "{name}" AS {store.reading(name)}')
        yield connection
    finally:
        connection.close()
