"""One customer after the other: who may be called, by one agent alone, and what came of it everywhere it matters."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.customers import actions as customers
from regulars.customers.models import Consent, Event, Party, Pressure, Suppression, Task
from regulars.customers.permission import actions as permission
from regulars.kit import clock
from regulars.kit.errors import Conflict, Forbidden, UserError
from regulars.marketing.call_lists import actions, calling, outcomes, queries
from regulars.marketing.call_lists.models import Call, CallList, CallTry
from tests.marketing.call_lists.conftest import NOON, callable_customer

pytestmark = pytest.mark.django_db


def served(call_list: CallList, by: Any) -> Call:
    call = calling.next_call(call_list=call_list, by=by)
    assert call is not None
    return call


def events(party: Party) -> list[str]:
    return list(
        Event.objects.filter(customer=party, retracted_in=None, kind__startswith="channels.").values_list(
            "kind", flat=True
        )
    )


def test_making_a_list_again_adds_only_who_is_not_on_it(people: list[Party]) -> None:
    first = actions.make(origin="campaign:1", name="A", script=None, party_ids=[people[0].pk], not_after=None, by=None)
    again = actions.make(
        origin="campaign:1", name="A", script=None, party_ids=[one.pk for one in people], not_after=None, by=None
    )
    assert again.pk == first.pk
    assert Call.objects.filter(list=first).count() == 4


def test_best_customer_is_called_first_and_who_never_said_yes_is_skipped(
    call_list: CallList, people: list[Party], agent: Any
) -> None:
    first = served(call_list, agent)
    assert first.party == people[0]
    outcomes.record(call=first, outcome="yes", by=agent, note="Wants two boxes")
    assert served(call_list, agent).party == people[2]
    skipped = Call.objects.get(list=call_list, party=people[1])
    assert (skipped.state, skipped.reason) == ("skipped", "no_consent")
    assert events(people[0]) == ["channels.call_logged"]


def test_urgent_list_begins_with_the_most_at_stake(people: list[Party], agent: Any) -> None:
    urgent = actions.make(
        origin="", name="Rescue", script=None, party_ids=[one.pk for one in people], not_after=None, by=None, order="urgency"
    )  # fmt: skip
    assert served(urgent, agent).party == people[3]


def test_two_agents_never_have_the_same_customer_not_even_from_two_lists(
    call_list: CallList, people: list[Party], agent: Any, other: Any
) -> None:
    twin = actions.make(
        origin="", name="Twin", script=None, party_ids=[one.pk for one in people], not_after=None, by=None
    )
    mine, theirs = served(call_list, agent), served(twin, other)
    assert mine.party == people[0]
    assert theirs.party == people[2]
    assert served(call_list, agent) == mine
    with pytest.raises(Conflict):
        outcomes.record(call=mine, outcome="yes", by=other)


def test_lease_that_is_over_frees_the_customer(call_list: CallList, agent: Any, other: Any) -> None:
    mine = served(call_list, agent)
    with clock.stopped_at(NOON + timedelta(minutes=21)):
        assert served(call_list, other) == mine
        with pytest.raises(Conflict):
            outcomes.record(call=mine, outcome="no", by=agent)


def test_permission_is_asked_again_when_the_customer_is_called(
    call_list: CallList, people: list[Party], agent: Any
) -> None:
    assert served(call_list, agent).party == people[0]
    customers.record_consent(party=people[0], channel="phone", state="withdrawn", by=None)
    assert served(call_list, agent).party == people[2]
    assert Call.objects.get(list=call_list, party=people[0]).reason == "refused"


def test_nobody_is_called_in_quiet_hours(call_list: CallList, agent: Any) -> None:
    night = NOON + timedelta(hours=10)
    with clock.stopped_at(night):
        assert calling.next_call(call_list=call_list, by=agent) is None
        assert queries.next_moment(call_list, agent) == NOON + timedelta(hours=21)
    with clock.stopped_at(NOON + timedelta(hours=21)):
        assert calling.next_call(call_list=call_list, by=agent) is not None


def test_who_was_reached_often_enough_waits_for_the_limit(call_list: CallList, people: list[Party], agent: Any) -> None:
    for days in range(1, 5):
        Pressure.objects.create(party=people[0], channel="email", day=(NOON - timedelta(days=days)).date(), n=1)
    assert served(call_list, agent).party == people[2]
    waits = Call.objects.get(list=call_list, party=people[0])
    assert (waits.state, waits.reason) == ("open", "capped")
    assert waits.next_at > NOON


def test_nobody_is_called_after_the_list_is_over(people: list[Party], agent: Any) -> None:
    soon = actions.make(
        origin="", name="Soon", script=None, party_ids=[people[0].pk], not_after=NOON + timedelta(hours=1), by=None
    )  # fmt: skip
    with clock.stopped_at(NOON + timedelta(hours=2)):
        assert calling.next_call(call_list=soon, by=agent) is None
    assert Call.objects.get(list=soon).reason == "late"


def test_callback_comes_back_to_the_same_agent_and_shows_on_their_today(
    call_list: CallList, people: list[Party], agent: Any, other: Any
) -> None:
    when = NOON + timedelta(hours=2)
    outcomes.record(call=served(call_list, agent), outcome="later", by=agent, call_back_at=when)
    task = Task.objects.get(party=people[0])
    assert (task.due_at, task.assignee, task.kind) == (when, agent, "promise")
    with clock.stopped_at(when):
        assert served(call_list, other).party == people[2]
        back = served(call_list, agent)
        assert back.party == people[0]
        outcomes.record(call=back, outcome="yes", by=agent)
    task.refresh_from_db()
    assert task.done_at is not None


def test_callback_must_be_a_time_at_which_one_may_call(call_list: CallList, agent: Any) -> None:
    call = served(call_list, agent)
    for when in (None, NOON - timedelta(minutes=1), NOON + timedelta(hours=12)):
        with pytest.raises(UserError):
            outcomes.record(call=call, outcome="later", by=agent, call_back_at=when)


def test_who_is_not_reached_is_tried_again_after_the_pause_and_not_for_ever(people: list[Party], agent: Any) -> None:
    one = actions.make(origin="", name="One", script=None, party_ids=[people[0].pk], not_after=None, by=None)
    moment = NOON
    for tried in range(1, 4):
        with clock.stopped_at(moment):
            outcomes.record(call=served(one, agent), outcome="not_reached", by=agent)
            assert calling.next_call(call_list=one, by=agent) is None
        moment += timedelta(minutes=240) if tried == 1 else timedelta(days=1)
    call = Call.objects.get(list=one)
    assert (call.state, call.reason, call.tries) == ("done", "tries", 3)
    assert events(people[0]) == ["channels.call_attempted"] * 3
    assert not Pressure.objects.filter(party=people[0], n__gt=0).exists()


def test_wrong_number_is_ended_and_another_one_called(people: list[Party], agent: Any) -> None:
    customers.add_contact_point(party=people[0], kind="phone", raw="0223456789", by=None)
    one = actions.make(origin="", name="One", script=None, party_ids=[people[0].pk], not_after=None, by=None)
    call = served(one, agent)
    made = outcomes.record(call=call, outcome="wrong_number", by=agent)
    assert queries.numbers_of([people[0].pk])[people[0].pk].kind == "phone"
    call.refresh_from_db()
    assert call.state == "open"
    outcomes.undo(made=made, by=agent)
    assert queries.numbers_of([people[0].pk])[people[0].pk].kind == "mobile"


def test_do_not_call_again_is_a_refusal_everywhere_and_can_be_taken_back(
    call_list: CallList, people: list[Party], agent: Any
) -> None:
    made = outcomes.record(call=served(call_list, agent), outcome="never", by=agent)
    assert permission.permits(people[0], "phone") is False
    assert Suppression.objects.standing().filter(party=people[0], channel="phone").count() == 1
    outcomes.undo(made=made, by=agent)
    assert permission.permits(people[0], "phone") is True
    assert not Suppression.objects.standing().filter(party=people[0]).exists()
    assert Consent.objects.filter(party=people[0]).count() == 3
    assert served(call_list, agent).party == people[0]


def test_undo_leaves_everything_as_before(call_list: CallList, people: list[Party], agent: Any, other: Any) -> None:
    call = served(call_list, agent)
    made = outcomes.record(
        call=call, outcome="later", by=agent, call_back_at=NOON + timedelta(hours=1), answers={"How many?": "3"}
    )
    assert Pressure.objects.get(party=people[0], channel="phone").n == 1
    with pytest.raises(UserError):
        outcomes.undo(made=made, by=other)
    outcomes.undo(made=made, by=agent)
    call.refresh_from_db()
    assert (call.state, call.outcome, call.tries, call.answers, call.agent) == ("open", "", 0, {}, None)
    assert call.leased_to == agent
    assert events(people[0]) == []
    assert not Task.objects.open().filter(party=people[0]).exists()
    assert Pressure.objects.get(party=people[0], channel="phone").n == 0
    with pytest.raises(UserError):
        outcomes.undo(made=made, by=agent)


def test_only_the_last_outcome_can_be_undone(call_list: CallList, agent: Any) -> None:
    first = outcomes.record(call=served(call_list, agent), outcome="not_reached", by=agent)
    with clock.stopped_at(NOON + timedelta(hours=5)):
        outcomes.record(call=served(call_list, agent), outcome="yes", by=agent)
        with pytest.raises(UserError):
            outcomes.undo(made=first, by=agent)


def test_progress_and_agents_count_what_happened(call_list: CallList, agent: Any, other: Any) -> None:
    outcomes.record(call=served(call_list, agent), outcome="yes", by=agent)
    outcomes.record(call=served(call_list, other), outcome="not_reached", by=other)
    told = queries.progress(call_list, agent)
    assert (told.total, told.due, told.later, told.settled) == (4, 1, 1, 2)
    assert (told.outcomes, told.skipped) == ({"yes": 1}, {"no_consent": 1})
    assert [(one.name, one.calls) for one in queries.agents(call_list, agent)] == [(agent.name, 1), (other.name, 1)]


def test_who_was_just_called_from_another_list_is_left_alone(
    call_list: CallList, people: list[Party], agent: Any, other: Any
) -> None:
    twin = actions.make(origin="", name="Twin", script=None, party_ids=[people[0].pk], not_after=None, by=None)
    outcomes.record(call=served(call_list, agent), outcome="no", by=agent)
    assert calling.next_call(call_list=twin, by=other) is None


def test_seller_is_handed_only_customers_they_see(call_list: CallList, make_user: Any) -> None:
    seller = make_user(role="seller")
    assert calling.next_call(call_list=call_list, by=seller) is None
    mine = callable_customer("周杰", "0912000009")
    customers.change_party(party=mine, changes={"owner": seller}, by=None)
    actions.make(origin="", name="x", script=None, party_ids=[mine.pk], not_after=None, by=None)
    added = actions.make(origin="campaign:7", name="x", script=None, party_ids=[mine.pk], not_after=None, by=None)
    assert served(added, seller).party == mine
    with pytest.raises(Forbidden):
        calling.next_call(call_list=added, by=make_user(role="analyst"))


def test_merged_customer_is_called_once_as_the_winner(
    call_list: CallList, people: list[Party], agent: Any, make_user: Any
) -> None:
    customers.merge_parties(winner=people[2], loser=people[0], by=make_user(role="owner"))
    assert served(call_list, agent).party == people[2]
    outcomes.record(call=served(call_list, agent), outcome="no", by=agent)
    assert served(call_list, agent).party == people[3]


def test_erased_customer_leaves_no_answers(
    call_list: CallList, people: list[Party], agent: Any, make_user: Any
) -> None:
    outcomes.record(call=served(call_list, agent), outcome="yes", by=agent, answers={"Name of the dog?": "旺財"})
    customers.erase_person(party=people[0], by=make_user(role="owner"), reason="asked")
    assert Call.objects.get(list=call_list, party=people[0]).answers == {}
    assert CallTry.objects.get().before == {}
