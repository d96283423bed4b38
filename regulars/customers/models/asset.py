"""What a customer owns of ours (assets) and what was agreed (contracts), with expiry."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party


class Asset(models.Model):
    """Something a customer owns and we may have to serve."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="assets")
    product = models.ForeignKey("catalogue.Product", models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=160)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    installed_on = models.DateField(_("since"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("asset")

    def __str__(self) -> str:
        return self.name


class Contract(models.Model):
    """An agreement with a beginning and an end; ``amount`` is minor units for the whole term."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="contracts")
    number = models.CharField(_("number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=160)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    terms = models.TextField(_("terms"), blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("contract")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="contract_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title
