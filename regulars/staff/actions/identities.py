"""Whom the company's own sign-in means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.errors import UserError
from regulars.staff import audit
from regulars.staff.actions.people import create_user
from regulars.staff.models import Identity, Role, User

if TYPE_CHECKING:
    from django.http import HttpRequest


@transaction.atomic
def user_of_company(
    *, issuer: str, subject: str, email: str, name: str, username: str, role: str, request: HttpRequest | None = None
) -> User:
    """The user whom the provider's ``issuer`` and ``subject`` mean.

    Known by an earlier sign-in; else the one active user with that e-mail address, who is linked; else, where a role
    for newcomers is set, somebody new in that role.

    Args:
        email: only when the provider has verified it, else empty.
        role: the role of newcomers; empty where they are refused.

    Raises:
        UserError: nobody is meant, or the access is closed.
    """
    known = Identity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    if known is not None:
        if not known.user.is_active:
            raise UserError(_("Your access here is closed. An administrator can open it again."))
        return known.user
    user = _by_email(email) or _newcomer(email, name, username, role, request)
    Identity.objects.create(user=user, issuer=issuer, subject=subject)
    audit.record(
        "staff.identity_linked", by=user, object_type="user", object_id=user.pk, request=request, user=user.username,
        issuer=issuer,
    )  # fmt: skip
    return user


def _by_email(email: str) -> User | None:
    if not email:
        return None
    matching = list(User.objects.filter(email__iexact=email, is_active=True)[:2])
    return matching[0] if len(matching) == 1 else None


def _newcomer(email: str, name: str, username: str, role: str, request: HttpRequest | None) -> User:
    taken = email and User.objects.filter(email__iexact=email).exists()
    if role not in Role.values or role == Role.OWNER or not username or taken:
        raise UserError(_("Nobody here is known by this sign-in. Ask an administrator to invite you."))
    return create_user(username=username, name=name or username, role=role, password=None, email=email, request=request)
