"""Basket, next purchase and next offer: they find what was planted, and say nothing where there is nothing."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from regulars.demo.simulator import baskets, products
from regulars.demo.simulator.company import Company, generate
from regulars.intelligence import trust
from regulars.intelligence.analyses import basket, next_offer, offers, sequence
from regulars.intelligence.analyses.base import Json
from regulars.intelligence.analyses.basket import family
from regulars.intelligence.days import to_date, to_day
from regulars.intelligence.models import Baskets, pair_lift
from regulars.intelligence.warehouse.store import Store
from tests.intelligence.conftest import MakeDesk
from tests.support.warehouse import warehouse

START = date(2024, 1, 1)
TODAY = date(2025, 12, 31)
Trade = tuple[list[tuple[int, date, int]], list[tuple[int, int, int]]]


def trade(customers: int = 400, seed: int = 1) -> Trade:
    """Twelve products; who orders 1 orders 2 too in three of four cases, and a third of buyers of 3 order 7 forty days later."""
    rng = np.random.default_rng(seed)
    bought, items = [], []
    for customer in range(1, customers + 1):
        favourite = int(rng.integers(1, 13))
        for visit in range(int(rng.integers(3, 7))):
            day = START + timedelta(days=int(rng.integers(90 * visit, 90 * visit + 80)))
            main = favourite if rng.random() < 0.5 else int(rng.integers(1, 13))
            basket_ = {main} | ({2} if main == 1 and rng.random() < 0.75 else set())
            bought.append((customer, day, 1_000))
            items += [(len(bought), product, 500) for product in sorted(basket_)]
            if main == 3 and rng.random() < 0.33:
                bought.append((customer, day + timedelta(days=40), 1_000))
                items.append((len(bought), 7, 500))
    return bought, items


def test_planted_pair_stands_first(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought, items = trade()
    result = basket.run(make_desk(warehouse(tmp_path / "w", bought, items=items), TODAY))
    best = result.rules[0]
    assert (best["bought"], best["also"]) == ("Product 1", "Product 2")
    assert best["share"] == pytest.approx(0.75, abs=0.1)
    assert best["low"] > 1
    assert len(result.rules) == 1
    together = {order for order, product, _ in items if product == 1} & {
        order for order, product, _ in items if product == 2
    }
    assert (best["both"], best["customers"]) == (len(together), len({bought[order - 1][0] for order in together}))
    have_both = {bought[order - 1][0] for order, product, _ in items if product == 2}
    assert best["only"]
    assert not have_both & set(best["only"])
    assert result.next_steps()[0].who.ids == tuple(best["only"])


def test_baskets_and_their_customers_are_those_of_the_lines(tmp_path: Path, make_desk: MakeDesk) -> None:
    """Against plain sets of what each order and each customer holds; product 5 is postage."""
    bought, items = trade()
    desk = make_desk(warehouse(tmp_path / "w", bought, items=items), TODAY)
    goods = [one for one in range(1, 13) if one != 5]
    found = basket._baskets(desk, goods, to_day(TODAY))
    rows = [found.items[low:high] for low, high in pairwise(found.offsets)]
    orders: dict[int, set[int]] = {}
    owned: dict[int, set[int]] = {}
    for order, product, _ in items:
        owned.setdefault(bought[order - 1][0], set()).add(product)
        if product != 5:
            orders.setdefault(order, set()).add(product)
    assert found.labels is not None
    assert sorted(sorted(found.labels[one] for one in row) for row in rows) == sorted(map(sorted, orders.values()))
    without = basket._without(desk, [1, 3], 2)
    assert without
    assert set(without) == {who for who, had in owned.items() if {1, 3} <= had and 2 not in had}


def test_few_orders_make_no_rule(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought = [(who, START, 1_000) for who in range(1, 20)]
    items = [(order, product, 500) for order in range(1, 20) for product in (1, 2)]
    assert not basket.run(make_desk(warehouse(tmp_path / "w", bought, items=items), TODAY)).enough


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("79323P", "PINK CHERRY LIGHTS"), ("79323W", "WHITE CHERRY LIGHTS"), True),
        (("A1", "Red mug small"), ("A2", "Blue mug large"), True),
        (("A1", "紅色水壺"), ("A2", "藍色水壺"), True),
        (("A1", "Tea pot"), ("A2", "Tea cup"), False),
        (("85048", "GLASS BALL"), ("85049", "GLASS STAR"), False),
    ],
)
def test_variants_are_one_family(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    assert (family(*one) == family(*other)) is same


def test_planted_step_is_found_with_its_delay(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought, items = trade(1_500)
    store = warehouse(tmp_path / "w", bought, items=items, categories={one: f"Group {one}" for one in range(1, 13)})
    result = sequence.run(make_desk(store, TODAY))
    best = result.steps[0]
    assert (best["first"], best["next"], best["median"]) == ("Group 3", "Group 7", 40)
    assert best["low"] > 1
    assert best["order"] > 1.1
    assert json.dumps(result.as_dict())


def test_occasions_by_group_are_those_of_the_lines(tmp_path: Path, make_desk: MakeDesk) -> None:
    """Two products a group; one without a group does not count."""
    bought, items = trade()
    kinds = {product: f"Group {product // 2}" for product in range(1, 12)}
    desk = make_desk(warehouse(tmp_path / "w", bought, items=items, categories=kinds), TODAY)
    groups, codes, rows, several = sequence._read(desk, to_day(TODAY))
    plain = {(*bought[order - 1][:2], kinds[product]) for order, product, _ in items if product in kinds}
    columns = (rows[name].tolist() for name in ("customer", "day", "group"))
    assert [(who, to_date(day), groups[at]) for who, day, at in zip(*columns, strict=True)] == sorted(plain)
    had: dict[int, dict[str, date]] = {}
    for who, day, group in sorted(plain):
        had.setdefault(who, {})[group] = day
    assert several == sum(len(one) > 1 for one in had.values())
    since = date(2025, 1, 1)
    due = sequence._due(desk, codes[groups.index("Group 1")], codes[groups.index("Group 3")], to_day(since))
    assert due
    assert set(due) == {
        who
        for who, last in had.items()
        if last.get("Group 1", date.min) >= since and last.get("Group 3", date.min) <= last["Group 1"]
    }


def test_two_lists_a_customer_with_reasons_and_trials(tmp_path: Path, make_desk: MakeDesk) -> None:
    bought, items = trade(800)
    desk = make_desk(warehouse(tmp_path / "w", bought, items=items), date(2025, 6, 30))
    result = next_offer.run(desk)
    assert 1 <= len(result.trials) <= 4
    assert trust.judge(result.trust()[0]).trusted
    owned: dict[int, set[int]] = {}
    for order, product, _ in items:
        who, day, _ = bought[order - 1]
        if day <= date(2025, 6, 30):
            owned.setdefault(who, set()).add(product)
    rows = desk.engine.execute('SELECT customer_id, again, "new" FROM next_offer').fetchall()
    assert rows
    assert {"next_offer.times", "next_offer.once", "next_offer.because"} == {
        reason["code"]
        for _, again, new in rows
        for one in (*spelled(again, new=False), *spelled(new, new=True))
        for reason in one["reasons"]
    }
    for who, again, new in rows:
        assert {one["product"] for one in spelled(again, new=False)} <= owned[who]
        assert not {one["product"] for one in spelled(new, new=True)} & owned[who]
        for one in (*spelled(again, new=False), *spelled(new, new=True)):
            assert 0 <= one["share"] <= 1
            assert {reason["code"] for reason in one["reasons"]} <= set(next_offer.SAYS)


def spelled(told: list[int], *, new: bool) -> list[Json]:
    return offers.spelled(told, {n: f"Product {n}" for n in range(1, 13)}, new=new)


def test_offers_by_number_are_told_with_their_reasons() -> None:
    names = {7: '12" \\ "Tea"', 8: "Cake"}
    times, last = 3, to_day(date(2026, 1, 31))
    assert offers.spelled([7, 9, times, last, 8, -1, 1, last], names, new=False) == [
        {"product": 7, "name": '12" \\ "Tea"', "share": 0.09, "reasons": [{"code": "next_offer.times", "values": {"times": 3, "last_on": "2026-01-31"}}]},
        {"product": 8, "name": "Cake", "share": None, "reasons": [{"code": "next_offer.once", "values": {"last_on": "2026-01-31"}}]},
    ]  # fmt: skip
    assert offers.spelled([8, 2, 7, 29, 8, 2, 0, 0], names, new=True) == [
        {"product": 8, "name": "Cake", "share": 0.02, "reasons": [{"code": "next_offer.because", "values": {"had_name": '12" \\ "Tea"', "like_share": 0.29}}]},
        {"product": 8, "name": "Cake", "share": 0.02, "reasons": []},
    ]  # fmt: skip


def test_products_that_are_there_no_more_are_not_told() -> None:
    assert offers.spelled([7, 9, 3, 20_000, 8, 9, 1, 20_000], {8: "Cake"}, new=False)[0]["product"] == 8
    assert offers.spelled([8, 2, 7, 29], {8: "Cake"}, new=True)[0]["reasons"] == []


def test_next_offer_in_parts_is_the_same(tmp_path: Path, make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    bought, items = trade(600)
    store, found = warehouse(tmp_path / "w", bought, items=items), []
    for lines in (next_offer.PART, 100):
        monkeypatch.setattr(next_offer, "PART", lines)
        desk = make_desk(store, date(2025, 6, 30))
        result = next_offer.run(desk)
        rows = desk.engine.execute("SELECT * FROM next_offer ORDER BY customer_id").fetchall()
        assert len(rows) == result.told > 500
        found.append((result, rows))
    assert found[0] == found[1]


def test_a_list_that_loses_to_best_sellers_is_not_believed(tmp_path: Path, make_desk: MakeDesk) -> None:
    """Everybody buys products 1 to 5 of the season, never twice the same: own repeats cannot meet."""
    bought, items = [], []
    for who in range(1, 301):
        for season in range(8):
            bought.append((who, START + timedelta(days=90 * season + who % 60), 1_000))
            items += [(len(bought), 3 * season + part, 300) for part in (1, 2, 3)]
    result = next_offer.run(make_desk(warehouse(tmp_path / "w", bought, items=items), TODAY))
    assert not trust.judge(result.trust()[0]).trusted


@pytest.fixture(scope="module")
def company() -> Company:
    """4,500 customers of the demonstration, whose every companion is known."""
    return next(generate(customers=4_500, seed=20, today=TODAY))


def test_surest_pairs_of_the_demonstration_are_those_that_were_planted(company: Company) -> None:
    """Half of all companions are one stated mate of the first product (docs/demo.md); other surest pairs are of two companions.

    Within a group, what is bought along is of like price, so favourites there have true pairs that nobody planted.
    """
    sold, goods = company.trade, company.market.goods
    kept = sold.line_product >= 0
    pairs = pair_lift(Baskets.from_lines(sold.line_order[kept], sold.line_product[kept], range(len(goods.code))))
    mates = products.mates(goods)
    planted = [
        mates[a, goods.group[b]] == b or mates[b, goods.group[a]] == a
        for a, b in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        if goods.group[a] != goods.group[b]
    ]
    assert len(planted) > 25
    assert np.mean(planted) >= 0.9


@pytest.fixture(scope="module")
def sold(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """What the company sold to known customers, line by line; product n of the catalogue is n + 1, customer likewise."""
    orders, lines, goods = company.orders, company.trade, company.market.goods
    known = orders.customer >= 0
    number = np.cumsum(known)
    bought = [
        (who + 1, company.market.opened + timedelta(days=int(at)), 100)
        for who, at in zip(orders.customer[known].tolist(), orders.at[known].tolist(), strict=True)
    ]
    kept = (lines.line_product >= 0) & known[lines.line_order]
    worth = lines.line_price * lines.line_quantity
    items = np.column_stack([number[lines.line_order], lines.line_product + 1, worth])[kept].tolist()
    groups = {place + 1: products.CODES[group] for place, group in enumerate(goods.group.tolist())}
    return warehouse(tmp_path_factory.mktemp("sold"), bought, items=[tuple(one) for one in items], categories=groups)


def test_the_step_planted_in_the_demonstration_is_found(sold: Store, make_desk: MakeDesk) -> None:
    """Of buyers of a suitcase 45 % turn their next order within a season into a journey abroad (docs/demo.md).

    Companies buy other groups than everybody else, so that their lift is as high; but only what was planted comes far more
    often than the customers' own purchases in random order would have it. (Feasts order gift boxes a little, by the calendar.)
    """
    result = sequence.run(make_desk(sold, TODAY))
    planted, *others = result.steps
    assert (planted["first"], planted["next"]) == baskets.FOLLOWED
    assert [one.code for one in result.headline()] == ["sequence.best", "sequence.half", "sequence.ordered"]
    assert planted["order_low"] > max(one["order_low"] for one in others) + 0.1
    assert planted["low"] > 2
    assert 0.3 < planted["share"] < baskets.FOLLOWED_CHANCE
    assert planted["median"] < baskets.FOLLOWED_DAYS


def test_loyalty_planted_in_the_demonstration_is_found(company: Company, sold: Store, make_desk: MakeDesk) -> None:
    """Half of the consumers have a favourite souvenir; whoever has bought souvenirs three times is told it among five."""
    desk = make_desk(sold, TODAY)
    result = next_offer.run(desk)
    rows = desk.engine.execute("SELECT customer_id, again FROM next_offer").fetchall()
    again = {who - 1: [product - 1 for product in told[:: offers.SIZE]] for who, told in rows}
    favourite, orders = company.habits.favourite[:, 0], company.orders.customer
    souvenirs = company.market.goods.group[company.trade.main] == products.CODES.index(baskets.STAPLES[0])
    times = np.bincount(orders[souvenirs & (orders >= 0)], minlength=len(favourite))
    loyal = np.flatnonzero((favourite >= 0) & (times >= 3)).tolist()
    assert len(loyal) > 200
    assert np.mean([favourite[who] in again[who] for who in loyal]) > 0.9
    assert np.mean([favourite[who] == again[who][0] for who in loyal]) > 0.8
    assert trust.judge(
        result.trust()[0]
    ).trusted  # own repeats beat what sells best, as they do where customers have habits
