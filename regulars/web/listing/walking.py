"""Having the database walk down an index where it would gather and sort: pages of dense views, the different values of a column."""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from django.db import connections
from django.db.models import BigIntegerField, F, Field, Func, Lookup
from django.db.models.expressions import Col, RawSQL

from regulars.web.resources import Rows

MOST_GATHERED: Final = 2_000


class Unindexed(Func):
    """SQLite: the value itself, by an expression that no index answers."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def unindexed(column: str, field: Field[Any, Any] | None = None) -> Unindexed:
    """A column (of whole numbers, or of the kind of ``field``), on SQLite out of the reach of its index."""
    return Unindexed(F(column), output_field=field or BigIntegerField())


def in_order_of(rows: Rows, annotation: str) -> Rows:
    """``rows``, of which there are many, so that their order is read from its index and each is then looked at.

    SQLite does not count how many rows a condition leaves. It gathers all of a city or a stage by their index and sorts
    them, where walking down the list fills a page after a few steps (a city of 100,000 customers: 85 ms against 1 ms). So the
    conditions are put out of reach of their indexes, unless one of these gives the order too. PostgreSQL counts by itself.
    """
    order = rows.query.annotations.get(annotation)
    if connections[rows.db].vendor != "sqlite" or not isinstance(order, Col):
        return rows
    conditions = rows.query.where.clone()
    if _gives_order(conditions, order):
        return rows
    walked: Rows = rows.all()
    _hide(conditions, order)
    walked.query.where = conditions
    return walked


def in_order_unless_few(rows: Rows, annotation: str, source: Rows) -> Rows:
    """``in_order_of``, unless ``source``, which has an index, holds few: then these are gathered and sorted. One query on SQLite."""
    if connections[rows.db].vendor != "sqlite":
        return rows
    is_few = source.order_by().values("pk")[: MOST_GATHERED + 1].count() <= MOST_GATHERED
    return rows if is_few else in_order_of(rows, annotation)


def _gives_order(node: Any, order: Col) -> bool:
    """Whether a condition fixes the first column of an index whose second is the order."""
    fixed = {
        one.lhs.target.name
        for one in node.children
        if isinstance(one, Lookup)
        and isinstance(one.lhs, Col)
        and one.lhs.target.model is order.target.model
        and (
            one.lookup_name == "exact" or (one.lookup_name == "in" and isinstance(one.rhs, list) and len(one.rhs) == 1)
        )
    }
    return any(
        len(index.fields) > 1 and index.fields[0] in fixed and index.fields[1] == order.target.name
        for index in order.target.model._meta.indexes
    )


def _hide(node: Any, order: Col) -> None:
    for place, one in enumerate(node.children):
        if hasattr(one, "children"):
            _hide(one, order)
        elif isinstance(one, Lookup) and isinstance(one.lhs, Col) and one.lhs.target is not order.target:
            hidden = copy(one)
            hidden.lhs = Unindexed(one.lhs, output_field=one.lhs.output_field)
            node.children[place] = hidden


def values_of(rows: Rows, column: str, most: int) -> list[Any]:
    """The different values of an indexed text column, in order, the empty one left out: a step down the index for each."""
    ordered = rows.order_by(column).values(column)
    begin, begin_told = ordered.filter(**{f"{column}__gt": ""})[:1].query.sql_with_params()
    following = ordered.filter(**{f"{column}__gt": RawSQL("told.value", ())})[:1]
    step, step_told = following.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE told(value) AS (SELECT * FROM ({begin}) AS begun"  # noqa: S608 -- our own statements
            f" UNION ALL SELECT ({step}) FROM told WHERE told.value IS NOT NULL)"
            " SELECT value FROM told WHERE value IS NOT NULL LIMIT %s",
            [*begin_told, *step_told, most],
        )
        return [value for (value,) in cursor.fetchall()]
