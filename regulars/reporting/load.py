"""Facts down: from the record into the warehouse, in one consistent reading that keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from regulars.commerce import facts as commerce
from regulars.customers import facts as customers
from regulars.kit import clock

if TYPE_CHECKING:
    from regulars.intelligence.warehouse.store import Manifest, Store

TABLES = (*commerce.TABLES, *customers.TABLES)


def warehouse() -> Store:
    """The warehouse of this house."""
    from regulars.intelligence.warehouse.store import Store  # noqa: PLC0415 -- heavy: only for whoever analyses

    return Store(Path(settings.HOME) / "warehouse")


def facts_down(store: Store) -> Manifest:
    """Replace the warehouse by the facts as they are now."""
    from regulars.intelligence.warehouse.extract import batches  # noqa: PLC0415 -- heavy: only for whoever analyses

    with snapshot() as cursor:
        parts = ((table, batches(table, cursor, vendor=connection.vendor, zone=settings.TIME_ZONE)) for table in TABLES)
        return store.replace(parts, clock.now())


@contextmanager
def snapshot() -> Iterator[Any]:
    """A cursor whose every statement sees the record as of one moment, without holding back writers.

    Inside somebody else's transaction that one is used.
    """
    with connection.cursor() as cursor:
        if connection.in_atomic_block:
            yield cursor
            return
        postgresql = connection.vendor == "postgresql"
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgresql else "BEGIN DEFERRED")
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")
