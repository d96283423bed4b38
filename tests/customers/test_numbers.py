"""The numbers of the customer page mean what they say."""

from datetime import timedelta

import pytest

from regulars.customers import actions
from regulars.customers.page.numbers import numbers_of, span
from regulars.customers.queries.profile import load_profile
from regulars.kit import clock
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


def numbers(owner, **facts):
    party = needing(actions.create_party(by=owner, name="甲"), **({"stake": 0} | facts))
    return {one.label: one for one in numbers_of(load_profile(party, owner))}


def bought(days_ago, **facts):
    now = clock.now()
    usual = {"cycle_days": 30.0, "cycle_low": 20.0, "cycle_high": 45.0, "first_order_at": now - timedelta(days=900)}
    return usual | {"last_order_at": now - timedelta(days=days_ago), "revenue": 1_000_000, **facts}


@pytest.mark.parametrize(
    ("now", "before", "meaning", "tone"),
    [
        (4_820_000, 7_100_000, "32% less than the 12 before (NT$71,000)", "stake"),
        (7_100_000, 7_000_000, "as in the 12 months before (NT$70,000)", ""),
        (8_000_000, 4_000_000, "100% more than the 12 before (NT$40,000)", "good"),
        (16_000_000, 4_000_000, "4 times the 12 before (NT$40,000)", "good"),
        (8_000_000, 0, "Nothing in the 12 months before", ""),
    ],
)
def test_money_is_compared_with_the_year_before(owner, now, before, meaning, tone):
    shown = numbers(owner, **bought(5, revenue_12m=now, revenue_prior_12m=before))["Last 12 months"]
    assert (shown.meaning, shown.tone) == (meaning, tone)


def test_growth_over_a_part_of_a_year_is_no_growth(owner):
    young = bought(5, revenue_12m=900_000, revenue_prior_12m=10_000, first_order_at=clock.now() - timedelta(days=400))
    assert numbers(owner, **young)["Last 12 months"].meaning == "NT$100 before that, in less than a year"


def test_late_is_only_what_lies_beyond_the_usual_spread(owner):
    assert numbers(owner, **bought(40))["Last order"].meaning == "usually every 30 days (20–45)"
    late = numbers(owner, **bought(50))["Last order"]
    assert late.meaning == "usually every 30 days (20–45); 20 days late"
    assert late.tone == "stake"


def test_next_order_is_named_while_there_is_time(owner):
    expected = clock.now() + timedelta(days=12)
    assert "next about" in numbers(owner, **bought(10, expected_order_at=expected))["Last order"].meaning


def test_lateness_of_an_old_record_is_counted_to_its_end(owner):
    end = clock.now() - timedelta(days=4_000)
    shown = numbers(owner, **bought(4_010, as_of=end))["Last order"]
    assert "late" not in shown.meaning
    assert "ago" not in shown.value


def test_margin_stands_in_where_it_is_known(owner):
    shown = numbers(owner, **bought(5, revenue_12m=1_000_000, margin_12m=250_000))
    assert shown["Margin"].meaning == "25% of the revenue of 12 months"
    assert "All in all" not in shown


def test_stake_is_named_only_with_a_risk_worth_naming(owner):
    assert "At stake" in numbers(owner, **bought(5, stake=50_000, risk=0.4))
    assert "Customer for" in numbers(owner, **bought(5, stake=50_000, risk=0.04))


def test_prospect_has_numbers_too(owner):
    shown = numbers(owner, orders=0)
    assert shown["Orders"].value == "0"
    assert shown["Last contact"].tone == "warn"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (59, "59 days"),
        (61, "2 months"),
        (700, "23 months"),
        (1_180, "3 years 3 months"),
        (1_096, "3 years"),
    ],
)
def test_span_is_said_in_the_coarsest_honest_unit(days, words):
    assert span(days) == words
