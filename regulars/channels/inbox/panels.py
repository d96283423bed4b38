"""What the inbox adds to the customer page: their conversations; and where timeline entries lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.channels.inbox import queries
from regulars.channels.inbox.timeline import OBJECT
from regulars.customers.models import Party
from regulars.customers.panels import PagePanel, TodayPart, register, register_object, register_today
from regulars.web.access import User

SHOWN = 5


def _panel(party: Party, user: User) -> Mapping[str, Any] | None:
    found = list(queries.of_customer(user, party.pk)[:SHOWN])
    return {"conversations": found} if found else None


def _today(user: User) -> Mapping[str, Any] | None:
    """The conversations that wait for ``user``, longest first. Two queries at most."""
    found = list(queries.box(user, queries.MINE).select_related("party")[: SHOWN + 1])
    return {"conversations": found[:SHOWN], "more": len(found) > SHOWN} if found else None


register_today(
    TodayPart("conversations", _("Waiting for your answer"), "inbox/today.html", _today, order=10, rule="inbox.view")
)
register(PagePanel("conversations", _("Conversations"), "inbox/panel.html", _panel, order=15, rule="inbox.view"))
register_object(OBJECT, lambda pk: f"/inbox/{pk}/")
