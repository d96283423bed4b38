"""What the inbox adds to the customer page: their conversations; and where timeline entries lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.channels.inbox import queries
from regulars.channels.inbox.timeline import OBJECT
from regulars.customers.models import Party
from regulars.customers.panels import PagePanel, register, register_object
from regulars.web.access import User

SHOWN = 5


def _panel(party: Party, user: User) -> Mapping[str, Any] | None:
    found = list(queries.of_customer(user, party.pk)[:SHOWN])
    return {"conversations": found} if found else None


register(PagePanel("conversations", _("Conversations"), "inbox/panel.html", _panel, order=15, rule="inbox.view"))
register_object(OBJECT, lambda pk: f"/inbox/{pk}/")
