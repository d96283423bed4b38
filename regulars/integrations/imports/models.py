"""Import jobs and remembered mappings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.kit import clock


class ImportState(models.TextChoices):
    """Where an import stands."""

    LOOKED = "looked", _("To be mapped")
    PREVIEWING = "previewing", _("Being checked")
    PREVIEWED = "previewed", _("Ready to start")
    QUEUED = "queued", _("Waiting to start")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")
    UNDONE = "undone", _("Undone")


class ImportJob(models.Model):
    """One file on its way in.

    ``look`` is ``files.Look``, ``plan`` is ``plan.Plan``, ``preview`` and ``result`` are the figures of ``engine.tally``.
    ``checkpoint`` is moved in the transaction of each chunk; ``runner`` names the process that works on it
    (``host:pid:token``) and ``heartbeat_at`` when it last said so.
    """

    name = models.CharField(_("file"), max_length=255)
    size = models.BigIntegerField(_("size"), default=0)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    kind = models.CharField(_("contents"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.LOOKED, db_index=True)
    look = models.JSONField(default=dict)
    plan = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    checkpoint = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    stop = models.CharField(
        max_length=4, blank=True, choices=[("keep", _("Stop and keep")), ("undo", _("Stop and undo"))]
    )
    batch = models.ForeignKey("customers.Batch", models.PROTECT, null=True, blank=True, related_name="imports")
    runner = models.CharField(max_length=160, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("dropped"), default=clock.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("import")

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """Where its files are kept, readable by the owner only."""
        return Path(settings.HOME) / "files" / "imports" / str(self.pk)

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / "source"

    @property
    def rejects_path(self) -> Path:
        """The file of rejected rows; it exists when there are any."""
        return self.folder / "rejected.csv"

    @property
    def missing_path(self) -> Path:
        """Who of the source is no longer in a file that is the whole list; it exists when that was asked."""
        return self.folder / "missing.csv"

    @property
    def figures(self) -> dict[str, Any]:
        """The figures so far: of the result, else of the run, else of the preview."""
        return dict(self.result or self.checkpoint.get("tally") or self.preview or {})

    @property
    def share(self) -> int:
        """How much of the file has been read, in percent."""
        total = self.look.get("rows") or 0
        done = self.checkpoint.get("tally", {}).get("rows", 0)
        return min(int(100 * done // max(total, 1)), 100)


class ImportMapping(models.Model):
    """What the columns of files with this header meant last time. ``fingerprint`` is of the column names."""

    fingerprint = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=20)
    targets = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField(default=clock.now)
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
