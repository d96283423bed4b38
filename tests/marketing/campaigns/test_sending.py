"""From a segment to messages, ghosts and refusals; once, whoever does it and whenever it is killed."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.channels.models import Message, MessageEvent
from regulars.channels.outbox import tasks as outbox
from regulars.customers.models import Event, Party, Pressure
from regulars.kit import clock
from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.marketing.campaigns import actions, queries, sending, tasks
from regulars.marketing.campaigns.models import Campaign, Recipient
from regulars.marketing.effect.actions import set_hold_out
from regulars.marketing.effect.models import Assignment
from tests.conftest import MakeUser
from tests.marketing.campaigns.conftest import MakeContent, customer, run

pytestmark = pytest.mark.django_db
Make = Callable[..., Campaign]


def states() -> Counter[tuple[str, str]]:
    return Counter(Message.objects.values_list("state", "reason"))


def fates(campaign: Campaign) -> Counter[str]:
    return Counter(Recipient.objects.filter(campaign=campaign).values_list("fate", flat=True))


def later(**span: float) -> Any:
    return clock.stopped_at(clock.now() + timedelta(**span))


def test_everybody_of_the_segment_is_told_ghosted_or_refused_with_the_reason(
    make_campaign: Make, marketer: Any
) -> None:
    campaign = run(make_campaign(), marketer)
    told = fates(campaign)
    assert told["chosen"] + told["control"] == 40
    assert 8 <= told["control"] <= 32
    assert told["refused"] == 3
    assert states() == {
        ("queued", ""): told["chosen"], ("ghost", ""): told["control"], ("refused", "no_consent"): 2, ("refused", "no_address"): 1,
    }  # fmt: skip
    arms = Counter(Assignment.objects.filter(experiment=campaign.experiment).values_list("arm", flat=True))
    assert arms == {"a": told["chosen"], "control": told["control"]}
    kinds = Counter(Event.objects.filter(kind__startswith="campaigns.").values_list("kind", flat=True))
    assert kinds == {"campaigns.chosen": told["chosen"], "campaigns.left_alone": told["control"]}
    assert Pressure.objects.filter(n=1).count() == told["chosen"]
    assert (campaign.audience, campaign.sent_at is not None) == (43, True)


def test_message_says_what_was_published_and_until_when(make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(not_after=clock.now() + timedelta(days=2)), marketer)
    message = Message.objects.filter(state="queued").first()
    assert message is not None
    assert message.content_ref == campaign.variants.get().ref
    assert (message.origin, message.variant, message.not_after) == (campaign.origin, "a", campaign.not_after)


def test_carrying_out_again_changes_nothing(make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(), marketer)
    before = (
        set(Message.objects.values_list("key", flat=True)),
        fates(campaign),
        Pressure.objects.count(),
        Event.objects.count(),
    )
    Campaign.objects.update(sent_at=None)
    sending.carry_out(campaign.pk)
    assert (
        set(Message.objects.values_list("key", flat=True)),
        fates(campaign),
        Pressure.objects.count(),
        Event.objects.count(),
    ) == before


def test_what_was_killed_in_the_middle_is_taken_up_where_it_was(
    make_campaign: Make, marketer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = actions.start(campaign=make_campaign(), by=marketer)
    sending.gather(campaign.pk)
    assert sending.take_part(campaign.pk, size=10) == 10

    def killed(*_told: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(sending, "_write_down", killed)
        with pytest.raises(SystemExit):
            sending.take_part(campaign.pk, size=10)
    assert fates(campaign)[""] == 33  # messages, arms and timeline of the second part went with its transaction
    assert Message.objects.count() == 10
    assert tasks.take_up_again() == 0  # it may still be at work
    with later(minutes=3):
        assert tasks.take_up_again() == 1
    with later(hours=-1):  # the clock of the machine went back: nobody waits for an hour
        assert tasks.take_up_again() == 1
    sending.carry_out(campaign.pk)
    assert (fates(campaign)[""], Message.objects.count()) == (0, 43)


def test_two_variants_share_those_who_are_told(make_campaign: Make, marketer: Any, make_words: MakeContent) -> None:
    campaign = run(make_campaign(said=(make_words("One"), make_words("Two")), control_share=1_000), marketer)
    by_variant = Counter(Message.objects.filter(state="queued").values_list("variant", "content_ref"))
    assert {variant for variant, _ref in by_variant} == {"a", "b"}
    assert len({ref for _variant, ref in by_variant}) == 2
    assert queries.standing(campaign, marketer).variants.total() == sum(by_variant.values())


def test_address_of_several_is_told_once(make_campaign: Make, marketer: Any, customers: list[Party]) -> None:
    for number in (50, 51):
        customer(number, address="c1@example.com")
    from regulars.marketing.segments import membership

    while membership.catch_up():
        pass
    campaign = run(make_campaign(control_share=100), marketer, size=7)
    assert queries.standing(campaign, marketer).reasons["same_address"] == 2
    assert Message.objects.filter(address="c1@example.com", state__in=["queued", "ghost"]).count() == 1


def test_whoever_is_left_out_of_all_marketing_gets_nothing(
    make_campaign: Make, make_user: MakeUser, marketer: Any
) -> None:
    set_hold_out(share=5_000, by=make_user(role="owner"))
    campaign = run(make_campaign(), marketer)
    told = fates(campaign)
    assert told["held_out"] > 5
    held = Recipient.objects.filter(campaign=campaign, fate="held_out").values("party")
    assert not Message.objects.filter(party__in=held).exists()


def test_at_night_it_waits_for_the_morning_and_what_would_be_too_late_is_refused(
    make_campaign: Make, marketer: Any
) -> None:
    night = timezone.localtime(clock.now()).replace(hour=23)
    with clock.stopped_at(night):
        campaign = run(make_campaign(control_share=100), marketer)
        waiting = Message.objects.filter(origin=campaign.origin, state="queued")
        assert {timezone.localtime(one.send_after).hour for one in waiting} == {9}
        assert set(waiting.values_list("counted_on", flat=True)) == {(night + timedelta(days=1)).date()}
    Campaign.objects.update(state="stopped")
    with clock.stopped_at(night):
        second = run(
            make_campaign(name="Late", said=(campaign.variants.get().content,), not_after=night + timedelta(hours=1)),
            marketer,
        )
        assert set(queries.standing(second, marketer).reasons) == {"quiet_hours", "no_consent", "no_address"}


def test_stopping_holds_back_what_has_not_gone_and_gives_the_limits_back(make_campaign: Make, marketer: Any) -> None:
    campaign = actions.start(campaign=make_campaign(control_share=100), by=marketer)
    sending.gather(campaign.pk)
    sending.take_part(campaign.pk, size=20)
    ids = list(Message.objects.filter(state="queued").values_list("pk", flat=True)[:5])
    outbox.send_batch(ids)
    actions.stop(campaign=campaign, by=marketer)
    sending.carry_out(campaign.pk)
    counted = states()
    assert counted["sent", "captured"] == 5
    assert counted["refused", "stopped"] == 20 - 5 - counted["ghost", ""]
    assert queries.standing(campaign, marketer).reasons["stopped"] == 23
    assert Pressure.objects.filter(n__gt=0).count() == 5
    with pytest.raises(Conflict):
        actions.stop(campaign=campaign, by=marketer)


def test_pause_holds_everything_until_somebody_goes_on(make_campaign: Make, marketer: Any) -> None:
    campaign = actions.start(campaign=make_campaign(control_share=100), by=marketer)
    sending.gather(campaign.pk)
    sending.take_part(campaign.pk, size=20)
    actions.pause(campaign=campaign, by=marketer)
    assert sending.carry_out(campaign.pk) == 0
    ids = list(Message.objects.filter(state="queued").values_list("pk", flat=True))
    assert outbox.send_batch(ids) == 0
    actions.go_on(campaign=campaign, complaints=0, by=marketer)
    assert outbox.send_batch(ids) == len(ids)
    assert sending.carry_out(campaign.pk) == 23


def test_campaign_pauses_by_itself_when_too_many_complain_and_goes_on_if_told_to(
    make_campaign: Make, marketer: Any
) -> None:
    campaign = run(make_campaign(control_share=100), marketer)
    outbox.send_batch(list(Message.objects.filter(state="queued").values_list("pk", flat=True)))
    assert tasks.watch_complaints() == 0
    message = Message.objects.filter(state="sent").first()
    assert message is not None
    MessageEvent.objects.create(message=message, kind="complained", source_key="fbl:1")
    assert tasks.watch_complaints() == 1
    campaign.refresh_from_db()
    assert (campaign.state, campaign.reason) == ("paused", "complaints")
    actions.go_on(campaign=campaign, complaints=queries.complaints(campaign).complained, by=marketer)
    assert tasks.watch_complaints() == 0


def test_what_was_declared_stays_once_it_began(make_campaign: Make, marketer: Any, make_user: MakeUser) -> None:
    campaign = make_campaign()
    with pytest.raises(Forbidden):
        actions.start(campaign=campaign, by=make_user(role="analyst"))
    actions.start(campaign=campaign, by=marketer)
    for act in (actions.start, actions.remove_campaign, actions.schedule):
        with pytest.raises(Conflict):
            act(campaign=campaign, by=marketer)


def test_nothing_to_say_or_nobody_to_tell_does_not_start(make_campaign: Make, marketer: Any) -> None:
    with pytest.raises(UserError, match="what is said"):
        actions.start(campaign=make_campaign(said=()), by=marketer)
    campaign = make_campaign(name="Empty")
    Party.objects.update(trashed_at=clock.now())
    with pytest.raises(UserError, match="Nobody"):
        actions.start(campaign=campaign, by=marketer)


def test_measuring_ends_by_itself_after_the_days_that_were_declared(make_campaign: Make, marketer: Any) -> None:
    campaign = run(make_campaign(days=14), marketer)
    assert tasks.finish_over() == 0
    with later(days=14, minutes=1):
        assert (tasks.finish_over(), tasks.finish_over()) == (1, 0)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.experiment is not None and campaign.experiment.ended_at is not None) == (
        "done",
        True,
    )


def test_audience_is_only_whom_its_maker_sees(
    segment: Any, make_user: MakeUser, make_words: MakeContent, customers: list[Party]
) -> None:
    from regulars.marketing.campaigns.plan import Plan

    seller = make_user(role="seller", rights={"campaigns.edit": True, "campaigns.view": True, "segments.view": True})
    Party.objects.filter(pk__in=[one.pk for one in customers[:6]]).update(owner=seller)
    campaign = actions.make_campaign(told=Plan(name="Mine", segment=segment, said=(make_words(),)), by=seller)
    assert run(campaign, seller).audience == 6
