"""Consent per channel and purpose: append-only, with proof. The newest entry decides."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock


class ConsentState(models.TextChoices):
    """What the customer said."""

    GRANTED = "granted", _("Permitted")
    WITHDRAWN = "withdrawn", _("Refused")


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Words on consent: written once."""

    def update(self, **kwargs: Any) -> int:
        """Only re-pointing by merge.

        Raises:
            TypeError: another field is named.
        """
        if not set(kwargs) <= {"party", "party_id"}:
            raise TypeError("consent is append-only: record what they say now")
        return super().update(**kwargs)


class Consent(models.Model):
    """On ``given_at`` the party permitted or refused ``channel`` for ``purpose``; ``evidence`` says how we know, ``text`` to which words.

    The database itself refuses changes (migration ``privacy_guards``): only ``party`` may be re-pointed by a merge, what
    an import brought goes with that import, and the words of the proof go when the person is erased.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="consents")
    channel = models.CharField(_("channel"), max_length=16)
    purpose = models.CharField(_("purpose"), max_length=24, default="marketing")
    state = models.CharField(_("state"), max_length=10, choices=ConsentState)
    given_at = models.DateTimeField(_("since"))
    evidence = models.CharField(_("proof"), max_length=255, blank=True)
    source = models.CharField(_("source"), max_length=60, blank=True)
    text = models.ForeignKey("customers.ConsentText", models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        indexes: ClassVar = [
            models.Index(fields=["party", "channel", "purpose", "-given_at", "-id"], name="consent_newest")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; what was said is never changed.

        Raises:
            TypeError: it is already recorded.
        """
        if not self._state.adding:
            raise TypeError("consent is append-only: record what they say now")
        super().save(*args, **kwargs)
