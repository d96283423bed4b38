"""Segments, who is and was in them, and whom a change has touched."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.customers.models import Party
from regulars.kit import clock

BY_RULE: Final = "rule"
BY_TIME: Final = "time"
BY_MANY: Final = "many"
"""Causes of a move besides the topics of marks: the rule was changed, days ran out, very much was changed at once."""


class SegmentQuerySet(models.QuerySet["Segment"]):
    """Segments by their state."""

    def live(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)


class Segment(models.Model):
    """A group of customers by rule.

    ``rule`` is a tree (``definition``). ``topics`` are the changes that may move somebody in or out, ``timed`` says whether
    time alone may. ``passed_at`` is up to when time has been accounted for. ``asked_at`` is set while all customers are to be
    looked at anew, ``asked_because`` says why; ``version`` counts changes of the rule. ``size`` is how many are in it.
    """

    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("what it is for"), max_length=255, blank=True)
    rule = models.JSONField(default=dict)
    topics = models.JSONField(default=list)
    timed = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    size = models.PositiveIntegerField(_("customers"), default=0)
    passed_at = models.DateTimeField(default=clock.now)
    asked_at = models.DateTimeField(null=True, blank=True, default=clock.now)
    asked_because = models.CharField(max_length=48, default=BY_RULE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at=None), name="segment_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the segment."""
        return f"/segments/{self.pk}/"

    @property
    def being_worked_out(self) -> bool:
        """Whether all customers are still to be looked at."""
        return self.asked_at is not None


class MemberQuerySet(models.QuerySet["Member"]):
    """Stays in segments."""

    def current(self) -> Self:
        """Whoever is in it now."""
        return self.filter(until=None)


class Member(models.Model):
    """``party`` was in ``segment`` from ``since`` until ``until`` (None: still). The causes are topics, or one of those above."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members", db_index=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="segments")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=48)
    left_cause = models.CharField(max_length=48, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a segment")
        indexes: ClassVar = [
            models.Index(fields=["segment", "-since"], name="member_by_entry"),
            models.Index(fields=["segment", "-until"], condition=Q(until__isnull=False), name="member_by_leaving"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "party"], condition=Q(until=None), name="member_once_at_a_time")
        ]


class Topic(models.Model):
    """A change that some segment depends on; what is not here leaves no marks."""

    topic = models.CharField(primary_key=True, max_length=48)

    class Meta:
        verbose_name = "topic of segments"


class Mark(models.Model):
    """Says that a change of ``topic`` touched a party; written by triggers in the transaction of the change."""

    party_id = models.BigIntegerField()
    topic = models.CharField(max_length=48)

    class Meta:
        verbose_name = "mark of segments"
