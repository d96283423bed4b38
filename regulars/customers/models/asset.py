"""What a customer owns of ours (assets) and what was agreed (contracts), with expiry."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party


class Asset(models.Model):
    """Something a customer owns and we may have to serve.

    ``quiet_until`` puts off the reminder of the end of its warranty, ``seen_to_on`` says that somebody saw to it.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="assets")
    product = models.ForeignKey("catalogue.Product", models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=160)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    installed_on = models.DateField(_("since"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    retired_on = models.DateField(_("out of use since"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)
    quiet_until = models.DateField(_("not now until"), null=True, blank=True, editable=False)
    seen_to_on = models.DateField(_("end seen to on"), null=True, blank=True, editable=False)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("asset")
        indexes: ClassVar = [
            models.Index(fields=["warranty_until", "id"], name="asset_by_end_of_warranty"),
            models.Index(fields=["serial"], condition=~Q(serial=""), name="asset_by_serial"),
            models.Index(fields=["serial"], opclasses=["varchar_pattern_ops"], name="asset_by_begin_of_serial"),
        ]

    def __str__(self) -> str:
        return self.name


LONGEST_NOTICE: Final = 180
"""Days before its end from which a contract may ask to be seen to, at the most."""


class ContractKind(models.TextChoices):
    """What was agreed."""

    SERVICE = "service", _("Service contract")
    WARRANTY = "warranty", _("Warranty")
    SUPPLY = "supply", _("Supply agreement")
    LEASE = "lease", _("Lease")
    MEMBERSHIP = "membership", _("Membership")
    OTHER = "other", _("Other")


class Contract(models.Model):
    """An agreement with a beginning and an end; ``amount`` is minor units for the whole term.

    What it entitles to: an answer within ``response_hours``, ``visits_included`` visits in the term, ``coverage`` in
    words. ``notice_days`` before ``ends_on`` it asks to be seen to, unless it was put off (``quiet_until``) or somebody
    did (``seen_to_on``); ``ended_on`` is an end before its time; ``follows`` is the term before this one.
    """

    party = models.ForeignKey(Party, models.CASCADE, related_name="contracts")
    kind = models.CharField(_("kind"), max_length=12, choices=ContractKind, default=ContractKind.OTHER)
    asset = models.ForeignKey(
        Asset, models.SET_NULL, null=True, blank=True, related_name="contracts", verbose_name=_("asset")
    )
    number = models.CharField(_("number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=160)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    terms = models.TextField(_("terms"), blank=True)
    coverage = models.CharField(_("covers"), max_length=255, blank=True)
    response_hours = models.PositiveIntegerField(_("answer within hours"), null=True, blank=True)
    visits_included = models.PositiveIntegerField(_("visits included"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("remind days before the end"), default=30)
    renews = models.BooleanField(_("renews by itself"), default=False)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_reason = models.CharField(_("reason of the end"), max_length=160, blank=True)
    follows = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", verbose_name=_("continues")
    )
    quiet_until = models.DateField(_("not now until"), null=True, blank=True, editable=False)
    seen_to_on = models.DateField(_("end seen to on"), null=True, blank=True, editable=False)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("contract")
        indexes: ClassVar = [
            models.Index(fields=["ends_on", "id"], name="contract_by_end"),
            models.Index(fields=["number"], opclasses=["varchar_pattern_ops"], name="contract_by_number"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="contract_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title
