"""What every full page needs besides its own content: the frame around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.kit.money import exponent, symbol
from regulars.web import asof, assets, keys, palette, places, toasts
from regulars.web.access import company
from regulars.web.places import Place

THEMES = ("system", "light", "dark")
ON_PHONE = 5
MOST_WAITING = 99


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the left rail."""

    place: Place
    url: str
    current: bool
    first_of_group: bool
    waiting: int = 0

    @property
    def waiting_words(self) -> str:
        """How many things wait there, to a hundred."""
        return "" if not self.waiting else "99+" if self.waiting > MOST_WAITING else str(self.waiting)


class Frame:
    """The frame of one request; each part is made when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def lines(self) -> list[Line]:
        """The left rail; the place with the longest matching address is the current one."""
        known = [(place, url) for place in places.visible_to(self.request.user) if (url := place.url())]
        here = self.request.path
        matching = [url for _place, url in known if here == url or (url != "/" and here.startswith(url))]
        current = max(matching, key=len, default="")
        lines: list[Line] = []
        for place, url in known:
            opens_group = bool(lines) and lines[-1].place.group != place.group
            waiting = place.waiting(self.request.user) if place.waiting else 0
            lines.append(Line(place, url, url == current, opens_group, waiting))
        return lines

    @cached_property
    def phone_lines(self) -> list[Line]:
        """The first few, for the bar at the bottom of a phone."""
        return [line for line in self.lines if line.place.phone][:ON_PHONE]

    @cached_property
    def theme(self) -> str:
        """``system``, ``light`` or ``dark``: the user's own, else the cookie's."""
        chosen = getattr(self.request.user, "theme", "") or self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else "system"

    @property
    def rail_is_folded(self) -> bool:
        """Whether the rail shows icons only."""
        return self.request.COOKIES.get("rail") == "folded"

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        """Code, own name, and whether it is the current one."""
        current = translation.get_language()
        return [(code, str(name), code == current) for code, name in settings.LANGUAGES]

    @property
    def styles(self) -> list[str]:
        """The style sheets that contexts add."""
        return assets.styles

    @property
    def scripts(self) -> list[str]:
        """The scripts that contexts add."""
        return assets.scripts

    @property
    def as_of(self) -> datetime | None:
        """As of when the figures hold; None when no source says."""
        return asof.of(self.request)

    @property
    def has_figures(self) -> bool:
        """Whether any room computes figures at all."""
        return asof.is_told()

    @cached_property
    def company(self) -> str:
        """The company's name, or the product's while it has none."""
        return company()

    @property
    def sign_out_url(self) -> str:
        """Where the session ends."""
        return resolve_url(settings.LOGOUT_URL)

    @property
    def own_access_url(self) -> str:
        """Where a user looks after password, second factors and sessions."""
        return resolve_url(settings.OWN_ACCESS_URL)

    def toasts(self) -> list[toasts.Toast]:
        """The toasts waiting to be shown; none where htmx takes but a part of the page."""
        return [] if self.request.headers.get("HX-Request") else toasts.waiting(self.request)

    @cached_property
    def chords(self) -> list[dict[str, str]]:
        """The ``g`` chords of places and actions, as the script and the ``?`` sheet want them."""
        to_places = [
            {"keys": line.place.chord, "label": str(line.place.label), "url": line.url}
            for line in self.lines
            if line.place.chord
        ]
        to_actions = [
            {"keys": action.chord, "label": str(action.label), "url": url}
            for action, url in palette.actions_with_chords(self.request.user)
        ]
        return to_places + to_actions

    @cached_property
    def key_groups(self) -> list[tuple[str, list[tuple[str, list[list[str]]]]]]:
        """The ``?`` sheet: per group, each label with its keycaps."""
        groups: dict[str, list[tuple[str, list[list[str]]]]] = {}
        for one in keys.all():
            groups.setdefault(str(one.group), []).append((str(one.label), keys.caps(one.keys)))
        for chord in self.chords:
            groups.setdefault(str(keys.GO_TO), []).append((chord["label"], keys.caps(chord["keys"])))
        return list(groups.items())

    @cached_property
    def script_data(self) -> dict[str, Any]:
        """What the scripts read from the page: shortcuts and the few sentences they say themselves."""
        return {
            "keys": [{"keys": one.keys, "command": one.command} for one in keys.all()] + self.chords,
            "currency": {"symbol": symbol(settings.CURRENCY), "minor": 10 ** exponent(settings.CURRENCY)},
            "words": {
                "undo": _("Undo"),
                "close": _("Close"),
                "offline": _("The server cannot be reached. Nothing was changed; try again in a moment."),
                "broken": _("Something went wrong on the server. Nothing was changed."),
                "forbidden": _("Your role does not allow this."),
                "selected": _("%(n)s selected"),
                "table": _("Show as a table"),
                "chart": _("Show as a chart"),
            },
        }


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template context processor: ``frame``."""
    return {"frame": Frame(request)}
