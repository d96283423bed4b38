"""What the rooms above add to the customer page, and the condensed page of the slide-over.

    panels.register(PagePanel("orders", _("Orders"), "commerce/panels/orders.html", orders_of, order=40))

``context(party, user)`` returns what the template shows, or None when the panel has nothing to say about this customer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest

from regulars.customers.models import Party
from regulars.web.access import User, can
from regulars.web.resources import Panel, Text

Context = Callable[[Party, User], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class PagePanel:
    """One addition to the customer page.

    ``area``: ``side`` is a section of the right column; ``composer`` stands above the timeline (one only). ``order``
    places it among the others: tasks 10, relations 20, assets and contracts 30, orders 40, consent 50, identifiers 60.
    """

    key: str
    label: Text
    template: str
    context: Context
    order: int = 50
    area: Literal["side", "composer"] = "side"
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with what it shows for one customer."""

    panel: PagePanel
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TodayPart:
    """One addition to Today, beside what is due. ``context(user)`` is None when it has nothing to say."""

    key: str
    label: Text
    template: str
    context: Callable[[User], Mapping[str, Any] | None]
    order: int = 50
    rule: str = ""


_registered: dict[str, PagePanel] = {}
_today: dict[str, TodayPart] = {}
_objects: dict[str, Callable[[int], str]] = {}
_asks: dict[str, Callable[[int], str]] = {}


def register(panel: PagePanel) -> PagePanel:
    """Make a panel known; its key must be new."""
    if panel.key in _registered:
        raise ValueError(f"panel {panel.key!r} is registered twice")
    _registered[panel.key] = panel
    return panel


def unregister(key: str) -> None:
    """Forget a panel (tests)."""
    _registered.pop(key, None)


def panels_for(party: Party, user: User, area: str = "side") -> list[Shown]:
    """The panels of an area that have something to say about ``party``, in order."""
    shown = []
    for panel in sorted(_registered.values(), key=lambda one: (one.order, one.key)):
        if panel.area == area and can(user, panel.rule):
            context = panel.context(party, user)
            if context is not None:
                shown.append(Shown(panel, context))
    return shown


def register_today(part: TodayPart) -> TodayPart:
    """Make a part of Today known; its key must be new."""
    if part.key in _today:
        raise ValueError(f"part {part.key!r} of Today is registered twice")
    _today[part.key] = part
    return part


def today_for(user: User) -> list[tuple[TodayPart, Mapping[str, Any]]]:
    """The parts of Today that have something to say to ``user``, in order."""
    parts = sorted(_today.values(), key=lambda one: (one.order, one.key))
    told = ((one, one.context(user)) for one in parts if can(user, one.rule))
    return [(one, context) for one, context in told if context is not None]


def register_object(object_type: str, url: Callable[[int], str]) -> None:
    """Say where an object that timeline entries speak of is seen."""
    _objects[object_type] = url


def object_url(object_type: str, object_id: int | None) -> str:
    """Where the object of a timeline entry is seen; empty when nowhere."""
    find = _objects.get(object_type)
    return find(object_id) if find and object_id is not None else ""


def register_ask(channel: str, url: Callable[[int], str]) -> None:
    """Say where a customer (by number) can be asked, by a POST, whether marketing is welcome by ``channel``."""
    _asks[channel] = url


def ask_url(channel: str, party_id: int) -> str:
    """Where a customer is asked themselves for their consent; empty where they cannot be."""
    find = _asks.get(channel)
    return find(party_id) if find else ""


def slide_over(request: HttpRequest, party: Party) -> Panel:
    """The condensed customer page beside a list."""
    from regulars.customers.page.build import condensed  # noqa: PLC0415 -- the page reads the panels

    return Panel("customers/condensed.html", condensed(party, request.user), title=party.name)
