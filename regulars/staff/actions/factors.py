"""Second factors: adding, renaming, checking and dropping them. Whoever is asked here has been confirmed just before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit import clock, totp
from regulars.kit.errors import Forbidden, UserError
from regulars.staff import audit, sealing
from regulars.staff.actions.sessions import end_sessions_of
from regulars.staff.models import Factor, FactorKind, RecoveryCode, Role, User

if TYPE_CHECKING:
    from django.http import HttpRequest

    from regulars.staff.passkeys import NewPasskey

RECOVERY_CODES: Final = 10


@transaction.atomic
def add_app(*, user: User, seed: str, code: str, request: HttpRequest | None = None) -> list[str]:
    """Let an app that shows the right code for ``seed`` be the user's; an earlier app is replaced.

    Returns:
        The recovery codes, where the user had none that is unused; they can be read only now.

    Raises:
        UserError: the code is not the one that the app should show.
    """
    step = totp.matching_step(seed, tidy(code), clock.now().timestamp())
    if step is None:
        raise UserError(_("This is not the code of this key. Is the clock of the phone right?"))
    Factor.objects.filter(user=user, kind=FactorKind.TOTP).delete()
    Factor.objects.create(user=user, kind=FactorKind.TOTP, secret=sealing.seal(seed), used_step=step)
    audit.record("staff.factor_added", by=user, object_type="user", object_id=user.pk, request=request, kind="totp")
    return _codes_if_none(user, request)


@transaction.atomic
def add_passkey(*, user: User, passkey: NewPasskey, name: str, request: HttpRequest | None = None) -> list[str]:
    """Keep the public key of a passkey that has just proven itself.

    Returns:
        The recovery codes, as ``add_app``.

    Raises:
        UserError: it is known already.
    """
    if Factor.objects.filter(credential_id=passkey.credential_id).exists():
        raise UserError(_("This passkey is known already."))
    Factor.objects.create(
        user=user, kind=FactorKind.PASSKEY, name=name.strip()[:80] or _("Passkey"), secret=passkey.public_key,
        credential_id=passkey.credential_id, sign_count=passkey.sign_count,
    )  # fmt: skip
    audit.record("staff.factor_added", by=user, object_type="user", object_id=user.pk, request=request, kind="passkey")
    return _codes_if_none(user, request)


def _codes_if_none(user: User, request: HttpRequest | None) -> list[str]:
    if user.recovery_codes.filter(used_at=None).exists():
        return []
    return new_recovery_codes(user=user, request=request)


@transaction.atomic
def new_recovery_codes(*, user: User, request: HttpRequest | None = None) -> list[str]:
    """Make ten codes in the place of those there were; they can be read only now."""
    codes = [sealing.new_recovery_code() for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    audit.record("staff.recovery_codes_made", by=user, object_type="user", object_id=user.pk, request=request)
    return codes


def _digest(user: User, code: str) -> str:
    return sealing.digest(f"{user.pk}\0{code}", "recovery")


def tidy(typed: str) -> str:
    """A code as it is compared: without the blanks and dashes people type."""
    return "".join(typed.split()).replace("-", "").lower()


@transaction.atomic
def use_code(*, user: User, typed: str) -> str:
    """Use a code of the app or a recovery code of ``user``, once.

    Returns:
        ``"totp"`` or ``"recovery"``; empty when it is neither.
    """
    code = tidy(typed)
    if len(code) == totp.DIGITS and code.isdecimal():
        return "totp" if _use_app_code(user, code) else ""
    used = RecoveryCode.objects.filter(user=user, digest=_digest(user, f"{code[:5]}-{code[5:]}"), used_at=None).update(
        used_at=clock.now()
    )
    return "recovery" if used else ""


def _use_app_code(user: User, code: str) -> bool:
    factor = Factor.objects.select_for_update().filter(user=user, kind=FactorKind.TOTP).first()
    seed = sealing.unseal(factor.secret) if factor else None
    if factor is None or seed is None:
        return False
    now = clock.now()
    step = totp.matching_step(seed, code, now.timestamp(), after=factor.used_step)
    if step is None:
        return False
    factor.used_step, factor.used_at = step, now
    factor.save(update_fields=["used_step", "used_at"])
    return True


def rename_factor(*, factor: Factor, name: str, request: HttpRequest | None = None) -> None:
    """Call a passkey something else."""
    Factor.objects.filter(pk=factor.pk).update(name=name.strip()[:80])


@transaction.atomic
def drop_factor(*, factor: Factor, by: User, required: bool, request: HttpRequest | None = None) -> None:
    """Remove one's own factor; with the last one the recovery codes go too.

    Raises:
        UserError: the role must have a second factor, and this is the last.
    """
    others = Factor.objects.select_for_update().filter(user=factor.user_id).exclude(pk=factor.pk)
    if not others.exists():
        if required:
            raise UserError(_("Your role needs a second factor: add another before this one goes."))
        RecoveryCode.objects.filter(user=factor.user_id).delete()
    kind = factor.kind
    factor.delete()
    audit.record("staff.factor_removed", by=by, object_type="user", object_id=by.pk, request=request, kind=kind)


@transaction.atomic
def drop_factors_of(*, user: User, by: User | None, request: HttpRequest | None = None) -> int:
    """Remove all factors of somebody who lost them; every session of theirs ends.

    Raises:
        Forbidden: an administrator would weaken an owner's access.
    """
    if user.role == Role.OWNER and by is not None and by.role != Role.OWNER:
        raise Forbidden(_("Only an owner may do this to an owner."))
    dropped = Factor.objects.filter(user=user).delete()[0]
    RecoveryCode.objects.filter(user=user).delete()
    end_sessions_of(user=user, by=by, quiet=True)
    audit.record(
        "staff.factors_reset", by=by, object_type="user", object_id=user.pk, request=request, user=user.username,
        count=dropped,
    )  # fmt: skip
    return dropped
