"""THE timeline: everything that happened, append-only.

The model refuses to change or delete an entry, and so does a trigger in the database (migration
``event_append_only``), with two exceptions that leave the fact itself alone: ``customer`` may be re-pointed by a
merge, and ``retracted_in`` may be set once, when the batch that brought the entry is undone.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models.party import Party
from regulars.kit import clock

RETRACTABLE = frozenset({"customer", "customer_id", "retracted_in"})


class EventQuerySet(models.QuerySet["Event"]):
    """Entries; the order of reading is newest first."""

    def live(self) -> Self:
        """Not retracted and not superseded by a correction."""
        return self.filter(retracted_in=None, superseded_by=None)

    def newest_first(self) -> Self:
        """By when it happened, then by id: the key of paging."""
        return self.order_by("-occurred_at", "-id")

    def update(self, **kwargs: Any) -> int:
        """Only re-pointing by merge and retraction by undo.

        Raises:
            TypeError: another field is named.
        """
        if not set(kwargs) <= RETRACTABLE:
            raise TypeError("the timeline is append-only: record a correction instead")
        return super().update(**kwargs)

    def delete(self) -> NoReturn:
        """Refused: the timeline is append-only."""
        raise TypeError("the timeline is append-only: record a correction instead")


class Event(models.Model):
    """Something that happened with a customer.

    ``kind`` is ``<context>.<past participle>`` (registered in the context's timeline.py). ``customer`` is the party
    whose page shows it, ``party`` the person it happened with when another. ``amount`` is in minor units, returns
    negative. ``source`` + ``source_key`` are unique among live entries, so that every feed may be replayed.
    """

    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    customer = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="timeline", db_index=False)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=48)
    channel = models.CharField(max_length=16, blank=True)
    department = models.CharField(max_length=24, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    object_type = models.CharField(max_length=32, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    amount = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    quantity = models.FloatField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    source = models.CharField(max_length=60, blank=True)
    source_key = models.CharField(max_length=160, null=True, blank=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    batch_id = models.BigIntegerField(null=True, blank=True)
    retracted_in = models.BigIntegerField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        indexes: ClassVar = [
            models.Index(fields=["customer", "-occurred_at", "-id"], name="event_of_customer"),
            models.Index(fields=["kind", "-occurred_at", "-id"], name="event_of_kind"),
            models.Index(fields=["object_type", "object_id"], name="event_of_object"),
            models.Index(fields=["batch_id"], name="event_of_batch", condition=Q(batch_id__isnull=False)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=Q(retracted_in=None), name="event_once_per_source"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; an entry that exists is refused.

        Raises:
            TypeError: the entry is already recorded.
        """
        if not self._state.adding:
            raise TypeError("the timeline is append-only: record a correction instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: the timeline is append-only."""
        raise TypeError("the timeline is append-only: record a correction instead")


class EventBody(models.Model):
    """The personal text of an entry, apart so that it can be erased while the fact stays."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="body")
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
