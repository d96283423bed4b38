"""What the company sets for a role: how far it sees, what it may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import audit
from regulars.staff.models import Role, RoleSetting, User
from regulars.staff.rules import CAPABILITIES, EVERY, REACH, Reach, refusal, require

if TYPE_CHECKING:
    from django.http import HttpRequest

Rights = Mapping[str, Mapping[str, bool]]
"""Per role and capability, whether the role may."""


def set_for(role: str) -> dict[str, Any]:
    """What the company set for a role, as it stands on each of its users."""
    held = RoleSetting.objects.filter(role=role).first()
    return {"reach": held.reach, "rights": held.rights} if held else {"reach": "", "rights": {}}


@transaction.atomic
def set_reach(*, role: str, reach: str, by: User | None, request: HttpRequest | None = None) -> str:
    """Let everybody of a role see this far, from the next request on; the product's own reach takes the setting away.

    Returns:
        The reach before, to go back to.

    Raises:
        UserError: there is no such role or reach.
        Forbidden: it is the owner's, or one's own role.
    """
    if role not in Role.values or reach not in set(Reach):
        raise UserError(_("There is no such role or reach."))
    _allow(by, role, {"staff.manage"})
    held = _held(role)
    before = held.reach or str(REACH[role])
    if before != reach:
        held.reach = "" if reach == REACH[role] else reach
        _keep(held, by)
        audit.record(
            "staff.reach_changed", by=by, object_type="role", request=request, role=role, reach=[before, reach]
        )
    return before


@transaction.atomic
def set_rights(*, rights: Rights, by: User | None, request: HttpRequest | None = None) -> dict[str, dict[str, bool]]:
    """Let roles do what they could not do, or no longer do what they could, from the next request of their people on.

    Returns:
        What was before wherever something changed: calling again with it takes the change back.

    Raises:
        UserError: there is no such role or capability.
        Forbidden: it is the owner's, one's own role, or a right that one does not hold oneself (``rules.refusal``).
    """
    before = {role: _set_rights_of(role, given, by, request) for role, given in sorted(rights.items())}
    return {role: changed for role, changed in before.items() if changed}


def _set_rights_of(
    role: str, given: Mapping[str, bool], by: User | None, request: HttpRequest | None
) -> dict[str, bool]:
    if role not in Role.values or not set(given) <= EVERY:
        raise UserError(_("There is no such role or right."))
    _allow(by, role, given)
    held, own = _held(role), CAPABILITIES[role]
    now = {capability: held.rights.get(capability, capability in own) for capability in given}
    before = {capability: may for capability, may in now.items() if may != given[capability]}
    if not before:
        return {}
    differing = held.rights | {capability: given[capability] for capability in before}
    held.rights = {capability: may for capability, may in differing.items() if may != (capability in own)}
    _keep(held, by)
    audit.record(
        "staff.rights_changed", by=by, object_type="role", request=request, role=role,
        given=sorted(one for one in before if given[one]), withheld=sorted(one for one in before if not given[one]),
    )  # fmt: skip
    return before


def _allow(by: User | None, role: str, capabilities: Iterable[str]) -> None:
    if by is None:
        if role == Role.OWNER:
            raise Forbidden(_("The owner sees everything and may do everything."))
        return
    require(by, "staff.manage")
    for capability in capabilities:
        if said := refusal(by, role, capability):
            raise Forbidden(said)


def _held(role: str) -> RoleSetting:
    return RoleSetting.objects.select_for_update().filter(role=role).first() or RoleSetting(role=role)


def _keep(held: RoleSetting, by: User | None) -> None:
    """Write the setting, or take it away where it says no more than the product, and tell every user of the role."""
    if held.reach or held.rights:
        held.changed_at, held.changed_by = clock.now(), by
        held.save()
    else:
        RoleSetting.objects.filter(role=held.role).delete()
    User.objects.filter(role=held.role).update(reach=held.reach, rights=held.rights)
