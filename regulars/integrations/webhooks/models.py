"""Subscriptions, what waits to be told, and what was sent to whom."""

from __future__ import annotations

import secrets
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.kit import clock


def new_secret() -> str:
    """A secret to sign with."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def new_message_id() -> str:
    """The id by which a receiver knows a message that comes again."""
    return f"msg_{secrets.token_hex(12)}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions by their state."""

    def live(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)

    def active(self) -> Self:
        """Being told things now."""
        return self.filter(removed_at=None, paused_at=None, owner__is_active=True)


class Subscription(models.Model):
    """An address that is told what happens to the customers whom ``owner`` sees.

    ``kinds`` are kinds of timeline entry, ``*`` for a part: ``commerce.*``, ``*``. ``details`` adds subject, text and
    payload of the entry, which may be personal. After three days of failures it is paused with ``paused_reason``.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="webhooks", verbose_name=_("owner")
    )
    url = models.CharField(pgettext_lazy("web", "address"), max_length=500)
    kinds = models.JSONField(_("what is told"), default=list)
    secret = models.CharField(_("secret"), max_length=80, default=new_secret)
    details = models.BooleanField(_("with personal details"), default=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=255, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")

    def __str__(self) -> str:
        return self.url


class OutboxEntry(models.Model):
    """A timeline entry that has not been told yet; written by a trigger in the transaction of the entry."""

    event_id = models.BigIntegerField()

    class Meta:
        db_table = "webhooks_outbox"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class Delivery(models.Model):
    """One message to one subscription, tried until it is accepted. ``body`` is exactly what is signed and sent.

    ``message_id`` stays the same when it is sent again. ``due_at`` is when to try (again); while it is being sent,
    when to take it from a worker that died.
    """

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="deliveries", db_index=False)
    event_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=48)
    message_id = models.CharField(max_length=40, default=new_message_id)
    body = models.TextField()
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(null=True, default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    tried_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("delivery")
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["subscription", "-id"], name="delivery_of_subscription"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "event_id"], name="delivery_once_per_event"),
        ]
