"""May we say this to them now: addresses that get nothing, texts agreed to, what waits for a yes, how much was sent, the company's rules."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models.consent import Consent
from regulars.customers.models.party import Party
from regulars.customers.models.reach import ContactPoint
from regulars.kit import clock


class SuppressionReason(models.TextChoices):
    """Why nothing goes there any more, from the lightest to the gravest."""

    UNSUBSCRIBE = "unsubscribe", pgettext_lazy("suppression", "Unsubscribed")
    MANUAL = "manual", pgettext_lazy("suppression", "Set by hand")
    HARD_BOUNCE = "hard_bounce", pgettext_lazy("suppression", "Address does not exist")
    COMPLAINT = "complaint", pgettext_lazy("suppression", "Reported as spam")
    LEGAL = "legal", pgettext_lazy("suppression", "Legal reasons")


class SuppressionScope(models.TextChoices):
    """What does not go there."""

    MARKETING = "marketing", pgettext_lazy("suppression", "Marketing")
    ALL = "all", pgettext_lazy("suppression", "Everything")


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Suppressions by whether they stand."""

    def standing(self) -> Self:
        """Not lifted."""
        return self.filter(lifted_at=None)


class Suppression(models.Model):
    """An address to which nothing of ``scope`` goes, by a keyed digest: it outlives the customer who is erased.

    ``party`` is whose address it was when that is known; the address alone decides. Lifting keeps the row.
    """

    channel = models.CharField(_("channel"), max_length=16)
    digest = models.CharField(max_length=64)
    scope = models.CharField(_("scope"), max_length=10, choices=SuppressionScope)
    reason = models.CharField(_("reason"), max_length=12, choices=SuppressionReason)
    source = models.CharField(_("source"), max_length=60, blank=True)
    at = models.DateTimeField(_("since"), default=clock.now)
    party = models.ForeignKey(Party, models.SET_NULL, null=True, blank=True, related_name="suppressions")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "digest", "scope"], condition=Q(lifted_at=None), name="suppression_once"
            ),
            models.CheckConstraint(condition=Q(scope__in=SuppressionScope.values), name="suppression_scope_known"),
            models.CheckConstraint(condition=Q(reason__in=SuppressionReason.values), name="suppression_reason_known"),
        ]


class ConsentText(models.Model):
    """The very words to which somebody said yes. Written once: other words are another ``version``."""

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    language = models.CharField(_("language"), max_length=10)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("text of consent")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "language", "version"], name="consent_text_version_once"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; what somebody agreed to is never changed.

        Raises:
            TypeError: it is already written.
        """
        if not self._state.adding:
            raise TypeError("a text of consent is written once: publish another version")
        super().save(*args, **kwargs)


class Confirmation(models.Model):
    """Double opt-in: the owner of ``contact_point`` was asked by a link, and says yes by opening it until ``expires_at``.

    Only the digest of the link's token is kept.
    """

    digest = models.CharField(max_length=64, unique=True)
    party = models.ForeignKey(Party, models.CASCADE, related_name="confirmations")
    contact_point = models.ForeignKey(ContactPoint, models.CASCADE, related_name="confirmations")
    channel = models.CharField(_("channel"), max_length=16)
    purpose = models.CharField(_("purpose"), max_length=24, default="marketing")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    consent = models.ForeignKey(Consent, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("confirmation")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="confirmation_expires_later"),
        ]


class Pressure(models.Model):
    """How many marketing messages ``party`` gets by ``channel`` on ``day`` (of the company), all campaigns together."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="pressure", db_index=False)
    channel = models.CharField(_("channel"), max_length=16)
    day = models.DateField(_("day"))
    n = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("messages of a day")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "day", "channel"], name="pressure_once_a_day"),
        ]


class ContactRules(models.Model):
    """When the company is silent and how much it says at most; one row at most, without one the product's own hold.

    Quiet hours are minutes of the day, from ``quiet_from`` until ``quiet_until`` (over midnight); equal: none. ``caps``
    lists ``{"channel": …, "most": n, "days": d}``; an empty channel means all together.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), default=21 * 60)
    quiet_until = models.PositiveSmallIntegerField(_("quiet until"), default=9 * 60)
    caps = models.JSONField(default=list)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("rules of contact")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="contact_rules_once"),
            models.CheckConstraint(
                condition=Q(quiet_from__lt=24 * 60, quiet_until__lt=24 * 60), name="contact_rules_in_a_day"
            ),
        ]
