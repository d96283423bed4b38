"""The audit log: what must be accountable, written beside the act, in its transaction. Nobody can edit it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.staff.models import AuditEntry

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.models import User


def record(
    action: str,
    *,
    by: User | None,
    object_type: str = "",
    object_id: int | None = None,
    request: HttpRequest | None = None,
    **detail: Any,
) -> AuditEntry:
    """Append what was done.

    Args:
        action: ``area.past_participle``, e.g. ``customers.exported``.
        by: who did it; None for the system itself.
        request: where it came from, when it came over the network.
        detail: counts, ids, field names; never personal data of a customer.
    """
    return AuditEntry.objects.create(
        actor=by,
        actor_name=by.username if by else "",
        action=action,
        object_type=object_type,
        object_id=object_id,
        detail=detail,
        address=address_of(request) if request else None,
        by_token=getattr(request, "token_name", "") if request else "",
    )


def address_of(request: HttpRequest) -> str | None:
    """The caller's address as the server saw it."""
    return request.META.get("REMOTE_ADDR") or None
