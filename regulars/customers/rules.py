"""Who may do what to which customers, where a capability alone does not decide."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.customers.models import Party
from regulars.web.access import User, can


def may_merge(user: User, parties: Iterable[Party]) -> bool:
    """Whether ``user`` may make one of these parties, all of which they see: their own, or any with the wider right."""
    if not can(user, "customers.merge"):
        return False
    return can(user, "customers.merge_any") or all(one.owner_id == user.pk for one in parties)
