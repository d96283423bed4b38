"""A message to somebody, its words, and what is heard of it afterwards."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import Channel, Party
from regulars.kit import clock


class MessageClass(models.TextChoices):
    """Why a message may be sent at all, and what a crash in the middle of sending means for it."""

    MARKETING = "marketing", _("Marketing")
    TRANSACTIONAL = "transactional", pgettext_lazy("message", "Service")


class MessageState(models.TextChoices):
    """Where a message stands."""

    QUEUED = "queued", pgettext_lazy("message", "Waiting")
    ATTEMPTING = "attempting", pgettext_lazy("message", "Being sent")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", pgettext_lazy("message", "Failed")
    REFUSED = "refused", pgettext_lazy("message", "Held back")
    UNCERTAIN = "uncertain", pgettext_lazy("message", "Uncertain")
    GHOST = "ghost", pgettext_lazy("message", "Control group")


class Priority(models.IntegerChoices):
    """What goes first when much is due. Few and fixed: each is a range of the index by which messages are taken."""

    FIRST = 1, pgettext_lazy("priority", "First")
    USUAL = 5, pgettext_lazy("priority", "Usual")
    LAST = 9, pgettext_lazy("priority", "Last")


WAITING = (MessageState.QUEUED, MessageState.UNCERTAIN)
"""States from which a message may still be taken, as long as it has no ``done_at``."""


class Message(models.Model):
    """Something to be said to ``party`` once. ``done_at`` is set when nothing more will be tried.

    ``key`` makes it one: the same step of the same origin, for the same visit, party and channel, is the same message.
    ``state`` queued → attempting (written before the wire is touched) → sent, failed or uncertain; refused when it may not
    be said; ghost for a control group. A service message that became uncertain keeps ``done_at`` empty until it was tried
    again, a marketing message is done. ``lease_token`` names who holds it, ``lease_until`` for how long. ``variant`` is the arm
    of an experiment, ``counted_on`` the day on which it stands in the counters of contact (None: in none).
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    purpose = models.CharField(_("purpose"), max_length=24, default="marketing")
    purpose_class = models.CharField(pgettext_lazy("message", "class"), max_length=13, choices=MessageClass)
    party = models.ForeignKey(Party, models.CASCADE, related_name="messages", verbose_name=_("customer"))
    address = models.CharField(pgettext_lazy("message", "to"), max_length=254, blank=True)
    origin = models.CharField(pgettext_lazy("message", "because of"), max_length=60, blank=True)
    content_ref = models.CharField(max_length=120, blank=True)
    variant = models.CharField(max_length=24, blank=True, db_default="")
    counted_on = models.DateField(null=True, blank=True)
    state = models.CharField(pgettext_lazy("message", "state"), max_length=10, choices=MessageState)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    priority = models.SmallIntegerField(choices=Priority, default=Priority.USUAL)
    send_after = models.DateTimeField(default=clock.now)
    not_after = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    rfc_message_id = models.CharField(max_length=200, blank=True)
    provider_reply = models.CharField(_("answer of the mail server"), max_length=255, blank=True)
    made_at = models.DateTimeField(_("made"), default=clock.now, editable=False)
    attempted_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "priority", "send_after", "id"], name="message_due", condition=Q(done_at=None)
            ),
            models.Index(
                fields=["not_after"],
                name="message_expiring",
                condition=Q(done_at=None, not_after__isnull=False),
            ),
            models.Index(
                fields=["attempted_at"], name="message_on_the_wire", condition=Q(done_at=None, state="attempting")
            ),
            models.Index(fields=["origin", "state"], name="message_by_origin"),
            models.Index(fields=["made_at", "id"], name="message_newest"),
            models.Index(fields=["rfc_message_id"], name="message_by_rfc_id"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="message_done_or_not",
                condition=Q(done_at=None, state__in=["queued", "attempting", "uncertain"])
                | Q(done_at__isnull=False, state__in=["sent", "failed", "refused", "uncertain", "ghost"]),
            ),
            models.CheckConstraint(name="message_priority_known", condition=Q(priority__in=[1, 5, 9])),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class MessageBody(models.Model):
    """The words of a message, where they are not rendered at the moment of sending; ``headers`` are further mail headers."""

    message = models.OneToOneField(Message, models.CASCADE, primary_key=True, related_name="body")
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)


class MessageEventKind(models.TextChoices):
    """What may be heard of a message afterwards."""

    DELIVERED = "delivered", pgettext_lazy("message", "Delivered")
    BOUNCED = "bounced", pgettext_lazy("message", "Bounced")
    COMPLAINED = "complained", pgettext_lazy("message", "Complained about")
    OPENED = "opened", pgettext_lazy("message", "Opened")
    CLICKED = "clicked", pgettext_lazy("message", "Clicked")
    REPLIED = "replied", pgettext_lazy("message", "Answered")
    UNSUBSCRIBED = "unsubscribed", pgettext_lazy("message", "Unsubscribed")


class MessageEvent(models.Model):
    """Something heard of a message. ``source_key`` makes a report that comes twice one; ``by_machine`` marks scanners."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=MessageEventKind)
    at = models.DateTimeField(default=clock.now)
    by_machine = models.BooleanField(default=False)
    source_key = models.CharField(max_length=128, unique=True)
    detail = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["message", "at"], name="message_heard")]
