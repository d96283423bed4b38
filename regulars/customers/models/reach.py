"""How a party is reached (contact points) and how other systems call it (identifiers)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock


class Channel(models.TextChoices):
    """Ways in which the company and a customer meet; the ``channel`` of an event."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    SMS = "sms", _("SMS")
    LINE = "line", _("LINE")
    CHAT = "chat", _("Web chat")
    WEB = "web", _("Web shop")
    STORE = "store", _("Store")
    PARTNER = "partner", _("Partner")
    FAX = "fax", _("Fax")
    POST = "post", _("Post")
    VISIT = "visit", _("Visit")
    SYSTEM = "system", _("System")
    OTHER = "other", _("Other")


class ContactPointKind(models.TextChoices):
    """What sort of address it is."""

    EMAIL = "email", _("E-mail")
    MOBILE = "mobile", _("Mobile")
    PHONE = "phone", _("Phone")
    FAX = "fax", _("Fax")
    LINE = "line", _("LINE")
    WEB = "web", _("Website")


class ContactPoint(models.Model):
    """An address of a party. ``raw`` as it was given, ``normalised`` for comparing: lower-case mail, E.164 phone.

    ``reversed_digits`` lets the last digits of a number be found by an index.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=8, choices=ContactPointKind)
    raw = models.CharField(_("as given"), max_length=254)
    normalised = models.CharField(max_length=254, db_index=True)
    reversed_digits = models.CharField(max_length=40, blank=True, db_index=True, editable=False)
    label = models.CharField(_("label"), max_length=40, blank=True)
    preferred = models.BooleanField(_("preferred"), default=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    ended_at = models.DateTimeField(_("no longer valid since"), null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("contact point")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["party", "kind", "normalised"], name="contact_point_once_per_party"),
            models.UniqueConstraint(
                fields=["party", "kind"], condition=Q(preferred=True), name="contact_point_one_preferred_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.raw


class Identifier(models.Model):
    """The number or name by which another system (ERP, till, web shop, tax office) knows the party."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="identifiers")
    system = models.CharField(_("system"), max_length=60)
    external_id = models.CharField(_("number there"), max_length=120)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("identifier")
        indexes: ClassVar = [
            models.Index(fields=["external_id"], opclasses=["varchar_pattern_ops"], name="identifier_by_number"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["system", "external_id"], name="identifier_once")]

    def __str__(self) -> str:
        return f"{self.system} {self.external_id}"
