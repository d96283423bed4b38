"""Timeline entries as the page shows them: said in the reader's language, grouped by day."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.customers import reasons, timeline
from regulars.customers.models import Event, Stage
from regulars.customers.panels import object_url
from regulars.kit import clock
from regulars.web import format as show
from regulars.web import icons

SHORT_TEXT = 160


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``stage`` is the stage moved to, for its glyph and colour."""

    pk: int
    time: str
    icon: str
    stage: str
    sentence: str
    details: list[str]
    subject: str
    text: str
    amount: int | None
    currency: str
    who: str
    with_whom: str
    department: str
    url: str

    @property
    def is_long(self) -> bool:
        """Whether the text is folded until asked for."""
        return len(self.text) > SHORT_TEXT or self.text.count("\n") > 1


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day under its name."""

    label: str
    entries: list[Entry]


def days_of(events: Iterable[Event], seen: Container[int]) -> list[Day]:
    """The entries grouped by the company's day, in the order given; of other parties only those ``seen`` are named."""
    return [Day(day_label(day), [entry_of(one, seen) for one in of]) for day, of in groupby(events, key=_day)]


def _day(event: Event) -> date:
    return timezone.localtime(event.occurred_at).date()


def day_label(day: date) -> str:
    """``Today``, ``Yesterday``, or the date, with the year when it is another."""
    today = timezone.localdate(clock.now())
    if day == today:
        return pgettext("day", "Today")
    if day == today - timedelta(days=1):
        return pgettext("day", "Yesterday")
    return show.show_date(day, year=day.year != today.year)


def entry_of(event: Event, seen: Container[int]) -> Entry:
    """One entry, said."""
    kind = timeline.kind_of(event.kind)
    if _names_somebody_hidden(event, seen):
        event.payload = {**event.payload, "name": _("somebody you may not see")}
    body = getattr(event, "body", None)
    stage = str(event.payload.get("to") or "") if event.kind == "customers.stage_changed" else ""
    return Entry(
        pk=event.pk,
        time="" if kind.group == "stage" else show.show_time(event.occurred_at),
        icon=_icon(kind),
        stage=stage if stage in Stage.values else "",
        sentence=kind.sentence(event) if kind.sentence else _bare(kind, event),
        details=reasons.say_all(event.payload.get("reasons") or []),
        subject=body.subject if body else "",
        text=body.text if body else "",
        amount=event.amount,
        currency=event.currency,
        who=str(event.actor) if event.actor else "",
        with_whom=event.party.name if event.party and event.party_id in seen and "other" not in event.payload else "",
        department=event.department,
        url=object_url(event.object_type, event.object_id),
    )


def _names_somebody_hidden(event: Event, seen: Container[int]) -> bool:
    """Entries about relations carry the other's name; whoever may not see that one does not read it here either."""
    return isinstance(event.payload.get("other"), int) and event.payload["other"] not in seen


def _bare(kind: Any, event: Event) -> str:
    """An entry whose kind has no sentence of its own: its label, and the channel where that says more."""
    label = str(kind.label)
    channel = timeline.channel_label(event.channel) if event.channel else ""
    return f"{label} · {channel}" if channel and channel != label else label


_BY_GROUP = {
    "contact": "chat",
    "trade": "receipt",
    "service": "briefcase",
    "marketing": "gift",
    "stage": "arc",
    "record": "edit",
}


def _icon(kind: Any) -> str:
    return kind.icon if kind.icon in icons.names() else _BY_GROUP.get(kind.group, "clock")


def group_labels() -> dict[str, str]:
    """The names of the groups that the timeline is filtered by."""
    return {key: str(label) for key, label in timeline.GROUPS.items()}


def nothing_said(narrowed: bool) -> str:
    """What an empty timeline says."""
    return (
        _("Nothing of this sort happened.")
        if narrowed
        else _("Nothing has happened yet. Write down the first thing you know.")
    )
