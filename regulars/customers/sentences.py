"""How the entries that the record itself writes are said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.customers.models import Channel, Event, RelationKind, RoleKind, Stage, SuppressionReason, SuppressionScope
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


def suppressed(event: Event) -> str:
    """To which address nothing goes any more, and why."""
    told = {"channel": _channel(event), "reason": _suppression(event)}
    if event.payload.get("kind") == SuppressionScope.ALL:
        return _("Nothing goes out by %(channel)s any more: %(reason)s") % told
    return _("No marketing goes out by %(channel)s any more: %(reason)s") % told


def unsuppressed(event: Event) -> str:
    """What no longer stands against an address."""
    told = {"channel": _channel(event), "reason": _suppression(event)}
    return _("Messages by %(channel)s may go again, which had ended: %(reason)s") % told


def _suppression(event: Event) -> str:
    key = event.payload.get("code", "")
    return str(dict(SuppressionReason.choices).get(key, key))


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


_FROM_OTHER: dict[str, Callable[[], str]] = {
    RelationKind.EMPLOYED_BY: lambda: _("%(name)s works here"),
    RelationKind.REPORTS_TO: lambda: _("%(name)s reports to them"),
    RelationKind.MEMBER_OF: lambda: _("%(name)s belongs to the household"),
    RelationKind.REFERRED_BY: lambda: _("Brought %(name)s here"),
    RelationKind.BUYS_THROUGH: lambda: _("%(name)s buys through them"),
    RelationKind.SUBSIDIARY_OF: lambda: _("%(name)s is a subsidiary"),
    RelationKind.PARTNER_OF: lambda: _("partner of %(name)s"),
    RelationKind.RELATED_TO: lambda: _("%(name)s is related to them"),
}


def relation_added(event: Event) -> str:
    """To whom, and what."""
    return _relation(event)


def relation_ended(event: Event) -> str:
    """To whom, and what it was."""
    return _("No longer: %(relation)s") % {"relation": _relation(event)}


def _relation(event: Event) -> str:
    key, name = event.payload.get("kind", ""), event.payload.get("name", "")
    if event.payload.get("way") == "down":
        words = _FROM_OTHER.get(key, lambda: _("%(name)s: a relation"))() % {"name": name}
    else:
        words = _("%(kind)s: %(name)s") % {"kind": dict(RelationKind.choices).get(key, key), "name": name}
    title = event.payload.get("title")
    return f"{words} · {title}" if title else words


def _moment(told: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(told) if told else None
    except (TypeError, ValueError):
        return None


def role_given(event: Event) -> str:
    """What they are to the company from now on."""
    return _("Role: %(role)s") % {"role": _role(event)}


def role_ended(event: Event) -> str:
    """What they are no longer."""
    return _("No longer: %(relation)s") % {"relation": _role(event)}


def _role(event: Event) -> str:
    key = event.payload.get("role", "")
    return str(dict(RoleKind.choices).get(key, key))


def asset_added(event: Event) -> str:
    """What they own from now on, and until when it is under warranty."""
    words = _("Asset: %(what)s") % {"what": _named(event, "name", "serial")}
    until = _day(event.payload.get("warranty_until"))
    return _("%(what)s, warranty until %(day)s") % {"what": words, "day": until} if until else words


def asset_retired(event: Event) -> str:
    """What is out of use, and why."""
    return _because(_("Out of use: %(what)s") % {"what": _named(event, "name", "serial")}, event)


def contract_signed(event: Event) -> str:
    """What was agreed, and until when."""
    return _until(_("Contract: %(what)s") % {"what": _named(event, "title", "number")}, event)


def contract_renewed(event: Event) -> str:
    """What was agreed on for a further term."""
    return _until(_("Contract renewed: %(what)s") % {"what": _named(event, "title", "number")}, event)


def contract_ended(event: Event) -> str:
    """What ended before its time, and why."""
    return _because(_("Contract ended: %(what)s") % {"what": _named(event, "title", "number")}, event)


def contract_used(event: Event) -> str:
    """That a visit was made under a contract."""
    visits = int(event.quantity or 1)
    words = ngettext("Visit under contract: %(what)s", "%(n)s visits under contract: %(what)s", visits)
    return words % {"n": visits, "what": _named(event, "title", "number")}


def _named(event: Event, name: str, number: str) -> str:
    return " ".join(str(event.payload.get(key) or "") for key in (name, number)).strip()


def _until(words: str, event: Event) -> str:
    until = _day(event.payload.get("until"))
    return _("%(what)s, until %(day)s") % {"what": words, "day": until} if until else words


def _because(words: str, event: Event) -> str:
    reason = event.payload.get("reason")
    return f"{words} · {reason}" if reason else words


def _day(told: Any) -> str:
    try:
        return show.show_date(date.fromisoformat(told)) if told else ""
    except (TypeError, ValueError):
        return ""
