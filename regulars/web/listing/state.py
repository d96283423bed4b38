"""The state of a list: everything that decides what is on screen, read from the URL and written back into it.

    ?q=chen&stage=divorce,recovery&revenue=1000..&sort=-revenue&cols=name,stage&open=7&view=3&after=…

A word that means nothing (a filter that does not exist, a column that was removed, a broken cursor) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from regulars.web.access import User
from regulars.web.listing import filtering, keyset
from regulars.web.listing.keyset import Order, Position
from regulars.web.resources import Column, Filter, Resource, Rows


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A filter that is on: as typed in the URL and as understood."""

    filter: Filter
    raw: str
    value: Any


@dataclass(frozen=True, slots=True)
class State:
    """What a list shows. ``sort`` and ``cols`` are empty where they are the resource's own."""

    resource: Resource
    text: str = ""
    narrowings: tuple[Narrowing, ...] = ()
    sort: str = ""
    cols: tuple[str, ...] = ()
    view: str = ""
    open: str = ""
    after: Position | None = None
    ignored: tuple[str, ...] = field(default=(), compare=False)

    @property
    def sorting(self) -> str:
        """The sort in effect: a column's key, ``-`` before it when descending."""
        return self.sort or self.resource.default_sort

    @property
    def columns(self) -> list[Column]:
        """The columns shown, in order; the first is always there."""
        keys = self.cols or tuple(one.key for one in self.resource.columns if one.default)
        first = self.resource.columns[0]
        return [first, *(self.resource.by_key[key] for key in keys if key != first.key)]

    def order(self) -> Order:
        """The ORM ordering in effect; by primary key, newest first, when nothing is chosen."""
        column = self.resource.by_key.get(self.sorting.lstrip("-"))
        if column is None or column.sort is None:
            return Order("pk", descending=True)
        return Order(column.sort, self.sorting.startswith("-"))

    def narrowed(self, user: User) -> Rows:
        """The rows of this view that ``user`` may see, without order."""
        rows = self.resource.queryset(user)
        for one in self.narrowings:
            rows = filtering.narrow(rows, one.filter, one.value, user)
        if self.text and self.resource.search:
            rows = self.resource.search(rows, self.text)
        return rows

    def params(self) -> dict[str, str]:
        """The state as URL parameters, without the open row and the page."""
        told = {"q": self.text, **{one.filter.key: one.raw for one in self.narrowings}}
        told |= {"sort": self.sort, "cols": ",".join(self.cols), "view": self.view}
        return {key: value for key, value in told.items() if value}

    def query(self, **changes: str) -> str:
        """``?…`` of this state with some parameters changed; an empty value takes one away."""
        told = {key: value for key, value in {**self.params(), **changes}.items() if value}
        return f"?{urlencode(told, safe=',')}" if told else "?"

    def saved_query(self) -> str:
        """What a saved view keeps: everything but which view this is."""
        return replace(self, view="").query().removeprefix("?")


def read(resource: Resource, params: QueryDict, user: User) -> State:
    """The state told by the parameters of a URL."""
    narrowings, ignored = [], []
    for one in resource.filters:
        raw = _raw(one, params)[:2_000]
        if not raw:
            continue
        value = filtering.parse(one, raw, user)
        if value is None:
            ignored.append(one.key)
        else:
            narrowings.append(Narrowing(one, raw, value))
    return State(
        resource=resource,
        text=params.get("q", "").replace("\x00", "").strip()[:200],
        narrowings=tuple(narrowings),
        sort=_sort(resource, params.get("sort", "")),
        cols=_columns(resource, params.get("cols", "")),
        view=params.get("view", "")[:40],
        open=params.get("open", "")[:40],
        after=keyset.decode(params.get("after", "")),
        ignored=tuple(ignored),
    )


def _raw(one: Filter, params: QueryDict) -> str:
    """The filter's word; a form sends several values, or two ends, where the URL has one word."""
    if one.kind == "multi":
        return filtering.SEPARATOR.join(value for value in params.getlist(one.key) if value)
    ends = params.get(f"{one.key}-from", "").strip(), params.get(f"{one.key}-to", "").strip()
    return filtering.TO.join(ends) if any(ends) else params.get(one.key, "").strip()


def _sort(resource: Resource, raw: str) -> str:
    column = resource.by_key.get(raw.lstrip("-"))
    return raw if column and column.sort and raw != resource.default_sort and raw.count("-") <= 1 else ""


def _columns(resource: Resource, raw: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(key for key in raw.split(",") if key in resource.by_key))
    standard = tuple(one.key for one in resource.columns if one.default)
    return chosen if chosen != standard else ()
