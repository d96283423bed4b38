"""What the company sets for a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.models import Role, RoleSetting, User
from regulars.staff.rules import REACH, Reach

if TYPE_CHECKING:
    from django.http import HttpRequest


@transaction.atomic
def set_reach(*, role: str, reach: str, by: User | None, request: HttpRequest | None = None) -> None:
    """Let everybody of a role see this far, from the next request on; the product's own reach takes the setting away.

    Raises:
        UserError: there is no such role or reach, or the owner would see less than all.
    """
    if role not in Role.values or reach not in set(Reach):
        raise UserError(_("There is no such role or reach."))
    if role == Role.OWNER and reach != Reach.ALL:
        raise UserError(_("The owner sees everything."))
    held = RoleSetting.objects.select_for_update().filter(role=role).first()
    before = held.reach if held else str(REACH[role])
    if before == reach:
        return
    own = reach == REACH[role]
    if own:
        RoleSetting.objects.filter(role=role).delete()
    else:
        RoleSetting.objects.update_or_create(
            role=role, defaults={"reach": reach, "changed_at": clock.now(), "changed_by": by}
        )
    User.objects.filter(role=role).update(reach="" if own else reach)
    audit.record("staff.reach_changed", by=by, object_type="role", request=request, role=role, reach=[before, reach])
