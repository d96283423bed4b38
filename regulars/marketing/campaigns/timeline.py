"""What campaigns write onto the timeline: who was chosen, and who was left alone on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.customers.models import Event
from regulars.customers.timeline import EntryKind, NewEvent, record_many, register
from regulars.marketing.campaigns.models import Campaign

CHOSEN = "campaigns.chosen"
LEFT_ALONE = "campaigns.left_alone"
SOURCE = "campaigns"


def _chosen(event: Event) -> str:
    return _("Chosen for the campaign “%(name)s”") % {"name": event.payload.get("name", "")}


def _left_alone(event: Event) -> str:
    return _("In the control group of the campaign “%(name)s”") % {"name": event.payload.get("name", "")}


def tell(campaign: Campaign, arms: Iterable[tuple[int, str]], *, at: datetime) -> None:
    """Write one entry for each of ``arms``: a customer with the variant they get, or with none; a repeat is passed over."""
    record_many(
        NewEvent(
            kind=CHOSEN if variant else LEFT_ALONE, customer_id=pk, party_id=pk, occurred_at=at, channel=campaign.channel,
            department="marketing", object_type="campaign", object_id=campaign.pk,
            payload={"name": campaign.name, "variant": variant}, source=SOURCE, source_key=f"{campaign.pk}:{pk}",
        )
        for pk, variant in arms
    )  # fmt: skip


register(
    EntryKind(CHOSEN, gettext_lazy("Chosen for a campaign"), "marketing", "target", sentence=_chosen),
    EntryKind(LEFT_ALONE, gettext_lazy("In a control group"), "marketing", "pause", sentence=_left_alone),
)
