"""What fulfilment adds to the customer page: what they asked for, and a way to note more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Party
from regulars.customers.panels import PagePanel, register, register_object
from regulars.marketing.fulfilment import queries
from regulars.marketing.fulfilment.models import FulfilmentList
from regulars.web.access import User


def _literature(party: Party, user: User) -> Mapping[str, Any] | None:
    found = queries.of_party(party)
    return {"requests": found} if found or queries.items().exists() else None


register(
    PagePanel("literature", _("Literature"), "fulfilment/panel.html", _literature, order=45, rule="fulfilment.view")
)
register_object("fulfilment_list", lambda pk: FulfilmentList(pk=pk).get_absolute_url())
