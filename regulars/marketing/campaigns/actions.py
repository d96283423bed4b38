"""Making, changing, scheduling, starting, pausing and stopping campaigns. ``sending`` carries out what was started."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.channels.outbox import actions as outbox
from regulars.kit import clock, text
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.campaigns import audience, handing, plan
from regulars.marketing.campaigns.models import (
    BEFORE_START,
    UNDER_WAY,
    By,
    Campaign,
    CampaignCost,
    CampaignState,
    Fate,
    Variant,
)
from regulars.marketing.campaigns.plan import KEYS, Cost, Plan, Said
from regulars.marketing.content import actions as contents
from regulars.marketing.effect import actions as effect
from regulars.staff import audit
from regulars.staff.rules import require
from regulars.web.resources import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.staff.models import User

SPOKEN_FOR: Final = timedelta(days=7)
"""Nothing is said later than this after the start, where the campaign does not say otherwise."""
PAUSE: Final = timedelta(days=3_650)
STOPPED, PAUSED, COMPLAINTS, LATE, RESTORED, UNREADY = "stopped", "paused", "complaints", "late", "restored", "unready"
"""Reasons for a campaign not to go on; the first two are those of its messages too."""
_PLAIN: Final = (
    "measure", "by", "control_share", "unit", "offer_cost", "contact_cost", "budget", "starts_at", "not_after", "days",
)  # fmt: skip
_WORDS: Final = {"goal": 255, "offer_en": 255, "offer_zh": 255, "offer_url": 300, "offer_code": 40}


@transaction.atomic
def make_campaign(*, told: Plan, by: User, customers: Rows | None = None, list_words: str = "") -> Campaign:
    """Make a draft.

    Args:
        customers: the audience where it is no segment: those of these rows whom ``by`` sees, as they are now.
        list_words: how that list was narrowed, for people.

    Raises:
        Forbidden: the role does not allow it.
        UserError: the plan makes no sense.
    """
    require(by, "campaigns.edit")
    plan.check(told)
    made = Campaign(owner=by, currency=settings.CURRENCY, list_words=list_words[:500])
    _declare(made, told)
    made.save()
    _say(made, told.said)
    _cost(made, told.costs)
    if told.segment is None and customers is not None:
        made.audience = audience.take(made, customers, by)
        made.save(update_fields=["audience"])
    audit.record("campaigns.made", by=by, object_type="campaign", object_id=made.pk, name=made.name)
    return made


@transaction.atomic
def change_campaign(*, campaign: Campaign, told: Plan, by: User) -> Campaign:
    """Change a draft; a scheduled campaign becomes a draft again. A list that was taken stays while no segment is chosen.

    Raises:
        Conflict: it was started.
        Forbidden, UserError: as ``make_campaign``.
    """
    require(by, "campaigns.edit")
    plan.check(told)
    locked = _before_start(campaign)
    _declare(locked, told)
    locked.state, locked.reason = CampaignState.DRAFT, ""
    if told.segment is not None:
        locked.recipients.all().delete()
        locked.audience, locked.list_words = 0, ""
    locked.save()
    locked.variants.all().delete()
    _say(locked, told.said)
    locked.costs.all().delete()
    _cost(locked, told.costs)
    audit.record("campaigns.changed", by=by, object_type="campaign", object_id=locked.pk)
    return locked


def _declare(campaign: Campaign, told: Plan) -> None:
    for name in _PLAIN:
        setattr(campaign, name, getattr(told, name))
    for name in _WORDS:
        setattr(campaign, name, text.clean(getattr(told, name))[: _WORDS[name]])
    campaign.name, campaign.segment = text.clean(told.name)[:120], told.segment
    campaign.purpose, campaign.changed_at = plan.purpose(told.said), clock.now()


def _say(campaign: Campaign, said: Sequence[Said]) -> None:
    column = {By.EMAIL: "content", By.CALL: "script", By.LETTER: "item"}[By(campaign.by)]
    Variant.objects.bulk_create(
        Variant(campaign=campaign, key=key, **{column: one}) for key, one in zip(KEYS, said, strict=False)
    )


def _cost(campaign: Campaign, costs: Sequence[Cost]) -> None:
    CampaignCost.objects.bulk_create(
        CampaignCost(campaign=campaign, name=text.clean(one.name)[:120], planned=one.planned, actual=one.actual)
        for one in costs
    )


def _before_start(campaign: Campaign) -> Campaign:
    locked = Campaign.objects.live().select_for_update().get(pk=campaign.pk)
    if not locked.is_before_start:
        raise Conflict(_("This campaign was started; what was declared does not change any more."))
    return locked


@transaction.atomic
def set_costs(*, campaign: Campaign, costs: Sequence[Cost], by: User) -> None:
    """Say what it cost besides offers and messages; bills may come long after the end.

    Raises:
        Forbidden, UserError: as ``make_campaign``.
    """
    require(by, "campaigns.edit")
    plan.check(Plan(name=campaign.name, costs=tuple(costs)))
    campaign.costs.all().delete()
    _cost(campaign, costs)
    audit.record("campaigns.costs_set", by=by, object_type="campaign", object_id=campaign.pk, lines=len(costs))


@transaction.atomic
def remove_campaign(*, campaign: Campaign, by: User) -> None:
    """Take a campaign that was not started away.

    Raises:
        Conflict: it was started. Forbidden: the role does not allow it.
    """
    require(by, "campaigns.edit")
    locked = _before_start(campaign)
    locked.state, locked.removed_at = CampaignState.DRAFT, clock.now()
    locked.save(update_fields=["state", "removed_at"])
    audit.record("campaigns.removed", by=by, object_type="campaign", object_id=locked.pk, name=locked.name)


@transaction.atomic
def bring_back(*, campaign: Campaign, by: User) -> None:
    """Undo a removal.

    Raises:
        Forbidden: the role does not allow it.
    """
    require(by, "campaigns.edit")
    if Campaign.objects.filter(pk=campaign.pk, removed_at__isnull=False).update(removed_at=None):
        audit.record("campaigns.brought_back", by=by, object_type="campaign", object_id=campaign.pk)


@transaction.atomic
def schedule(*, campaign: Campaign, by: User) -> Campaign:
    """Let it start by itself at ``starts_at``; its words are published now.

    Raises:
        UserError: it has no start in the future, nobody to tell or nothing to say.
        Conflict, Forbidden: as ``change_campaign``.
    """
    require(by, "campaigns.edit")
    locked = _before_start(campaign)
    if locked.starts_at is None or locked.starts_at <= clock.now():
        raise UserError(_("Please choose a start that lies ahead, or start it now."))
    _check_start(locked)
    _publish(locked, by)
    locked.state, locked.reason = CampaignState.SCHEDULED, ""
    locked.save(update_fields=["state", "reason"])
    audit.record("campaigns.scheduled", by=by, object_type="campaign", object_id=locked.pk)
    return locked


@transaction.atomic
def unschedule(*, campaign: Campaign, by: User) -> Campaign:
    """Make a draft of a scheduled campaign again.

    Raises:
        Conflict, Forbidden: as ``change_campaign``.
    """
    require(by, "campaigns.edit")
    locked = _before_start(campaign)
    locked.state = CampaignState.DRAFT
    locked.save(update_fields=["state"])
    audit.record("campaigns.unscheduled", by=by, object_type="campaign", object_id=locked.pk)
    return locked


@transaction.atomic
def start(*, campaign: Campaign, by: User) -> Campaign:
    """Begin now; ``tasks.carry_out`` does it.

    Raises:
        UserError: nobody is in the audience, nothing is to be said, or it is too late.
        Conflict: it was started already. Forbidden: the role does not allow it.
    """
    require(by, "campaigns.edit")
    locked = _before_start(campaign)
    _check_start(locked)
    _begin(locked, by)
    return locked


@transaction.atomic
def start_due(campaign_id: int) -> bool:
    """Start a scheduled campaign whose time has come; of several who try at once, one does.

    One that comes too late (after an outage, a restored backup) is stopped instead, as is one that cannot start.

    Returns:
        Whether it was started by this call.
    """
    now = clock.now()
    due = Campaign.objects.live().filter(pk=campaign_id, state=CampaignState.SCHEDULED, starts_at__lte=now)
    if not due.update(changed_at=now):  # takes the row's lock: whoever waited for it finds it started
        return False
    campaign = due.select_related("owner").get()
    if campaign.not_after is not None and campaign.not_after <= now:
        return _give_up(campaign, LATE)
    try:
        with transaction.atomic():
            _check_start(campaign)
            _begin(campaign, campaign.owner)
    except UserError:
        return _give_up(campaign, UNREADY)
    return True


def _give_up(campaign: Campaign, reason: str) -> bool:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.STOPPED, reason=reason, finished_at=clock.now())
    audit.record("campaigns.stopped", by=None, object_type="campaign", object_id=campaign.pk, reason=reason)
    return False


def _check_start(campaign: Campaign) -> None:
    said = [one.said for one in campaign.variants.select_related("content", "script", "item")]
    plan.check_start(
        has_audience=audience.of(campaign).exists(),
        said=[one for one in said if one is not None and one.removed_at is None],
        not_after=campaign.not_after,
    )


def _publish(campaign: Campaign, by: User | None) -> None:
    """What is said from now on no longer changes with its draft."""
    for variant in campaign.variants.select_related("content"):
        if variant.content is not None:
            variant.ref = contents.publish(variant.content, by=by).ref
            variant.save(update_fields=["ref"])


def _begin(campaign: Campaign, by: User | None) -> None:
    now = clock.now()
    if campaign.state != CampaignState.SCHEDULED:
        _publish(campaign, by)
    campaign.state, campaign.reason, campaign.started_at = CampaignState.RUNNING, "", now
    campaign.ends_at = now + timedelta(days=campaign.days)
    campaign.not_after = campaign.not_after or now + SPOKEN_FOR
    meant = audience.of(campaign)
    campaign.experiment = effect.declare(
        origin=campaign.origin, name=campaign.name, measure=campaign.measure,
        variants=[one.key for one in campaign.variants.all()], control_share=campaign.control_share, unit=campaign.unit,
        days=campaign.days, expected_units=meant.count(), audience=meant, by=by,
    )  # fmt: skip
    campaign.save()
    audit.record("campaigns.started", by=by, object_type="campaign", object_id=campaign.pk, name=campaign.name)


@transaction.atomic
def pause(*, campaign: Campaign, by: User | None, reason: str = PAUSED) -> Campaign:
    """Let what has not gone wait. ``by`` None: the product itself, because of complaints.

    Raises:
        Conflict: it is not running. Forbidden: the role does not allow it.
    """
    if by is not None:
        require(by, "campaigns.edit")
    locked = _in_state(campaign, CampaignState.RUNNING)
    locked.state, locked.reason = CampaignState.PAUSED, reason
    locked.save(update_fields=["state", "reason"])
    outbox.put_off(origin=locked.origin, reason=PAUSED, until=clock.now() + PAUSE)
    handing.hold(locked)
    audit.record("campaigns.paused", by=by, object_type="campaign", object_id=locked.pk, reason=reason)
    return locked


@transaction.atomic
def go_on(*, campaign: Campaign, complaints: int, by: User) -> Campaign:
    """Go on with a paused campaign; the complaints so far are accepted.

    Raises:
        Conflict: it is not paused. Forbidden: the role does not allow it.
    """
    require(by, "campaigns.edit")
    locked = _in_state(campaign, CampaignState.PAUSED)
    locked.state, locked.reason, locked.complaints_seen = CampaignState.RUNNING, "", complaints
    locked.save(update_fields=["state", "reason", "complaints_seen"])
    outbox.go_on(origin=locked.origin, reason=PAUSED)
    handing.go_on(locked)
    audit.record("campaigns.went_on", by=by, object_type="campaign", object_id=locked.pk, complaints=complaints)
    return locked


@transaction.atomic
def stop(*, campaign: Campaign, by: User) -> Campaign:
    """Hold back for good what has not gone; what it did is measured until the day that was declared.

    Raises:
        Conflict: it is not under way. Forbidden: the role does not allow it.
    """
    require(by, "campaigns.edit")
    locked = _in_state(campaign, *UNDER_WAY)
    _stop(locked, STOPPED)
    audit.record("campaigns.stopped", by=by, object_type="campaign", object_id=locked.pk, reason=STOPPED)
    return locked


def _stop(campaign: Campaign, reason: str) -> None:
    campaign.state, campaign.reason, campaign.finished_at = CampaignState.STOPPED, reason, clock.now()
    campaign.save(update_fields=["state", "reason", "finished_at"])
    outbox.withdraw(origin=campaign.origin, reason=STOPPED)
    handing.withdraw(campaign)
    campaign.recipients.filter(fate=Fate.OPEN).update(fate=Fate.REFUSED, reason=STOPPED)


def _in_state(campaign: Campaign, *states: str) -> Campaign:
    locked = Campaign.objects.live().select_for_update().get(pk=campaign.pk)
    if locked.state not in states:
        raise Conflict(_("The campaign is not in a state for that any more. Look at it again."))
    return locked


@transaction.atomic
def finish(campaign_id: int) -> bool:
    """End what is measured when its days are over; returns whether it was this call that did."""
    now = clock.now()
    rows = Campaign.objects.filter(pk=campaign_id, ends_at__lte=now, experiment__ended_at=None)
    locked = rows.select_for_update(of=("self",)).select_related("experiment").first()
    if locked is None or locked.experiment is None or locked.state in BEFORE_START:
        return False
    effect.end(locked.experiment, at=now, by=None)
    if locked.is_under_way:
        outbox.withdraw(origin=locked.origin, reason="expired")
        locked.recipients.filter(fate=Fate.OPEN).update(fate=Fate.REFUSED, reason="expired")
        locked.state, locked.finished_at = CampaignState.DONE, now
        locked.save(update_fields=["state", "finished_at"])
    return True


@transaction.atomic
def settle_restored() -> int:
    """After a backup was restored: what was due may have gone since the backup was made, so it is not started or gone on with.

    Returns:
        How many campaigns were stopped.
    """
    now = clock.now()
    due = Campaign.objects.live().filter(state=CampaignState.SCHEDULED, starts_at__lte=now)
    count = due.update(state=CampaignState.STOPPED, reason=RESTORED, finished_at=now)
    for campaign in Campaign.objects.under_way().filter(sent_at=None):
        _stop(campaign, RESTORED)
        count += 1
    return count


def undo_removal(user: Any, campaign_id: int) -> Campaign:
    """What *Undo* does after ``remove_campaign``."""
    campaign = Campaign.objects.get(pk=campaign_id)
    bring_back(campaign=campaign, by=user)
    return campaign
