"""The outbox itself: one row per message, leases, what a crash leaves, what may not go."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from regulars.channels.models import Message, MessageBody
from regulars.channels.outbox import actions, queries
from regulars.channels.outbox.actions import NewMessage
from regulars.channels.outbox.permission import Verdict
from regulars.channels.outbox.transports import Outcome, Result
from regulars.customers import actions as customers
from regulars.customers.models import Event, Party
from regulars.kit import clock
from tests.channels.outbox.conftest import Put

pytestmark = pytest.mark.django_db


def new(party: Party, visit: str = "", **facts: Any) -> NewMessage:
    return NewMessage(
        channel="email", party_id=party.pk, address="ming@example.com", origin="campaign:7", visit=visit, subject="Hi", **facts
    )  # fmt: skip


def later(seconds: float) -> Any:
    return clock.stopped_at(clock.now() + timedelta(seconds=seconds))


def test_message_is_put_once_whoever_puts_it(party: Party) -> None:
    assert actions.put(new(party, str(n)) for n in range(900)) == 900
    assert actions.put([new(party, "899"), new(party, "900"), new(party, "900")]) == 1
    assert Message.objects.count() == MessageBody.objects.count() == 901
    assert len(set(Message.objects.values_list("rfc_message_id", flat=True))) == 901


def test_message_goes_with_the_transaction_of_its_decision(party: Party) -> None:
    def decide_and_break() -> None:
        with transaction.atomic():
            actions.put([new(party)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        decide_and_break()
    assert not Message.objects.exists()


def test_putting_many_costs_a_few_statements(party: Party, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):  # savepoint, messages, bodies (in two or three parts on SQLite), release
        assert actions.put([new(party, str(n)) for n in range(300)]) == 300


def test_ghost_is_never_sent(put: Put) -> None:
    ghost = put(ghost=True)
    assert (ghost.state, bool(ghost.done_at)) == ("ghost", True)
    assert not queries.is_due("email")
    assert actions.claim("email", most=9).messages == []


def test_what_is_urgent_goes_first_and_nothing_before_its_time(put: Put) -> None:
    offer = put(purpose_class="marketing")
    receipt = put()
    put(send_after=clock.now() + timedelta(hours=1))
    assert [one.pk for one in actions.claim("email", most=9).messages] == [receipt.pk, offer.pk]


def test_leased_message_is_nobody_elses_until_the_lease_is_over(put: Put) -> None:
    message = put()
    first = actions.claim("email", most=9)
    assert actions.claim("email", most=9).messages == []
    with later(200):
        second = actions.claim("email", most=9)
        assert [one.pk for one in second.messages] == [message.pk]
        assert actions.advance(first, outcomes=[], group=first.messages) == []
        assert actions.advance(second, outcomes=[], group=second.messages) == list(second.messages)


def test_lease_that_ran_out_lets_nothing_onto_the_wire(put: Put) -> None:
    put()
    lease = actions.claim("email", most=9)
    with later(200):
        assert actions.advance(lease, outcomes=[], group=lease.messages) == []


def on_the_wire(put: Put, **facts: Any) -> tuple[Message, actions.Lease]:
    message = put(**facts)
    lease = actions.claim("email", most=9)
    actions.advance(lease, outcomes=[], group=lease.messages)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("attempting", 1)
    return message, lease


def test_marketing_that_a_crash_left_on_the_wire_is_uncertain_for_ever(put: Put) -> None:
    message, _lease = on_the_wire(put, purpose_class="marketing")
    assert actions.settle_lost() == 0
    with later(200):
        assert actions.settle_lost() == 1
        assert actions.settle_lost() == 0
    message.refresh_from_db()
    assert (message.state, message.reason, bool(message.done_at)) == ("uncertain", "crashed", True)
    with later(99_999):
        assert not queries.is_due("email")


def test_service_message_that_a_crash_left_on_the_wire_is_tried_again_under_the_same_id(put: Put) -> None:
    message, _lease = on_the_wire(put)
    with later(200):
        actions.settle_lost()
        message.refresh_from_db()
        assert (message.state, message.done_at) == ("uncertain", None)
        lease = actions.claim("email", most=9)
        assert [one.rfc_message_id for one in lease.messages] == [message.rfc_message_id]
        taken = actions.advance(lease, outcomes=[], group=lease.messages)
        actions.advance(lease, outcomes=[Outcome(taken[0], Result.SENT)], group=[])
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)


def test_sender_that_was_only_slow_has_the_last_word(put: Put) -> None:
    message, lease = on_the_wire(put, purpose_class="marketing")
    with later(200):
        actions.settle_lost()
        actions.advance(lease, outcomes=[Outcome(message, Result.SENT, reply="250 ok")], group=[])
    message.refresh_from_db()
    assert (message.state, message.provider_reply) == ("sent", "250 ok")


def test_sender_whose_message_was_taken_by_another_says_nothing(put: Put) -> None:
    message, slow = on_the_wire(put)
    with later(400):
        actions.settle_lost()
        lease = actions.claim("email", most=9)
        actions.advance(lease, outcomes=[], group=lease.messages)
        actions.advance(slow, outcomes=[Outcome(message, Result.FAILED)], group=[])
    message.refresh_from_db()
    assert message.state == "attempting"


def test_what_was_sent_stands_once_on_the_timeline(put: Put, party: Party) -> None:
    message, lease = on_the_wire(put, origin="campaign:7")
    actions.advance(lease, outcomes=[Outcome(message, Result.SENT)], group=[])
    entry = Event.objects.get(kind="channels.message_sent")
    assert (entry.customer_id, entry.object_id, entry.channel) == (party.pk, message.pk, "email")
    assert entry.payload == {"origin": "campaign:7", "purpose": "service"}
    assert entry.source_key == message.key


def test_temporary_refusal_is_tried_again_ever_later_and_then_given_up(put: Put) -> None:
    message = put()
    for tried in range(1, len(actions.RETRY_AFTER) + 2):
        with clock.stopped_at(max(message.send_after, clock.now())):
            lease = actions.claim("email", most=1)
            taken = actions.advance(lease, outcomes=[], group=lease.messages)
            actions.advance(lease, outcomes=[Outcome(taken[0], Result.LATER, "server_busy", "451 later")], group=[])
            before = clock.now()
        message.refresh_from_db()
        assert message.attempts == tried
        if tried <= len(actions.RETRY_AFTER):
            assert message.send_after - before == actions.RETRY_AFTER[tried - 1]
    assert (message.state, message.reason) == ("failed", "server_busy")


def test_what_may_not_go_is_held_back_with_its_reason(put: Put) -> None:
    night, never, too_late = put(), put(), put(not_after=clock.now() + timedelta(hours=2))
    lease, morning = actions.claim("email", most=9), clock.now() + timedelta(hours=8)
    actions.hold_back(
        lease,
        {
            night.pk: Verdict(ok=False, reason="quiet_hours", until=morning),
            too_late.pk: Verdict(ok=False, reason="quiet_hours", until=morning),
            never.pk: Verdict(ok=False, reason="suppressed"),
        },
    )
    told = {one.pk: (one.state, one.reason) for one in Message.objects.all()}
    assert told == {
        night.pk: ("queued", "quiet_hours"), too_late.pk: ("refused", "quiet_hours"), never.pk: ("refused", "suppressed")
    }  # fmt: skip
    assert not queries.is_due("email")
    with clock.stopped_at(morning):
        assert [one.pk for one in actions.claim("email", most=9).messages] == [night.pk]


def test_held_back_service_message_that_may_have_arrived_stays_uncertain(put: Put) -> None:
    message, _lease = on_the_wire(put)
    with later(200):
        actions.settle_lost()
        lease = actions.claim("email", most=9)
        actions.hold_back(lease, {message.pk: Verdict(ok=False, reason="suppressed")})
    message.refresh_from_db()
    assert (message.state, message.reason, bool(message.done_at)) == ("uncertain", "suppressed", True)


def test_message_nobody_sent_in_time_is_not_sent_any_more(put: Put) -> None:
    message = put(not_after=clock.now() + timedelta(minutes=5))
    with later(301):
        assert actions.settle_lost() == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == ("refused", "expired")


def test_marketing_that_a_restored_backup_brings_back_is_not_sent(put: Put) -> None:
    offer, receipt = put(purpose_class="marketing"), put()
    tomorrow = put(purpose_class="marketing", send_after=clock.now() + timedelta(days=1))
    assert actions.settle_restored() == 1
    told = dict(Message.objects.values_list("pk", "state"))
    assert told == {offer.pk: "uncertain", receipt.pk: "queued", tomorrow.pk: "queued"}


def test_database_knows_which_states_are_settled(put: Put) -> None:
    message = put()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(state="sent")


def test_message_moves_with_a_merge_and_back(put: Put, party: Party) -> None:
    message = put()
    winner = customers.create_party(by=None, name="王大明")
    merge = customers.merge_parties(winner=winner, loser=party, by=None)
    assert Message.objects.get(pk=message.pk).party_id == winner.pk
    customers.unmerge(merge=merge, by=None)
    assert Message.objects.get(pk=message.pk).party_id == party.pk


def test_erasing_a_person_takes_words_and_address_and_what_waits(put: Put, party: Party) -> None:
    waiting = put(send_after=clock.now() + timedelta(hours=1))
    sent, lease = on_the_wire(put, purpose_class="marketing")
    actions.advance(lease, outcomes=[Outcome(sent, Result.SENT, reply="250 ming@example.com")], group=[])
    customers.erase_person(party=party, by=None)
    assert not MessageBody.objects.exists()
    assert set(Message.objects.values_list("address", "provider_reply")) == {("", "")}
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("refused", "erased")
