"""Where tracked links lead, which clicks there were, and whether anything is tracked at all."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regulars.channels.outbox.models import MessageEvent
from regulars.kit import clock


class Link(models.Model):
    """A target that stands in messages. Only what is written here, or signed, is ever redirected to."""

    url = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("tracked link")

    def __str__(self) -> str:
        return self.url


class Click(models.Model):
    """Which link an event of kind *clicked* was about (None: one made for this recipient alone), and when it was settled.

    Until ``settled_at`` what follows may still show that it was a machine; then a person's click goes onto the timeline.
    """

    event = models.OneToOneField(MessageEvent, models.CASCADE, primary_key=True, related_name="click")
    link = models.ForeignKey(Link, models.PROTECT, null=True, blank=True, related_name="clicks")
    why = models.CharField(max_length=8, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("click")
        indexes: ClassVar = [models.Index(fields=["event"], condition=Q(settled_at=None), name="click_to_settle")]


class TrackingSetting(models.Model):
    """What is tracked; one row at most. ``only_agreed``: only of customers who said yes to it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    clicks = models.BooleanField(_("clicks"), default=True)
    opens = models.BooleanField(_("openings"), default=True)
    only_agreed = models.BooleanField(_("only of customers who agreed"), default=False)
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="tracking_setting_once")]
