"""Making and changing users, teams and territories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.errors import Forbidden, UserError
from regulars.staff import audit, lockout
from regulars.staff.actions.roles import set_for
from regulars.staff.actions.sessions import end_sessions_of
from regulars.staff.models import Role, Team, Territory, User

if TYPE_CHECKING:
    from django.http import HttpRequest

CHANGEABLE: Final = frozenset({"name", "email", "role", "team", "territory", "language"})
_LONGEST_PATH: Final = 255


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    role: str,
    password: str | None,
    email: str = "",
    team: Team | None = None,
    territory: Territory | None = None,
    language: str = "",
    by: User | None = None,
    request: HttpRequest | None = None,
) -> User:
    """Create somebody who can sign in; without a password only by a one-time link or the company's sign-in.

    Raises:
        UserError: the role is unknown, the sign-in name is taken, or the password is too weak.
    """
    username = username.strip()
    if not username or User.objects.filter(username__iexact=username).exists():
        raise UserError(_("The sign-in name “%(name)s” is empty or taken.") % {"name": username})
    if role not in Role.values:
        raise UserError(
            _("There is no role “%(role)s”; there are: %(roles)s.") % {"role": role, "roles": ", ".join(Role.values)}
        )
    user = User(
        username=username, name=name or username, role=role, email=email, team=team, territory=territory, language=language,
        **set_for(role),
    )  # fmt: skip
    if password is None:
        user.set_unusable_password()
        user.save()
    else:
        set_password(user=user, password=password)
    audit.record(
        "staff.user_created", by=by, object_type="user", object_id=user.pk, request=request, user=username, role=role
    )
    return user


def invite_user(
    *, username: str, name: str, role: str, by: User | None, request: HttpRequest | None = None, **facts: Any
) -> User:
    """Create somebody who chooses the password by the link of an invitation (``make_link``).

    Raises:
        UserError: as ``create_user``.
    """
    _refuse_raising_above_oneself(by, role)
    return create_user(username=username, name=name, role=role, password=None, by=by, request=request, **facts)


def set_password(*, user: User, password: str) -> None:
    """Give ``user`` a password and save.

    Raises:
        UserError: the password is too weak, with the reason.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UserError(" ".join(error.messages)) from error
    user.set_password(password)
    user.save()


@transaction.atomic
def change_password(*, user: User, old: str, new: str, keep: str | None, request: HttpRequest | None = None) -> None:
    """Let ``user`` choose another password; every session but ``keep`` (its key) ends.

    Raises:
        UserError: ``old`` is wrong, or ``new`` is too weak.
    """
    taken = lockout.take_code(user.pk, user.username)
    if not taken.allowed:
        raise UserError(_("Too many wrong tries. Please wait a little."))
    if not user.check_password(old):
        raise UserError(_("The present password is another."))
    lockout.give_back(taken)
    set_password(user=user, password=new)
    ended = end_sessions_of(user=user, by=user, keep=keep, quiet=True)
    audit.record(
        "staff.password_changed", by=user, object_type="user", object_id=user.pk, request=request, sessions_ended=ended
    )


@transaction.atomic
def change_user(
    *, user: User, changes: Mapping[str, Any], by: User | None, request: HttpRequest | None = None
) -> dict[str, list[Any]]:
    """Change name, e-mail, role, team or territory of ``user``.

    Returns:
        What differs now: per field what it was and what it is.

    Raises:
        UserError: a field or role is unknown, or the last owner would be gone.
        Forbidden: an administrator makes or changes an owner.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": ", ".join(sorted(unknown))})
    current = User.objects.select_for_update().get(pk=user.pk)
    before = {name: getattr(current, name) for name in changes}
    if "role" in changes and changes["role"] != current.role:
        _settle_role(current, changes["role"], by)
    for name, value in changes.items():
        setattr(current, name, value)
        setattr(user, name, value)
    user.reach, user.rights = current.reach, current.rights
    differs = {name: [_told(old), _told(changes[name])] for name, old in before.items() if old != changes[name]}
    if differs:
        current.save()
        action = "staff.role_changed" if "role" in differs else "staff.user_changed"
        audit.record(
            action, by=by, object_type="user", object_id=user.pk, request=request, user=current.username, **differs
        )
    return differs


def _told(value: Any) -> Any:
    return str(value) if value is not None else None


def _settle_role(user: User, role: str, by: User | None) -> None:
    if role not in Role.values:
        raise UserError(_("There is no such role."))
    _refuse_raising_above_oneself(by, role)
    _refuse_raising_above_oneself(by, user.role)
    if user.role == Role.OWNER:
        _keep_an_owner(user)
    held = set_for(role)
    user.reach, user.rights = held["reach"], held["rights"]


def _refuse_raising_above_oneself(by: User | None, role: str) -> None:
    """Only an owner makes, changes or closes an owner."""
    if role == Role.OWNER and by is not None and by.role != Role.OWNER:
        raise Forbidden(_("Only an owner may do this to an owner."))


def _keep_an_owner(user: User) -> None:
    others = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise UserError(_("Somebody has to own the system: make somebody else an owner first."))


@transaction.atomic
def deactivate_user(*, user: User, by: User | None, request: HttpRequest | None = None) -> None:
    """Close the door: ``user`` is out at once everywhere; name and history stay.

    Raises:
        UserError: it is oneself, or the last owner.
    """
    if by is not None and by.pk == user.pk:
        raise UserError(_("You cannot close your own access."))
    _refuse_raising_above_oneself(by, user.role)
    if user.role == Role.OWNER:
        _keep_an_owner(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    ended = end_sessions_of(user=user, by=by, quiet=True)
    audit.record(
        "staff.user_deactivated", by=by, object_type="user", object_id=user.pk, request=request, user=user.username,
        sessions_ended=ended,
    )  # fmt: skip


@transaction.atomic
def activate_user(*, user: User, by: User | None, request: HttpRequest | None = None) -> None:
    """Open the door again."""
    _refuse_raising_above_oneself(by, user.role)
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    audit.record(
        "staff.user_activated", by=by, object_type="user", object_id=user.pk, request=request, user=user.username
    )


@transaction.atomic
def unlock_user(*, user: User, by: User | None, request: HttpRequest | None = None) -> int:
    """Forget the wrong tries for this name, so that it may sign in at once."""
    forgotten = lockout.unlock(user.username)
    audit.record(
        "staff.lockout_lifted", by=by, object_type="user", object_id=user.pk, request=request, user=user.username
    )
    return forgotten


@transaction.atomic
def create_territory(
    *, name: str, parent: Territory | None = None, by: User | None = None, request: HttpRequest | None = None
) -> Territory:
    """Create a territory below ``parent`` (or at the top) with its path.

    Raises:
        UserError: the name is empty, or there are too many above it.
    """
    name = name.strip()
    if not name:
        raise UserError(_("Please give the territory a name."))
    territory = Territory.objects.create(name=name, parent=parent)
    territory.path = f"{parent.path if parent else '/'}{territory.pk}/"
    if len(territory.path) > _LONGEST_PATH:
        raise UserError(_("A territory cannot stand that deep below others."))
    territory.save(update_fields=["path"])
    audit.record(
        "staff.territory_created", by=by, object_type="territory", object_id=territory.pk, request=request, name=name
    )
    return territory


@transaction.atomic
def create_team(
    *, name: str, by: User | None, territory: Territory | None = None, request: HttpRequest | None = None
) -> Team:
    """Create a team.

    Raises:
        UserError: the name is empty or taken.
    """
    team = Team.objects.create(name=_free_name(name), territory=territory)
    audit.record("staff.team_created", by=by, object_type="team", object_id=team.pk, request=request, name=team.name)
    return team


@transaction.atomic
def change_team(
    *, team: Team, changes: Mapping[str, Any], by: User | None, request: HttpRequest | None = None
) -> dict[str, list[Any]]:
    """Change the name or the territory of ``team``.

    Returns:
        What differs now: per field what it was and what it is.

    Raises:
        UserError: a field is unknown, or the name is empty or taken.
    """
    if unknown := set(changes) - {"name", "territory"}:
        raise UserError(_("There is no field “%(name)s” to change.") % {"name": ", ".join(sorted(unknown))})
    current = Team.objects.select_for_update(of=("self",)).select_related("territory").get(pk=team.pk)
    wanted = {**changes, "name": _free_name(changes["name"], besides=current)} if "name" in changes else dict(changes)
    differs = {
        name: [_told(getattr(current, name)), _told(value)]
        for name, value in wanted.items()
        if getattr(current, name) != value
    }
    for name, value in wanted.items():
        setattr(current, name, value)
        setattr(team, name, value)
    if differs:
        current.save(update_fields=list(differs))
        audit.record("staff.team_changed", by=by, object_type="team", object_id=team.pk, request=request, **differs)
    return differs


def _free_name(name: str, besides: Team | None = None) -> str:
    name = name.strip()
    others = Team.objects.exclude(pk=besides.pk) if besides else Team.objects.all()
    if not name or others.filter(name__iexact=name).exists():
        raise UserError(_("The team name “%(name)s” is empty or taken.") % {"name": name})
    return name
