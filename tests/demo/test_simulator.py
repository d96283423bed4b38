"""The drawn company follows the stated model, and its truth agrees with what happens."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from regulars.demo.simulator import baskets, model, products, relationships, seasons
from regulars.demo.simulator.company import Company, Market, generate
from regulars.demo.simulator.model import DAYS, WAYS, WEEKS, Kind, State, TrueStage
from regulars.demo.simulator.relationships import NOT_YET, Course, People

TODAY = date(2026, 3, 18)
MANY = 20_000


def arrays_of(thing: Any) -> list[np.ndarray]:
    if isinstance(thing, np.ndarray):
        return [thing]
    if isinstance(thing, tuple):
        return [array for part in thing for array in arrays_of(part)]
    return [array for part in vars(thing).values() for array in arrays_of(part)] if hasattr(thing, "__dict__") else []


@pytest.fixture(scope="module")
def company() -> Company:
    return next(generate(customers=3_000, seed=11, today=TODAY))


@pytest.fixture(scope="module")
def lives() -> tuple[People, Course]:
    rng = np.random.default_rng(3)
    people = relationships.draw_people(rng, MANY)
    return people, relationships.live(rng, people, seasons.intensity(seasons.first_day(TODAY)))


def test_the_same_seed_and_day_draw_the_same_company() -> None:
    one, two = (next(generate(customers=400, seed=5, today=TODAY)) for _ in range(2))
    pairs = list(zip(arrays_of(one), arrays_of(two), strict=True))
    assert len(pairs) > 60
    assert all(np.array_equal(a, b) for a, b in pairs)


def test_another_seed_draws_another_company() -> None:
    one, two = (next(generate(customers=400, seed=seed, today=TODAY)) for seed in (5, 6))
    assert not np.array_equal(one.people.rate, two.people.rate)


def test_chunks_cover_every_customer_once() -> None:
    chunks = list(generate(customers=250, seed=1, today=TODAY, chunk=100))
    assert [(chunk.start, len(chunk.people.kind)) for chunk in chunks] == [(0, 100), (100, 100), (200, 50)]


def test_types_and_rates_follow_their_distributions(lives: tuple[People, Course]) -> None:
    people, _ = lives
    for kind, ways in WAYS.items():
        chosen = people.kind == kind
        deviation = np.sqrt(ways.share * (1 - ways.share) / MANY)
        assert abs(chosen.mean() - ways.share) < 4 * deviation
        rate, count = people.rate[chosen], chosen.sum()
        assert abs(rate.mean() / ways.rate - 1) < 4 / np.sqrt(ways.rate_shape * count) + 0.01
        assert abs(np.log(people.level[chosen]).std() / ways.spend_sigma - 1) < 4 / np.sqrt(2 * count)


def test_gaps_between_orders_are_erlang_in_the_customers_own_time() -> None:
    rng = np.random.default_rng(9)
    people = relationships.draw_people(rng, 4_000)
    people.kind[:] = Kind.FREQUENT_SHOPPER
    people.lead_at[:] = people.first_at[:] = 0.5
    people.rate[:], people.regularity[:] = 12.0, 4.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "BAD_SERVICE", 0.0)
        patch.setitem(WAYS, Kind.FREQUENT_SHOPPER, model.Ways(0.15, 12, 4, 4, 0.0, 0.0, 0.0, 0.4, 10))
        course = relationships.live(rng, people, np.ones((len(Kind), WEEKS)))
    orders = course.orders
    by_customer = np.lexsort((orders.at, orders.customer))
    who, at = orders.customer[by_customer], orders.at[by_customer]
    gaps = np.diff(at)[(who[1:] == who[:-1]) & (at[:-1] > 14) & (at[:-1] < DAYS - 200)]
    assert gaps.mean() == pytest.approx(365.25 / 12, rel=0.01)
    assert gaps.std() / gaps.mean() == pytest.approx(1 / np.sqrt(4), rel=0.03)


def test_nobody_orders_before_first_contact_or_while_gone(lives: tuple[People, Course]) -> None:
    people, course = lives
    orders, who = course.orders, course.orders.customer
    assert (orders.at >= people.first_at[who] - 1e-9).all()
    assert (orders.at < DAYS).all()
    assert (np.diff(orders.at) >= 0).all()
    gone = course.state == State.LEFT
    last = np.full(MANY, -1.0)
    np.maximum.at(last, who, orders.at)
    assert (last[gone] <= course.left_at[gone] + 1e-9).all()
    assert set(np.unique(orders.state)) <= {State.STEADY, State.GROWING, State.SLIPPING}


def test_stages_follow_their_definition(lives: tuple[People, Course]) -> None:
    people, course = lives
    now = course.stages[:, WEEKS]
    bought = people.first_at < DAYS
    assert ((now == TrueStage.RECRUIT) == ~bought).all()
    assert (course.stages[:, 0] == NOT_YET).all()
    old = bought & (people.first_at < DAYS - model.WELCOME_DAYS[1])
    assert ((now == TrueStage.DIVORCE) == (old & (course.state == State.LEFT)))[old].all()
    assert ((now == TrueStage.PRE_DIVORCE) == (course.state == State.SLIPPING))[old].all()
    assert (course.state[now == TrueStage.INTENSIFY] == State.GROWING).all()
    assert (course.returned_at[now == TrueStage.RECOVERY] > DAYS - model.RECOVERY_DAYS[1]).all()
    shares = np.bincount(now, minlength=8) / MANY
    assert (shares > 0.005).all(), "every stage is lived in"


def test_slipping_customers_order_less_and_growing_ones_more(lives: tuple[People, Course]) -> None:
    people, course = lives
    frequent = people.kind == Kind.FREQUENT_SHOPPER

    def pace(stage: TrueStage) -> float:
        weeks = (course.stages[frequent, WEEKS - 52 : WEEKS] == stage).sum()
        recent = course.orders.at >= DAYS - 364
        week = np.minimum((course.orders.at[recent] / 7).astype(int), WEEKS - 1)
        who = course.orders.customer[recent]
        return float((frequent[who] & (course.stages[who, week] == stage)).sum() / weeks)

    steady = pace(TrueStage.ACCOUNT_MANAGEMENT)
    assert pace(TrueStage.PRE_DIVORCE) < 0.5 * steady
    assert pace(TrueStage.INTENSIFY) > 1.5 * steady


def test_mishandled_complaints_drive_customers_away(lives: tuple[People, Course]) -> None:
    people, course = lives
    complaints = course.complaints
    old = (complaints.opened_at < DAYS - 400) & (people.kind[complaints.customer] != Kind.ONE_OFF)

    def lost(which: np.ndarray) -> float:
        who = complaints.customer[old & which]
        later = course.stages[who, np.minimum(((complaints.opened_at[old & which] + 300) / 7).astype(int), WEEKS)]
        return float((later == TrueStage.DIVORCE).mean())

    assert lost(complaints.mishandled) > lost(~complaints.mishandled) + 0.1


def test_the_gifters_year_has_its_feasts(lives: tuple[People, Course]) -> None:
    people, course = lives
    gifter = people.kind[course.orders.customer] == Kind.SEASONAL_GIFTER
    presence = seasons.presence(seasons.first_day(TODAY))
    week = np.minimum((course.orders.at / 7).astype(int), WEEKS - 1)
    feast = (
        presence[:, [seasons.SEASONS.index("lunar_new_year"), seasons.SEASONS.index("mid_autumn")]].max(axis=1) > 0.3
    )
    assert feast.mean() < 0.25
    assert feast[week][gifter].mean() > 0.5
    assert feast[week][~gifter].mean() < 0.45


def test_mooncakes_are_sold_before_mid_autumn_only(company: Company) -> None:
    goods, trade = company.market.goods, company.trade
    main = goods.group[trade.main] == products.CODES.index("GM")
    days = [seasons.first_day(TODAY).toordinal() + int(day) for day in company.orders.at[main]]
    ahead = [seasons.mid_autumn(date.fromordinal(day).year).toordinal() - day for day in days]
    assert main.sum() > 50
    assert min(ahead) >= -4, "weeks are whole"
    assert max(ahead) <= 44


def test_lines_are_whole_and_belong_to_orders(company: Company) -> None:
    trade, size = company.trade, len(company.orders.at)
    assert (np.diff(trade.line_order) >= 0).all()
    assert (np.bincount(trade.line_order, minlength=size) >= 1).all()
    sold = trade.line_kind == baskets.LineKind.PRODUCT
    assert (trade.line_quantity[sold] >= 1).all()
    assert (trade.line_price[sold] >= 1).all()
    assert (trade.line_product[~sold] == baskets.NO_PRODUCT).all()
    pairs = trade.line_order[sold] * 10_000 + trade.line_product[sold]
    assert len(np.unique(pairs)) == len(pairs), "a product is in an order once"
    assert np.array_equal(
        company.amount, np.bincount(trade.line_order, trade.line_price * trade.line_quantity, minlength=size)
    )


def test_big_spenders_spend_more(company: Company) -> None:
    people, orders = company.people, company.orders
    known = orders.customer >= 0
    kind = people.kind[orders.customer] == Kind.FREQUENT_SHOPPER
    high = people.level[orders.customer] > 1
    assert np.median(company.amount[known & kind & high]) > 1.4 * np.median(company.amount[known & kind & ~high])


def test_companions_go_with_their_mates(company: Company) -> None:
    goods, trade = company.market.goods, company.trade
    journey = np.flatnonzero(goods.group[trade.main] == products.CODES.index("TA"))
    sold = trade.line_kind == baskets.LineKind.PRODUCT
    extra = np.isin(goods.group[np.where(sold, trade.line_product, 0)], [products.CODES.index("SV")]) & sold
    with_extra = np.isin(journey, trade.line_order[extra]).mean()
    assert with_extra == pytest.approx(
        products.COMPANIONS[products.CODES.index("TA"), products.CODES.index("SV")], abs=0.06
    )


def test_returns_come_after_their_order_and_never_exceed_it(company: Company) -> None:
    back = company.returns
    assert (back.at > company.orders.at[back.order]).all()
    assert (back.pieces <= company.trade.line_quantity[back.line]).all()
    assert np.array_equal(company.trade.line_order[back.line], back.order)
    assert len(np.unique(back.line)) == len(back.line)


def test_referrers_had_bought_before_and_form_no_circle(company: Company) -> None:
    brought = np.flatnonzero(company.course.referrer >= 0)
    referrer = company.course.referrer[brought]
    assert len(brought) > 100
    assert (company.people.first_at[referrer] < company.people.lead_at[brought]).all()


def test_market_ends_the_day_before_today() -> None:
    market = Market.of(TODAY)
    assert (TODAY - market.opened).days == DAYS
    assert market.pace.mean(axis=1) == pytest.approx(np.ones(len(Kind)))


def test_a_journey_follows_a_suitcase_as_often_as_stated() -> None:
    many = next(generate(customers=9_000, seed=2, today=TODAY))
    orders, group = many.orders, many.market.goods.group[many.trade.main]
    first, then = (products.CODES.index(code) for code in baskets.FOLLOWED)
    by = np.lexsort((orders.at, orders.customer))
    who, at, group = orders.customer[by], orders.at[by], group[by]
    soon = (who[1:] == who[:-1]) & (who[1:] >= 0) & (at[1:] - at[:-1] <= baskets.FOLLOWED_DAYS)
    follows = group[1:][soon & (group[:-1] == first)] == then
    deviation = np.sqrt(0.25 / len(follows))
    assert len(follows) > 300
    assert baskets.FOLLOWED_CHANCE - 4 * deviation < follows.mean() < baskets.FOLLOWED_CHANCE + 0.1 + 4 * deviation
    late = (who[1:] == who[:-1]) & (who[1:] >= 0) & ~soon & (group[:-1] == first)
    assert (group[1:][late] == then).mean() < 0.2


def test_the_loyal_take_their_favourite_as_often_as_stated(company: Company) -> None:
    people, habits, goods = company.people, company.habits, company.market.goods
    consumers = people.kind != Kind.CORPORATE
    assert not (habits.favourite[~consumers] >= 0).any()
    assert abs((habits.favourite[consumers, 0] >= 0).mean() - baskets.LOYAL) < 0.05
    for place, staple in enumerate(baskets.STAPLES):
        who, main = company.orders.customer, company.trade.main
        theirs = (who >= 0) & (goods.group[main] == products.CODES.index(staple)) & (habits.favourite[who, place] >= 0)
        taken = main[theirs] == habits.favourite[who[theirs], place]
        assert baskets.FAITHFUL - 0.05 < taken.mean() < baskets.FAITHFUL + 0.12  # by chance too, now and then
