"""Finding parties by what somebody on the phone might say: a name in any script, a number, an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from regulars.customers import search
from regulars.customers.models import Party

if TYPE_CHECKING:
    from regulars.staff.models import User


def find_parties(rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
    """``rows`` narrowed to those that ``typed`` may mean, in their own order.

    Names in any script and part, telephone numbers in any notation and by their last digits, mail addresses, numbers of
    other systems and of orders; with one slip where nothing is exactly so.
    """
    return search.narrowed(rows, typed)


def likeliest(user: User | Any, typed: str, limit: int = 20) -> list[tuple[Party, search.Hit]]:
    """The customers whom ``user`` sees that ``typed`` may mean, the likeliest first, with why. A fixed number of queries."""
    rows = Party.objects.visible_to(user).live()
    hits = search.find(rows, typed, limit)
    parties = Party.objects.select_related("summary", "owner").in_bulk(search.ids_of(hits))
    return [(parties[hit.party], hit) for hit in hits if hit.party in parties]
