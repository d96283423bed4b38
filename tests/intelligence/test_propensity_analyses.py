"""Leaving, likely buyers, kinds and wallets on houses whose truth is known, and on houses that allow no answer."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.intelligence import analyses
from regulars.intelligence.analyses import churn, concentration, leads, types, wallet
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.days import to_day
from regulars.intelligence.models import backtest
from regulars.intelligence.models.propensity.snapshot import taken
from regulars.intelligence.trust import judge
from regulars.intelligence.warehouse.store import Store
from tests.support.warehouse import warehouse

MakeDesk = Callable[..., Desk]
START, DAYS = date(2024, 1, 1), 900
TODAY = START + timedelta(days=DAYS)


def on(day: float) -> date:
    return START + timedelta(days=int(day))


def lived(
    n: int, seed: int
) -> tuple[list[tuple[int, date, int]], list[tuple[int, date, date | None]], dict[int, bool]]:
    """Punctual customers, some of whom leave at a random day, sooner after a complaint; what they bought, and who is gone."""
    rng = np.random.default_rng(seed)
    bought, complaints, gone = [], [], {}
    for who in range(1, n + 1):
        pace = float(rng.choice([14, 21, 30]))
        sore = rng.random() < 0.15
        leaves = rng.exponential(400 if sore else 1_600)
        if sore:
            complaints.append((who, on(max(leaves - 20, 0)), None))
        day = float(rng.uniform(0, 60))
        first = day
        while day < min(DAYS, first + leaves):
            bought.append((who, on(day), int(50_000 * rng.lognormal(0, 0.3))))
            day += rng.gamma(6, pace / 6)
        gone[who] = first + leaves < DAYS
    kept = [one for one in complaints if one[1] < TODAY]
    return bought, kept, gone


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[int, bool]]:
    bought, complaints, gone = lived(700, 1)
    return warehouse(tmp_path_factory.mktemp("house"), bought, complaints=complaints), gone


def test_leaving_is_foretold_better_than_by_recency_and_told_in_own_figures(
    house: tuple[Store, dict[int, bool]], make_desk: MakeDesk
) -> None:
    desk = make_desk(house[0], TODAY)
    result = churn.run(desk)
    assert result.enough
    assert len(result.tests) == 4
    leaving = result.trust()[0]
    assert judge(leaving).trusted
    rows = desk.engine.execute("SELECT customer_id, churn, reasons FROM churn").fetchall()
    truth = np.array([house[1][who] for who, *_ in rows])
    assert (backtest.auc([chance for _, chance, _ in rows], truth) or 0) > 0.75  # who left last week cannot be told yet
    told = [one for *_, text in rows for one in json.loads(text)]
    assert {"chance.silent"} <= {one["code"] for one in told} <= set(churn.SAYS)
    said = next(one for one in told if one["code"] == "chance.silent")
    assert said["values"]["usual_days"] in range(9, 45)
    assert date.fromisoformat(said["values"]["silence_since"]) < TODAY
    desk.historical = True
    churn.run(desk)
    ended = [one for (text,) in desk.engine.execute("SELECT reasons FROM churn").fetchall() for one in json.loads(text)]
    days = {one["values"].get("silence_days") for one in ended if one["code"] == "chance.silent"}
    assert (TODAY - date.fromisoformat(said["values"]["silence_since"])).days in days
    json.dumps(result.as_dict())


def test_what_came_later_changes_nothing_of_what_was_known(
    house: tuple[Store, dict[int, bool]], tmp_path: Path, make_desk: MakeDesk
) -> None:
    bought, complaints, _ = lived(700, 1)
    cut = START + timedelta(days=600)
    short = warehouse(
        tmp_path / "w", [one for one in bought if one[1] <= cut], complaints=[c for c in complaints if c[1] <= cut]
    )
    whole, known = (taken(make_desk(store, TODAY).engine, to_day(cut), currency="TWD") for store in (house[0], short))
    shared = np.isin(whole.ids, known.ids)
    assert shared.all()
    for name, values in known.columns.items():
        np.testing.assert_array_equal(whole.columns[name], values, err_msg=name)
    assert (whole.next_in < 900).any()
    assert not (known.next_in < 900).any()


def test_likely_buyers_do_buy(house: tuple[Store, dict[int, bool]], make_desk: MakeDesk) -> None:
    desk = make_desk(house[0], TODAY)
    result = leads.run(desk)
    assert result.enough
    assert [one.auc for one in result.customers_tests if (one.auc or 0) < 0.85] == []
    rows = desk.engine.execute("SELECT customer_id, chance FROM leads").fetchall()
    alive = [not house[1][who] for who, _ in rows]
    assert (backtest.auc([chance for _, chance in rows], alive) or 0) > 0.9
    assert result.prospects_expected is None
    assert set(result.best_customers) <= set(house[1])


def courted(n: int, seed: int) -> tuple[list[tuple[int, date, int]], list[tuple[int, date]], set[int]]:
    """Prospects who are called now and then; two thirds of those called three times within a month buy soon after.

    Returns what they bought, the calls, and who was called so often lately.
    """
    rng = np.random.default_rng(seed)
    bought, calls, warm = [], [], set()
    for who in range(1, n + 1):
        calls += [(who, on(day)) for day in rng.uniform(0, DAYS, 2)]
        if rng.random() < 0.5:
            start = rng.uniform(0, DAYS)
            calls += [(who, on(day)) for day in start + np.array([0, 10, 20]) if day < DAYS]
            buys = start + 20 + rng.uniform(10, 50)
            if rng.random() < 2 / 3 and buys < DAYS:
                bought += [(who, on(buys), 50_000), (who, on(min(buys + 30, DAYS - 1)), 50_000)]
            elif DAYS - 40 < start < DAYS - 20:
                warm.add(who)
    return bought, calls, warm


def test_likely_prospects_are_told_with_what_a_talk_may_begin(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought, calls, warm = courted(3_000, 3)
    store = warehouse(tmp_path / "w", bought, contacts=calls, others=range(1, 3_001))
    desk = make_desk(store, TODAY)
    result = leads.run(desk)
    assert result.prospects_expected is not None
    assert result.prospects == 3_000 - len({who for who, *_ in bought})
    assert [one.auc for one in result.prospects_tests if (one.auc or 0) < 0.75] == []
    rows = desk.engine.execute("SELECT customer_id, converts, openings FROM prospects").fetchall()
    assert len(rows) == result.prospects
    assert (backtest.auc([chance for _, chance, _ in rows], [who in warm for who, *_ in rows]) or 0) > 0.9
    told = {who: json.loads(text) for who, _, text in rows}
    assert {one["code"] for said in told.values() for one in said} == {"chance.in_touch"}
    assert all(told[who] for who in result.best_prospects[:20])
    assert dict(desk.engine.execute("SELECT customer_id, chance FROM leads WHERE prospect").fetchall()) == {
        who: chance for who, chance, _ in rows
    }


def test_kinds_keep_their_numbers_over_nights(tmp_path: Path, make_desk: MakeDesk) -> None:
    rng = np.random.default_rng(2)
    bought = []
    for who in range(1, 401):
        pace, size = ((10, 1_000), (60, 80_000))[who % 2]
        bought += [
            (who, on(day), int(size * rng.lognormal(0, 0.2))) for day in np.arange(rng.uniform(0, 9), DAYS, pace)
        ]
    store = warehouse(tmp_path / "w", bought)
    first = types.run(make_desk(store, TODAY))
    assert len(first.kinds) == 2
    assert {mark for kind in first.kinds for mark in kind["marks"]} >= {"types.often", "types.seldom"}
    kept = json.loads(json.dumps(first.model))
    swapped = {**kept, "numbers": kept["numbers"][::-1]}
    desk = make_desk(store, TODAY)
    desk.before = {"types": {"model": swapped}}
    again = types.run(desk)
    assert [one["marks"] for one in again.kinds] == [one["marks"] for one in first.kinds][::-1]


def test_wallet_gives_limits_and_names_who_has_room(tmp_path: Path, make_desk: MakeDesk) -> None:
    rng = np.random.default_rng(3)
    bought = [
        (who, on(DAYS - 30 * n - 1), int(10_000 * rng.lognormal(0, 1))) for who in range(1, 201) for n in range(4)
    ]
    result = wallet.run(make_desk(warehouse(tmp_path / "w", bought), TODAY))
    assert result.enough
    assert 0 < result.share_low < result.share < result.share_high < 1
    assert result.room
    assert sum(result.bands) == 200


@pytest.mark.parametrize("analysis", [wallet, concentration])
def test_customers_who_are_all_alike_allow_no_sure_number(analysis: Any, tmp_path: Path, make_desk: MakeDesk) -> None:
    alike = [(who, on(DAYS - 200 + who % 150), 1_000) for who in range(1, 251)]
    result = analysis.run(make_desk(warehouse(tmp_path / "alike", alike), TODAY))
    assert (result.enough, result.alike) == (False, True)
    (said,) = result.headline()
    assert said.code == f"{analysis.__name__.rpartition('.')[2]}.alike"
    assert said.values == {"customers": 250}
    sure = result.certainty()
    assert (sure.low, sure.high) == (None, None)
    assert not result.evidence()
    assert not result.next_steps()
    few = analysis.run(make_desk(warehouse(tmp_path / "few", alike[:5]), TODAY))
    assert (few.enough, few.alike) == (False, False)


ONE_DAY = [(who, START, 1_000) for who in range(1, 301)]
POOR: dict[str, list[tuple[int, date, int]]] = {
    "nobody": [],
    "one customer": [(1, on(day), 1_000) for day in range(0, DAYS, 30)],
    "one order each": [(who, on(3 * who), 1_000) for who in range(1, 251)],
    "all on one day": ONE_DAY,
    "three weeks": [(who, on(DAYS - 20 + who % 20), 1_000) for who in range(1, 301)],
    "a giant": [(1, on(day), 10**11) for day in range(0, DAYS, 9)] + ONE_DAY,
}


@pytest.mark.parametrize("name", ["churn", "leads", "types", "wallet"])
@pytest.mark.parametrize("poor", POOR)
def test_poor_data_give_a_sentence(name: str, poor: str, tmp_path: Path, make_desk: MakeDesk) -> None:
    desk = make_desk(warehouse(tmp_path / "w", POOR[poor]), TODAY)
    result = analyses.get(name).run(desk)
    stored: dict[str, Any] = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert stored["headline"]
    assert all(one["code"] in analyses.get(name).SAYS for one in stored["headline"])
    if name == "wallet" or poor != "one order each":
        assert not result.enough
    assert desk.engine.execute(f"SELECT count(*) FROM {name}").fetchone()[0] >= 0


def test_fourteen_months_are_tried_within_what_they_allow(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought, _, _ = lived(400, 5)
    late = on(DAYS - 425)
    store = warehouse(tmp_path / "w", [one for one in bought if one[1] > late])
    result = leads.run(make_desk(store, TODAY))
    assert 80 <= result.window <= 85
    for row in result.customers_tests:
        assert row.n > 0
