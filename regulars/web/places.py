"""The lines of the left rail, which are also what ``g`` chords and the palette can go to.

    places.register(Place("today", _("Today"), icon="sun", url_name="reporting:today", order=10, chord="g t"))

A Resource that has an ``order`` is a place by itself; only pages that are not lists are registered here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse

from regulars.web import resources
from regulars.web.access import User, can
from regulars.web.resources import Text

GROUPS: Final = (0, 20, 40, 80)


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go. ``order``: from 10 what is to be done, from 20 the record, from 40 marketing, from 80 setting up;
    a hairline stands between them.

    ``waiting(user)`` counts what waits there to be decided, shown beside the word; it must cost next to nothing.
    """

    key: str
    label: Text
    icon: str
    url_name: str
    order: int
    chord: str = ""
    rule: str = ""
    phone: bool = True
    waiting: Callable[[User], int] | None = None

    @property
    def group(self) -> int:
        """Where its part of the menu begins."""
        return max(begin for begin in GROUPS if begin <= self.order)

    def url(self) -> str:
        """The address; empty while its page does not exist."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


_registered: dict[str, Place] = {}


def register(place: Place) -> Place:
    """Make a place known; its key must be new."""
    if place.key in _registered:
        raise ValueError(f"place {place.key!r} is registered twice")
    _registered[place.key] = place
    return place


def unregister(key: str) -> None:
    """Forget a place (tests)."""
    _registered.pop(key, None)


def _of_resource(resource: resources.Resource) -> Place:
    return Place(
        resource.key, resource.label, resource.icon, f"web:list-{resource.key}", resource.order, resource.chord, resource.rule,
        waiting=resource.waiting,
    )  # fmt: skip


def visible_to(user: User) -> list[Place]:
    """The places ``user`` may go to, in order."""
    every = [*_registered.values(), *(_of_resource(one) for one in resources.all() if one.order)]
    return sorted((place for place in every if can(user, place.rule)), key=lambda place: (place.order, place.key))
