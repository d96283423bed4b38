"""Carrying out a campaign: its audience is written down, then decided about in parts.

Each part is one transaction: permission, arm of the experiment, message (or ghost, or the reason why not), limits, timeline and
the recipient's fate. Whoever is killed in between has done a part or not; the next takes up whoever has no fate yet. Two at once
wait for each other at the campaign's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from regulars.channels.outbox import actions as outbox
from regulars.channels.outbox.actions import NewMessage
from regulars.customers.models import Channel
from regulars.customers.permission import pressure
from regulars.customers.permission.addresses import digest
from regulars.customers.permission.decisions import Decision, Reason
from regulars.customers.permission.queries import decide
from regulars.kit import clock
from regulars.marketing.campaigns import audience, handing, timeline
from regulars.marketing.campaigns.models import By, Campaign, CampaignState, Fate, Recipient, Variant
from regulars.marketing.effect import actions as effect
from regulars.marketing.effect.models import CONTROL

PART: Final = 2_000
"""Customers decided about in one transaction."""
SAME_ADDRESS: Final = "same_address"
_ASKED_AGAIN_WHEN_CALLED: Final = {Reason.CAPPED, Reason.QUIET_HOURS}


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of one customer: fate, reason and variant as in ``Recipient``; ``send_after`` where it has to wait."""

    party: int
    fate: str
    reason: str = ""
    variant: str = ""
    address: str = ""
    address_key: str = ""
    send_after: datetime | None = None


def carry_out(campaign_id: int, *, size: int = PART) -> int:
    """Decide about everybody who is not decided about; returns how many. May be called again at any time, by several."""
    gather(campaign_id)
    done = 0
    while part := take_part(campaign_id, size=size):
        done += part
    return done


@transaction.atomic
def gather(campaign_id: int) -> None:
    """Write the audience down, once."""
    campaign = _locked(campaign_id)
    if campaign is None or campaign.gathered_at is not None:
        return
    if campaign.segment is not None:
        audience.take(campaign, audience.of_segment(campaign.segment, campaign.owner), campaign.owner)
    campaign.audience = campaign.recipients.count()
    campaign.gathered_at = campaign.worked_at = clock.now()
    campaign.save(update_fields=["audience", "gathered_at", "worked_at"])


@transaction.atomic
def take_part(campaign_id: int, *, size: int = PART) -> int:
    """Decide about the next ``size`` customers; returns how many there were. The last part says that everything is decided."""
    campaign = _locked(campaign_id)
    if campaign is None:
        return 0
    now = clock.now()
    campaign.worked_at = now
    waiting = Recipient.objects.filter(campaign=campaign, fate=Fate.OPEN).order_by("party")
    parties = list(waiting.values_list("party_id", flat=True)[:size])
    if parties:
        pressure.hold_caps()
        decided = _decide(campaign, parties, now)
        _carry(campaign, decided, now)
        _write_down(campaign, decided)
    else:
        campaign.sent_at = now
    campaign.save(update_fields=["worked_at", "sent_at"])
    return len(parties)


def _locked(campaign_id: int) -> Campaign | None:
    """The campaign, held until the transaction ends; None unless it is running and not all is decided."""
    rows = Campaign.objects.live().filter(pk=campaign_id, state=CampaignState.RUNNING, sent_at=None)
    return rows.select_for_update(of=("self",)).select_related("segment", "owner", "experiment").first()


def _decide(campaign: Campaign, parties: Sequence[int], now: datetime) -> list[Decided]:
    """Permission first; whoever may be told is drawn into an arm, so that control and chosen are alike."""
    addresses = audience.addresses(parties, campaign.channel)
    keys = {pk: digest(campaign.channel, address) for pk, address in addresses.items()}
    told = decide(parties, channel=campaign.channel, purpose=campaign.purpose, at=now, addresses=addresses)
    refused = {pk: reason for pk, one in told.items() if (reason := _refusal(campaign, one))}
    refused |= dict.fromkeys(_doubled(campaign, [pk for pk in parties if pk not in refused], keys), SAME_ADDRESS)
    assert campaign.experiment is not None
    left = [pk for pk in parties if pk not in refused]
    arms = effect.assign_parties(campaign.experiment, left, at=now)
    decided = [
        Decided(pk, Fate.REFUSED, reason=reason, address=addresses.get(pk, "")) for pk, reason in refused.items()
    ]
    return decided + [
        _drawn(pk, arms[pk], address=addresses[pk], key=keys[pk], send_after=told[pk].until) for pk in left
    ]


def _drawn(party: int, arm: str | None, *, address: str, key: str, send_after: datetime | None) -> Decided:
    if arm is None:
        return Decided(party, Fate.HELD_OUT)
    if arm == CONTROL:
        return Decided(party, Fate.CONTROL, address=address, address_key=key)
    return Decided(party, Fate.CHOSEN, variant=arm, address=address, address_key=key, send_after=send_after)


def _refusal(campaign: Campaign, told: Decision) -> str:
    """Why it may not be said within the time that is left; empty where it may. Calls are asked about again when they are made."""
    if told.ok or (campaign.by == By.CALL and told.reason in _ASKED_AGAIN_WHEN_CALLED):
        return ""
    waits = campaign.by == By.EMAIL and told.until is not None
    if waits and (campaign.not_after is None or told.until is None or told.until < campaign.not_after):
        return ""
    return told.reason


def _doubled(campaign: Campaign, parties: Sequence[int], keys: Mapping[int, str]) -> list[int]:
    """Those whose address somebody else of the audience has who is told already. A household may get several letters."""
    if campaign.channel == Channel.POST:
        return []
    mine = {keys[pk] for pk in parties}
    told = Recipient.objects.filter(campaign=campaign, address_key__in=mine).exclude(address_key="")
    met, doubled = set(told.values_list("address_key", flat=True)), []
    for pk in parties:
        if keys[pk] in met:
            doubled.append(pk)
        met.add(keys[pk])
    return doubled


def _carry(campaign: Campaign, decided: Sequence[Decided], now: datetime) -> None:
    """Messages, ghosts and refusals; calls and letters to the rooms that make them; the timeline."""
    variants = {one.key: one for one in campaign.variants.select_related("content", "script", "item")}
    chosen = [one for one in decided if one.fate == Fate.CHOSEN]
    rows = [one for one in decided if one.fate in {Fate.REFUSED, Fate.CONTROL}]
    if campaign.by == By.EMAIL:
        rows += chosen
    else:
        for key, variant in variants.items():
            mine = [one.party for one in chosen if one.variant == key]
            handing.hand_over(campaign, variant, mine, alone=len(variants) == 1)
    outbox.put(_message(campaign, variants, one) for one in rows)
    timeline.tell(
        campaign, [(one.party, one.variant) for one in decided if one.fate in {Fate.CHOSEN, Fate.CONTROL}], at=now
    )


def _message(campaign: Campaign, variants: Mapping[str, Variant], one: Decided) -> NewMessage:
    return NewMessage(
        channel=campaign.channel, party_id=one.party, address=one.address, origin=campaign.origin, purpose=campaign.purpose,
        content_ref=variants[one.variant].ref if one.variant else "", send_after=one.send_after, not_after=campaign.not_after,
        ghost=one.fate == Fate.CONTROL, refused=one.reason, counted=True, variant=one.variant or (CONTROL if one.fate == Fate.CONTROL else ""),
    )  # fmt: skip


_FATE: Final = "UPDATE campaigns_recipient SET fate = %s, reason = %s, variant = %s, address_key = %s WHERE campaign_id = %s AND party_id = %s"


def _write_down(campaign: Campaign, decided: Sequence[Decided]) -> None:
    rows = [(str(one.fate), one.reason, one.variant, one.address_key, campaign.pk, one.party) for one in decided]
    with connection.cursor() as cursor:
        cursor.executemany(_FATE, rows)
