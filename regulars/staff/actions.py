"""Making and changing users."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError
from regulars.staff.models import Role, Team, Territory, User


@transaction.atomic
def create_user(
    *,
    username: str,
    name: str,
    role: str,
    password: str,
    email: str = "",
    team: Team | None = None,
    territory: Territory | None = None,
    language: str = "",
) -> User:
    """Create somebody who can sign in.

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
        username=username,
        name=name or username,
        role=role,
        email=email,
        team=team,
        territory=territory,
        language=language,
    )
    set_password(user=user, password=password)
    return user


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
def create_territory(*, name: str, parent: Territory | None = None) -> Territory:
    """Create a territory below ``parent`` (or at the top) with its path."""
    territory = Territory.objects.create(name=name, parent=parent)
    territory.path = f"{parent.path if parent else '/'}{territory.pk}/"
    territory.save(update_fields=["path"])
    return territory
