"""Everything the list template shows, gathered once per request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from regulars.web import resources
from regulars.web.access import User, can
from regulars.web.listing import export, filtering, paging
from regulars.web.listing.paging import Count, Page
from regulars.web.listing.rows import cell_class, rows_html
from regulars.web.listing.state import State
from regulars.web.models import SavedView
from regulars.web.resources import BulkAction, Column, Filter, Onward, Resource, Text


@dataclass(frozen=True, slots=True)
class Header:
    """A column's head: where a click sorts to and how it is sorted now (``ascending | descending | ""``)."""

    column: Column
    kind: str
    sort_query: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says and the address without it."""

    filter: Filter
    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A view above the list."""

    label: Text
    query: str
    current: bool
    saved: SavedView | None = None
    mine: bool = False


@dataclass(frozen=True, slots=True)
class ColumnOption:
    """A line of the column chooser: the address with the column switched."""

    column: Column
    shown: bool
    query: str


class Screen:
    """One list as one user sees it."""

    def __init__(self, state: State, user: User) -> None:
        self.state = state
        self.user = user

    @property
    def resource(self) -> Resource:
        """The entity listed."""
        return self.state.resource

    @cached_property
    def page(self) -> Page:
        """The rows."""
        return paging.page(self.state, self.user, self.count if self.state.narrowings else None)

    @cached_property
    def rows(self) -> SafeString:
        """The rows as HTML."""
        return rows_html(self.state, self.page.rows, self.user)

    @property
    def next_query(self) -> str:
        """The address of the next page's rows; empty at the end."""
        return self.state.query(after=self.page.next, part="rows") if self.page.next else ""

    @cached_property
    def count(self) -> Count:
        """How many rows."""
        return paging.count(self.state, self.user)

    @cached_property
    def totals_wait(self) -> bool:
        """True when the view is so large that its totals are fetched after the page."""
        return self.count.capped

    @cached_property
    def totals(self) -> list[tuple[Column, str, str]]:
        """The foot: column, class, sum (empty where nothing is summed)."""
        sums = {} if self.totals_wait else paging.totals(self.state, self.user, self.count)
        return [(one, cell_class(one, first=not i), sums.get(one.key, "")) for i, one in enumerate(self.state.columns)]

    @property
    def has_totals(self) -> bool:
        """Whether any shown column is summed."""
        return any(one.total and one.sort for one in self.state.columns)

    @property
    def headers(self) -> list[Header]:
        """The heads of the columns."""
        return [self._header(one, first=not i) for i, one in enumerate(self.state.columns)]

    def _header(self, column: Column, *, first: bool) -> Header:
        current = self.state.sorting
        now = "" if current.lstrip("-") != column.key else "descending" if current.startswith("-") else "ascending"
        down_first = column.numeric or column.kind in {"date", "datetime", "ago"}
        following = column.key if now == "descending" or (not now and not down_first) else f"-{column.key}"
        query = self.state.query(sort=following) if column.sort else ""
        return Header(column, cell_class(column, first=first), query, now)

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are on."""
        return [
            Chip(
                one.filter,
                filtering.words(one.filter, one.value, one.raw, self.user),
                self.state.query(**{one.filter.key: ""}),
            )
            for one in self.state.narrowings
        ]

    @cached_property
    def offered(self) -> list[Filter]:
        """The filters that the user may add."""
        return [one for one in self.resource.filters if not one.quick and (not one.rule or can(self.user, one.rule))]

    @property
    def quick(self) -> list[tuple[Filter, str, bool]]:
        """Yes-or-no filters shown as switches: filter, address switched, whether on."""
        on = {one.filter.key for one in self.state.narrowings}
        return [
            (one, self.state.query(**{one.key: "" if one.key in on else "1"}), one.key in on)
            for one in self.resource.filters
            if one.quick and one.kind == "flag"
        ]

    @cached_property
    def tabs(self) -> list[Tab]:
        """All, the presets, the pinned views; and the current view even when it is not pinned."""
        tabs = [Tab("", "?", current=not self.state.view and not self.state.params())]
        tabs += [
            Tab(
                one.label,
                resources.get(one.list).url() if one.list else f"?view={one.key}&{one.query}",
                current=self.state.view == one.key,
            )
            for one in self.resource.presets
        ]
        for one in self.saved_views:
            current = self.state.view == str(one.pk)
            if one.pinned or current:
                tabs.append(self._saved_tab(one, current=current))
        return tabs

    def _saved_tab(self, one: SavedView, *, current: bool) -> Tab:
        return Tab(one.name, f"?view={one.pk}&{one.query}", current, one, mine=one.owner_id == self.user.pk)

    @cached_property
    def saved_views(self) -> list[SavedView]:
        """The views of this list the user may use. One query."""
        return list(SavedView.objects.filter(resource=self.resource.key).usable_by(self.user))

    @cached_property
    def other_views(self) -> list[Tab]:
        """The views that are not tabs."""
        return [
            self._saved_tab(one, current=False)
            for one in self.saved_views
            if not one.pinned and self.state.view != str(one.pk)
        ]

    @cached_property
    def current_view(self) -> Tab | None:
        """The saved view that is on."""
        return next((tab for tab in self.tabs if tab.saved and tab.current), None)

    @property
    def view_differs(self) -> bool:
        """Whether the state has moved away from the saved view that is on."""
        tab = self.current_view
        return bool(tab and tab.saved and tab.saved.query != self.state.saved_query())

    @property
    def column_options(self) -> list[ColumnOption]:
        """The column chooser, without the first column, which always stays."""
        shown = [one.key for one in self.state.columns]
        options = []
        for one in self.resource.columns[1:]:
            switched = [key for key in shown if key != one.key] if one.key in shown else [*shown, one.key]
            options.append(ColumnOption(one, one.key in shown, self.state.query(cols=",".join(switched))))
        return options

    @property
    def bulk_actions(self) -> list[BulkAction]:
        """What the user may do with a selection."""
        return [one for one in self.resource.bulk_actions if can(self.user, one.rule)]

    @property
    def onward(self) -> list[Onward]:
        """Where a narrowed list may lead."""
        return [one for one in self.resource.onward if self.is_narrowed and can(self.user, one.rule)]

    @property
    def may_export(self) -> bool:
        """Whether the user may take the list away as a file."""
        return can(self.user, self.resource.export_rule)

    @property
    def can_search(self) -> bool:
        """Whether the list can be searched by words."""
        return self.resource.search is not None

    @property
    def may_create(self) -> bool:
        """Whether the user may add a row."""
        return self.resource.create_url is not None and can(self.user, self.resource.create_rule)

    @property
    def may_fill(self) -> bool:
        """Whether the user may press the button of the empty list."""
        return self.resource.empty is not None and can(self.user, self.resource.empty.rule)

    @property
    def may_share(self) -> bool:
        """Whether the user may share a view with everybody."""
        return can(self.user, "views.share")

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered or searched."""
        return bool(self.state.narrowings or self.state.text)

    def url(self, name: str, *args: Any) -> str:
        """The address of one of the list's operations (``export``, ``save-view``)."""
        return reverse(f"web:{name}-{self.resource.key}", args=args)

    @property
    def export_url(self) -> str:
        """Where the file comes from."""
        return self.url("export")

    @property
    def export_ways(self) -> list[export.Way]:
        """Further forms in which the rows leave."""
        return export.ways_of(self.resource.key)

    @property
    def save_url(self) -> str:
        """Where a view is saved."""
        return self.url("save-view")

    @property
    def bulk_urls(self) -> list[tuple[BulkAction, str, bool]]:
        """Each bulk action with its address, and whether it asks something first."""
        return [(one, self.url("bulk", one.key), one.form is not None) for one in self.bulk_actions]
