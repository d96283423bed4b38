"""Shared views as examples of what a list can be narrowed to."""

from __future__ import annotations

from typing import Final

from regulars.web.models import SavedView

# Name, what follows the ? of the customer list.
_VIEWS: Final = (
    ("快要流失的大客戶", "stage=pre_divorce&sort=-at_stake&owner=&revenue_12m=20000.."),
    ("企業客戶", "kind=organisation&sort=-revenue_12m"),
    ("本月新客", "stage=welcome&sort=-since"),
    ("未結客訴", "complaint=1&sort=-revenue_12m"),
    ("旅展名單", "source=台北國際旅展&stage=recruit&sort=-created"),
)


def load_views(owner: int) -> int:
    """Write the views in the name of the user ``owner``; returns how many."""
    views = [
        SavedView(resource="customers", name=name, query=query, owner_id=owner, shared=True, pinned=number < 2)
        for number, (name, query) in enumerate(_VIEWS)
    ]
    return len(SavedView.objects.bulk_create(views))
