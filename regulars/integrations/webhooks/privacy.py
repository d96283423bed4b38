"""What deliveries keep of a person: the messages as they were sent, and what the receiver answered."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from regulars.customers.models import Event
from regulars.customers.privacy.registry import sweep
from regulars.integrations.webhooks.models import Delivery, DeliveryState


@sweep
def deliveries(party_ids: Sequence[int], _words: Sequence[str]) -> int:
    """Empty messages about the person; one that is still to be sent is given up."""
    events = Event.objects.filter(Q(customer__in=party_ids) | Q(party__in=party_ids)).values("pk")
    about = Delivery.objects.filter(event_id__in=events)
    about.filter(due_at__isnull=False).update(state=DeliveryState.GIVEN_UP, due_at=None)
    return about.exclude(body="").update(body="", answer="", error="")
