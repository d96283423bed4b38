"""How long contracts last: terms put together, ends by hand, a known truth, and houses without contracts."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from regulars.intelligence import trust
from regulars.intelligence.analyses import survival
from tests.intelligence.conftest import MakeDesk
from tests.support.warehouse import warehouse

Term = tuple[int, date, date | None, date | None]
START, TODAY = date(2015, 1, 1), date(2024, 1, 1)


def terms(who: int, begin: date, periods: int, *, days: int = 365) -> list[Term]:
    """Yearly terms that follow one another."""
    return [
        (who, begin + timedelta(days=days * n), begin + timedelta(days=days * (n + 1) - 1), None)
        for n in range(periods)
    ]


def drawn(customers: int, alpha: float, beta: float, seed: int = 6) -> list[Term]:
    """Contracts that begin evenly over the years and end at a renewal by own probability."""
    random = np.random.default_rng(seed)
    rows: list[Term] = []
    for who in range(1, customers + 1):
        begin = START + timedelta(days=int(random.integers(0, 365 * 7)))
        lasts = int(random.geometric(random.beta(alpha, beta)))
        most = (TODAY - begin).days // 365 + 1
        rows += terms(who, begin, min(lasts, most))
    return rows


def test_known_truth_is_recovered_and_beats_the_share_of_before(tmp_path: Path, make_desk: MakeDesk) -> None:
    store = warehouse(tmp_path / "w", [(1, START, 100)], contracts=drawn(1_500, 0.9, 2.5))
    result = survival.run(make_desk(store, TODAY))
    assert result.term == 365
    assert result.contracts == 1_500
    assert result.renewed == pytest.approx([(2.5 + n) / (3.4 + n) for n in range(3)], abs=0.04)
    year = {row[0]: row for row in result.curve}
    assert year[1.25][2] == pytest.approx(2.5 / 3.4, abs=0.04)
    assert year[1.25][5] == pytest.approx(year[1.25][2], abs=0.03)
    assert len(result.tests) == 4
    verdict = trust.judge(result.trust()[0])
    assert verdict.trusted
    assert result.median is not None
    assert [one.code for one in result.headline()] == ["survival.half", "survival.renewed", "survival.due"]


def test_terms_are_put_together_and_ended_by_hand(tmp_path: Path, make_desk: MakeDesk) -> None:
    rows: list[Term] = [
        *terms(1, date(2020, 1, 1), 3),  # lapsed at the end of 2022
        *terms(2, date(2020, 1, 1), 5),  # runs until the end of 2024
        (3, date(2021, 1, 1), date(2025, 12, 31), date(2022, 6, 30)),  # ended before its time
        (4, date(2021, 1, 1), None, None),  # without an end
        (5, date(2020, 1, 1), date(2020, 12, 31), None),  # two contracts with half a year between
        (5, date(2021, 7, 1), date(2022, 6, 30), None),
        (6, date(2023, 1, 1), date(2023, 12, 15), None),  # over, but within the grace
        (7, date(2023, 1, 1), date(2025, 12, 31), date(2024, 2, 1)),  # will end; on the day it still runs
        (8, date(2024, 2, 1), None, None),  # not begun yet
    ]
    desk = make_desk(warehouse(tmp_path / "w", [(1, START, 100)], contracts=rows), TODAY)
    spells = survival._spells(desk, desk.horizon.today, 31)
    ended = list(zip(spells["customer_id"].tolist(), spells["ended"].tolist(), strict=True))
    assert ended == [(1, True), (2, False), (3, True), (4, False), (5, True), (5, True), (6, False), (7, False)]
    assert spells["lasted"][:4].tolist() == [3 * 365 - 1, 4 * 365 + 1, 545, 3 * 365]


def test_who_falls_due_soon_is_to_be_talked_to_the_youngest_first(tmp_path: Path, make_desk: MakeDesk) -> None:
    rows = drawn(400, 0.9, 2.5)
    rows += [*terms(1001, TODAY - timedelta(days=5 * 365 - 30), 5), *terms(1002, TODAY - timedelta(days=335), 1)]
    result = survival.run(make_desk(warehouse(tmp_path / "w", [(1, START, 100)], contracts=rows), TODAY))
    due = result.next_steps()[0].who.ids
    assert {1001, 1002} <= set(due)
    assert due.index(1002) < due.index(1001)


@pytest.mark.parametrize("rows", [[], terms(1, START, 3), [*terms(1, START, 30), *terms(2, TODAY, 1)]])
def test_few_contracts_give_a_sentence(rows: list[Term], tmp_path: Path, make_desk: MakeDesk) -> None:
    result = survival.run(make_desk(warehouse(tmp_path / "w", [(1, START, 100)], contracts=rows), TODAY))
    assert not result.enough
    assert [one.code for one in result.headline()] == ["survival.too_few" if rows else "survival.none"]
    assert result.trust() == []


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_contracts_that_all_end_at_once_are_an_answer(tmp_path: Path, make_desk: MakeDesk) -> None:
    rows = [term for who in range(1, 60) for term in terms(who, START, 1)]
    result = survival.run(make_desk(warehouse(tmp_path / "w", [(1, START, 100)], contracts=rows), TODAY))
    assert result.median == pytest.approx(364)
    assert result.renewed == ()
    assert [one.code for one in result.headline()] == ["survival.half", "survival.due"]
