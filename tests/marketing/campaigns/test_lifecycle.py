"""Drafts, the clock, two schedulers at once, restored backups, calls and letters, costs."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.channels.models import Message
from regulars.customers.actions import record_consent
from regulars.customers.models import Party, Pressure
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.marketing.call_lists.actions import save_script
from regulars.marketing.call_lists.models import Call, CallList
from regulars.marketing.campaigns import actions, handing, queries, sending, tasks
from regulars.marketing.campaigns.models import Campaign, Recipient
from regulars.marketing.campaigns.plan import Cost, Plan
from regulars.marketing.effect.models import Experiment
from regulars.marketing.fulfilment import actions as fulfilment
from regulars.marketing.fulfilment.models import FulfilmentList, Item, Request
from regulars.staff.models import AuditEntry
from tests.marketing.campaigns.conftest import MakeContent, run

pytestmark = pytest.mark.django_db
Make = Callable[..., Campaign]


def later(**span: float) -> Any:
    return clock.stopped_at(clock.now() + timedelta(**span))


def scheduled(make_campaign: Make, marketer: Any, **facts: Any) -> Campaign:
    start = clock.now() + timedelta(hours=1)
    return actions.schedule(campaign=make_campaign(starts_at=start, **facts), by=marketer)


def test_scheduled_campaign_starts_once_when_its_time_comes(make_campaign: Make, marketer: Any) -> None:
    campaign = scheduled(make_campaign, marketer)
    assert tasks.start_due() == 0
    with later(hours=1, minutes=1):
        assert actions.start_due(campaign.pk)
        assert not actions.start_due(campaign.pk)
        assert tasks.start_due() == 0
    campaign.refresh_from_db()
    assert (campaign.state, Experiment.objects.filter(origin=campaign.origin).count()) == ("running", 1)


def test_words_of_a_scheduled_campaign_are_published_when_it_is_scheduled(make_campaign: Make, marketer: Any) -> None:
    campaign = scheduled(make_campaign, marketer)
    ref = campaign.variants.get().ref
    assert ref.startswith("content:")
    with later(hours=2):
        actions.start_due(campaign.pk)
    assert campaign.variants.get().ref == ref


def test_after_an_outage_what_is_too_late_is_not_started(make_campaign: Make, marketer: Any) -> None:
    campaign = scheduled(make_campaign, marketer, not_after=clock.now() + timedelta(hours=3))
    with later(days=1):
        assert tasks.start_due() == 0
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason, Message.objects.count()) == ("stopped", "late", 0)


def test_scheduled_campaign_that_cannot_start_is_stopped_and_says_so(make_campaign: Make, marketer: Any) -> None:
    campaign = scheduled(make_campaign, marketer)
    Party.objects.update(trashed_at=clock.now())
    with later(hours=2):
        assert tasks.start_due() == 0
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == ("stopped", "unready")


def test_after_a_backup_was_restored_nothing_due_starts_or_goes_on(
    make_campaign: Make, marketer: Any, make_words: MakeContent
) -> None:
    due = scheduled(make_campaign, marketer)
    half = actions.start(
        campaign=make_campaign(name="Half", said=(make_words("Half"),), control_share=100), by=marketer
    )
    sending.gather(half.pk)
    sending.take_part(half.pk, size=20)
    ahead = actions.schedule(
        campaign=make_campaign(name="Ahead", said=(make_words("Ahead"),), starts_at=clock.now() + timedelta(days=9)),
        by=marketer,
    )
    with later(hours=2):
        assert actions.settle_restored() == 2
        assert tasks.start_due() == 0
        assert sending.carry_out(half.pk) == 0
    assert Counter(Campaign.objects.values_list("pk", "state", "reason")) == {
        (due.pk, "stopped", "restored"): 1, (half.pk, "stopped", "restored"): 1, (ahead.pk, "scheduled", ""): 1,
    }  # fmt: skip
    assert not Message.objects.filter(state="queued").exists()


def test_start_in_the_past_is_not_scheduled(make_campaign: Make, marketer: Any) -> None:
    campaign = make_campaign(starts_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(UserError, match="lies ahead"):
        actions.schedule(campaign=campaign, by=marketer)


@pytest.mark.parametrize(
    "facts",
    [{"name": " "}, {"control_share": 0}, {"control_share": 9_500}, {"days": 0}, {"measure": "complained"}, {"offer_cost": -1},
     {"costs": (Cost("", 100),)}, {"by": "pigeon"}],
)  # fmt: skip
def test_plan_that_makes_no_sense_is_refused(make_campaign: Make, facts: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        make_campaign(**facts)
    assert not Campaign.objects.exists()


def test_list_is_taken_as_it_is_when_the_draft_is_made(
    customers: list[Party], marketer: Any, make_words: MakeContent
) -> None:
    rows = Party.objects.filter(pk__in=[one.pk for one in customers[:9]])
    campaign = actions.make_campaign(
        told=Plan(name="Nine", said=(make_words(),)), by=marketer, customers=rows, list_words="Chosen"
    )
    Party.objects.filter(pk=customers[0].pk).update(name="Another")
    assert (campaign.audience, Recipient.objects.filter(campaign=campaign).count()) == (9, 9)
    assert run(campaign, marketer).audience == 9


def test_changing_a_draft_to_a_segment_forgets_its_list(
    customers: list[Party], marketer: Any, make_words: MakeContent, segment: Any
) -> None:
    said = (make_words(),)
    rows = Party.objects.filter(pk=customers[0].pk)
    campaign = actions.make_campaign(told=Plan(name="One", said=said), by=marketer, customers=rows)
    actions.change_campaign(campaign=campaign, told=Plan(name="All", said=said, segment=segment), by=marketer)
    assert run(campaign, marketer).audience == 43


@pytest.fixture
def permit_calls(customers: list[Party]) -> None:
    from regulars.customers.actions import add_contact_point

    for number, one in enumerate(customers[:30]):
        add_contact_point(party=one, kind="mobile", raw=f"09120000{number:02}", by=None)
        record_consent(party=one, channel="phone", state="granted", evidence="form", source="test", by=None)


@pytest.mark.usefixtures("permit_calls")
def test_campaign_by_call_makes_a_list_for_whoever_calls(make_campaign: Make, marketer: Any) -> None:
    script = save_script(script=None, by=marketer, name="Spring", words_en="Hello {name}", words_zh="您好")
    campaign = run(make_campaign(by="call", said=(script,), control_share=2_000), marketer)
    told = queries.standing(campaign, marketer).fates
    made = CallList.objects.get(origin=f"{campaign.origin}:a")
    assert (made.script, made.not_after, Call.objects.filter(list=made).count()) == (
        script,
        campaign.not_after,
        told["chosen"],
    )
    assert told["chosen"] + told["control"] == 30
    assert Message.objects.filter(channel="phone", state="ghost").count() == told["control"]
    assert Message.objects.filter(channel="phone", state="refused").count() == 13
    actions.pause(campaign=campaign, by=marketer)
    assert set(Call.objects.values_list("state", flat=True)) == {"skipped"}
    actions.go_on(campaign=campaign, complaints=0, by=marketer)
    assert set(Call.objects.values_list("state", flat=True)) == {"open"}
    actions.stop(campaign=campaign, by=marketer)
    assert set(Call.objects.values_list("state", flat=True)) == {"skipped"}


def test_campaign_by_letter_makes_a_list_to_be_posted(
    make_campaign: Make, marketer: Any, customers: list[Party]
) -> None:
    for one in customers[:20]:
        Party.objects.filter(pk=one.pk).update(address=f"中山路 {one.pk} 號")
        record_consent(party=one, channel="post", state="granted", evidence="form", source="test", by=None)
    item = Item.objects.create(name_zh="型錄", kind="catalogue")
    campaign = run(make_campaign(by="letter", said=(item,), control_share=2_000, contact_cost=3_000), marketer)
    told = queries.standing(campaign, marketer).fates
    assert Request.objects.filter(list__origin=f"{campaign.origin}:a", item=item).count() == told["chosen"]
    assert Pressure.objects.filter(channel="post", n=1).count() == told["chosen"]
    assert queries.spent(campaign).total == 0
    actions.stop(campaign=campaign, by=marketer)
    assert set(Request.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert not Pressure.objects.filter(n__gt=0).exists()


def test_letters_decided_about_after_a_list_went_out_go_onto_a_further_list(
    make_campaign: Make, marketer: Any, customers: list[Party]
) -> None:
    for one in customers[:2]:
        Party.objects.filter(pk=one.pk).update(address=f"中山路 {one.pk} 號")
        record_consent(party=one, channel="post", state="granted", evidence="form", source="test", by=None)
    item = Item.objects.create(name_zh="型錄", kind="catalogue")
    campaign = make_campaign(by="letter", said=(item,), contact_cost=3_000)
    variant = campaign.variants.get()
    handing.hand_over(campaign, variant, [customers[0].pk], alone=True)
    posted = FulfilmentList.objects.get()
    fulfilment.mark_sent(fulfilment_list=posted, by=marketer)
    handing.hand_over(campaign, variant, [customers[1].pk], alone=True)
    assert [str(one) for one in queries.lists_of(campaign)] == [campaign.name, f"{campaign.name} (2)"]
    assert queries.by_list_state(campaign) == {"sent": 1, "open": 1}
    assert queries.spent(campaign).contacts == 1


def test_costs_are_counted_from_what_went_and_what_was_said(make_campaign: Make, marketer: Any) -> None:
    from regulars.channels.outbox.tasks import send_batch

    campaign = run(make_campaign(contact_cost=50, costs=(Cost("Design", 300_000),), control_share=100), marketer)
    ids = list(Message.objects.filter(state="queued").values_list("pk", flat=True))[:10]
    send_batch(ids)
    assert queries.spent(campaign) == queries.Spent(contacts=10, contact_cost=500, further=300_000)
    actions.set_costs(campaign=campaign, costs=(Cost("Design", 300_000, 280_000),), by=marketer)
    assert queries.spent(campaign).total == 280_500


def test_acts_on_campaigns_are_accountable(make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    actions.pause(campaign=campaign, by=marketer)
    actions.stop(campaign=campaign, by=marketer)
    told = AuditEntry.objects.filter(object_type="campaign").values_list("action", flat=True)
    assert {"campaigns.made", "campaigns.started", "campaigns.paused", "campaigns.stopped"} <= set(told)
