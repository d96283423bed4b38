"""Campaigns by call and by letter: the lists they hand over to whoever calls and posts, and holding these back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.customers.permission import pressure
from regulars.kit import clock
from regulars.marketing.call_lists import actions as call_lists
from regulars.marketing.call_lists import calling
from regulars.marketing.call_lists.models import CallList
from regulars.marketing.campaigns.models import By, Campaign, Variant
from regulars.marketing.fulfilment import actions as fulfilment
from regulars.marketing.fulfilment.models import Request, RequestState


def hand_over(campaign: Campaign, variant: Variant, parties: Sequence[int], *, alone: bool) -> None:
    """Put these customers on the list of ``variant``, the only one where it is ``alone``.

    Calls count towards the limits when somebody is reached, letters when they are put on the list.
    """
    if not parties:
        return
    origin, name = origin_of(campaign, variant), campaign.name if alone else f"{campaign.name} {variant}"
    if campaign.by == By.CALL:
        call_lists.make(
            origin=origin, name=name, script=variant.script, party_ids=parties, not_after=campaign.not_after, by=None,
            purpose=campaign.purpose,
        )  # fmt: skip
    elif variant.item is not None:
        fulfilment.make(origin=origin, name=name, item=variant.item, party_ids=parties, by=None)
        pressure.reserve(parties, channel=campaign.channel, at=campaign.gathered_at or clock.now())


def origin_of(campaign: Campaign, variant: Variant) -> str:
    """By what a list of a campaign is known."""
    return f"{campaign.origin}:{variant.key}"


def hold(campaign: Campaign) -> None:
    """Let nobody be called any more. What lies ready to be posted is not called back by a pause."""
    for call_list in _call_lists(campaign):
        call_list.not_after = clock.now()
        call_list.save(update_fields=["not_after"])
        calling.close_late(call_list)


def go_on(campaign: Campaign) -> None:
    """Let those be called again who were held."""
    for call_list in _call_lists(campaign):
        call_list.not_after = campaign.not_after
        call_list.save(update_fields=["not_after"])
        calling.reopen(call_list)


def withdraw(campaign: Campaign) -> None:
    """Hold back for good whoever was not called and what was not posted."""
    hold(campaign)
    if campaign.by == By.LETTER:
        origins = [origin_of(campaign, one) for one in campaign.variants.all()]
        waiting = Request.objects.filter(list__origin__in=origins, state=RequestState.OPEN)
        parties = list(waiting.values_list("party_id", flat=True))
        pressure.release(parties, channel=campaign.channel, at=campaign.gathered_at or clock.now())
        waiting.update(state=RequestState.WITHDRAWN, done_at=clock.now())


def _call_lists(campaign: Campaign) -> Iterator[CallList]:
    if campaign.by == By.CALL:
        origins = [origin_of(campaign, one) for one in campaign.variants.all()]
        yield from CallList.objects.live().filter(origin__in=origins)
