"""Kinds of timeline entry that files bring which no other room knows."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Event, Party
from regulars.customers.timeline import EntryKind, kinds, register
from regulars.kit import text
from regulars.web.format import show_money


def _said(event: Event) -> str:
    return str(event.payload.get("said") or "")


def _scored(event: Event) -> str:
    return f"{event.quantity:g}" if event.quantity is not None else ""


def _post_changed(event: Event) -> str:
    """``總經理: A → B``."""
    before, after = ("、".join(event.payload.get(key) or ()) for key in ("before", "after"))
    return f"{event.payload.get('post', '')}: {before or '–'} → {after or '–'}"


def _record_changed(event: Event) -> str:
    """Each field with what it was and is; for persons the field alone."""
    said = []
    for name, *values in event.payload.get("changes") or ():
        label = str(Party._meta.get_field(name).verbose_name) if name in _PARTY_FIELDS else name  # type: ignore[union-attr]
        said.append(f"{label}: {values[0] or '–'} → {values[1] or '–'}" if len(values) == 2 else label)
    return "; ".join(said)


def _order_changed(event: Event) -> str:
    """``Order 1001: paid → shipped; NT$ 100 → NT$ 120``. Whose it was before is told by nobody's name."""
    labels = {
        "customer": gettext("another customer"),
        "shipped_at": gettext("shipped"),
        "delivered_at": pgettext("order", "delivered"),
        "promised_at": gettext("promised for another day"),
    }
    said = []
    for name, *values in event.payload.get("changes") or ():
        currency = str(event.payload.get("currency") or "")
        told = [show_money(value, currency) for value in values] if name == "amount" else values
        said.append(f"{told[0] or '–'} → {told[1] or '–'}" if len(told) == 2 else labels.get(name, name))
    return f"{event.payload.get('number', '')}: {'; '.join(said)}"


_PARTY_FIELDS: Final = frozenset(field.name for field in Party._meta.concrete_fields)
register(
    EntryKind("imports.post_changed", _("Position changed hands"), "record", "people", sentence=_post_changed),
    EntryKind("imports.record_changed", _("Changed by a later file"), "record", "edit", sentence=_record_changed),
    EntryKind("imports.order_changed", _("Order changed by a later file"), "trade", "edit", sentence=_order_changed),
    EntryKind(
        "imports.left_out",
        _("No longer in the file"),
        "record",
        "file",
        sentence=lambda event: str(event.payload.get("file") or ""),
    ),
    EntryKind("imports.entry", _("Entry from a file"), "other", "note", sentence=_said),
    EntryKind("imports.review", _("Review"), "service", contact=True, sentence=_scored),
)
_WORDS: Final = {
    "call": "phone", "phone": "phone", "telephone": "phone", "電話": "phone", "來電": "phone", "email": "email", "mail": "email", "郵件": "email", "note": "note",
    "notes": "note", "備註": "note", "visit": "visit", "meeting": "visit", "拜訪": "visit", "letter": "post", "review": "review", "評論": "review", "評價": "review",
}  # fmt: skip


def kind_for(word: str, *, scored: bool) -> str:
    """The kind of entry a word means: a registered key as it is, a word such as "call" by its meaning, else an entry from a file."""
    keys = {kind.key for kind in kinds()}
    if word in keys:
        return word
    meaning = _WORDS.get(re.sub(r"[\s_-]+", " ", text.fold(word)), "")
    if meaning == "review" or (scored and not meaning):
        return "imports.review"
    logged = {"phone": "channels.call_logged", "email": "channels.email_logged", "note": "channels.note_written"} | {
        "visit": "channels.visit_logged", "post": "channels.letter_logged"
    }  # fmt: skip
    return logged[meaning] if logged.get(meaning) in keys else "imports.entry"


def channel_for(kind: str) -> str:
    """The channel a kind of entry implies."""
    implied = {"call_logged": "phone", "email_logged": "email", "visit_logged": "visit", "letter_logged": "post"}
    return implied.get(kind.removeprefix("channels."), "")
