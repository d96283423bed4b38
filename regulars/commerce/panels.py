"""What trade adds to the customer page: what they buy; and where an order on the timeline is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars.commerce.queries import favourites
from regulars.customers.models import Party
from regulars.customers.panels import PagePanel, register, register_object
from regulars.web.access import User


def _favourites(party: Party, user: User) -> Mapping[str, Any] | None:
    found = favourites(party)
    if not found:
        return None
    return {
        "favourites": found,
        "currency": party.summary.currency,
        "orders_url": f"{reverse('web:list-orders')}?customer={party.pk}",
    }


def _order_url(pk: int) -> str:
    return f"{reverse('web:list-orders')}?open={pk}"


register(PagePanel("favourites", _("What they buy"), "commerce/favourites.html", _favourites, order=40))
register_object("order", _order_url)
