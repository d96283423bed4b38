"""The rows of a list as HTML, made in Python: a page has sixty, each with a dozen cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from regulars.web.access import User, can
from regulars.web.listing import cells
from regulars.web.listing.state import State
from regulars.web.resources import Column


def cell_class(column: Column, *, first: bool = False) -> str:
    """The classes of a cell and of its header."""
    names = [f"kind-{column.kind}"]
    if column.numeric:
        names.append("num")
    if column.width:
        names.append(f"width-{column.width}")
    if column.phone:
        names.append(f"phone-{column.phone}")
    if first:
        names.append("frozen")
    return " ".join(names)


def may_edit(column: Column, user: User) -> bool:
    """Whether the user may change this cell in place."""
    return column.edit is not None and can(user, column.edit.rule)


def edit_url(state: State, column: Column, pk: Any) -> str:
    """Where a cell is changed."""
    return reverse(f"web:cell-{state.resource.key}", args=(pk, column.key))


def row_html(state: State, row: Any, user: User) -> SafeString:
    """One row: its checkbox, the first cell as the link that opens it, the others."""
    return _Shapes(state, user).row(row)


def rows_html(state: State, rows: Iterable[Any], user: User) -> SafeString:
    """Several rows."""
    shapes = _Shapes(state, user)
    return format_html_join("\n", "{}", ((shapes.row(row),) for row in rows))


class _Shapes:
    """What is the same in every row, worked out once."""

    def __init__(self, state: State, user: User) -> None:
        self.state = state
        self.first, *self.others = state.columns
        self.first_class = cell_class(self.first, first=True)
        self.other_shapes = [(one, cell_class(one), may_edit(one, user)) for one in self.others]
        self.first_editable = may_edit(self.first, user)
        query = state.query()
        self.link = f"{query}{'' if query == '?' else '&'}open="
        self.select_word = _("Select %(name)s")

    def row(self, row: Any) -> SafeString:
        full = self.state.resource.full_url
        name = cells.plain(self.first, row) or f"#{row.pk}"
        return format_html(
            '<tr data-pk="{pk}"{full}><td class="tick"><input type="checkbox" tabindex="-1" value="{pk}" aria-label="{select}"></td>'
            '<th scope="row" class="{kind}"{edit}><a href="{link}{pk}" data-open>{inner}</a></th>{others}</tr>',
            pk=row.pk,
            full=format_html(' data-full="{}"', full(row)) if full else "",
            select=self.select_word % {"name": name},
            kind=self.first_class,
            edit=self._edit(self.first, row) if self.first_editable else "",
            link=self.link,
            inner=cells.html(self.first, row) if self.first.of(row) else name,
            others=format_html_join(
                "", '<td class="{}"{}>{}</td>',
                ((kind, self._edit(one, row) if editable else "", cells.html(one, row)) for one, kind, editable in self.other_shapes),
            ),
        )  # fmt: skip

    def _edit(self, column: Column, row: Any) -> SafeString:
        return format_html(' data-edit="{}"', edit_url(self.state, column, row.pk))
