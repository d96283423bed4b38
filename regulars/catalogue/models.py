"""Products."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class Product(models.Model):
    """Something sellable. ``cost`` (minor units of ``currency``) is the present purchase cost, None when unknown."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    group = models.CharField(_("product group"), max_length=160, blank=True, db_index=True)
    price = models.BigIntegerField(_("price"), null=True, blank=True)
    cost = models.BigIntegerField(_("cost"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("product")

    def __str__(self) -> str:
        return self.name or self.code
