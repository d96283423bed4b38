"""How the entries that the record itself writes are said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from regulars.customers.models import Channel, Event, RelationKind, Stage
from regulars.web import format as show


def created(event: Event) -> str:
    """That the record began, and from where."""
    source = event.payload.get("source")
    return _("Record created from %(source)s") % {"source": source} if source else _("Record created")


def stage_changed(event: Event) -> str:
    """From which stage to which."""
    begin, end = _stage(event.payload.get("from")), _stage(event.payload.get("to"))
    if not begin:
        return _("Stage: %(stage)s") % {"stage": end}
    return _("%(begin)s → %(end)s") % {"begin": begin, "end": end}


def _stage(key: Any) -> str:
    return str(dict(Stage.choices).get(key, key or ""))


def consent_given(event: Event) -> str:
    """Which channel was permitted, and how we know."""
    return _proved(_("%(channel)s permitted") % {"channel": _channel(event)}, event)


def consent_withdrawn(event: Event) -> str:
    """Which channel was refused, and how we know."""
    return _proved(_("%(channel)s refused") % {"channel": _channel(event)}, event)


def _channel(event: Event) -> str:
    key = event.payload.get("channel") or event.channel
    return str(dict(Channel.choices).get(key, key))


def _proved(words: str, event: Event) -> str:
    evidence = event.payload.get("evidence")
    return f"{words} · {evidence}" if evidence else words


def task_added(event: Event) -> str:
    """What is to be done, and until when."""
    promise = event.payload.get("kind") == "promise"
    words = (_("Promised: %(what)s") if promise else _("To do: %(what)s")) % {"what": event.payload.get("title", "")}
    due = _moment(event.payload.get("due_at"))
    return _("%(what)s, until %(day)s") % {"what": words, "day": show.show_date(due)} if due else words


def task_done(event: Event) -> str:
    """What was done, and with what outcome."""
    words = _("Done: %(what)s") % {"what": event.payload.get("title", "")}
    outcome = event.payload.get("outcome")
    return f"{words} · {outcome}" if outcome else words


def snoozed(event: Event) -> str:
    """Until when, and why."""
    until = _moment(event.payload.get("until"))
    words = _("Not now, until %(day)s") % {"day": show.show_date(until)}
    reason = event.payload.get("reason")
    return f"{words} · {reason}" if reason else words


def relation_added(event: Event) -> str:
    """To whom, and what."""
    return _relation(event)


def relation_ended(event: Event) -> str:
    """To whom, and what it was."""
    return _("No longer: %(relation)s") % {"relation": _relation(event)}


def _relation(event: Event) -> str:
    kind = str(dict(RelationKind.choices).get(event.payload.get("kind", ""), event.payload.get("kind", "")))
    words = _("%(kind)s: %(name)s") % {"kind": kind, "name": event.payload.get("name", "")}
    title = event.payload.get("title")
    return f"{words} · {title}" if title else words


def _moment(told: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(told) if told else None
    except (TypeError, ValueError):
        return None
