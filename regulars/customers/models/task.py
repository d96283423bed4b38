"""What has to be done for a customer, and what was put off."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock


class TaskKind(models.TextChoices):
    """What sort of thing is to be done."""

    CALL = "call", _("Call")
    WRITE = "write", _("Write")
    VISIT = "visit", _("Visit")
    PROMISE = "promise", _("Promise")
    COMPLAINT = "complaint", _("Complaint")
    TODO = "todo", _("To do")


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks by their state."""

    def open(self) -> Self:
        """Neither done nor dropped."""
        return self.filter(done_at=None)

    def done(self) -> Self:
        """Done, by whoever."""
        return self.filter(done_at__isnull=False)


class Task(models.Model):
    """Something promised or planned for a party; done when ``done_at`` says so, by whom and with what outcome."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="tasks")
    kind = models.CharField(_("kind"), max_length=10, choices=TaskKind, default=TaskKind.TODO)
    title = models.CharField(_("what"), max_length=255)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("who")
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=255, blank=True)
    source = models.CharField(max_length=60, blank=True)
    source_key = models.CharField(max_length=160, null=True, blank=True)
    batch_id = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        indexes: ClassVar = [
            models.Index(fields=["assignee", "due_at"], condition=Q(done_at=None), name="task_open_by_assignee"),
            models.Index(fields=["party", "due_at"], condition=Q(done_at=None), name="task_open_by_party"),
            models.Index(fields=["due_at", "id"], condition=Q(done_at=None), name="task_open_by_due"),
            models.Index(fields=["done_at", "id"], condition=Q(done_at__isnull=False), name="task_done_by_time"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "source_key"], name="task_once_per_source"),
            models.CheckConstraint(condition=~Q(title=""), name="task_says_what"),
        ]

    def __str__(self) -> str:
        return self.title


class Snooze(models.Model):
    """Keeps a customer off Today until ``until``: "not now"."""

    party = models.ForeignKey(Party, models.CASCADE, related_name="snoozes")
    until = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["party", "until"], name="snooze_of_party")]
