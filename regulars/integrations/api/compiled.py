"""Queries that are asked hundreds of times a second: the ORM puts each together once.

To put a query of fifty columns together costs five times what it takes to ask it by an index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Rows = Callable[[Iterable[Any]], QuerySet[Any, Any]]


def rows_of(rows: Rows, values: Collection[Any]) -> list[Sequence[Any]]:
    """What ``rows(values)``, a ``values_list``, would give. The values are its only parameters, distinct and not none."""
    wanted = list(values)
    room = 1 << (len(wanted) - 1).bit_length()  # few lengths, so that few queries are kept
    compiler, statement, converters = _compiled(rows, room, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, wanted + wanted[:1] * (room - len(wanted)))
        return list(compiler.apply_converters(cursor.fetchall(), converters))


@cache
def _compiled(rows: Rows, count: int, vendor: str) -> tuple[SQLCompiler, str, dict[int, Any]]:
    compiler = rows(range(count)).query.get_compiler(DEFAULT_DB_ALIAS)
    statement, parameters = compiler.as_sql()
    if len(parameters) != count:
        raise ValueError(f"{rows.__name__} has parameters beside its values")
    return compiler, statement, compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
