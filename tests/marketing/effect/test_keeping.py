"""Sums follow the record: orders, returns, corrections, merges, undoing; and worked out anew they are the same."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars.commerce.models import Order, OrderState, Return
from regulars.customers.actions import merge_parties, unmerge
from regulars.customers.models import Consent, ConsentState, Merge, Party, PartyRelation, RelationKind, Suppression
from regulars.intelligence.models.experiments.sums import Sums
from regulars.kit import clock
from regulars.marketing.effect import keeping, queries
from regulars.marketing.effect.actions import assign_parties, end
from regulars.marketing.effect.models import CONTROL, Assignment, Experiment, Mark
from tests.marketing.effect.conftest import arms_of, buys, follow, make_parties, outcomes_of, sends_back, sums_of

pytestmark = pytest.mark.django_db


def total(experiment: Experiment, measure: str, arm: str) -> Sums:
    found = Sums(0, 0, 0, (0,), (0,), (0,))
    for one in experiment.sums.filter(measure=measure, arm=arm):
        found += one.sums
    return found


def test_an_order_moves_the_sums_by_the_unit_s_square(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(40)
    told = assign_parties(experiment, parties, at=clock.now() - timedelta(minutes=1))
    treated = arms_of(told, "offer")
    buys(treated[0], 100)
    follow()
    buys(treated[0], 50)
    follow()

    kept = total(experiment, "revenue", "offer")

    assert (kept.n, kept.y, kept.yy) == (len(treated), 150, 150**2)
    assert total(experiment, "orders", "offer").y == 1
    assert total(experiment, "revenue", CONTROL).y == 0


def test_only_customers_of_experiments_leave_marks(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(3)
    assign_parties(experiment, parties[:2], at=clock.now())

    buys(parties[2])
    assert not Mark.objects.exists()
    buys(parties[0])

    assert set(Mark.objects.values_list("party_id", flat=True)) == {parties[0]}


def test_a_return_takes_back_what_its_order_brought_even_after_the_end(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(20)
    begin = clock.now() - timedelta(days=9)
    before = buys(parties[0], 70_000, at=begin - timedelta(days=1))
    treated = arms_of(assign_parties(experiment, parties, at=begin), "offer")
    order = buys(treated[0], 100, at=begin + timedelta(days=2))
    end(experiment, at=begin + timedelta(days=5), by=None)
    sends_back(before, 70_000, at=begin + timedelta(days=3))
    follow()
    assert total(experiment, "revenue", "offer").y + total(experiment, "revenue", CONTROL).y == 100

    sends_back(order, 40, at=begin + timedelta(days=7))
    buys(treated[1], 999, at=begin + timedelta(days=6))
    follow()

    kept = total(experiment, "revenue", "offer")
    assert (kept.y, kept.yy) == (60, 3_600)
    assert total(experiment, "orders", "offer").y == 1


def test_what_was_spent_before_is_the_covariate(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(2)
    now = clock.now()
    order = buys(parties[0], 500, at=now - timedelta(days=100))
    sends_back(order, 200, at=now - timedelta(days=90))
    buys(parties[0], 9_000, at=now - timedelta(days=400))
    assign_parties(experiment, parties, at=now)

    assert dict(Assignment.objects.values_list("party", "x")) == {parties[0]: 300, parties[1]: 0}
    arm = Assignment.objects.get(party=parties[0]).arm
    assert total(experiment, "revenue", arm).xx == (90_000,)


def test_orders_written_while_people_were_assigned_are_found_by_the_sweep(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(10)
    at = clock.now() - timedelta(seconds=30)
    buys(parties[0], 100, at=at + timedelta(seconds=10))  # no trigger knows yet that they are in an experiment
    assign_parties(experiment, parties, at=at)
    follow()
    assert not outcomes_of(experiment)

    with clock.stopped_at(clock.now() + timedelta(minutes=3)):
        assert keeping.sweep() == 1
    follow()

    assert len(outcomes_of(experiment)) == 2
    assert keeping.sweep() == 0


def test_of_two_who_turn_out_to_be_one_the_older_row_stands_and_undoing_gives_all_back(
    make: Callable[..., Experiment],
) -> None:
    experiment, parties = make(), make_parties(60)
    begin = clock.now() - timedelta(days=3)
    told = assign_parties(experiment, parties, at=begin)
    older, younger = arms_of(told, "offer")[0], arms_of(told, CONTROL)[0]
    Assignment.objects.filter(party=older).update(eligible_at=begin - timedelta(minutes=1))
    keeping.rebuild(experiment)
    buys(older, 100)
    buys(younger, 30)
    follow()
    before = sums_of(experiment)

    merge = merge_parties(winner=Party.objects.get(pk=younger), loser=Party.objects.get(pk=older), by=None)
    follow()

    assert total(experiment, "revenue", "offer").yy == 130**2
    assert total(experiment, "revenue", CONTROL).n == len(arms_of(told, CONTROL)) - 1
    assert set(Assignment.objects.filter(contaminated=True).values_list("party", "stands")) == {
        (older, True),
        (younger, False),
    }
    assert assign_parties(experiment, [younger], at=clock.now()) == {younger: "offer"}
    buys(younger, 5)
    follow()
    assert total(experiment, "revenue", "offer").yy == 135**2
    found = queries.report(experiment)
    assert (found.contaminated, found.without_contaminated and found.without_contaminated.units) == (
        1,
        found.treated - 1,
    )

    Order.objects.filter(amount=5).delete()
    unmerge(merge=merge, by=None)
    follow()
    assert sums_of(experiment) == before


def test_a_household_is_one_unit(make: Callable[..., Experiment]) -> None:
    parties = make_parties(4)
    home = Party.objects.create(name="王家", kind="household")
    for party in parties[:2]:
        PartyRelation.objects.create(party_id=party, other=home, kind=RelationKind.MEMBER_OF)
    experiment = make(unit="household")

    told = assign_parties(experiment, parties, at=clock.now())
    buys(parties[0], 100)
    buys(parties[1], 50)
    follow()

    assert told[parties[0]] == told[parties[1]]
    assert sum(arm.units for arm in queries.report(experiment).arms) == 3
    arm = told[parties[0]] or ""
    kept = total(experiment, "revenue", arm)
    assert kept.yy == 150**2
    assert total(experiment, "orders", arm).y == 1


def test_guardrails_follow_what_customers_say(make: Callable[..., Experiment]) -> None:
    experiment, parties = make(), make_parties(30)
    told = assign_parties(experiment, parties, at=clock.now() - timedelta(minutes=5))
    first, second = arms_of(told, "offer")[:2]

    Consent.objects.create(
        party_id=first, channel="email", purpose="marketing", state=ConsentState.WITHDRAWN, given_at=clock.now()
    )
    Suppression.objects.create(channel="email", digest="d", scope="marketing", reason="complaint", party_id=second)
    follow()

    assert total(experiment, "unsubscribed", "offer").y == 1
    assert total(experiment, "complained", "offer").y == 1


class History:
    """A random life of some customers: whatever may happen to the record."""

    def __init__(self, seed: int, parties: list[int], begin: datetime, end: datetime) -> None:
        self.chance, self.parties, self.begin, self.end = random.Random(seed), parties, begin, end

    def moment(self) -> datetime:
        return self.begin + (self.end - self.begin) * self.chance.random()

    def step(self) -> None:
        self.chance.choice(
            [
                self.buy,
                self.buy,
                self.buy,
                self.give_back,
                self.correct,
                self.cancel,
                self.undo,
                self.merge,
                self.take_apart,
                self.refuse,
            ]
        )()

    def _any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self.chance.choice(found) if found else None

    def buy(self) -> None:
        live = Party.objects.filter(pk__in=self.parties, merged_into=None).order_by("pk")
        cost = self.chance.choice([None, 40])
        buys(
            self.chance.choice(list(live.values_list("pk", flat=True))),
            self.chance.randrange(1, 500),
            at=self.moment(),
            cost=cost,
        )

    def give_back(self) -> None:
        if order := self._any(Order.objects.filter(retracted_in=None)):
            sends_back(order, self.chance.randrange(1, order.amount + 1), at=self.moment())

    def correct(self) -> None:
        if order := self._any(Order.objects.all()):
            Order.objects.filter(pk=order.pk).update(amount=self.chance.randrange(1, 900), ordered_at=self.moment())

    def cancel(self) -> None:
        if order := self._any(Order.objects.all()):
            Order.objects.filter(pk=order.pk).update(state=self.chance.choice(OrderState.values))

    def undo(self) -> None:
        for model in (Order, Return):
            if row := self._any(model.objects.all()):
                model.objects.filter(pk=row.pk).update(retracted_in=None if row.retracted_in else 1)

    def merge(self) -> None:
        live = list(Party.objects.filter(pk__in=self.parties, merged_into=None).order_by("pk"))
        if len(live) > 12:
            winner, loser = self.chance.sample(live, 2)
            merge_parties(winner=winner, loser=loser, by=None)

    def take_apart(self) -> None:
        if merge := self._any(Merge.objects.filter(undone_at=None, winner__merged_into=None)):
            unmerge(merge=merge, by=None)

    def refuse(self) -> None:
        party = self.chance.choice(self.parties)
        Consent.objects.create(
            party_id=party, channel="email", purpose="marketing", state=ConsentState.WITHDRAWN, given_at=self.moment()
        )


@pytest.mark.parametrize(("seed", "unit"), [(1, "party"), (2, "household"), (3, "party")])
def test_after_any_history_what_was_kept_is_what_is_worked_out_anew(
    make: Callable[..., Experiment], seed: int, unit: str
) -> None:
    chance, parties = random.Random(seed), make_parties(24)
    home = Party.objects.create(name="王家", kind="household")
    for party in parties[:5]:
        PartyRelation.objects.create(party_id=party, other=home, kind=RelationKind.MEMBER_OF)
    now = clock.now()
    history = History(seed, parties, now - timedelta(days=20), now)
    for _ in range(10):
        history.step()
    first, second, merged = make(unit=unit, variants=["a", "b"]), make(control_share=2_000), False
    for round_ in range(8):
        live = list(Party.objects.filter(pk__in=parties, merged_into=None).order_by("pk").values_list("pk", flat=True))
        assign_parties(first, chance.sample(live, 7), at=now - timedelta(days=14 - round_))
        if second.ended_at is None:
            assign_parties(second, chance.sample(live, 7), at=now - timedelta(days=5))
        for _ in range(8):
            history.step()
        follow()
        if round_ == 5:
            end(second, at=now - timedelta(days=1), by=None)
            follow()
        merged |= Assignment.objects.filter(stands=False).exists()
        for experiment in (first, second):
            experiment.refresh_from_db()
            kept, steps = sums_of(experiment), outcomes_of(experiment)
            keeping.rebuild(experiment)
            assert sums_of(experiment) == kept
            assert outcomes_of(experiment) == steps
    assert merged
    assert len(outcomes_of(first)) > 5
