"""Reading tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from regulars.integrations.api.models import Token
from regulars.staff.rules import can

if TYPE_CHECKING:
    from regulars.staff.models import User


def tokens_for(user: User | Any) -> QuerySet[Token]:
    """The tokens that ``user`` may see: one's own, all for administrators; the newest first."""
    rows = Token.objects.select_related("user", "created_by").order_by("-id")
    return rows if can(user, "staff.manage") else rows.filter(user=user.pk)
