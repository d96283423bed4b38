"""Writing the field history: what a record was before and after."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from regulars.customers.models import Batch, Revision

if TYPE_CHECKING:
    from regulars.staff.models import User


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: dates as ISO text, related records as their id."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.pk if isinstance(value, Model) else value


def revise(
    *,
    record: Model,
    before: dict[str, Any],
    after: dict[str, Any],
    by: User | None,
    party_id: int | None,
    batch: Batch | None = None,
) -> Revision | None:
    """Write the difference between ``before`` and ``after`` to the history; None when there is none."""
    changed = [name for name in after if plain(before.get(name)) != plain(after[name])]
    if not changed:
        return None
    return Revision.objects.create(
        table=record._meta.label_lower,
        object_id=record.pk,
        party_id=party_id,
        before={name: plain(before.get(name)) for name in changed},
        after={name: plain(after[name]) for name in changed},
        made_by=by,
        batch=batch,
    )


def attname_of(model: type[Model], name: str) -> str:
    """The column behind a field: ``product`` → ``product_id``."""
    return str(getattr(model._meta.get_field(name), "attname"))  # noqa: B009 -- the type stubs know fields without columns
