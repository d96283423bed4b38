"""An answer leaves through the outbox, can be taken back, and comes back when it could not be sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.actions import Before, Crossed
from regulars.channels.inbox.models import Conversation, Draft, Entry, State
from regulars.channels.models import Message, MessageState
from regulars.channels.outbox import tasks
from regulars.channels.outbox.transports import Outcome, Result
from regulars.customers.models import CustomerSummary, Event, Party
from regulars.customers.permission.actions import suppress
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import User

pytestmark = pytest.mark.django_db
Hear = Callable[..., Entry]


def test_an_answer_waits_in_the_outbox_and_refers_to_what_it_answers(hear: Hear, seller: User) -> None:
    first = hear(ref="<a@example.com>", thread_of=["<before@example.com>"])
    entry = actions.reply(first.conversation, text="明天出貨。", by=seller)
    message = Message.objects.get()
    assert (message.purpose_class, message.address, message.state) == ("transactional", "ming@example.com", "queued")
    assert message.body.headers == {
        "In-Reply-To": "<a@example.com>",
        "References": "<before@example.com> <a@example.com>",
    }
    assert message.body.subject == "Re: 請問出貨時間"
    assert (entry.ref, entry.message) == (message.rfc_message_id, message)
    assert message.send_after > clock.now() + timedelta(seconds=5)
    held = Conversation.objects.get()
    assert (held.state, held.waiting_since, held.preview) == (State.WAITING, None, "明天出貨。")
    answer = hear(thread_of=[message.rfc_message_id])
    assert answer.conversation_id == held.pk
    assert Conversation.objects.get().state == State.OPEN


def test_what_left_is_told_on_the_timeline_once_and_leads_to_the_conversation(
    hear: Hear, seller: User, party: Party
) -> None:
    held = hear().conversation
    entry = actions.reply(held, text="明天出貨。", by=seller, undo_seconds=0)
    assert not Event.objects.filter(kind="inbox.reply_sent").exists()
    assert tasks.send_batch([entry.message_id]) == 1  # type: ignore[list-item]
    event = Event.objects.get(kind="inbox.reply_sent")
    assert (event.customer, event.actor, event.object_id, event.body.text) == (party, seller, held.pk, "明天出貨。")
    assert not Event.objects.filter(kind="channels.message_sent").exists()
    assert CustomerSummary.objects.get(party=party).last_contact_at == event.occurred_at


def test_an_answer_can_be_taken_back_as_long_as_it_waits(hear: Hear, seller: User) -> None:
    held = hear().conversation
    before = Before.of(held)
    entry = actions.reply(held, text="Oops", by=seller, close=True)
    back = actions.unsend(entry, by=seller, before=before)
    assert (back.state, back.waiting_since, back.preview) == (State.OPEN, held.waiting_since, held.preview)
    assert Draft.objects.get().text == "Oops"
    message = Message.objects.get()
    assert (message.state, message.reason, message.done_at is not None) == ("refused", "taken_back", True)
    assert tasks.send_batch([message.pk]) == 0


def test_an_answer_on_its_way_is_not_taken_back(hear: Hear, seller: User, make_user: Callable[..., User]) -> None:
    held = hear().conversation
    before = Before.of(held)
    entry = actions.reply(held, text="Now", by=seller, undo_seconds=0)
    with pytest.raises(UserError, match="whoever wrote"):
        actions.unsend(entry, by=make_user(role="agent"), before=before)
    Message.objects.update(lease_until=clock.now() + timedelta(minutes=1), lease_token="x")
    with pytest.raises(UserError, match="on its way"):
        actions.unsend(entry, by=seller, before=before)
    assert Entry.objects.filter(pk=entry.pk).exists()


def test_an_answer_that_crosses_something_newer_is_told_before_it_goes(
    hear: Hear, seller: User, make_user: Callable[..., User]
) -> None:
    held = hear().conversation
    colleague = make_user(role="agent", name="Ben Wu")
    actions.reply(held, text="I have it", by=colleague, seen=held.words_at)
    with pytest.raises(Crossed):
        actions.reply(held, text="Me too", by=seller, seen=held.words_at)
    assert Message.objects.count() == 1
    now = Conversation.objects.get()
    assert [one.author for one in queries.newer_than(now, held.words_at, but=seller)] == [colleague]
    actions.reply(held, text="Also", by=seller, seen=now.words_at)
    assert Message.objects.count() == 2


def test_an_answer_that_may_not_go_brings_the_conversation_back(hear: Hear, seller: User, party: Party) -> None:
    held = hear().conversation
    entry = actions.reply(held, text="Hello", by=seller, undo_seconds=0, close=True)
    suppress(channel="email", address="ming@example.com", reason="hard_bounce", party=party, by=None)
    tasks.send_batch([entry.message_id])  # type: ignore[list-item]
    assert Message.objects.get().state == MessageState.REFUSED
    assert Conversation.objects.get().state == State.OPEN
    assert queries.unsent([held]) == {held.pk}


def test_an_answer_that_the_server_refuses_brings_it_back_too(
    hear: Hear, seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.channels.outbox.transports.captured import Captured

    monkeypatch.setattr(
        Captured, "send", lambda self, line, message, made: Outcome(message, Result.FAILED, "server_refused", "550 no")
    )
    entry = actions.reply(hear().conversation, text="Hello", by=seller, undo_seconds=0)
    tasks.send_batch([entry.message_id])  # type: ignore[list-item]
    assert Message.objects.get().state == MessageState.FAILED
    assert Conversation.objects.get().state == State.OPEN


@pytest.mark.parametrize("text", ["", " \n ", "x" * 50_001])
def test_nothing_and_too_much_are_refused(hear: Hear, seller: User, text: str) -> None:
    with pytest.raises(UserError):
        actions.reply(hear().conversation, text=text, by=seller)


def test_a_stranger_is_not_answered_before_somebody_says_who_it_is(hear: Hear, seller: User, party: Party) -> None:
    held = hear(party_id=None, from_address="new@example.com").conversation
    with pytest.raises(UserError, match="Nobody knows yet"):
        actions.reply(held, text="Hello", by=seller)


def test_a_note_is_for_colleagues_and_leaves_the_state_alone(hear: Hear, seller: User) -> None:
    held = hear().conversation
    entry = actions.note(held, text="He is annoyed", by=seller)
    now = Conversation.objects.get()
    assert (now.state, now.waiting_since, now.preview, now.words_at) == (
        State.OPEN,
        held.waiting_since,
        held.preview,
        2,
    )
    assert entry.message is None
    assert not Message.objects.exists()
