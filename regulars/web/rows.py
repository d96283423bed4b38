"""Many rows in one statement, in words that both databases understand.

A statement for each row costs the database more than the row itself: it is read, planned and answered each time, and triggers of
the statement run each time. So the rows travel together, as one JSON text, and are a table of the statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.db.models import Lookup

JSON: Final = "jsonb"
"""The type of a column that is itself JSON."""
Statement = tuple[str, list[Any]]
"""A piece of SQL, and the values that stand in it."""


def as_table(columns: Mapping[str, str], rows: Iterable[Sequence[Any]], *, name: str = "told") -> Statement:
    """``rows`` as a table called ``name``, to stand behind FROM.

    Args:
        columns: names, and their types as PostgreSQL calls them.
        rows: values in the order of ``columns``: text, numbers, moments, None, what JSON may hold where the type is ``JSON``.
    """
    if connection.vendor == "postgresql":
        described = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        return f"json_to_recordset(%s) AS {name} ({described})", [_told(columns, rows)]
    if JSON in columns.values():
        places = [at for at, kind in enumerate(columns.values()) if kind == JSON]
        rows = (_with_text(row, places) for row in rows)
    picked = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
    return f"(SELECT {picked} FROM json_each(%s)) AS {name}", [_told(columns, rows)]  # noqa: S608 -- names of our own


def _with_text(row: Sequence[Any], places: Sequence[int]) -> list[Any]:
    """A row whose JSON is the text that SQLite keeps of it."""
    return [json.dumps(one, default=_moment) if at in places else one for at, one in enumerate(row)]


def _told(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> str:
    names = list(columns)
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=_moment)


@lru_cache(maxsize=64)
def _moment(value: Any) -> str:
    """As the database keeps moments; that of a change is in every row of it."""
    if not isinstance(value, datetime):
        raise TypeError(f"no value for a row: {value!r}")
    return str(connection.ops.adapt_datetimefield_value(value))


class AnyOf(Lookup[Any]):
    """``filter(AnyOf(F("party_id"), values))``: as ``__in``, with one parameter however many they are; texts or whole numbers.

    An index of the field is used also where the database has counted nothing yet; a join with a million values, as a subquery
    would be, is never chosen for two hundred.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """For both databases."""
        column, values = self.process_lhs(compiler, connection)
        wanted = list(self.rhs)
        if connection.vendor == "postgresql":
            listed = wanted if any(type(one) is not int for one in wanted) else f"{{{','.join(map(str, wanted))}}}"
            return f"{column} = ANY(%s::{self.lhs.output_field.rel_db_type(connection)}[])", (*values, listed)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*values, json.dumps(wanted))  # noqa: S608 -- a column of our own
