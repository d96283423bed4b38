"""The rows of a list as HTML, made in Python: a page has sixty, each with a dozen cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
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


def rows_html(state: State, rows: Iterable[Any], user: User) -> SafeString:
    """The rows of a page: each its checkbox, the first cell as the link that opens it, and the other cells."""
    if not (found := list(rows)):
        return mark_safe("")
    shape = _Shape(state, user, found[0].pk)
    return mark_safe("\n".join(shape.row(row) for row in found))  # noqa: S308 -- every part is escaped in _Shape


class _Shape:
    """What is the same in every row, worked out and escaped once: a page has hundreds of cells."""

    def __init__(self, state: State, user: User, some_pk: Any) -> None:
        self.first, *self.others = state.columns
        self.full_url = state.resource.full_url
        query = state.query()
        self.link = escape(f"{query}{'' if query == '?' else '&'}open=")
        self.select = _("Select %(name)s")
        self.first_opening = self._opening(state, self.first, user, some_pk, first=True)
        self.openings = [(one, *self._opening(state, one, user, some_pk)) for one in self.others]

    @staticmethod
    def _opening(state: State, column: Column, user: User, pk: Any, *, first: bool = False) -> tuple[str, str]:
        """What stands before and after the primary key in the opening tag; the second is empty where it is not needed."""
        tag = f'<{"th scope=row" if first else "td"} class="{cell_class(column, first=first)}"'
        if not may_edit(column, user):
            return f"{tag}>", ""
        before, _found, after = edit_url(state, column, pk).rpartition(f"{pk}/cell/")
        return f'{tag} data-edit="{escape(before)}', f'/cell/{escape(after)}">'

    def row(self, row: Any) -> str:
        pk = escape(str(row.pk))
        name = cells.plain(self.first, row)
        inner = cells.html(self.first, row) if name else f"#{pk}"
        full = f' data-full="{escape(self.full_url(row))}"' if self.full_url else ""
        before, after = self.first_opening
        parts = [
            f'<tr data-pk="{pk}"{full}><td class="tick"><input type="checkbox" tabindex="-1" value="{pk}" ',
            f'aria-label="{escape(self.select % {"name": name or pk})}"></td>',
            f"{before}{pk}{after}" if after else before,
            f'<a href="{self.link}{pk}" data-open>{inner}</a></th>',
        ]
        for column, opening, closing in self.openings:
            parts.append(f"{opening}{pk}{closing}" if closing else opening)
            parts.append(cells.html(column, row))
            parts.append("</td>")
        parts.append("</tr>")
        return "".join(parts)
