"""Background work of campaigns: carrying out, starting what is due, going on after a crash, ending, watching complaints."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django_tasks import task

from regulars.kit import clock
from regulars.marketing.campaigns import actions, queries, sending
from regulars.marketing.campaigns.models import BEFORE_START, Campaign, CampaignState

logger = logging.getLogger("regulars.campaigns")
LEFT_LYING: Final = timedelta(minutes=2)
"""After so long without a part done somebody else takes it up."""


@task()
def carry_out(campaign_id: int) -> None:
    """Decide about everybody in the audience of a started campaign, or go on with it."""
    try:
        sending.carry_out(campaign_id)
    except Exception:
        logger.exception("campaign %s broke off; it is taken up again", campaign_id)


def look_after() -> None:
    """What the worker does once a minute."""
    start_due()
    take_up_again()
    finish_over()
    watch_complaints()


def start_due() -> int:
    """Start what is scheduled for now; returns how many."""
    due = Campaign.objects.live().filter(state=CampaignState.SCHEDULED, starts_at__lte=clock.now())
    started = [pk for pk in due.order_by("starts_at").values_list("pk", flat=True) if actions.start_due(pk)]
    for pk in started:
        carry_out.enqueue(pk)
    return len(started)


def take_up_again() -> int:
    """Go on with campaigns whose process was killed, also where the clock of the machine went back meanwhile; returns how many."""
    now = clock.now()
    idle = Q(worked_at=None, started_at__lte=now - LEFT_LYING) | Q(worked_at__lte=now - LEFT_LYING)
    idle |= Q(started_at__gte=now + LEFT_LYING) | Q(worked_at__gte=now + LEFT_LYING)
    left = list(
        Campaign.objects.live().filter(idle, state=CampaignState.RUNNING, sent_at=None).values_list("pk", flat=True)
    )
    for pk in left:
        carry_out.enqueue(pk)
    return len(left)


def finish_over() -> int:
    """End what has been measured for as long as was declared; returns how many."""
    over = Campaign.objects.filter(ends_at__lte=clock.now(), experiment__ended_at=None).exclude(state__in=BEFORE_START)
    return sum(actions.finish(pk) for pk in over.values_list("pk", flat=True))


def watch_complaints() -> int:
    """Pause running campaigns about which too many complain; returns how many."""
    paused = 0
    for campaign in Campaign.objects.live().filter(state=CampaignState.RUNNING, by="email"):
        if queries.complaints(campaign).too_many:
            actions.pause(campaign=campaign, by=None, reason=actions.COMPLAINTS)
            paused += 1
    return paused
