"""What the inbox adds to the shell: its place, its shortcuts, what can be taken back, what the palette finds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.channels.inbox import actions, panels, queries  # noqa: F401 -- the panel of the customer page registers itself
from regulars.channels.inbox.models import CannedAnswer
from regulars.kit.errors import UserError
from regulars.staff.rules import require
from regulars.web import assets, palette, places, undo
from regulars.web.access import User
from regulars.web.palette import Action
from regulars.web.places import Place

places.register(
    Place(
        "inbox",
        gettext_lazy("Inbox"),
        icon="mail",
        url_name="inbox:inbox",
        order=13,
        chord="g n",
        rule="inbox.view",
        waiting=queries.waiting_for,
    )
)
palette.register_action(
    Action("canned-answers", gettext_lazy("Canned answers"), "inbox:answers", icon="note", rule="inbox.view")
)
assets.register(style="inbox/inbox.css", script="inbox/inbox.js")


def _read(told: str) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


@undo.handles("inbox.reply")
def _unsend(user: User, data: dict[str, Any]) -> str:
    require(user, "inbox.reply")
    entry = queries.entries_for(user).select_related("conversation").filter(pk=data.get("entry", 0)).first()
    if entry is None:
        raise UserError(_("This can no longer be undone here."))
    before = actions.Before(data["state"], _read(data["waiting"]), _read(data["closed"]), data["assignee"])
    actions.unsend(entry, by=user, before=before)
    return _("Taken back; your words are a draft again")


@undo.handles("inbox.stood")
def _put_back(user: User, data: dict[str, Any]) -> str:
    require(user, "inbox.reply")
    actions.put_back(data["stood"], by=user)
    return _("Undone: it stands as it stood")


@undo.handles("inbox.answer")
def _bring_back(user: User, data: dict[str, Any]) -> str:
    require(user, "inbox.answers")
    answer = CannedAnswer.objects.filter(pk=data.get("answer", 0)).first()
    if answer is None:
        raise UserError(_("This can no longer be undone here."))
    actions.bring_back(answer=answer, by=user)
    return _("It is in the list again")
