"""On whose desk a conversation comes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.customers.models import Party
from regulars.staff.rules import can

if TYPE_CHECKING:
    from regulars.staff.models import Team, User


def whose_desk(party: Party | None) -> tuple[User | None, Team | None]:
    """The customer's owner, as long as they are here and answer mail, and the customer's team."""
    if party is None:
        return None, None
    owner = party.owner if party.owner is not None and can(party.owner, "inbox.reply") else None
    return owner, party.team
