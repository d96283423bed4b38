"""Whole numbers of any size: a sum of squares of money does not fit into 64 bits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models


class WholeNumber(models.Field[int, int]):
    """An exact integer: ``numeric`` on PostgreSQL, digits as text on SQLite. It is added up in Python."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "numeric" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> int:
        """As Python's own integer."""
        return int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As the database takes it."""
        return Decimal(int(value)) if connection.vendor == "postgresql" else str(int(value))
