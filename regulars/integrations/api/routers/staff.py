"""Users made, changed, closed and opened again by a program of the house, e.g. the system of human resources; what roles may do."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.http import Http404
from ninja import Router, Status

from regulars.integrations.api.identity import ApiRequest
from regulars.integrations.api.operations import needs
from regulars.integrations.api.records import one_of, referred
from regulars.integrations.api.schemas import Pk
from regulars.integrations.api.schemas.staff import RolePatch, UserIn, UserOut, UserPatch, UserRoleOut
from regulars.staff import actions
from regulars.staff.models import Role, Team, Territory, User
from regulars.staff.queries import RoleLine, roles
from regulars.staff.rules import EVERY

router = Router()
MANAGE = needs("users:write", "staff.manage")
_RELATED: Final[dict[str, Any]] = {"team": Team, "territory": Territory}


def user_of(pk: int) -> User:
    """The user ``pk``.

    Raises:
        Http404: there is none.
    """
    found: User = one_of(User.objects.select_related("team", "territory"), pk)
    return found


def _told(user: User) -> UserOut:
    return UserOut.model_validate(user, from_attributes=True)


def _facts(given: UserIn | UserPatch) -> dict[str, Any]:
    """What was said, with team and territory read; a name cannot be emptied."""
    facts = given.model_dump(exclude_unset=True)
    for name, model in _RELATED.items():
        if name in facts:
            facts[name] = referred(model.objects.all(), facts[name], name)
    return {name: value for name, value in facts.items() if value is not None or name in _RELATED}


@router.post("/users", response={201: UserOut}, **MANAGE)
def create_user(request: ApiRequest, given: UserIn) -> Any:
    """Make a user without a password: they come in by the company's sign-in, or by a link an administrator makes for them."""
    made = actions.invite_user(by=request.user, request=request, **_facts(given))
    return Status(201, _told(user_of(made.pk)))


@router.patch("/users/{id}", response=UserOut, **MANAGE)
def change_user(request: ApiRequest, id: Pk, given: UserPatch) -> Any:  # noqa: A002 -- the name in the address
    """Change name, e-mail, role, team, territory or language. A role sees as far as it is set to on the screen of roles."""
    user = user_of(id)
    if changes := _facts(given):
        actions.change_user(user=user, changes=changes, by=request.user, request=request)
    return _told(user_of(user.pk))


@router.post("/users/{id}/deactivate", response=UserOut, **MANAGE)
def deactivate_user(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Close the door: sessions and tokens are of no use from now on; name and history stay."""
    user = user_of(id)
    if user.is_active:
        actions.deactivate_user(user=user, by=request.user, request=request)
    return _told(user)


@router.post("/users/{id}/activate", response=UserOut, **MANAGE)
def activate_user(request: ApiRequest, id: Pk) -> Any:  # noqa: A002
    """Open the door again."""
    user = user_of(id)
    if not user.is_active:
        actions.activate_user(user=user, by=request.user, request=request)
    return _told(user)


def _line(one: RoleLine) -> UserRoleOut:
    rights = {capability: one.may(capability) for capability in sorted(EVERY)}
    return UserRoleOut(
        role=one.role, reach=one.reach, own_reach=one.own_reach, rights=rights, differing=sorted(one.rights), users=one.users
    )  # fmt: skip


@router.get("/roles", response=list[UserRoleOut], **MANAGE)
def list_roles(request: ApiRequest) -> Any:
    """How far each role sees and what it may do."""
    return [_line(one) for one in roles()]


@router.patch("/roles/{role}", response=UserRoleOut, **MANAGE)
def change_role(request: ApiRequest, role: str, given: RolePatch) -> Any:
    """Set how far a role sees and what it may do: never the owner's, nor that of one's own role, nor a right one lacks."""
    if role not in Role.values:
        raise Http404
    with transaction.atomic():
        if given.reach is not None:
            actions.set_reach(role=role, reach=given.reach, by=request.user, request=request)
        if given.rights:
            actions.set_rights(rights={role: given.rights}, by=request.user, request=request)
    return next(_line(one) for one in roles() if one.role == role)
