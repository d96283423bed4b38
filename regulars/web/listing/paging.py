"""One page of a list, how many rows there are in all, and what the columns add up to: three queries, whatever the size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Min, Sum
from django.utils.translation import gettext as _

from regulars.web import format as show
from regulars.web.access import User
from regulars.web.listing import keyset
from regulars.web.listing.keyset import Position
from regulars.web.listing.state import State
from regulars.web.resources import Column, Rows

COUNT_CAP = 10_000
LARGE_CAP = 2_000
"""Of tables of more rows than ``LARGE``: each row counted there costs a look-up far away."""
LARGE = 200_000
FIRST_ROWS = 30
"""A first page is what a large screen holds; the next are longer and come before anybody reaches the end."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a view has, counted up to a cap; which they are, where they are not very many."""

    number: int
    capped: bool = False
    pks: tuple[Any, ...] | None = None

    def __str__(self) -> str:
        return f"{show.show_number(self.number)}{'+' if self.capped else ''}"


@dataclass(frozen=True, slots=True)
class Page:
    """The rows shown and the cursor of the next page (empty at the end)."""

    rows: list[Any]
    next: str = ""


def page(state: State, user: User, counted: Count | None = None) -> Page:
    """The page of ``state`` that follows its cursor. One query; two where it comes to rows without a sort value.

    Args:
        counted: the count of the view: of few, the rows it found need not be found again; many are read in another way.
    """
    size = state.resource.page_size if state.after else min(FIRST_ROWS, state.resource.page_size)
    dense = counted is not None and counted.capped
    found = keyset.first(keyset.after(_found(state, user, counted), state.order(), state.after, dense=dense), size + 1)
    more = len(found) > size
    return Page(found[:size], keyset.encode(keyset.position_of(found[size - 1])) if more else "")


def count(state: State, user: User) -> Count:
    """The number of rows of the view, never counting past a cap. One query; two or three where there are many."""
    rows = state.narrowed(user).order_by()
    pks = tuple(rows.values_list("pk", flat=True)[: LARGE_CAP + 1])
    if len(pks) <= LARGE_CAP:
        return Count(len(pks), pks=pks)
    if _is_large(state, user):
        return Count(LARGE_CAP, capped=True)
    found = rows.values("pk")[: COUNT_CAP + 1].count()
    return Count(min(found, COUNT_CAP), found > COUNT_CAP)


def _is_large(state: State, user: User) -> bool:
    newest = state.resource.queryset(user).model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return isinstance(newest, int) and newest > LARGE


def _found(state: State, user: User, counted: Count | None) -> Rows:
    """The rows of the view, without order; those that the count has found, if it has."""
    if counted is None or counted.pks is None:
        return state.narrowed(user)
    return state.resource.queryset(user).filter(pk__in=counted.pks)


def totals(state: State, user: User, counted: Count | None = None) -> dict[str, str]:
    """What each totalled column on screen adds up to, by column key, ready to show. One query; none without such columns.

    Args:
        counted: the count of the view; the rows it found need not be found again.
    """
    summed = [one for one in state.columns if one.total and one.sort]
    if not summed:
        return {}
    rows = _found(state, user, counted).order_by()
    terms: dict[str, Any] = {}
    for one in summed:
        path = str(one.sort)
        if path in rows.query.annotations:  # an alias has to be selected before it can be summed
            rows, path = rows.annotate(**{f"value_{one.key}": F(path)}), f"value_{one.key}"
        terms[f"sum_{one.key}"] = Sum(path)
        if one.currency:
            path = one.currency.replace(".", "__")
            terms |= {f"low_{one.key}": Min(path), f"high_{one.key}": Max(path)}
    found = rows.aggregate(**terms)
    return {one.key: _total_words(one, found) for one in summed}


def _total_words(column: Column, found: dict[str, Any]) -> str:
    value = found[f"sum_{column.key}"]
    if value is None:
        return show.DASH
    if column.kind != "money":
        return show.show_number(value)
    currency = found.get(f"low_{column.key}") or settings.CURRENCY
    if found.get(f"high_{column.key}", currency) not in {currency, None}:
        return _("several currencies")
    return show.show_money(int(value), currency)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The rows before and after one row in a view (primary keys; None at the ends)."""

    previous: Any = None
    next: Any = None


def neighbours(state: State, user: User, pk: Any) -> Neighbours:
    """Who comes before and after the row ``pk`` in this view. Three queries, some more in a narrowed view; nothing found when it is not in the view."""
    order = state.order()
    rows = state.narrowed(user)
    here = keyset.ordered(rows, order).filter(pk=pk).values_list(keyset.SORT_VALUE, "pk").first()
    if here is None:
        return Neighbours()
    position, dense = Position(*here), bool(state.narrowings) and count(state, user).capped
    following = (part.values_list("pk", flat=True) for part in keyset.after(rows, order, position, dense=dense))
    preceding = (part.values_list("pk", flat=True) for part in keyset.before(rows, order, position, dense=dense))
    return Neighbours(*(next(iter(keyset.first(parts, 1)), None) for parts in (preceding, following)))
