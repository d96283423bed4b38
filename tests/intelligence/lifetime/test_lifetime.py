"""What customers will be worth: on real files out of time, on a house whose truth is known, and where nothing can be told."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from regulars.intelligence import trust
from regulars.intelligence.analyses import lifetime
from regulars.intelligence.days import to_day
from regulars.intelligence.models.lifetime.outlook import Trail, period
from regulars.intelligence.warehouse.store import Store
from tests.intelligence.conftest import MakeDesk
from tests.support.warehouse import warehouse

START = date(2022, 1, 1)


def bought_by(
    customers: int, days: int, *, seed: int, leave: tuple[float, float] = (1.0, 9.0)
) -> list[tuple[int, date, int]]:
    """Purchases of customers who begin evenly over the period, buy at own rates and leave as BG/NBD has it."""
    random = np.random.default_rng(seed)
    rows = []
    for who in range(1, customers + 1):
        now, rate, chance = random.uniform(0, days * 0.6), random.gamma(1.2, 1 / 45), random.beta(*leave)
        worth = 3000 / random.gamma(5.0, 0.25)
        while now < days:
            rows.append((who, START + timedelta(days=int(now)), max(int(worth * random.gamma(4.0)), 1)))
            now += random.exponential(1 / rate)
            if random.random() < chance:
                break
    return rows


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three years of 2,500 customers with costs of 60 %; the fourth year is kept back in ``FUTURE``."""
    rows = bought_by(2_500, 4 * 365, seed=4)
    past = [row for row in rows if row[1] <= TODAY]
    FUTURE[:] = [row for row in rows if row[1] > TODAY]
    return warehouse(tmp_path_factory.mktemp("house"), past, cost_share=0.6)


TODAY = START + timedelta(days=3 * 365)
FUTURE: list[tuple[int, date, int]] = []


def test_next_year_is_foretold_with_intervals_that_hold(house: Store, make_desk: MakeDesk) -> None:
    desk = make_desk(house, TODAY)
    result = lifetime.run(desk)
    came = {who: 0 for (who,) in desk.engine.execute("SELECT customer_id FROM lifetime").fetchall()}
    worth = dict.fromkeys(came, 0.0)
    for who, _, goods in FUTURE:
        if who in came:
            came[who] += 1
            worth[who] += goods - round(goods * 0.6)
    assert result.basis == "profit"
    assert result.tried == 365
    assert result.orders == pytest.approx(sum(came.values()), rel=0.1)
    assert result.money == pytest.approx(sum(worth.values()), rel=0.15)
    assert result.orders_low is not None
    assert result.orders_high is not None
    assert result.orders_low <= sum(came.values()) <= result.orders_high
    rows = desk.engine.execute(
        "SELECT customer_id, orders_low, orders_high, money_low, money_high FROM lifetime"
    ).fetchall()
    held = [(low <= came[who] <= high, least <= worth[who] <= most) for who, low, high, least, most in rows]
    orders, money = np.mean(held, axis=0)
    assert 0.78 <= orders <= 0.93
    assert 0.77 <= money <= 0.88
    assert all(trust.judge(one).amounts for one in result.trust())
    assert [one.code for one in result.headline()][:3] == ["lifetime.expected", "lifetime.between", "lifetime.profit"]


def test_back_tests_are_made_of_what_was_known_then(house: Store, make_desk: MakeDesk) -> None:
    """Leaving out all that came after a cut-off changes nothing of what was foretold as of it."""
    result = lifetime.run(make_desk(house, TODAY))
    first = result.orders_tests[0]
    earlier = lifetime.run(make_desk(house, date.fromisoformat(first.cut_off)))
    assert [row.n for row in result.orders_tests] == sorted(row.n for row in result.orders_tests)
    assert first.n == earlier.customers
    foretold = earlier.orders
    trail = [row for row in FUTURE if row[1] <= date.fromisoformat(first.cut_off) + timedelta(days=365)]
    assert not trail
    assert first.bias is not None
    after = {"low": first.cut_off, "high": (date.fromisoformat(first.cut_off) + timedelta(days=365)).isoformat()}
    came = (
        make_desk(house, TODAY)
        .engine.execute(
            """SELECT count(*) FROM purchase p WHERE day > $low AND day <= $high AND EXISTS
           (SELECT 1 FROM purchase b WHERE b.customer_id = p.customer_id AND b.day <= $low)""",
            {key: to_day(date.fromisoformat(value)) for key, value in after.items()},
        )
        .fetchone()[0]
    )
    assert foretold / came - 1 == pytest.approx(first.bias, abs=1e-9)


def test_whoever_may_be_leaving_and_brings_much_is_to_be_talked_to(house: Store, make_desk: MakeDesk) -> None:
    desk = make_desk(house, TODAY)
    result = lifetime.run(desk)
    steps = {step.saying.code: step.who.ids for step in result.next_steps()}
    alive = dict(desk.engine.execute("SELECT customer_id, alive FROM lifetime").fetchall())
    assert all(0.2 < alive[who] < 0.8 for who in steps["lifetime.keep"])
    money = dict(desk.engine.execute("SELECT customer_id, money FROM lifetime").fetchall())
    assert [money[who] for who in steps["lifetime.best"]] == sorted(money.values(), reverse=True)[:100]


def test_online_retail_is_not_to_be_believed(online_retail: Store, make_desk: MakeDesk) -> None:
    """One year of a shop with a season: no drop-out can be told, and the money is hidden."""
    result = lifetime.run(make_desk(online_retail, date(2010, 12, 9)))
    assert not result.dropout_told
    assert result.tried == 91
    assert len(result.orders_tests) == 4
    orders, money, _again = (trust.judge(one) for one in result.trust())
    assert not orders.amounts
    assert not money.amounts
    said = [one.code for one in result.headline()]
    assert "lifetime.no_dropout" in said
    assert not {"lifetime.revenue", "lifetime.profit", "lifetime.expected"} & set(said)
    assert min(row.auc or 0 for row in result.orders_tests) > 0.7
    assert max(abs(row.bias or 0) for row in result.money_tests) > 0.25


def test_cdnow_is_foretold_out_of_time_better_than_by_the_time_before(
    real_data: Path, tmp_path: Path, make_desk: MakeDesk
) -> None:
    lines = (real_data / "clv_cdnow" / "CDNOW_master.txt").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    bought = [
        (int(row[0]), date.fromisoformat(row[1]), round(float(row[3]) * 100)) for row in rows if float(row[3]) > 0
    ]
    result = lifetime.run(make_desk(warehouse(tmp_path / "w", bought, currency="USD"), date(1998, 6, 30)))
    orders, money, again = (trust.judge(one) for one in result.trust())
    assert (result.tried, result.dropout_told) == (182, True)
    assert orders.trusted
    assert again.trusted
    assert money.trusted
    assert money.amounts
    assert orders.error == pytest.approx(0.571, abs=0.01)
    assert orders.naive_error == pytest.approx(0.706, abs=0.01)
    assert money.coverage == pytest.approx(0.8, abs=0.03)
    assert "lifetime.shorter" in [one.code for one in result.headline()]


LITTLE: dict[str, list[tuple[int, date, int]]] = {
    "nobody": [],
    "one customer": [(1, START + timedelta(days=30 * n), 500) for n in range(9)],
    "one order each": [(who, START + timedelta(days=who), 500) for who in range(1, 300)],
    "all on one day": [(who, START, 500) for who in range(1, 300)],
    "two days": [(who, START + timedelta(days=n), 500) for who in range(1, 300) for n in (0, 1)],
    "a single giant": [(1, START + timedelta(days=n), 10**11) for n in range(900)]
    + [(who, START + timedelta(days=who % 600 + 9 * n), 100) for who in range(2, 90) for n in range(3)],
    "given away": [(who, START + timedelta(days=who % 60 + 30 * n), 1) for who in range(1, 90) for n in range(9)],
}


@pytest.mark.parametrize("name", LITTLE)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_little_data_give_a_sentence_or_a_sound_answer(name: str, tmp_path: Path, make_desk: MakeDesk) -> None:
    desk = make_desk(warehouse(tmp_path / "w", LITTLE[name]), TODAY)
    result = lifetime.run(desk)
    stored = json.dumps(result.as_dict(), allow_nan=False)
    assert json.loads(stored)["headline"]
    if not result.enough:
        assert desk.engine.execute("SELECT count(*) FROM lifetime").fetchone() == (0,)
    else:
        assert desk.engine.execute(
            "SELECT count(*) FROM lifetime WHERE NOT isfinite(orders) OR NOT isfinite(money)"
        ).fetchone() == (0,)


def test_returns_beyond_purchases_bring_a_loss_and_break_nothing(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought = [(who, START + timedelta(days=who + 40 * n), 1_000) for who in range(1, 80) for n in range(20)]
    back = [(who, START + timedelta(days=who + 40 * n + 3), -2_500) for who in range(1, 20) for n in range(20)]
    desk = make_desk(warehouse(tmp_path / "w", bought, returned=back), START + timedelta(days=900))
    lifetime.run(desk)
    losing, earning = (
        desk.engine.execute(f"SELECT avg(money) FROM lifetime WHERE customer_id {which}").fetchone()[0]
        for which in ("< 20", ">= 20")
    )
    assert losing < 0 < earning


def test_a_trail_put_back_to_a_day_knows_nothing_later() -> None:
    trail = Trail(
        [7, 7, 7, 8, 9, 9], [10, 20, 30, 25, 5, 40], [100, -30, 50, 70, 1, 2], [True, False, True, True, True, True]
    )
    known = trail.known(25)
    assert trail.ids[known.who].tolist() == [7, 8, 9]
    assert (known.x.tolist(), known.t.tolist(), known.T.tolist()) == ([0, 0, 0], [0, 0, 0], [15, 0, 20])
    assert known.value.tolist() == [70, 70, 1]
    orders, value = trail.between(25, 40)
    assert (orders.tolist(), value.tolist()) == ([1, 0, 1], [50, 0, 2])
    whole = trail.known(40)
    assert (whole.x.tolist(), whole.t.tolist(), whole.mean.tolist()) == ([1, 0, 1], [20, 0, 35], [60, 70, 1.5])


def test_period_is_the_longest_with_four_cut_offs() -> None:
    assert period(0, 3 * 365)[0] == 365
    assert period(0, 545) == (182, [228, 273, 318, 363])
    assert period(0, 373)[0] == 91
    assert period(0, 90) == (28, [62])
    assert period(0, 60) == (0, [])


def test_whoever_bought_once_long_ago_counts_as_gone(house: Store, make_desk: MakeDesk) -> None:
    desk = make_desk(house, TODAY)
    lifetime.run(desk)
    fresh, old = desk.engine.execute(
        """SELECT avg(alive) FILTER (last_day > $today - 300), avg(alive) FILTER (last_day < $today - 600)
           FROM lifetime JOIN customer USING (customer_id) WHERE purchases = 1""",
        {"today": desk.horizon.today},
    ).fetchone()
    assert fresh > old + 0.15
