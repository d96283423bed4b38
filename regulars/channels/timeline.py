"""The kinds of contact, whatever carried them. Contexts above and imports use the same keys.

Payload of a contact: ``direction`` ("in" | "out"), ``outcome`` (a key of ``OUTCOMES``), ``minutes`` (how long it took).
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from regulars.customers.models import Channel, Event
from regulars.customers.timeline import EntryKind, register

OUTCOMES: Final[dict[str, Promise]] = {
    "reached": pgettext_lazy("outcome", "Reached"),
    "no_answer": pgettext_lazy("outcome", "No answer"),
    "message_left": pgettext_lazy("outcome", "Left a message"),
    "call_back": pgettext_lazy("outcome", "Wants a call back"),
    "interested": pgettext_lazy("outcome", "Interested"),
    "ordered": pgettext_lazy("outcome", "Will order"),
    "not_interested": pgettext_lazy("outcome", "Not interested"),
    "settled": pgettext_lazy("outcome", "Settled"),
    "wrong_number": pgettext_lazy("outcome", "Wrong number"),
}

KIND_OF_CHANNEL: Final[dict[str, str]] = {
    Channel.PHONE: "channels.call_logged",
    Channel.VISIT: "channels.visit_logged",
    Channel.POST: "channels.letter_logged",
    Channel.EMAIL: "channels.email_logged",
    Channel.LINE: "channels.line_logged",
    Channel.SMS: "channels.sms_logged",
    Channel.CHAT: "channels.chat_logged",
    Channel.FAX: "channels.fax_logged",
    Channel.STORE: "channels.visit_logged",
}

NOT_REACHED: Final = frozenset({"no_answer", "message_left", "wrong_number"})
"""Outcomes of a call that was none: it does not count as contact."""

ATTEMPT: Final = "channels.call_attempted"

_SAID: Final[dict[tuple[str, str], Promise]] = {
    ("channels.call_logged", "in"): gettext_lazy("The customer called"),
    ("channels.call_logged", "out"): gettext_lazy("We called"),
    (ATTEMPT, "in"): gettext_lazy("The customer called, nobody was there"),
    (ATTEMPT, "out"): gettext_lazy("We called"),
    ("channels.visit_logged", "in"): gettext_lazy("The customer came by"),
    ("channels.visit_logged", "out"): gettext_lazy("We visited"),
    ("channels.letter_logged", "in"): gettext_lazy("Letter received"),
    ("channels.letter_logged", "out"): gettext_lazy("Letter sent"),
    ("channels.email_logged", "in"): gettext_lazy("E-mail received"),
    ("channels.email_logged", "out"): gettext_lazy("E-mail sent"),
    ("channels.line_logged", "in"): gettext_lazy("LINE message received"),
    ("channels.line_logged", "out"): gettext_lazy("LINE message sent"),
    ("channels.sms_logged", "in"): gettext_lazy("SMS received"),
    ("channels.sms_logged", "out"): gettext_lazy("SMS sent"),
    ("channels.chat_logged", "in"): gettext_lazy("Web chat"),
    ("channels.chat_logged", "out"): gettext_lazy("Web chat"),
    ("channels.fax_logged", "in"): gettext_lazy("Fax received"),
    ("channels.fax_logged", "out"): gettext_lazy("Fax sent"),
}


def said(event: Event) -> str:
    """A contact as one sentence: who began, how it ended, how long it took."""
    direction = "in" if event.payload.get("direction") == "in" else "out"
    parts = [str(_SAID[event.kind, direction])]
    outcome = str(event.payload.get("outcome") or "")
    if outcome:
        parts.append(str(OUTCOMES.get(outcome, outcome)))
    if minutes := _whole(event.payload.get("minutes")):
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " · ".join(parts)


def _whole(value: object) -> int:
    return round(value) if isinstance(value, int | float) else 0


def complaint(event: Event) -> str:
    """What a complaint was about, where that is known."""
    about = event.payload.get("about") or event.payload.get("title")
    word = _("Complaint settled") if event.kind.endswith("settled") else _("Complaint")
    return f"{word} · {about}" if about else word


register(
    EntryKind("channels.note_written", gettext_lazy("Note"), "contact", "note"),
    EntryKind("channels.call_logged", gettext_lazy("Call"), "contact", "phone", contact=True, sentence=said),
    EntryKind(ATTEMPT, gettext_lazy("Attempted call"), "contact", "phone", sentence=said),
    EntryKind("channels.visit_logged", gettext_lazy("Visit"), "contact", "visit", contact=True, sentence=said),
    EntryKind("channels.letter_logged", gettext_lazy("Letter"), "contact", "letter", contact=True, sentence=said),
    EntryKind("channels.email_logged", gettext_lazy("E-mail"), "contact", "mail", contact=True, sentence=said),
    EntryKind("channels.line_logged", gettext_lazy("LINE message"), "contact", "line", contact=True, sentence=said),
    EntryKind("channels.sms_logged", gettext_lazy("SMS"), "contact", "sms", contact=True, sentence=said),
    EntryKind("channels.chat_logged", gettext_lazy("Web chat"), "contact", "chat", contact=True, sentence=said),
    EntryKind("channels.fax_logged", gettext_lazy("Fax"), "contact", "fax", contact=True, sentence=said),
    EntryKind(
        "channels.complaint_received", gettext_lazy("Complaint"), "service", "warning", contact=True, sentence=complaint
    ),
    EntryKind(
        "channels.complaint_settled",
        gettext_lazy("Complaint settled"),
        "service",
        "check",
        contact=True,
        sentence=complaint,
    ),
)
