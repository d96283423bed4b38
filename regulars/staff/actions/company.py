"""What the company calls itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from regulars.kit import clock, text
from regulars.staff import audit
from regulars.staff.models import CompanySetting, User
from regulars.staff.rules import require

if TYPE_CHECKING:
    from django.http import HttpRequest


@transaction.atomic
def name_company(*, name: str, by: User | None, request: HttpRequest | None = None) -> str:
    """Give the company its name; an empty one goes back to the start-up setting.

    Returns:
        The name set before, to go back to; empty where none was.

    Raises:
        Forbidden: ``by`` may not change settings.
    """
    if by is not None:
        require(by, "settings.manage")
    name = text.clean(name)[:80]
    held = CompanySetting.objects.select_for_update().first()
    before = held.name if held else ""
    if name == before:
        return before
    if name:
        CompanySetting.objects.update_or_create(
            pk=1, defaults={"name": name, "changed_at": clock.now(), "changed_by": by}
        )
    else:
        CompanySetting.objects.all().delete()
    audit.record("staff.company_named", by=by, object_type="company", request=request, name=[before, name])
    return before
