"""What a channel heard comes into the conversation it belongs to."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.channels.inbox import actions
from regulars.channels.inbox.models import Attachment, Conversation, Entry, State
from regulars.customers.actions import create_party, merge_parties
from regulars.customers.models import CustomerSummary, Event, Party
from regulars.kit import clock
from regulars.staff.models import User

pytestmark = pytest.mark.django_db
Hear = Callable[..., Entry]


def test_a_message_opens_a_conversation_on_the_desk_of_the_owner(hear: Hear, party: Party, seller: User) -> None:
    at = clock.now() - timedelta(hours=2)
    entry = hear(at=at)
    held = entry.conversation
    assert (held.state, held.party, held.assignee, held.waiting_since) == (State.OPEN, party, seller, at)
    assert held.preview == "請問我的訂單什麼時候出貨？"
    event = Event.objects.get(kind="inbox.message_received")
    assert (event.customer, event.object_type, event.object_id) == (party, "conversation", held.pk)
    assert CustomerSummary.objects.get(party=party).last_contact_at == at


def test_the_same_message_twice_is_one(hear: Hear) -> None:
    first = hear(ref="<a@example.com>")
    assert hear(ref="<a@example.com>").pk == first.pk
    assert Entry.objects.count() == Event.objects.filter(kind="inbox.message_received").count() == 1


def test_an_answer_goes_on_with_the_conversation_and_the_oldest_waits(hear: Hear) -> None:
    first = hear(at=clock.now() - timedelta(hours=2))
    second = hear(thread_of=[str(first.ref)], text="還在等。")
    assert second.conversation_id == first.conversation_id
    held = Conversation.objects.get()
    assert (held.waiting_since, held.last_at, held.preview) == (first.at, second.at, "還在等。")


def test_a_closed_conversation_is_opened_again_but_not_after_a_month(hear: Hear) -> None:
    first = hear()
    Conversation.objects.update(state=State.CLOSED, closed_at=clock.now(), waiting_since=None)
    again = hear(thread_of=[str(first.ref)])
    assert again.conversation_id == first.conversation_id
    assert Conversation.objects.get().state == State.OPEN
    Conversation.objects.update(state=State.CLOSED, closed_at=clock.now() - timedelta(days=31), waiting_since=None)
    later = hear(thread_of=[str(first.ref)])
    assert later.conversation.continues_id == first.conversation_id
    assert later.conversation_id != first.conversation_id


def test_knowing_the_name_of_a_message_does_not_open_somebody_elses_conversation(hear: Hear) -> None:
    first = hear()
    stranger = hear(party_id=None, from_address="eve@example.com", thread_of=[str(first.ref)])
    other = create_party(by=None, name="Eve", contact_points=[("email", "eve@example.org")])
    known = hear(party_id=other.pk, from_address="eve@example.org", thread_of=[str(first.ref)])
    assert len({first.conversation_id, stranger.conversation_id, known.conversation_id}) == 3


def test_a_stranger_has_no_customer_and_no_line_on_a_timeline(hear: Hear) -> None:
    held = hear(party_id=None, from_address="new@example.com").conversation
    assert (held.party, held.assignee, held.address) == (None, None, "new@example.com")
    assert not Event.objects.filter(kind="inbox.message_received").exists()


def test_mail_to_a_merged_customer_comes_to_the_one_that_is_left(hear: Hear, party: Party) -> None:
    winner = create_party(by=None, name="王小明")
    first = hear().conversation
    merge_parties(winner=winner, loser=party, by=None)
    first.refresh_from_db()
    assert first.party == winner
    assert hear().conversation.party == winner


def test_hostile_input_is_kept_and_made_harmless(hear: Hear, files: Path) -> None:
    entry = hear(
        text="a\x00b\u202egnp.exe " + "字" * 300_000, subject="\u202eevil\n\u200bsubject" + "x" * 500, from_name="\u202e" * 300,
        attachments=[actions.NewAttachment("../../etc/\u202epasswd\x00", "text/html\r\nX: y", b"<script>")],
    )  # fmt: skip
    kept = Entry.objects.get(pk=entry.pk)
    assert "\x00" not in kept.text
    assert len(kept.text) <= 200_000
    assert kept.subject.startswith("evil subject")
    assert kept.from_name == ""
    file = Attachment.objects.get()
    assert file.name == "_.._etc_passwd"
    assert "\r" not in file.type
    assert Path(file.file.path).resolve().is_relative_to(files.resolve())
    assert file.file.read() == b"<script>"


def test_an_address_that_was_set_aside_stays_aside(hear: Hear) -> None:
    held = hear(party_id=None, from_address="spam@example.com").conversation
    now = clock.now()
    Conversation.objects.filter(pk=held.pk).update(state=State.CLOSED, closed_at=now, aside_at=now, waiting_since=None)
    again = hear(party_id=None, from_address="Spam@example.com").conversation
    assert (again.state, again.aside_at is not None, again.waiting_since) == (State.CLOSED, True, None)


@pytest.mark.parametrize("moment", [timedelta(days=400), timedelta(0)])
def test_a_date_in_the_future_is_now(hear: Hear, moment: timedelta, settings: Any) -> None:
    now = clock.now()
    with clock.stopped_at(now):
        assert hear(at=now + moment).at == now
