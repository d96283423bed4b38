"""What the law on personal data asks for: erasures carried out, and how long what is kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock


class Erasure(models.Model):
    """The person behind ``party`` was erased: facts and sums stay, who it was is gone. ``counts`` by table."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="erasure")
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("erasure")


class ErasedMark(models.Model):
    """A keyed digest of an address or number of somebody who was erased, so that a later file or form that brings it
    again is recognised. It cannot be turned back into the address. ``lifted_at``: they consented anew.
    """

    digest = models.CharField(max_length=64, unique=True)
    erasure = models.ForeignKey(Erasure, models.CASCADE, related_name="marks")
    lifted_at = models.DateTimeField(null=True, blank=True)


class Erasing(models.Model):
    """Parties whose personal words are being erased in this very transaction: empty outside of one.

    The triggers that guard the timeline and consent let words go (never facts) while the party stands here.
    """

    party_id = models.BigIntegerField(primary_key=True)

    class Meta:
        verbose_name = "erasing"


class RetentionAct(models.TextChoices):
    """What a rule does when the time is over."""

    ERASE_PERSON = "erase_person", _("Erase the person")
    ERASE_TEXT = "erase_text", _("Erase the text of entries")
    PURGE_TRASH = "purge_trash", _("Erase what lies in the trash")


class RetentionRule(models.Model):
    """After ``days`` without dealings (or in the trash, or since the entry), do ``act`` to parties of ``stages``.

    ``stages`` empty: whatever the stage. Carried out nightly while ``active``; each run is an audit entry.
    """

    act = models.CharField(_("what happens"), max_length=16, choices=RetentionAct)
    days = models.PositiveIntegerField(_("after days"))
    stages = models.JSONField(_("stages"), default=list, blank=True)
    active = models.BooleanField(_("active"), default=False)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    last_run_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("retention rule")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(days__gte=1), name="retention_days_positive")]
