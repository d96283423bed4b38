"""Members follow every change, whoever writes it; what is followed step by step is what working everything out gives."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from regulars.commerce.actions import place_order
from regulars.commerce.actions.orders import Line
from regulars.customers import actions, timeline
from regulars.customers.models import CustomerSummary, Event, Party, PartyRelation
from regulars.customers.timeline import NewEvent
from regulars.kit import clock
from regulars.kit.errors import Conflict, UserError
from regulars.marketing.segments import hooks, membership
from regulars.marketing.segments.actions import bring_back, change_segment, make_segment, remove_segment
from regulars.marketing.segments.conditions import Scope
from regulars.marketing.segments.definition import matching
from regulars.marketing.segments.models import BY_MANY, BY_RULE, BY_TIME, Mark, Member, Segment, Topic
from regulars.marketing.segments.watch import Watch
from tests.marketing.segments.conftest import (
    ORDERED,
    all_of,
    any_of,
    buys,
    event,
    fact,
    follow,
    names,
    none_of,
    stay,
)

pytestmark = pytest.mark.django_db
People = dict[str, Party]
Make = Callable[..., Segment]


def figures(party: Party, **values: Any) -> None:
    CustomerSummary.objects.filter(party=party).update(**values)


def test_members_are_worked_out_when_a_segment_is_made(people: People, make: Make) -> None:
    figures(people["王小明"], stage="divorce")
    segment = make(all_of(fact("stage", "divorce,pre_divorce")))
    assert names(segment) == {"王小明"}
    assert (segment.size, segment.being_worked_out) == (1, False)
    assert stay(segment, people["王小明"]).cause == BY_RULE


def test_customer_enters_after_the_event_and_leaves_when_its_days_run_out(people: People, make: Make) -> None:
    segment = make(all_of(event(days="30")))
    buys(people["陳大文"])
    membership.catch_up()
    assert names(segment) == {"陳大文"}
    assert stay(segment, people["陳大文"]).cause == ORDERED
    with clock.stopped_at(clock.now() + timedelta(days=29, hours=23)):
        membership.pass_time()
        assert names(segment) == {"陳大文"}
    with clock.stopped_at(clock.now() + timedelta(days=30, seconds=1)):
        membership.pass_time()
    assert names(segment) == set()
    assert stay(segment, people["陳大文"]).left_cause == BY_TIME
    segment.refresh_from_db()
    assert segment.size == 0


def test_time_is_followed_when_somebodys_days_run_out_and_not_before(
    people: People, make: Make, django_assert_num_queries: Any
) -> None:
    segment = make(all_of(event(days="30")))
    buys(people["陳大文"])
    membership.catch_up()
    watch, begin = Watch(), clock.now()
    watch.pass_time(changed=False)
    with clock.stopped_at(begin + timedelta(days=30, seconds=-1)), django_assert_num_queries(0):
        assert watch.pass_time(changed=False) == 0
    with clock.stopped_at(begin + timedelta(days=30)):
        assert watch.pass_time(changed=False) == 1
        assert names(segment) == set()
    with clock.stopped_at(begin + timedelta(days=60)), django_assert_num_queries(0):
        assert watch.pass_time(changed=False) == 0


def test_time_alone_brings_somebody_in(people: People, make: Make) -> None:
    figures(people["林美玉"], last_order_at=clock.now() - timedelta(days=80))
    segment = make(all_of({"is": "moment", "what": "last_order", "side": "before", "days": "90"}))
    assert names(segment) == set()
    with clock.stopped_at(clock.now() + timedelta(days=11)):
        membership.pass_time()
    assert names(segment) == {"林美玉"}
    assert stay(segment, people["林美玉"]).cause == BY_TIME


def test_entry_that_is_dated_ahead_counts_when_its_time_comes(people: People, make: Make) -> None:
    segment = make(all_of(event()))
    buys(people["林美玉"], days_ago=-1)
    follow()
    assert names(segment) == set()
    with clock.stopped_at(clock.now() + timedelta(days=1, seconds=1)):
        membership.pass_time()
        assert names(segment) == {"林美玉"}


def test_what_others_write_in_bulk_is_followed(people: People, make: Make) -> None:
    bought, gone = make(all_of(event())), make(all_of(fact("stage", "divorce")))
    timeline.record_many(
        NewEvent(kind=ORDERED, customer_id=party.pk, occurred_at=clock.now(), source="shop", source_key=party.name)
        for party in people.values()
    )
    CustomerSummary.objects.filter(party__in=[one.pk for one in people.values()]).update(stage="divorce")
    follow()
    assert names(bought) == names(gone) == set(people)


def test_retracted_and_corrected_entries_count_no_more(people: People, make: Make) -> None:
    segment = make(all_of(event()))
    first, second = buys(people["王小明"]), buys(people["陳大文"])
    follow()
    assert names(segment) == {"王小明", "陳大文"}
    Event.objects.filter(pk=first.pk).update(retracted_in=1)
    timeline.record(kind="commerce.order_cancelled", customer=people["陳大文"], supersedes=second)
    follow()
    assert names(segment) == set()


@pytest.mark.parametrize(("measure", "more", "expected"), [
    ("at_least", {"times": "2"}, {"陳大文"}),
    ("fewer", {"times": "2"}, {"王小明", "林美玉"}),
    ("never", {}, {"林美玉"}),
    ("sum_at_least", {"amount": "3000"}, {"陳大文"}),
    ("sum_below", {"amount": "3,000"}, {"王小明", "林美玉"}),
])  # fmt: skip
def test_events_are_counted_and_summed_within_their_days(
    people: People, make: Make, measure: str, more: dict[str, str], expected: set[str]
) -> None:
    buys(people["王小明"], amount=200_000)
    buys(people["王小明"], days_ago=31, amount=900_000)
    buys(people["陳大文"], amount=150_000)
    buys(people["陳大文"], days_ago=29, amount=150_000)
    assert names(make(all_of(event(measure, **more)))) == expected


def test_groups_go_together_as_they_say(people: People, make: Make) -> None:
    figures(people["王小明"], stage="divorce")
    figures(people["陳大文"], stage="welcome")
    buys(people["陳大文"])
    buys(people["林美玉"])
    either = any_of(fact("stage", "divorce"), event())
    assert names(make(either)) == set(people)
    assert names(make(all_of(either, none_of(fact("stage", "welcome"))))) == {"王小明", "林美玉"}
    assert names(make(none_of(event()))) == {"王小明"}


def test_consent_and_relations_are_followed(people: People, make: Make) -> None:
    permits, household = make(all_of(fact("permits", "email"))), make(all_of({"is": "relation", "kind": "referred_by"}))
    actions.record_consent(party=people["王小明"], channel="email", state="granted", by=None)
    actions.add_relation(party=people["陳大文"], other=people["王小明"], kind="referred_by", by=None)
    follow()
    assert (names(permits), names(household)) == ({"王小明"}, {"陳大文"})
    actions.record_consent(party=people["王小明"], channel="email", state="withdrawn", by=None)
    actions.end_relation(relation=PartyRelation.objects.get(), by=None)
    follow()
    assert names(permits) == names(household) == set()
    assert stay(permits, people["王小明"]).left_cause == "consent"


def test_trash_merge_and_erasure_take_customers_out(people: People, make: Make, owner: Any) -> None:
    segment = make(all_of(event(days="")))
    for party in people.values():
        buys(party)
    follow()
    actions.trash_parties(party_ids=[people["王小明"].pk], by=owner)
    follow()
    assert names(segment) == {"陳大文", "林美玉"}
    actions.restore_parties(party_ids=[people["王小明"].pk], by=owner)
    merge = actions.merge_parties(winner=people["陳大文"], loser=people["王小明"], by=owner)
    follow()
    current = Member.objects.current().filter(segment=segment)
    assert set(current.values_list("party__name", flat=True)) == {"陳大文", "林美玉"}
    actions.unmerge(merge=merge, by=owner)
    follow()
    assert names(segment) == set(people)
    actions.erase_person(party=people["林美玉"], by=owner)
    follow()
    assert not Member.objects.filter(party=people["林美玉"]).exists()
    segment.refresh_from_db()
    assert segment.size == current.count() == 2


def test_winner_of_a_merge_has_what_the_loser_did(people: People, make: Make, owner: Any) -> None:
    segment = make(all_of(event(times="2")))
    buys(people["王小明"])
    buys(people["陳大文"])
    follow()
    assert names(segment) == set()
    actions.merge_parties(winner=people["陳大文"], loser=people["王小明"], by=owner)
    follow()
    assert names(segment) == {"陳大文"}


def test_order_through_the_product_moves_its_customer(people: People, make: Make) -> None:
    segment = make(all_of(event(), fact("orders", "1..")))
    place_order(
        source="shop", number="A1", customer=people["王小明"], ordered_at=clock.now(), lines=[Line(10_000, description="Tea")],
        by=None,
    )  # fmt: skip
    follow()
    assert names(segment) == {"王小明"}


def test_changed_rule_moves_whom_it_must_and_keeps_the_past(people: People, make: Make, owner: Any) -> None:
    figures(people["王小明"], stage="divorce")
    figures(people["陳大文"], stage="welcome")
    with clock.stopped_at(clock.now() - timedelta(days=10)):
        segment = make(all_of(fact("stage", "divorce")))
    changed = change_segment(
        segment=segment, name=segment.name, rule=all_of(fact("stage", "welcome")), by=owner, version=1
    )
    assert changed.being_worked_out
    follow()
    assert names(segment) == {"陳大文"}
    assert names(segment, clock.now() - timedelta(days=1)) == {"王小明"}
    assert names(segment, clock.now() - timedelta(days=11)) == set()
    with pytest.raises(Conflict):
        change_segment(segment=segment, name=segment.name, rule=all_of(fact("stage", "divorce")), by=owner, version=1)


def test_name_alone_leaves_members_alone(people: People, make: Make, owner: Any) -> None:
    segment = make(all_of(fact("stage", "recruit")))
    changed = change_segment(segment=segment, name="Newcomers", rule=segment.rule, by=owner)
    assert (changed.name, changed.version, changed.being_worked_out) == ("Newcomers", 1, False)


def test_removed_segment_empties_and_comes_back(people: People, make: Make, owner: Any) -> None:
    segment = make(all_of(fact("stage", "recruit")))
    before = names(segment)
    remove_segment(segment=segment, by=owner)
    assert names(segment) == set()
    assert not Topic.objects.exists()
    bring_back(segment=segment, by=owner)
    follow()
    assert names(segment) == before == set(people)


def test_nothing_is_marked_of_which_no_segment_speaks(people: People, make: Make) -> None:
    buys(people["王小明"])
    assert not Mark.objects.exists()
    make(all_of(event(kind="channels.note_written")))
    buys(people["王小明"])
    figures(people["王小明"], stage="divorce")
    assert not Mark.objects.exists()


def test_figures_told_again_as_they_were_leave_no_mark(people: People, make: Make) -> None:
    make(all_of(fact("stage", "divorce")))
    figures(people["王小明"], stage="recruit", as_of=clock.now())
    assert not Mark.objects.exists()
    figures(people["王小明"], stage="divorce")
    assert Mark.objects.filter(topic="figures").count() == 1


def test_very_many_changes_are_worked_out_at_once(people: People, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    segment, other = make(all_of(event())), make(all_of(fact("stage", "divorce")))
    monkeypatch.setattr(membership, "MOST_MARKS", 2)
    for party in people.values():
        buys(party)
    assert membership.catch_up() == 3
    segment.refresh_from_db()
    other.refresh_from_db()
    assert (segment.being_worked_out, other.being_worked_out) == (True, False)
    follow()
    assert names(segment) == set(people)
    assert stay(segment, people["王小明"]).cause == BY_MANY
    segment.refresh_from_db()
    assert segment.size == 3


@pytest.mark.parametrize("most", [100, 0])
def test_few_are_asked_one_by_one_and_many_together(
    people: People, make: Make, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    segments = [make(rule) for rule in RULES]
    monkeypatch.setattr(membership, "MOST_ONE_BY_ONE", most)
    for party in list(people.values())[:2]:
        buys(party, amount=260_000)
        figures(party, orders=2, last_order_at=clock.now())
    membership.catch_up()
    moment = Scope(clock.now())
    expected = [set(matching(one.rule, moment).values_list("name", flat=True)) for one in segments]
    assert [names(one) for one in segments] == expected
    assert sum(map(bool, expected)) >= 4


def test_rule_that_can_hold_for_nobody_has_no_members(people: People, make: Make) -> None:
    segment = make(all_of(event()))
    Segment.objects.filter(pk=segment.pk).update(rule=all_of(fact("territory", "999"), event()), asked_at=clock.now())
    buys(people["王小明"])
    follow()
    assert names(segment) == set()


def test_moves_are_told_after_commit(
    people: People, make: Make, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    segment = make(all_of(event()))
    heard: list[hooks.Moved] = []
    hooks.subscribe(heard.append)
    try:
        buys(people["王小明"])
        with django_capture_on_commit_callbacks(execute=True):
            follow()
            assert heard == []
    finally:
        hooks.unsubscribe(heard.append)
    assert [(one.segment, one.entered, one.left) for one in heard] == [(segment.pk, 1, 0)]


def test_change_that_is_rolled_back_moves_nobody(people: People, make: Make) -> None:
    segment = make(all_of(event()))
    with transaction.atomic():
        buys(people["王小明"])
        transaction.set_rollback(True)
    follow()
    assert names(segment) == set()


@pytest.mark.parametrize("rule", [
    {}, {"match": "all", "parts": []}, {"match": "some", "parts": [{"is": "is_stage", "value": "divorce"}]},
    {"match": "all", "parts": [{"is": "is_stage", "value": "nowhere"}]}, {"match": "all", "parts": [{"is": "unknown"}]},
    {"match": "all", "parts": [{"is": "event", "kind": "x", "measure": "at_least", "times": "1"}]},
    {"match": "all", "parts": [{"is": "event", "kind": ORDERED, "measure": "at_least", "times": "0"}]},
    {"match": "all", "parts": [{"is": "moment", "what": "last_order", "side": "before", "days": "-1"}]},
    {"match": "all", "parts": [{"match": "any", "parts": [{"match": "any", "parts": [{"match": "any", "parts": [
        {"match": "any", "parts": [{"is": "is_stage", "value": "divorce"}]}]}]}]}]},
])  # fmt: skip
def test_rule_that_makes_no_sense_is_refused(owner: Any, rule: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        make_segment(name="Any", rule=rule, by=owner)


def test_name_is_taken_once(make: Make, owner: Any) -> None:
    make(all_of(event()), "Buyers")
    with pytest.raises(UserError, match="already"):
        make_segment(name=" Buyers ", rule=all_of(event()), by=owner)


RULES = (
    all_of(event(times="2", days="20")),
    all_of(event("never", days="10"), fact("stage", "divorce,welcome")),
    any_of(fact("permits", "email"), event("sum_at_least", amount="2500", days="40")),
    all_of(fact("orders", "2.."), none_of(fact("stage", "divorce"))),
    all_of({"is": "moment", "what": "last_order", "side": "within", "days": "15"}),
    none_of({"is": "moment", "what": "last_order", "side": "before", "days": "15"}, event(days="5")),
    all_of(fact("last_order", "last7")),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_followed_step_by_step_is_what_working_everything_out_gives(
    db: None, make: Make, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.marketing.segments.watch.AGAIN_SECONDS", 0)
    rng, watch = random.Random(seed), Watch()
    begin = clock.now() - timedelta(days=90)
    with clock.stopped_at(begin):
        parties = [actions.create_party(by=None, name=f"客{number}") for number in range(12)]
        segments = [make(rule) for rule in RULES]
    moment = begin
    for _step in range(60):
        moment += timedelta(hours=rng.randrange(1, 60))
        with clock.stopped_at(moment):
            for _act in range(rng.randrange(3)):
                _something(rng, rng.choice(parties))
            watch.pass_time(changed=membership.catch_up() > 0)
            for segment in segments:
                expected = set(matching(segment.rule, Scope(moment)).values_list("pk", flat=True))
                now = set(Member.objects.current().filter(segment=segment).values_list("party_id", flat=True))
                assert now == expected, segment.rule
    for segment in segments:
        segment.refresh_from_db()
        assert segment.size == Member.objects.current().filter(segment=segment).count()
    assert Member.objects.filter(until__isnull=False).count() > 20


def _something(rng: random.Random, party: Party) -> None:
    match rng.randrange(5):
        case 0:
            figures(party, stage=rng.choice(["divorce", "welcome", "recruit"]), orders=rng.randrange(4))
        case 1:
            actions.record_consent(
                party=party, channel="email", state=rng.choice(["granted", "withdrawn"]), by=None, given_at=clock.now()
            )
        case _:
            days = rng.choice([0, 0, 3, 18])
            buys(party, days_ago=days, amount=rng.randrange(50_000, 200_000))
            figures(party, last_order_at=clock.now() - timedelta(days=days))
