"""One-time links: an invitation, or a new password for somebody who forgot it. No mail is needed; the link is handed over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import audit, lockout, sealing
from regulars.staff.actions.people import set_password
from regulars.staff.actions.sessions import end_sessions_of
from regulars.staff.models import LinkPurpose, PasswordLink, Role, User

if TYPE_CHECKING:
    from django.http import HttpRequest

VALID_FOR: Final = {LinkPurpose.INVITE: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=24)}


@transaction.atomic
def make_link(*, user: User, purpose: LinkPurpose, by: User, request: HttpRequest | None = None) -> str:
    """Make a link's token and forget earlier ones of this user; the present password stays until the link is used.

    Returns:
        The token; it can be read only now.

    Raises:
        Forbidden: an administrator would gain an owner's access.
    """
    if user.role == Role.OWNER and by.role != Role.OWNER:
        raise Forbidden(_("Only an owner may do this to an owner."))
    now = clock.now()
    PasswordLink.objects.filter(user=user, used_at=None).delete()
    token = sealing.new_token()
    PasswordLink.objects.create(
        user=user, purpose=purpose, digest=sealing.digest(token, "link"), made_at=now, made_by=by,
        expires_at=now + VALID_FOR[purpose],
    )  # fmt: skip
    audit.record(
        "staff.link_made", by=by, object_type="user", object_id=user.pk, request=request, user=user.username,
        purpose=str(purpose),
    )  # fmt: skip
    return token


def link_of(token: str) -> PasswordLink | None:
    """The open link of a token; None when there is none, it was used or it has expired."""
    link = PasswordLink.objects.select_related("user").filter(digest=sealing.digest(token, "link")).first()
    return link if link is not None and link.is_open(clock.now()) else None


@transaction.atomic
def choose_password(*, token: str, password: str, request: HttpRequest | None = None) -> User:
    """Use a link: the password is set, the link is spent, every session of the user ends.

    Raises:
        UserError: the link leads nowhere any more, or the password is too weak.
    """
    locked = PasswordLink.objects.select_for_update().filter(digest=sealing.digest(token, "link")).first()
    if locked is None or not locked.is_open(clock.now()):
        raise UserError(_("This link has been used or has expired. Ask for a new one."))
    user = locked.user
    set_password(user=user, password=password)
    locked.used_at = clock.now()
    locked.save(update_fields=["used_at"])
    end_sessions_of(user=user, by=user, quiet=True)
    lockout.unlock(user.username)
    audit.record(
        "staff.password_chosen", by=user, object_type="user", object_id=user.pk, request=request, purpose=locked.purpose
    )
    return user
