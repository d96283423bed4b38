"""The composer as a panel of the customer page: one key each for a note, a call, something written, a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.forms import FORMS, WRITTEN
from regulars.customers.models import Channel, ContactPoint, Party
from regulars.customers.page.reach import CHANNEL_OF, Way, ways_to
from regulars.customers.panels import PagePanel, register
from regulars.customers.queries.profile import newest_consents
from regulars.kit import clock
from regulars.web.access import User


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to write something down."""

    key: str
    label: str | Promise
    icon: str
    shortcut: str
    placeholder: str | Promise


MODES: Final = (
    Mode("note", pgettext_lazy("composer", "Note"), "note", "n", _("What should everybody know about this customer?")),
    Mode("call", pgettext_lazy("composer", "Call"), "phone", "c", _("What was said?")),
    Mode("write", pgettext_lazy("composer", "Write"), "letter", "w", _("What was written?")),
    Mode("task", pgettext_lazy("composer", "Task"), "task", "t", ""),
)
SCREEN_POP: Final = "pop"
"""The place where it is the customer who called."""
_QUICK: Final = ((0, _("Today")), (1, _("Tomorrow")), (7, _("In a week")), (30, _("In a month")))


def composer_of(
    party: Party, user: User, mode: str = "", *, form: forms.Form | None = None, place: str = ""
) -> dict[str, Any]:
    """The context of the composer: closed without a mode, else with a form."""
    if mode and form is None:
        form = FORMS[mode](initial=_initial(party, mode, place))
    said = next((one for one in MODES if one.key == mode), None)
    return {
        "modes": MODES,
        "mode": mode,
        "form": form,
        "place": place,
        "placeholder": said.placeholder if said else MODES[1].placeholder,
        "quick_days": quick_days(),
        "ways": _ways(party, mode),
    }


_WAYS: Final = {"call": {Channel.PHONE}, "done": {Channel.PHONE}, "write": set(WRITTEN), "visit": {Channel.POST}}


def _ways(party: Party, mode: str) -> list[Way]:
    """The numbers to dial or the addresses to write to, refused ones marked. Two queries."""
    wanted = _WAYS.get(mode, set())
    if not wanted:
        return []
    points = party.contact_points.filter(ended_at=None).order_by("-preferred", "pk")
    return [
        way
        for way in ways_to(party, points, newest_consents(party).values())
        if way.channel in wanted and (way.shown or way.forbidden)
    ]


def quick_days() -> list[tuple[str, str]]:
    """Days that are promised most often: ISO date and word."""
    today = timezone.localdate(clock.now())
    return [((today + timedelta(days=days)).isoformat(), str(word)) for days, word in _QUICK]


def _initial(party: Party, mode: str, place: str) -> dict[str, Any]:
    if place == SCREEN_POP:
        return {"direction": "in"}
    if mode == "write":
        return {"channel": _written_channel(party)}
    return {}


def _written_channel(party: Party) -> str:
    """The way to write that the customer prefers, else one that they have."""
    if party.preferred_channel in WRITTEN:
        return party.preferred_channel
    points = ContactPoint.objects.filter(party=party, ended_at=None).order_by("-preferred", "pk")
    has = [CHANNEL_OF[kind] for kind in points.values_list("kind", flat=True)]
    return next((channel for channel in has if channel in WRITTEN), Channel.EMAIL)


def _panel(party: Party, user: User) -> Mapping[str, Any] | None:
    return composer_of(party, user) if party.trashed_at is None else None


register(
    PagePanel(
        "composer", _("Write down"), "channels/composer.html", _panel, area="composer", rule="customers.log", order=0
    )
)
