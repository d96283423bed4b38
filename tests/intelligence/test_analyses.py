"""Each analysis against published figures, closed forms or other implementations; and the registry's contract."""

import dataclasses
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.intelligence import analyses
from regulars.intelligence.analyses import base, concentration, cycle, movement, next_step, stage, value
from regulars.intelligence.analyses.desk import Desk
from regulars.intelligence.warehouse.store import Store
from tests.support.warehouse import warehouse

MakeDesk = Callable[..., Desk]
START = date(2024, 1, 1)


def every(pace: int, times: int, *, start: int = 0) -> list[date]:
    return [START + timedelta(days=start + pace * n) for n in range(times)]


@pytest.fixture
def shop(tmp_path: Path) -> Store:
    """40 monthly buyers of growing size, one who stopped half way, one who sends back more than he bought, one stranger."""
    bought = [(who, day, 1000 * who) for who in range(1, 41) for day in every(30, 18, start=who % 10)]
    bought += [(50, day, 90_000) for day in every(30, 9)] + [(51, START, 5_000)]
    return warehouse(tmp_path / "w", bought, returned=[(51, START + timedelta(days=9), -6_000)], others=[60])


TODAY = START + timedelta(days=540)


@pytest.mark.parametrize("name", analyses.names())
def test_every_analysis_explains_itself_and_can_be_stored(name: str, shop: Store, make_desk: MakeDesk) -> None:
    analysis = analyses.get(name)
    assert base.question(analysis) == analysis.QUESTION
    assert analysis.QUESTION.endswith("?")
    assert base.name(analysis) == name
    assert analysis.WHY.endswith(".")
    assert analysis.FORMULA
    assert analysis.SOURCE
    before = analyses.names()[: analyses.names().index(name)]
    result = analysis.run(make_desk(shop, TODAY, before=before))
    assert dataclasses.is_dataclass(result)
    stored = json.loads(json.dumps(result.as_dict()))
    assert stored["headline"]
    if result.enough:
        assert stored["charts"][0]["kind"]


@pytest.mark.parametrize("name", analyses.names())
def test_an_empty_house_is_an_answer_not_a_traceback(name: str, tmp_path: Path, make_desk: MakeDesk) -> None:
    empty = warehouse(tmp_path / "w", [])
    before = analyses.names()[: analyses.names().index(name)]
    result = analyses.get(name).run(make_desk(empty, TODAY, before=before))
    json.dumps(result.as_dict())
    assert name == "stage" or not result.enough


@pytest.mark.parametrize("module", [concentration, cycle, movement, next_step, stage, value])
def test_parameters_out_of_range_are_refused(module: object) -> None:
    params = module.Params  # type: ignore[attr-defined]
    for name, legal in params.ranges.items():
        with pytest.raises(ValueError, match=name):
            params(**{name: legal.high * 2 + 1})


def test_gini_and_its_interval_agree_with_the_pairwise_definition_and_the_bootstrap() -> None:
    rng = np.random.default_rng(3)
    y = rng.lognormal(5, 1, 1_500)
    found = concentration.measure(y, 0.2)
    assert found["gini"] == pytest.approx(np.abs(y[:, None] - y).mean() / (2 * y.mean()), abs=1e-9)
    again = [concentration.measure(rng.choice(y, len(y)), 0.2) for _ in range(400)]
    for name in ("gini", "share"):
        spread = np.std([one[name] for one in again]) * 1.96
        assert (found[f"{name}_high"] - found[f"{name}_low"]) / 2 == pytest.approx(spread, rel=0.12)


def test_equal_customers_have_no_concentration() -> None:
    found = concentration.measure(np.full(50, 7.0), 0.2)
    assert found["gini"] == pytest.approx(0, abs=1e-12)
    assert found["share"] == pytest.approx(0.2)
    assert found["half"] == 25


def test_top_fifth_of_cdnow_brings_what_is_published(real_data: Path) -> None:
    lines = (real_data / "clv_cdnow" / "CDNOW_master.txt").read_text().splitlines()[1:]
    spent: dict[str, float] = {}
    for line in filter(None, map(str.split, lines)):
        spent[line[0]] = spent.get(line[0], 0) + float(line[-1])
    assert concentration.measure(np.array(list(spent.values())), 0.2)["share"] == pytest.approx(0.677, abs=0.002)


def test_top_fifth_of_online_retail_brings_what_is_published(online_retail: Store, make_desk: MakeDesk) -> None:
    result = concentration.run(make_desk(online_retail, date(2010, 12, 9)))
    assert result.buyers == 4383
    assert result.share == pytest.approx(0.735, abs=0.003)
    assert result.share_low < result.share < result.share_high


def test_first_cohort_and_stages_of_online_retail(online_retail: Store, make_desk: MakeDesk) -> None:
    desk = make_desk(online_retail, date(2010, 12, 9))
    stages = stage.run(desk).stages
    assert sum(one["customers"] for one in stages.values()) == 4383
    assert stages["recruit"]["customers"] == 4383 - 4312
    months = movement.run(desk).months
    assert (months[0]["month"], months[0]["new"], months[0]["returning"]) == ("2009-12-01", 955, 0)
    assert not months[-1]["whole"]


def test_ties_score_equally(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought = [(who, START, 1_000) for who in range(1, 61)] + [
        (who, START + timedelta(days=1), 2_000) for who in range(61, 101)
    ]
    desk = make_desk(warehouse(tmp_path / "w", bought), TODAY, before=("stage", "value"))
    rows = desk.engine.execute(
        "SELECT DISTINCT customer_id > 60, recency_score, frequency_score, monetary_score FROM worth"
    ).fetchall()
    assert sorted(rows) == [(False, 1, 1, 1), (True, 4, 1, 4)]


def test_classes_by_revenue_and_by_profit(shop: Store, tmp_path: Path, make_desk: MakeDesk) -> None:
    desk = make_desk(shop, TODAY, before=("stage", "value"))
    by_class = dict(desk.engine.execute("SELECT customer_id, class FROM worth").fetchall())
    assert by_class[51] == "below_zero"
    assert by_class[40] == "most_valuable"
    assert by_class[1] in {"regular", "most_growable"}
    sold_at_a_loss = warehouse(
        tmp_path / "loss", [(who, day, 1000) for who in range(1, 30) for day in every(30, 5)], cost_share=1.2
    )
    result = value.run(make_desk(sold_at_a_loss, START + timedelta(days=150), before=("stage",)))
    assert result.basis == "margin"
    assert result.classes["below_zero"]["customers"] == 29


def test_cost_to_serve_is_taken_off_orders_and_contacts_of_the_same_months(tmp_path: Path, make_desk: MakeDesk) -> None:
    early, late = START, START + timedelta(days=600)
    bought = [(1, early, 1_000), (1, late, 1_000), *((who, late, 1_000) for who in range(2, 30))]
    contacts = [(2, late)] * 3 + [(3, early)] * 5
    store = warehouse(tmp_path / "w", bought, contacts=contacts)
    costs = value.Params(cost_per_order=100, cost_per_contact=250, cost_currency="TWD")
    desk = make_desk(store, late, before=("stage",))
    result = value.run(desk, costs)
    rows = {
        who: told
        for who, *told in desk.engine.execute(
            "SELECT customer_id, contribution_12m, contribution_24m, class FROM worth"
        ).fetchall()
    }
    assert rows[1][:2] == [900, 1_800]
    assert rows[2][:2] == [150, 150]
    assert rows[3] == [900, -350, "below_zero"]
    assert result.classes["below_zero"]["customers"] == 1
    assert result.headline()[-1].as_dict() == {
        "code": "classes.costs_order_and_contact", "values": {"order_money": 100, "contact_money": 250, "currency": "TWD"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, "unknown"),
        ({"cost_per_order": 0}, "order"),
        ({"cost_per_contact": 9}, "contact"),
        ({"cost_per_order": 5, "cost_currency": "USD"}, "unknown"),
    ],
)
def test_what_is_not_known_of_the_cost_to_serve_is_said(
    facts: dict[str, Any], code: str, shop: Store, make_desk: MakeDesk
) -> None:
    desk = make_desk(shop, TODAY, before=("stage",))
    desk.params = {"value": value.Params(**facts)}
    assert value.run(desk).headline()[-1].code == f"classes.costs_{code}"


def test_returns_without_known_cost_give_back_only_their_margin(tmp_path: Path, make_desk: MakeDesk) -> None:
    store = warehouse(
        tmp_path / "w", [(who, START, 1000) for who in range(1, 12)], returned=[(1, START, -1000)], cost_share=0.6
    )
    desk = make_desk(store, START, before=("stage", "value"))
    assert desk.horizon.margin_rate == pytest.approx(0.4)
    rows = dict(desk.engine.execute("SELECT customer_id, contribution_12m FROM worth").fetchall())
    assert (rows[1], rows[2]) == (0, 400)


def test_bands_hold_everybody_who_bought_twice(shop: Store, make_desk: MakeDesk) -> None:
    result = cycle.run(make_desk(shop, TODAY, before=("stage",)))
    assert result.customers == sum(one["customers"] for one in result.bands) == 41
    assert {one["low"] for one in result.bands if one["customers"]} <= {15, 31}
    assert result.median == pytest.approx(30, abs=3)
    assert result.overdue == 0


def test_who_stopped_is_lost_in_a_month_and_called_or_won_back(shop: Store, make_desk: MakeDesk) -> None:
    desk = make_desk(shop, TODAY, before=("stage", "value"))
    steps = next_step.run(desk)
    rows = dict(desk.engine.execute("SELECT customer_id, action FROM next_step").fetchall())
    assert rows[60] == "recruit"
    assert rows[50] in {"call", "win_back", "let_rest"}
    months = {one["month"]: one["lost"] for one in movement.run(desk).months}
    assert sum(months.values()) == 2
    assert steps.at_stake > 0


def test_complaint_comes_first(tmp_path: Path, make_desk: MakeDesk) -> None:
    store = warehouse(
        tmp_path / "w",
        [(who, day, 1000) for who in range(1, 12) for day in every(30, 5)],
        complaints=[(3, START + timedelta(days=100), None)],
    )
    desk = make_desk(store, START + timedelta(days=125), before=("stage", "value", "next_step"))
    assert dict(desk.engine.execute("SELECT customer_id, action FROM next_step").fetchall())[3] == "settle_complaint"
