"""How somebody signs in and from where: second factors, open sessions, failed tries, one-time links, company identities."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import clock
from regulars.staff.models.people import Role, User


class FactorKind(models.TextChoices):
    """What somebody proves besides the password."""

    TOTP = "totp", _("Code from an app")
    PASSKEY = "passkey", _("Passkey")


class Factor(models.Model):
    """One second factor of a user. A passkey signs in without a password too.

    ``secret`` is the sealed seed of an app, or the public key of a passkey. ``used_step`` is the last 30-second step
    whose code was accepted: a code is never accepted twice. ``sign_count`` is the passkey's own counter.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="factors")
    kind = models.CharField(_("kind"), max_length=8, choices=FactorKind)
    name = models.CharField(_("name"), max_length=80, blank=True)
    secret = models.TextField()
    credential_id = models.CharField(max_length=1400, null=True, blank=True, unique=True)
    sign_count = models.BigIntegerField(default=0)
    used_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(kind="totp"), name="factor_one_app_per_user"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())


class RecoveryCode(models.Model):
    """A code for the day the phone is lost; used once. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]


class SignInMethod(models.TextChoices):
    """How a session began."""

    PASSWORD = "password", pgettext_lazy("sign-in", "Password")
    TOTP = "totp", pgettext_lazy("sign-in", "Password and code")
    RECOVERY = "recovery", pgettext_lazy("sign-in", "Password and recovery code")
    PASSKEY = "passkey", pgettext_lazy("sign-in", "Passkey")
    COMPANY = "company", pgettext_lazy("sign-in", "Company sign-in")


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Sessions by their state."""

    def open(self) -> Self:
        """Neither ended nor expired."""
        return self.filter(ended_at=None, expires_at__gt=clock.now())


class SignIn(models.Model):
    """A session of a user on a device. Ending it deletes Django's own session, so the device is out at once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True, null=True, editable=False)
    method = models.CharField(_("how"), max_length=10, choices=SignInMethod, default=SignInMethod.PASSWORD)
    device = models.CharField(_("device"), max_length=255, blank=True)
    address = models.GenericIPAddressField(pgettext_lazy("address", "from"), null=True, blank=True)
    since = models.DateTimeField(_("since"), default=clock.now)
    seen_at = models.DateTimeField(_("last seen"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-seen_at"]
        indexes: ClassVar = [models.Index(fields=["user", "ended_at"], name="sign_in_of_user")]


class FailedTries(models.Model):
    """How often somebody tried in vain; ``until`` is when the next try is allowed. Shared by all processes.

    ``key`` is a keyed digest of what is counted (a name from an address, an address, the codes of a user). ``username``
    is the name as typed, so that an administrator can let it in again; it need not exist.
    """

    key = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=8)
    username = models.CharField(max_length=150, blank=True, db_index=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)


class LinkPurpose(models.TextChoices):
    """Why a one-time link was made."""

    INVITE = "invite", _("Invitation")
    RESET = "reset", _("New password")


class PasswordLink(models.Model):
    """A link that lets a user choose a password once, until ``expires_at``. Only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_links")
    purpose = models.CharField(max_length=8, choices=LinkPurpose)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="password_link_expires_later")
        ]

    def is_open(self, now: datetime) -> bool:
        """Whether it still leads anywhere."""
        return self.used_at is None and now < self.expires_at and self.user.is_active


class Identity(models.Model):
    """Who a user is at the company's own sign-in (OpenID Connect): issuer and subject."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]


class RoleSetting(models.Model):
    """What the company set for a role in the place of the product's own (``rules.REACH``, ``rules.CAPABILITIES``).

    ``reach`` is how far it sees, empty for the product's own. ``rights`` says, capability by capability, what the role
    may or may not; only what differs from the product's own is kept.
    """

    role = models.CharField(_("role"), max_length=20, choices=Role, primary_key=True)
    reach = models.CharField(_("sees"), max_length=10, blank=True)
    rights = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_setting_role_known"),
            models.CheckConstraint(
                condition=Q(reach__in=["", "own", "team", "territory", "all"]), name="role_setting_reach_known"
            ),
        ]
