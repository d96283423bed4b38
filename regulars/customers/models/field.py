"""Fields that a company defines for itself; their values live in ``Party.custom`` under the field's key."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class FieldKind(models.TextChoices):
    """What a custom field holds, and how it stands in ``Party.custom``."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One of a list")
    CHOICES = "choices", _("Several of a list")
    LINK = "link", _("Web address")


class FieldDefinitionQuerySet(models.QuerySet["FieldDefinition"]):
    """Definitions by their state."""

    def active(self) -> Self:
        """Not retired, in the order of the form."""
        return self.filter(retired_at=None).order_by("position", "id")


class FieldDefinition(models.Model):
    """One custom field. ``key`` never changes; a retired field keeps its values and is shown no more.

    ``label`` and ``label_zh`` are the two languages' names (an empty one falls back to the other); ``options`` is a
    list of ``{"value": …, "label": …, "label_zh": …}`` for the kinds of choice; ``applies_to`` lists kinds of party.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    label = models.CharField(_("name in English"), max_length=80, blank=True)
    label_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    help = models.CharField(_("explanation"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind, default=FieldKind.TEXT)
    options = models.JSONField(_("list of choices"), default=list, blank=True)
    applies_to = models.JSONField(_("for"), default=list, blank=True)
    required = models.BooleanField(_("required"), default=False)
    filterable = models.BooleanField(_("in filters and columns of lists"), default=True)
    personal = models.BooleanField(_("personal: erased with the person"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FieldDefinitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(label="") | ~Q(label_zh=""), name="field_has_a_label"),
            models.CheckConstraint(condition=Q(kind__in=FieldKind.values), name="field_kind_known"),
        ]

    def __str__(self) -> str:
        return self.label or self.label_zh
