"""Bulk acts that can be undone, and the history of fields."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class BatchKind(models.TextChoices):
    """What the bulk act was."""

    IMPORT = "import", _("Import")
    BULK_EDIT = "bulk_edit", _("Bulk edit")
    EDIT = "edit", _("Edit")
    TRASH = "trash", _("Move to trash")
    MERGE = "merge", _("Merge")


class Batch(models.Model):
    """One act on one or many records that is undone as one. Rows that it made carry its id as ``batch_id``."""

    kind = models.CharField(max_length=10, choices=BatchKind)
    title = models.CharField(max_length=255, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")


class Revision(models.Model):
    """One record before and after a change: the field history, apart from the timeline.

    ``before`` and ``after`` hold only the fields that differ. Foreign keys are loose on purpose: history outlives
    what it speaks of.
    """

    table = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    party_id = models.BigIntegerField(null=True, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="revisions")
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["table", "object_id", "-id"], name="revision_of_record"),
            models.Index(fields=["party_id", "-id"], name="revision_of_party"),
        ]
