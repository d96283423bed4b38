"""The outbox as a list: every message, where it stands and why, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.channels.outbox import contents
from regulars.channels.outbox.models import Message, MessageClass, MessageState
from regulars.channels.outbox.queries import find_messages, messages_for
from regulars.channels.outbox.words import REASONS, reason_of
from regulars.customers.choices import all_channels
from regulars.customers.filters import customer_filter
from regulars.customers.permission.decisions import Reason
from regulars.web import assets, palette
from regulars.web.access import User
from regulars.web.palette import Action
from regulars.web.resources import (
    Badge,
    Choice,
    Column,
    Empty,
    Filter,
    Link,
    Panel,
    Preset,
    Resource,
    Rows,
    each_of,
    register,
)  # fmt: skip

Tone = Literal["neutral", "accent", "good", "warn", "stake"]
_TONES: Final[dict[str, Tone]] = {
    MessageState.SENT: "good",
    MessageState.FAILED: "stake",
    MessageState.REFUSED: "warn",
    MessageState.UNCERTAIN: "warn",
}
_LONGEST_SHOWN: Final = 20_000


def _state(one: Any) -> Badge:
    if one.reason == "captured":
        return Badge(pgettext_lazy("message", "Kept here"))
    return Badge(one.get_state_display(), _TONES.get(one.state, "neutral"))


def _customer(one: Any) -> Link:
    return Link(one.party.name, one.party.get_absolute_url())


def _reasons(user: User) -> Sequence[Choice]:
    permission = [Choice(one.value, one.label) for one in Reason if one is not Reason.OK]
    return [*permission, *(Choice(code, words) for code, words in REASONS.items())]


def _because_of(rows: Rows, origin: str) -> Rows:
    return rows.filter(origin=origin)


def _panel(request: HttpRequest, message: Message) -> Panel:
    """Where it stands, what was heard of it, and its words; HTML in a frame that can do nothing. Three queries."""
    content = contents.of([message]).get(message.pk, contents.Content())
    context = {
        "message": message,
        "state": _state(message),
        "reason": reason_of(message.reason) if message.reason else "",
        "content": content,
        "text": content.text[:_LONGEST_SHOWN],
        "heard": message.events.order_by("at", "pk"),
        "nothing_leaves": not settings.SMTP_URL,
    }
    return Panel("channels/message.html", context, title=content.subject or message.party.name)


OUTBOX = register(
    Resource(
        key="outbox",
        label=_("Outbox"),
        one=pgettext_lazy("count", "message"),
        many=pgettext_lazy("count", "messages"),
        icon="letter",
        path="outbox/",
        rule="customers.view",
        queryset=messages_for,
        columns=(
            Column("customer", _("Customer"), _customer, "link", sort="party__fold", width="l", phone="primary"),
            Column("subject", _("Subject"), "body.subject", width="xl", phone="secondary", export=False),
            Column("state", pgettext_lazy("message", "State"), _state, "badge", sort="state", phone="secondary"),
            Column("reason", _("Reason"), lambda one: reason_of(one.reason) if one.reason else None, sort="reason", width="l"),
            Column("channel", _("Channel"), "get_channel_display", sort="channel"),
            Column("address", pgettext_lazy("message", "To"), "address", sort="address"),
            Column("class", pgettext_lazy("message", "Class"), "get_purpose_class_display", sort="purpose_class"),
            Column("made", _("Made"), "made_at", "datetime", sort="made_at"),
            Column("done", pgettext_lazy("message", "Settled"), "done_at", "datetime", sort="done_at"),
            Column("after", _("Not before"), "send_after", "datetime", sort="send_after", default=False),
            Column("until", _("Not after"), "not_after", "datetime", sort="not_after", default=False),
            Column("attempts", _("Tries"), "attempts", "number", sort="attempts", default=False),
            Column("origin", _("Because of"), "origin", sort="origin", default=False),
            Column("purpose", _("Purpose"), "purpose", sort="purpose", default=False),
        ),
        filters=(
            Filter("state", pgettext_lazy("message", "State"), "multi", field="state", choices=each_of(MessageState)),
            Filter("reason", _("Reason"), "choice", field="reason", choices=_reasons),
            Filter("channel", _("Channel"), "multi", field="channel", choices=all_channels),
            Filter("class", pgettext_lazy("message", "Class"), "choice", field="purpose_class", choices=each_of(MessageClass)),
            Filter("made", _("Made"), "date_range", field="made_at"),
            Filter("origin", _("Because of"), "text", apply=_because_of, hint=_("e.g. campaign:12")),
            customer_filter(),
        ),
        default_sort="-made",
        search=find_messages,
        panel=_panel,
        in_palette=False,
        export_rule="customers.export",
        presets=(
            Preset("waiting", pgettext_lazy("message", "Waiting"), "state=queued&state=attempting"),
            Preset("held", pgettext_lazy("message", "Held back"), "state=refused"),
            Preset("trouble", _("Failed or uncertain"), "state=failed&state=uncertain"),
        ),
        empty=Empty(_("Nothing was written to a customer yet. Every message will be listed here, with where it stands and why."), icon="letter"),
    )
)  # fmt: skip

palette.register_action(
    Action("outbox", _("Outbox"), "web:list-outbox", icon="letter", rule="customers.view", words=_("messages sent, waiting, held back"))
)  # fmt: skip
assets.register(style="channels/outbox.css")
