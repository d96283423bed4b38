"""The kinds of record that search finds: ⌘K shows a few lines of each, the search page (/search/) all of them.

    finding.register(Kind("customers", _("Customers"), "people", find_customers, rule="customers.view", order=10))

``find(user, text, limit)`` gives the likeliest first and only what ``user`` may see, from an index, whatever the size.
Every Resource with a ``search`` and ``in_palette`` is a kind by itself unless one is registered under its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from regulars.kit.text import fold
from regulars.web import resources
from regulars.web.access import User, can
from regulars.web.listing import cells
from regulars.web.models import SavedView
from regulars.web.resources import Resource, Text

IN_PALETTE = 6
ON_PAGE = 10
OF_ONE_KIND = 50
LONGEST = 200
LOOKED_AT = 48
"""Among so many rows of a list those come first that begin with what was typed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that leads somewhere. ``mark`` is said of it in a badge: that it is only similar, that it is a company."""

    label: Text
    url: str
    icon: str = "arrow-right"
    detail: Text = ""
    group: Text = ""
    chord: str = ""
    method: str = "get"
    mark: Text = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. ``all_url(text)`` is the list of all that match, where there is one."""

    key: str
    label: Text
    icon: str
    find: Callable[[User, str, int], Iterable[Entry]]
    rule: str = ""
    order: int = 50
    all_url: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; ``more`` says that there is more than is shown."""

    kind: Kind
    entries: list[Entry]
    more: bool


_registered: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; its key must be new."""
    if kind.key in _registered:
        raise ValueError(f"the kind {kind.key!r} is registered twice")
    _registered[kind.key] = kind
    return kind


def unregister(key: str) -> None:
    """Forget a kind (tests)."""
    _registered.pop(key, None)


def kinds(user: User) -> list[Kind]:
    """The kinds that ``user`` may search, in order."""
    lists = [
        _of_resource(one) for one in resources.all() if one.search and one.in_palette and one.key not in _registered
    ]
    every = [*_registered.values(), *lists]
    return sorted((one for one in every if can(user, one.rule)), key=lambda one: (one.order, one.key))


def groups(user: User, text: str, *, limit: int = ON_PAGE, only: str = "") -> list[Group]:
    """What is found of each kind (of the kind ``only``, where given), those without anything left out."""
    text = text.replace("\x00", "")[:LONGEST].strip()
    if not text:
        return []
    found = []
    for kind in kinds(user):
        if only and kind.key != only:
            continue
        entries = list(kind.find(user, text, limit + 1))
        if entries:
            found.append(Group(kind, entries[:limit], len(entries) > limit))
    return found


def _of_resource(resource: Resource) -> Kind:
    def find(user: User, text: str, limit: int) -> list[Entry]:
        return _rows(resource, user, text, limit)

    return Kind(
        resource.key, resource.label, resource.icon, find, resource.rule, resource.order or 60, lambda text: resource.url(q=text)
    )  # fmt: skip


def _rows(resource: Resource, user: User, text: str, limit: int) -> list[Entry]:
    assert resource.search is not None
    primary = next((one for one in resource.columns if one.phone == "primary"), resource.columns[0])
    details = [one for one in resource.columns if one.phone in {"secondary", "amount"}]
    begins = fold(text)
    found = list(resource.search(resource.queryset(user), text)[: max(LOOKED_AT, limit)])
    found.sort(key=lambda row: not fold(cells.plain(primary, row)).startswith(begins))
    entries = []
    for row in found[:limit]:
        url = resource.full_url(row) if resource.full_url else resource.url(open=row.pk)
        detail = " · ".join(words for one in details if (words := cells.plain(one, row)))
        entries.append(Entry(cells.plain(primary, row), url, resource.icon, detail, resource.label))
    return entries


def _find_views(user: User, text: str, limit: int) -> list[Entry]:
    """The saved views that ``user`` may use whose name holds every word."""
    words = fold(text).split()
    lists = {one.key: one for one in resources.all() if can(user, one.rule)}
    views = SavedView.objects.usable_by(user).filter(resource__in=lists).order_by("name", "pk")
    entries = []
    for view in views[:500]:
        if all(word in fold(view.name) for word in words):
            resource = lists[view.resource]
            entries.append(Entry(view.name, f"{resource.url()}?view={view.pk}&{view.query}", "list", resource.label))
    return entries[:limit]


register(Kind("views", _("Saved views"), "bookmark", _find_views, order=70))
