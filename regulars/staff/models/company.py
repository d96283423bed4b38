"""The company that works here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock
from regulars.staff.models.people import User


class CompanySetting(models.Model):
    """What the company calls itself and what it costs to serve a customer; one row at most.

    Without a name the start-up setting holds (``REGULARS_COMPANY``). Costs are in minor units of ``cost_currency``; None: not known.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    cost_per_order = models.PositiveBigIntegerField(_("cost of an order"), null=True, blank=True)
    cost_per_contact = models.PositiveBigIntegerField(_("cost of a contact"), null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="company_setting_once")]

    def __str__(self) -> str:
        return self.name
