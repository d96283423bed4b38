"""Rows that hang on customers: those of live customers, those of the customers whom somebody sees."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from regulars.customers.models import Party
from regulars.staff.rules import Reach, reach

Row = TypeVar("Row", bound=Model)


def of_live(rows: QuerySet[Row], *sides: str) -> QuerySet[Row]:
    """Those whose customers (``sides``, "party" when none is named) are neither in the trash nor merged into another."""
    live = {f"{side}__{end}": None for side in sides or ("party",) for end in ("trashed_at", "merged_into")}
    return rows.filter(**live)


def of_seen(rows: QuerySet[Row], user: Any, *sides: str) -> QuerySet[Row]:
    """Those whose customers ``user`` sees.

    Asked of each row's own customer (EXISTS), until a page is full: "in" has the database gather everybody whom the user
    sees, if only to show one contract.
    """
    if reach(user) is Reach.ALL:
        return rows
    seen = (Party.objects.visible_to(user).filter(pk=OuterRef(side)) for side in sides or ("party",))
    return rows.filter(*map(Exists, seen))
