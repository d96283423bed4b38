"""Desks, closing and undoing, strangers, search, who sees what, canned answers, drafts and presence."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from regulars.channels.inbox import actions, queries
from regulars.channels.inbox.canned import offered
from regulars.channels.inbox.models import Conversation, Draft, Entry, Presence, State
from regulars.customers.actions import create_party
from regulars.customers.models import Event, Party
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import Team, User

pytestmark = pytest.mark.django_db
Hear = Callable[..., Entry]
MakeUser = Callable[..., User]


def test_boxes_show_whose_turn_it_is_oldest_first(hear: Hear, seller: User, make_user: MakeUser) -> None:
    agent = make_user(role="agent")
    old = hear(at=clock.now() - timedelta(days=2)).conversation
    new = hear().conversation
    stranger = hear(party_id=None, from_address="new@example.com").conversation
    assert list(queries.box(seller, "mine")) == [old, new]
    assert list(queries.box(agent, "unassigned")) == [stranger]
    assert list(queries.box(agent, "open")) == [old, new, stranger]
    actions.close([old], by=agent)
    actions.reply(new, text="Soon", by=seller)
    assert list(queries.box(agent, "closed")) == [old]
    assert list(queries.box(agent, "waiting")) == [new]
    assert queries.waiting_for(agent) == 1
    assert queries.counts(seller) == {"mine": 0, "unassigned": 0, "open": 0}


def test_a_seller_sees_the_conversations_of_their_own_customers_and_no_strangers(
    hear: Hear, make_user: MakeUser
) -> None:
    other = make_user(role="seller")
    hear()
    hear(party_id=None, from_address="new@example.com")
    assert list(queries.conversations_for(other)) == []
    assert queries.conversations_for(make_user(role="agent")).count() == 2
    assert queries.conversations_for(make_user(role="marketer")).count() == 1


def test_pages_go_on_by_key(hear: Hear, seller: User) -> None:
    made = [hear(at=clock.now() - timedelta(minutes=one)).conversation for one in (5, 3, 3, 1)]
    first, after = queries.page(queries.box(seller, "mine"), "mine", size=2)
    assert after is not None
    rest, end = queries.page(queries.box(seller, "mine"), "mine", queries.read_after(str(after)), size=2)
    assert [one.pk for one in (*first, *rest)] == [one.pk for one in made]
    assert end is None
    assert queries.read_after("rubbish") is None


def test_many_are_assigned_and_closed_and_put_back(hear: Hear, seller: User, make_user: MakeUser) -> None:
    team = Team.objects.create(name="Service")
    agent = make_user(role="agent", team=team)
    held = [hear().conversation for _ in range(3)]
    stood = actions.assign(held, assignee=agent, by=seller)
    assert set(Conversation.objects.values_list("assignee", "team")) == {(agent.pk, team.pk)}
    stood_open = actions.close(held, by=agent)
    assert set(Conversation.objects.values_list("state", flat=True)) == {State.CLOSED}
    assert actions.put_back(stood_open, by=agent) == 3
    assert actions.put_back(stood, by=agent) == 3
    assert set(Conversation.objects.values_list("assignee", "state")) == {(seller.pk, State.OPEN)}


def test_a_conversation_is_not_laid_on_a_desk_where_it_cannot_be_read(hear: Hear, make_user: MakeUser) -> None:
    held = hear().conversation
    for role in ("seller", "technician"):
        with pytest.raises(UserError, match="may not see"):
            actions.assign([held], assignee=make_user(role=role), by=None)


def test_undo_does_not_take_back_what_was_said_since(hear: Hear, seller: User, make_user: MakeUser) -> None:
    held = hear().conversation
    entry = actions.reply(held, text="Hello", by=seller)
    stood = actions.assign([held], assignee=make_user(role="agent"), by=seller)
    hear(thread_of=[str(entry.ref)])
    actions.put_back(stood, by=seller)
    now = Conversation.objects.get()
    assert (now.state, now.assignee) == (State.OPEN, seller)


def test_nobody_puts_back_what_they_may_not_see(hear: Hear, make_user: MakeUser, seller: User) -> None:
    stood = actions.close([hear().conversation], by=seller)
    with pytest.raises(UserError):
        actions.put_back(stood, by=make_user(role="seller"))


def test_a_stranger_is_attached_with_everything_they_wrote(
    hear: Hear, party: Party, make_user: MakeUser, seller: User
) -> None:
    agent = make_user(role="agent")
    first = hear(party_id=None, from_address="Ming.Private@example.org", at=clock.now() - timedelta(hours=1))
    second = hear(party_id=None, from_address="ming.private@example.org")
    assert actions.attach(first.conversation, party=party, by=agent) == 2
    assert set(Conversation.objects.values_list("party", "assignee")) == {(party.pk, seller.pk)}
    assert party.contact_points.filter(normalised="ming.private@example.org").exists()
    told = Event.objects.filter(kind="inbox.message_received").order_by("occurred_at")
    assert [one.occurred_at for one in told] == [first.at, second.at]
    with pytest.raises(UserError):
        actions.attach(first.conversation, party=party, by=agent)


def test_a_stranger_becomes_a_customer(hear: Hear, make_user: MakeUser) -> None:
    agent = make_user(role="agent")
    held = hear(party_id=None, from_address="new@example.com", from_name="Lee Mei").conversation
    party = actions.make_customer(held, name="李梅", by=agent)
    held.refresh_from_db()
    assert (held.party, party.owner, held.assignee) == (party, agent, agent)


def test_what_is_set_aside_can_be_put_back_and_a_customer_is_never(hear: Hear, make_user: MakeUser) -> None:
    agent = make_user(role="agent")
    held = hear(party_id=None, from_address="spam@example.com").conversation
    stood = actions.set_aside([held], by=agent)
    assert list(queries.box(agent, "aside")) == [held]
    assert list(queries.box(agent, "closed")) == []
    actions.put_back(stood, by=agent)
    assert list(queries.box(agent, "open")) == [held]
    with pytest.raises(UserError, match="belongs to a customer"):
        actions.set_aside([hear().conversation], by=agent)


@pytest.mark.parametrize("typed", ["出貨", "訂單什麼", "小明", "ming", "MING@exam", "請問 訂單"])
def test_words_are_found(hear: Hear, seller: User, typed: str) -> None:
    held = hear().conversation
    hear(text="Something else", subject="Other", from_name="Eve", from_address="eve@elsewhere.test")
    assert list(queries.find(queries.conversations_for(seller), typed)) == [held]


@pytest.mark.parametrize("typed", ["'; DROP TABLE x", '"* OR', "不存在的字", "a'b"])
def test_hostile_searches_find_nothing_and_break_nothing(hear: Hear, seller: User, typed: str) -> None:
    hear()
    assert list(queries.find(queries.conversations_for(seller), typed)) == []


def test_notes_and_answers_are_found_too(hear: Hear, seller: User) -> None:
    held = hear().conversation
    actions.note(held, text="complaint about kettles", by=seller)
    assert list(queries.find(queries.conversations_for(seller), "kettl")) == [held]


def test_canned_answers_speak_the_customers_language(hear: Hear, seller: User) -> None:
    made = actions.keep_answer(
        name="Thanks", text_en="Thank you, {name}. {my_name}", text_zh="{name}您好，謝謝。", by=seller
    )
    held = hear().conversation
    (one,) = offered([made], held, seller)
    assert (one.text, one.other, one.other_language) == ("王小明您好，謝謝。", "Thank you, 王小明. Anna Lin", "EN")
    english = create_party(by=None, name="Joan {my_name}", language="en")
    (two,) = offered([made], hear(party_id=english.pk).conversation, seller)
    assert two.text == "Thank you, Joan {my_name}. Anna Lin"
    with pytest.raises(UserError, match="no field"):
        actions.keep_answer(name="Bad", text_en="{password}", text_zh="", by=seller)
    with pytest.raises(UserError, match="Another"):
        actions.keep_answer(name="Thanks", text_en="x", text_zh="", by=seller)
    actions.remove_answer(answer=made, by=seller)
    assert queries.canned_answers() == []
    actions.bring_back(answer=made, by=seller)
    assert queries.canned_answers() == [made]


def drafted(held: Conversation, user: User) -> dict[str, str]:
    return {kind: one.text for kind, one in queries.drafts_of(held, user).items()}


def test_drafts_are_each_persons_own(hear: Hear, seller: User, make_user: MakeUser) -> None:
    held, agent = hear().conversation, make_user(role="agent")
    actions.keep_draft(held, by=seller, text="Dear")
    actions.keep_draft(held, by=seller, text="Dear Ming")
    actions.keep_draft(held, by=seller, text="careful", kind="note")
    assert drafted(held, seller) == {"reply": "Dear Ming", "note": "careful"}
    assert drafted(held, agent) == {}
    assert queries.begun_by(seller, [held]) == {held.pk}
    actions.keep_draft(held, by=seller, text=" ")
    assert not Draft.objects.filter(kind="reply").exists()
    actions.reply(held, text="Dear Ming", by=seller)
    assert drafted(held, seller) == {"note": "careful"}
    actions.keep_draft(held, by=seller, text="Dear Ming ")
    assert drafted(held, seller) == {"note": "careful"}, "it was on its way when the answer left"


def test_who_else_is_here_is_seen_for_half_a_minute(hear: Hear, seller: User, make_user: MakeUser) -> None:
    held, agent = hear().conversation, make_user(role="agent", name="Ben Wu")
    actions.be_here(held, by=seller)
    actions.be_here(held, by=agent, typing=True)
    actions.be_here(held, by=agent, typing=True)
    assert [(one.name, one.typing) for one in queries.others_at(held, seller)] == [("Ben Wu", True)]
    with clock.stopped_at(clock.now() + timedelta(seconds=20)):
        assert [(one.name, one.typing) for one in queries.others_at(held, seller)] == [("Ben Wu", False)]
    with clock.stopped_at(clock.now() + timedelta(seconds=31)):
        assert queries.others_at(held, seller) == []
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        actions.be_here(held, by=seller)
        assert Presence.objects.count() == 1
