"""Merged and taken apart again, every row is what it was; whatever the records, in whatever order."""

from random import Random

import pytest

from regulars.customers import actions
from regulars.customers.models import ContactPoint, CustomerSummary, Event, Merge, MergeMove, Party
from tests.customers.merging.support import differences, dump, hang, person, rebuilt, relate, revenue

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


def draw(seed, owner, count):
    chance = Random(seed)
    parties = [person(chance, owner, n) for n in range(count)]
    relate(chance, parties)
    rebuilt()
    return chance, parties


@pytest.mark.parametrize("seed", range(8))
def test_unmerge_gives_back_every_row(owner, seed):
    _chance, (one, two, *_rest) = draw(seed, owner, 4)
    before, money = dump(), revenue()
    merge = actions.merge_parties(winner=one, loser=two, by=owner)
    assert revenue() == money
    assert CustomerSummary.objects.get(party=two).orders == 0
    merged = dump()
    rebuilt()
    assert differences(merged, dump()) == []
    actions.unmerge(merge=merge, by=owner)
    assert differences(before, dump()) == []
    rebuilt()
    assert differences(before, dump()) == []


@pytest.mark.parametrize("seed", range(20, 28))
def test_chains_unmerge_in_the_reverse_order(owner, seed):
    chance, parties = draw(seed, owner, 5)
    states, merges = [dump()], []
    for _n in range(4):
        live = list(Party.objects.filter(merged_into=None, pk__in=[one.pk for one in parties]).order_by("pk"))
        one, two = chance.sample(live, 2)
        choices = {"name": chance.choice(["winner", "loser"]), "address": "loser"} if chance.random() < 0.5 else {}
        merges.append(actions.merge_parties(winner=one, loser=two, by=owner, choices=choices))
        states.append(dump())
    assert not Party.objects.filter(merged_into__merged_into__isnull=False).exists()
    for merge in reversed(merges):
        states.pop()
        actions.unmerge(merge=merge, by=owner)
        assert differences(states[-1], dump()) == []


@pytest.mark.parametrize("seed", range(40, 48))
def test_two_merges_into_one_may_be_undone_in_either_order(owner, seed):
    _chance, (winner, one, two) = draw(seed, owner, 3)
    before = dump()
    first = actions.merge_parties(winner=winner, loser=one, by=owner)
    second = actions.merge_parties(winner=winner, loser=two, by=owner)
    actions.unmerge(merge=first, by=owner)
    rebuilt_state = dump()
    rebuilt()
    assert differences(rebuilt_state, dump()) == []
    actions.unmerge(merge=second, by=owner)
    assert differences(before, dump()) == []


@pytest.mark.parametrize("seed", range(60, 66))
def test_what_happened_in_between_stays_with_the_winner(owner, seed):
    chance, (one, two) = draw(seed, owner, 2)
    before, old = dump(), set(Event.objects.filter(customer=two).values_list("pk", flat=True))
    points = set(ContactPoint.objects.filter(party=two).values_list("pk", flat=True))
    merge = actions.merge_parties(winner=one, loser=two, by=owner)
    one.refresh_from_db()
    hang(chance, owner, one, 99)
    rebuilt()
    money = revenue()
    actions.unmerge(merge=merge, by=owner)
    assert revenue() == money
    state = dump()
    may_differ = ("customers.customersummary", "customers.contactpoint")
    its = {key: row for key, row in before.items() if f'"party": {two.pk},' in row or f'"customer": {two.pk},' in row}
    assert its
    assert {key: state[key] for key in its if not key.startswith(may_differ)} == {
        key: row for key, row in its.items() if not key.startswith(may_differ)
    }
    assert points <= set(ContactPoint.objects.filter(party=two).values_list("pk", flat=True))
    assert old <= set(Event.objects.filter(customer=two).values_list("pk", flat=True))
    rebuilt()
    assert differences(state, dump()) == []


def test_every_moved_row_is_written_down(owner):
    _chance, (one, two) = draw(7, owner, 2)
    events = set(Event.objects.filter(customer=two).values_list("pk", flat=True))
    merge = actions.merge_parties(winner=one, loser=two, by=owner)
    told = MergeMove.objects.filter(merge=merge, table="customers.event")
    assert {pk for move in told for pk in move.object_ids} == events
    assert all(move.before == {"customer": two.pk} and move.after == {"customer": one.pk} for move in told)
    assert Merge.objects.get(pk=merge.pk).counts["customers.event"] == len(events)
