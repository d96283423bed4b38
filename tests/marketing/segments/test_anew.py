"""Worked out together is what each rule gives by itself; whatever comes in between is followed, none lost and none twice."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from regulars.customers import actions, fields, timeline
from regulars.customers.models import CustomerSummary, Event, Party
from regulars.kit import clock
from regulars.marketing.segments import anew, hooks, keeper, membership
from regulars.marketing.segments.actions import change_segment
from regulars.marketing.segments.conditions import Scope
from regulars.marketing.segments.crowds import Crowds
from regulars.marketing.segments.definition import matching
from regulars.marketing.segments.models import BY_RULE, Member, Segment
from tests.marketing.segments.conftest import ORDERED, all_of, any_of, buys, event, fact, follow, names, none_of, stay

pytestmark = pytest.mark.django_db
People = dict[str, Party]
Make = Callable[..., Segment]
CALLED = "channels.call_logged"


def _condition(rng: random.Random) -> dict[str, Any]:
    days = rng.choice(["", "1", "5", "20", "20", "60"])
    kind = rng.choice([ORDERED, CALLED])
    return rng.choice([
        event("at_least", kind=kind, days=days, times=str(rng.randrange(1, 4))),
        event("fewer", kind=kind, days=days, times=str(rng.randrange(1, 4))),
        event("never", kind=kind, days=days),
        event("sum_at_least", days=days, amount=str(rng.randrange(1, 4_000))),
        event("sum_below", days=days, amount=str(rng.randrange(1, 4_000))),
        fact("stage", rng.choice(["divorce", "divorce,welcome"])),
        fact("orders", rng.choice(["2..", "..1"])),
        fact("permits", "email"),
        fact("own_gone", "1"),
        {"is": "relation", "kind": "referred_by"},
        {"is": "moment", "what": "last_order", "side": rng.choice(["within", "before", "ahead"]), "days": "20"},
    ])  # fmt: skip


def _rule(rng: random.Random, depth: int = 1) -> dict[str, Any]:
    parts = [_condition(rng) for _part in range(rng.randrange(1, 4))]
    if depth < 3 and rng.random() < 0.5:
        parts.append(_rule(rng, depth + 1))
    return rng.choice([all_of, any_of, none_of])(*parts)


def _lived(rng: random.Random, parties: list[Party]) -> None:
    """What customers did in three months: with amounts and without, taken back, corrected, dated ahead."""
    for party in parties:
        for _entry in range(rng.randrange(6)):
            when = clock.now() - timedelta(days=rng.choice([-2, 0, 1, 5, 20, 59, 90]), seconds=rng.choice([0, 0, 7]))
            amount = rng.choice([None, -50_000, 80_000, 250_000])
            entry = timeline.record(
                kind=rng.choice([ORDERED, ORDERED, CALLED]), customer=party, occurred_at=when, amount=amount,
                currency="TWD" if amount else "",
            )  # fmt: skip
            if rng.random() < 0.1:
                Event.objects.filter(pk=entry.pk).update(retracted_in=1)
            elif rng.random() < 0.1:
                timeline.record(kind="commerce.order_cancelled", customer=party, supersedes=entry)
        CustomerSummary.objects.filter(party=party).update(
            stage=rng.choice(["divorce", "welcome", "recruit"]), orders=rng.randrange(4),
            last_order_at=rng.choice([None, clock.now() - timedelta(days=rng.choice([-3, 3, 20, 40]))]),
        )  # fmt: skip
        if rng.random() < 0.4:
            state = rng.choice(["granted", "withdrawn"])
            actions.record_consent(party=party, channel="email", state=state, by=None)
        if party is not parties[0] and rng.random() < 0.2:
            actions.add_relation(party=party, other=parties[0], kind="referred_by", by=None)


@pytest.mark.parametrize("seed", range(4))
def test_asked_together_is_what_each_rule_gives_by_itself(db: None, owner: Any, seed: int) -> None:
    rng = random.Random(seed)
    with clock.stopped_at(clock.now()):
        parties = [actions.create_party(by=None, name=f"客{number}") for number in range(30)]
        _lived(rng, parties[2:])
        actions.trash_parties(party_ids=[parties[5].pk], by=owner)
        actions.merge_parties(winner=parties[6], loser=parties[7], by=owner)
        actions.erase_person(party=parties[8], by=owner)
        rules = [_rule(rng) for _rule_ in range(60)]
        crowds = Crowds(clock.now(), between=lambda: None)
        crowds.ask(rules)
        found = [set(crowds.customers(crowds.holding(rule))) for rule in rules]
        expected = [set(matching(rule, Scope(clock.now())).values_list("pk", flat=True)) for rule in rules]
    for rule, some, true in zip(rules, found, expected, strict=True):
        assert some == true, rule
    assert len({frozenset(some) for some in expected}) > 20


def test_statements_are_as_many_for_one_rule_as_for_many_of_the_kind(
    people: People, django_assert_max_num_queries: Any
) -> None:
    rules = [all_of(event(times=str(times)), fact("orders", f"{times}..")) for times in range(1, 41)]
    fields.begin_request()
    try:
        with django_assert_max_num_queries(6):
            Crowds(clock.now(), between=lambda: None).ask(rules)
    finally:
        fields.end_request()


def test_whoever_a_change_touches_meanwhile_is_left_to_their_mark(people: People, make: Make) -> None:
    segment = make(none_of(event()))
    assert names(segment) == set(people)
    buys(people["王小明"])
    follow()
    Member.objects.filter(segment=segment).delete()
    membership.ask(segment, BY_RULE)
    touched: list[Any] = []

    def between(_looked_at: Any) -> None:
        if not touched:
            touched.append(buys(people["陳大文"]))

    segment.refresh_from_db()
    anew.work_out([segment], between)
    assert names(segment) == {"林美玉"}
    assert membership.catch_up() == 1
    assert names(segment) == {"林美玉"}
    assert not Member.objects.filter(segment=segment, party=people["陳大文"]).exists()


def test_whoever_was_looked_at_meanwhile_is_left_as_that_look_found(
    people: People, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = make(all_of(event()))
    Segment.objects.filter(pk=segment.pk).update(asked_at=clock.now())
    followed = membership._catch_up_meanwhile
    bought: list[Any] = []

    def between(looked_at: Any) -> None:
        if not bought:
            bought.append(buys(people["王小明"]))
        followed(looked_at)

    monkeypatch.setattr(membership, "_catch_up_meanwhile", between)
    membership.work_out_next()
    assert names(segment) == {"王小明"}
    assert stay(segment, people["王小明"]).cause == ORDERED
    assert Member.objects.filter(segment=segment).count() == 1


def test_very_many_changes_meanwhile_are_left_for_afterwards(
    people: People, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = make(all_of(event()))
    monkeypatch.setattr(membership, "MOST_MARKS", 1)
    for party in people.values():
        buys(party)
    looked_at: membership.LookedAt = {}
    assert membership.catch_up(meanwhile=looked_at) == 0
    assert not looked_at
    assert names(segment) == set()
    follow()
    assert names(segment) == set(people)


def test_work_that_is_killed_in_between_leaves_nothing_wrong_and_is_done_again(
    people: People, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anew, "AT_ONCE", 1)
    segment = make(none_of(event()))
    Member.objects.filter(segment=segment).delete()
    membership.ask(segment, BY_RULE)
    segment.refresh_from_db()

    def between(_looked_at: Any) -> None:
        if Member.objects.current().filter(segment=segment).count() == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        anew.work_out([segment], between)
    segment.refresh_from_db()
    assert (len(names(segment)), segment.being_worked_out) == (2, True)
    heard: list[hooks.Moved] = membership.work_out_next()
    assert [(one.segment, one.entered, one.left) for one in heard] == [(segment.pk, 1, 0)]
    segment.refresh_from_db()
    assert (names(segment), segment.size, segment.being_worked_out) == (set(people), 3, False)
    assert Member.objects.filter(segment=segment).count() == 3


def test_rule_that_is_changed_meanwhile_is_worked_out_once_more(people: People, make: Make, owner: Any) -> None:
    segment = make(all_of(event()))
    buys(people["王小明"])
    follow()
    membership.ask(segment, BY_RULE)
    segment.refresh_from_db()
    changed: list[Segment] = []

    def between(_looked_at: Any) -> None:
        if not changed:
            changed.append(change_segment(segment=segment, name=segment.name, rule=none_of(event()), by=owner))

    assert anew.work_out([segment], between) == []
    assert names(segment) == {"王小明"}
    follow()
    assert names(segment) == {"陳大文", "林美玉"}


@pytest.mark.django_db(transaction=True)
def test_one_keeper_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "house.sqlite3"))
        with keeper._under_file_lock() as first, keeper._under_file_lock() as second:
            assert (first, second) == (True, False)
        with keeper._under_file_lock() as again:
            assert again
        return
    other = connections.create_connection("default")
    try:
        with keeper.keeping() as first, other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [keeper._NUMBER])
            assert (first, cursor.fetchone()[0]) == (True, False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [keeper._NUMBER])
            assert cursor.fetchone()[0]
            with keeper.keeping() as second:
                assert not second
    finally:
        other.close()
