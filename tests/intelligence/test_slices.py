"""A slice is what the analysis would have found of those customers alone; the desk is afterwards as it was."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.intelligence import analyses
from regulars.intelligence.analyses import (
    base,
    churn,
    cohorts,
    leads,
    lifetime,
    movement,
    next_offer,
    slices,
    survival,
    types,
    wallet,
)
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.analyses.slices import Slice
from regulars.intelligence.warehouse.store import Store
from tests.support.warehouse import warehouse

MakeDesk = Callable[..., Desk]
START, DAYS = date(2024, 1, 1), 900
TODAY = START + timedelta(days=DAYS)
ODD = Slice("class", "odd", "SELECT customer_id FROM customer_number WHERE customer_id % 2 = 1")
EVEN = Slice("class", "even", "SELECT customer_id FROM customer_number WHERE customer_id % 2 = 0")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """500 regular customers, some of whom leave; 100 contracts, of which the odd ones end sooner."""
    rng = np.random.default_rng(1)
    bought: list[tuple[int, date, int]] = []
    for who in range(1, 501):
        pace, leaves = float(rng.choice([14, 21, 30])), rng.exponential(1_200)
        day = first = float(rng.uniform(0, 60))
        while day < min(DAYS, first + leaves):
            bought.append((who, START + timedelta(days=int(day)), int(50_000 * rng.lognormal(0, 0.3))))
            day += rng.gamma(6, pace / 6)
    contracts = [
        (who, START + timedelta(days=who % 60), START + timedelta(days=who % 60 + (200 if who % 2 else 500)), None)
        for who in range(1, 101)
    ]
    return warehouse(tmp_path_factory.mktemp("house"), bought, contracts=contracts, others=range(501, 600))


@pytest.fixture
def desk(house: Store, make_desk: MakeDesk) -> Desk:
    made = make_desk(house, TODAY, before=("stage", "value"))
    made.engine.execute("CREATE TEMP TABLE customer_number AS SELECT customer_id FROM customer")
    return made


def told(desk: Desk, module: Any, *parts: Slice) -> tuple[Any, list[Any]]:
    """What a module finds of everybody, and of each part."""
    whole = module.run(desk)
    with slices.narrowing(desk, [module]) as narrowing:
        found = [
            next(result for _one, result in narrowing.tell(part, [module], {base.name(module): whole}))
            for part in parts
        ]
    return whole, found


@pytest.mark.parametrize("module", [churn, leads, types, lifetime, wallet], ids=base.name)
def test_parts_of_what_was_learned_add_up_to_the_whole(desk: Desk, module: Any) -> None:
    whole, (odd, even) = told(desk, module, ODD, EVEN)
    assert whole.enough
    assert 0 < odd.customers < whole.customers
    assert odd.customers + even.customers == whole.customers
    sums = {churn: "expected", leads: "customers_expected", lifetime: "money"}
    if module in sums:
        name = sums[module]
        assert getattr(odd, name) + getattr(even, name) == pytest.approx(getattr(whole, name))
    assert odd.trust() == whole.trust()
    assert [one.as_dict()["code"] for one in odd.headline()]


@pytest.mark.parametrize("module", [churn, leads, types, lifetime, wallet], ids=base.name)
def test_the_part_that_is_everybody_says_what_the_whole_says(desk: Desk, module: Any) -> None:
    whole, (everybody,) = told(desk, module, Slice("class", "all", "SELECT customer_id FROM customer_number"))
    unlike = {
        lifetime: {"orders_low", "orders_high", "money_low", "money_high", "headline", "certainty"},
        types: {"traits", "relation_share", "headline"},
    }
    first, again = whole.as_dict(), everybody.as_dict()
    for name in set(first) - unlike.get(module, set()) - {"charts", "evidence"}:
        assert close(first[name], again[name]), name


def close(one: Any, other: Any) -> bool:
    """Whether two stored values are the same but for the last digits of numbers."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(close(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == pytest.approx(other, rel=1e-6) if isinstance(one, float) and other is not None else one == other)


def test_customers_named_by_a_part_are_of_that_part(desk: Desk) -> None:
    for module in (churn, leads, types, lifetime, wallet):
        _whole, (odd,) = told(desk, module, ODD)
        named = [who for ids in odd.selections().values() for who in ids]
        assert {who % 2 for who in named} == (set() if module is churn and not odd.likely else {1}), module


def test_offers_and_trials_of_parts_add_up_to_the_whole(tmp_path: Path, make_desk: MakeDesk) -> None:
    """What is offered and what was met is counted per customer; nothing is learned again for a part."""
    rng = np.random.default_rng(4)
    bought = [
        (who, START + timedelta(days=int(day)), 1_000)
        for who in range(1, 301)
        for day in np.sort(rng.integers(0, 500, 12))
    ]
    items = [(order, 1 + (who + int(rng.integers(3))) % 15, 1_000) for order, (who, *_) in enumerate(bought, 1)]
    desk = make_desk(
        warehouse(tmp_path / "w", bought, items=items), START + timedelta(days=500), before=("stage", "value")
    )
    desk.engine.execute("CREATE TEMP TABLE customer_number AS SELECT customer_id FROM customer")
    everybody = Slice("class", "all", "SELECT customer_id FROM customer_number")
    whole, (odd, even, same) = told(desk, next_offer, ODD, EVEN, everybody)
    assert (same.trials, same.fits, same.told) == (whole.trials, whole.fits, whole.told)
    assert [one for one in same.offers if one not in whole.offers] == []
    assert odd.fits + even.fits == whole.fits > 0
    for trial, part, other in zip(whole.trials, odd.trials, even.trials, strict=True):
        for which in ("again", "new"):
            assert part[which]["tried"] + other[which]["tried"] == trial[which]["tried"]
            met = sum(one[which]["met"] * one[which]["tried"] for one in (part, other))
            assert met == pytest.approx(trial[which]["met"] * trial[which]["tried"], abs=0.05)
    assert odd.trust() == whole.trust()
    for offer in whole.offers:
        named = whole.named[offer["key"]]
        assert len(named) == offer["customers"]
        for half, number in ((odd, 1), (even, 0)):
            part = next((one for one in half.offers if one["key"] == offer["key"]), None)
            assert part is None or part["customers"] == sum(who % 2 == number for who in named)


def test_a_part_of_the_contracts_has_a_curve_of_its_own(desk: Desk) -> None:
    whole, (odd, even) = told(desk, survival, ODD, EVEN)
    assert odd.contracts + even.contracts == whole.contracts
    assert (odd.ended, even.enough) == (50, True)
    assert odd.median is not None
    assert even.median is not None
    assert odd.median < even.median
    assert odd.tests == whole.tests


@pytest.mark.parametrize("module", [cohorts, movement], ids=base.name)
def test_months_of_a_part_are_those_of_a_house_that_has_nobody_else(
    desk: Desk, house: Store, module: Any, tmp_path: Path, make_desk: MakeDesk
) -> None:
    rows = desk.engine.execute("SELECT customer_id, day, goods FROM orders WHERE customer_id % 2 = 1").fetchall()
    _whole, (odd,) = told(desk, module, ODD)
    alone = warehouse(
        tmp_path / "w", [(who, date(1970, 1, 1) + timedelta(days=day), goods) for who, day, goods in rows]
    )
    found = module.run(make_desk(alone, TODAY, before=("stage", "value")))
    if module is cohorts:
        assert odd == found
    else:  # the days on which customers are lost are learned from everybody
        kept = ("month", "new", "returning", "revenue")
        assert [[one[name] for name in kept] for one in odd.months] == [
            [one[name] for name in kept] for one in found.months
        ]


def test_the_desk_is_afterwards_as_it_was(desk: Desk) -> None:
    every = [analyses.get(name) for name in ("stage", "value", "concentration", "cohorts", "cycle")]
    whole = {base.name(one): one.run(desk) for one in every}
    tables = "SELECT table_name, table_type FROM information_schema.tables WHERE table_name <> 'within' ORDER BY ALL"
    before = desk.engine.execute(tables).fetchall()
    with slices.narrowing(desk, every) as narrowing:
        assert all(list(narrowing.tell(part, every, whole)) for part in (ODD, Slice("period", "12m", days=(0, 20_000))))
        with pytest.raises(ZeroDivisionError), slices.narrowing(desk, []):
            raise ZeroDivisionError
    assert desk.engine.execute(tables).fetchall() == before
    assert {base.name(one): one.run(desk).as_dict() for one in every} == {
        name: one.as_dict() for name, one in whole.items()
    }


@pytest.mark.parametrize("name", analyses.names())
def test_an_analysis_says_by_what_it_is_not_told(name: str) -> None:
    one = analyses.get(name)
    assert set(one.SLICES) | set(base.unsliced(one)) == set(slices.DIMENSIONS)
    assert not set(one.SLICES) & set(base.unsliced(one))
    assert set(base.unsliced(one).values()) <= set(slices.SAYS)
