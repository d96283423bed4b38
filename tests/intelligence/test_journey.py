"""The eight stages: each rule, and that nothing flaps, whichever night it is looked at."""

from collections.abc import Sequence

import numpy as np
import pytest

from regulars.intelligence.models import population, walk
from regulars.intelligence.models.journey import NEVER, Calibration, Cause, Moves, Purchases, Stage, Standing, replay
from regulars.intelligence.models.leaving import Leaving
from regulars.intelligence.models.rhythm import RhythmPrior

KNOWN = Calibration(prior=RhythmPrior(1.5, 55.0), leaving=Leaving(), amount_variance=0.1)


def purchases(
    *customers: Sequence[int], goods: Sequence[Sequence[float]] | None = None, complaint: int = NEVER
) -> Purchases:
    who = np.repeat(np.arange(len(customers)), [len(days) for days in customers])
    day = np.concatenate([np.asarray(days, np.int64) for days in customers])
    amounts = np.concatenate([np.asarray(one, float) for one in goods]) if goods else np.full(len(day), 1000.0)
    first = np.full(len(day), NEVER)
    if complaint != NEVER:
        first[np.flatnonzero(day < complaint)[-1]] = complaint
    return Purchases(who, day, amounts, np.zeros(len(day), bool), first)


def stage_of(days: Sequence[int], today: int, **more: object) -> Stage:
    return Stage(replay(purchases(days, **more), [KNOWN], today)[1].stage[0])  # type: ignore[arg-type]


def path(moves: Moves) -> list[Stage]:
    return [Stage(one) for one in moves.target]


def test_first_purchase_welcomes_until_half_of_those_who_come_back_have_done_so() -> None:
    assert stage_of([0], 0) is Stage.WELCOME
    assert stage_of([0], 36) is Stage.WELCOME
    assert stage_of([0], 38) is Stage.GETTING_TO_KNOW


def test_second_purchase_begins_getting_to_know_and_a_known_rhythm_account_management() -> None:
    assert stage_of([0, 20], 21) is Stage.GETTING_TO_KNOW
    assert stage_of([0, 3, 60], 61) is Stage.GETTING_TO_KNOW, "two intervals as different as these tell little"
    assert stage_of([0, 20, 41], 42) is Stage.ACCOUNT_MANAGEMENT


def test_weekly_buyer_is_gone_after_two_months_and_a_yearly_one_is_not_after_a_year() -> None:
    weekly, yearly = list(range(0, 140, 7)), list(range(0, 1500, 365))
    assert stage_of(weekly, weekly[-1] + 60) is Stage.DIVORCE
    assert stage_of(yearly, yearly[-1] + 90) is Stage.ACCOUNT_MANAGEMENT
    assert stage_of(yearly, yearly[-1] + 365) is Stage.ACCOUNT_MANAGEMENT
    assert stage_of(yearly, yearly[-1] + 1400) is Stage.DIVORCE


def test_silence_leads_through_pre_divorce_to_divorce_and_a_purchase_to_recovery_and_back() -> None:
    regular = list(range(0, 300, 30))
    back = regular[-1] + 500
    moves, standing = replay(purchases([*regular, back, back + 30, back + 60]), [KNOWN], back + 61)
    late = path(moves)[-4:]
    assert late == [Stage.PRE_DIVORCE, Stage.DIVORCE, Stage.RECOVERY, Stage.ACCOUNT_MANAGEMENT]
    assert [Cause(one) for one in moves.cause[-2:]] == [Cause.BACK, Cause.ESTABLISHED]
    assert moves.day[-2:].tolist() == [back, back + 60]
    assert standing.returned_after[0] == 500


def test_growth_intensifies_and_a_complaint_ends_it() -> None:
    days, amounts = list(range(0, 300, 30)), [1000, 1100, 950, 1050, 1000, 980, 1020, 3000, 3200, 3100]
    assert stage_of(days, 275, goods=[amounts]) is Stage.INTENSIFY
    moves, standing = replay(purchases(days, goods=[amounts], complaint=280), [KNOWN], 281)
    assert standing.stage[0] == Stage.ACCOUNT_MANAGEMENT
    assert (int(moves.day[-1]), Cause(moves.cause[-1])) == (280, Cause.COMPLAINT)


def test_shrinking_baskets_are_pre_divorce_although_nobody_is_silent() -> None:
    days, amounts = list(range(0, 300, 30)), [3000, 3100, 2950, 3050, 3000, 2980, 3020, 900, 1000, 950]
    _, standing = replay(purchases(days, goods=[amounts]), [KNOWN], 275)
    assert standing.stage[0] == Stage.PRE_DIVORCE
    assert Cause(standing.cause[0]) is Cause.SHRINKING
    assert standing.amount_change[0] == pytest.approx(-0.68, abs=0.02)


@pytest.fixture(scope="module")
def world() -> Purchases:
    """120 customers of all rhythms over 700 days, half of whom leave some day."""
    rng = np.random.default_rng(11)
    customers = []
    for _ in range(120):
        pace, day, end = (
            max(rng.lognormal(3.7, 0.8), 15),
            rng.integers(0, 400),
            700 if rng.random() < 0.5 else rng.integers(100, 700),
        )
        days = [int(day)]
        while (day := day + max(1, round(rng.gamma(3, pace / 3)))) < end:
            days.append(int(day))
        customers.append(days)
    goods = [np.exp(rng.normal(6, 0.3, len(days))) for days in customers]
    return purchases(*customers, goods=goods)


def until(bought: Purchases, today: int) -> tuple[Purchases, np.ndarray]:
    """What was known on that day, and which customers it is about."""
    here = bought.day <= today
    ids, numbers = np.unique(bought.customer[here], return_inverse=True)
    return Purchases(
        numbers, bought.day[here], bought.goods[here], bought.complaint_open[here], bought.complaint_day[here]
    ), ids


def night(
    world: Purchases, today: int, kept: list[Calibration]
) -> tuple[Moves, Standing, np.ndarray, list[Calibration]]:
    bought, ids = until(world, today)
    calibrations = population.renewed(kept, bought, today)
    return *replay(bought, calibrations, today), ids, calibrations


def test_walking_in_parts_comes_to_the_same(world: Purchases, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replay(world, [KNOWN], 700)
    monkeypatch.setattr(walk, "PART", 17)
    for one, other in zip(replay(world, [KNOWN], 700), whole, strict=True):
        for column in set(one.__dataclass_fields__) - {"rhythm"}:
            np.testing.assert_array_equal(getattr(one, column), getattr(other, column))
    assert whole[0].customer.max() == 119


def test_nights_one_after_another_agree_with_a_rebuild_and_only_facts_or_ageing_move_anybody(world: Purchases) -> None:
    kept: list[Calibration] = []
    written: dict[tuple[int, int], tuple[int, int]] = {}
    stages: dict[int, int] = {}
    for today in range(420, 530):
        moves, standing, ids, kept = night(world, today, kept)
        bought_today = set(world.customer[world.day == today].tolist())
        for customer, stage in zip(ids.tolist(), standing.stage.tolist(), strict=True):
            before = stages.get(customer, stage)
            ageing = stage == before or (before, stage) in {
                (Stage.WELCOME, Stage.GETTING_TO_KNOW), *((one, Stage.PRE_DIVORCE) for one in Stage), *((one, Stage.DIVORCE) for one in Stage),
            }  # fmt: skip
            assert ageing or customer in bought_today, (today, customer, Stage(before), Stage(stage))
            assert not (before == Stage.DIVORCE and stage == Stage.PRE_DIVORCE)
            stages[customer] = stage
        for customer, day, origin, target in zip(
            ids[moves.customer].tolist(), moves.day.tolist(), moves.origin.tolist(), moves.target.tolist(), strict=True
        ):
            assert written.setdefault((customer, day), (origin, target)) == (origin, target), "history was rewritten"
    assert len(kept) > 3
    rebuilt, _ = replay(until(world, 529)[0], kept, 529)
    again = {
        (int(ids[c]), int(d)): (int(o), int(t))
        for c, d, o, t in zip(rebuilt.customer, rebuilt.day, rebuilt.origin, rebuilt.target, strict=True)
    }
    assert again == written


def test_calibration_starts_again_when_the_past_is_rewritten(world: Purchases) -> None:
    *_, kept = night(world, 500, night(world, 400, [])[3])
    assert len(kept) == 2
    half = world.customer < 60
    less = Purchases(
        world.customer[half], world.day[half], world.goods[half], world.complaint_open[half], world.complaint_day[half]
    )
    assert len(population.renewed(kept, until(less, 500)[0], 500)) == 1


def test_calibration_survives_keeping() -> None:
    kept = population.from_dict(-NEVER, population.as_dict(KNOWN))
    assert kept == KNOWN


def test_nobody_makes_no_moves() -> None:
    nobody = Purchases(*(np.empty(0, kind) for kind in (np.int64, np.int64, float, bool, np.int64)))
    moves, standing = replay(nobody, [KNOWN], 10)
    assert not len(moves.day)
    assert not len(standing.stage)
