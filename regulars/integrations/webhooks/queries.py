"""Reading subscriptions and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from regulars.integrations.webhooks.models import Delivery, DeliveryState, Subscription
from regulars.staff.rules import can

if TYPE_CHECKING:
    from regulars.staff.models import User


def subscriptions_for(user: User | Any) -> QuerySet[Subscription]:
    """The subscriptions that ``user`` may manage, with how many deliveries wait and how many were given up."""
    rows = Subscription.objects.live().select_related("owner").order_by("pk")
    if not can(user, "settings.manage"):
        return rows.none()
    waiting = Count("deliveries", Q(deliveries__state=DeliveryState.WAITING))
    return rows.annotate(waiting=waiting, given_up=Count("deliveries", Q(deliveries__state=DeliveryState.GIVEN_UP)))


def deliveries_of(subscription: Subscription, *, before: int | None = None, size: int = 50) -> list[Delivery]:
    """The newest deliveries first."""
    rows = Delivery.objects.filter(subscription=subscription).order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[:size])
