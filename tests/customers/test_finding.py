"""Searching and filtering the list: what each word and each parameter of the address finds."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Event, Party
from regulars.customers.queries.search import find_parties
from regulars.kit import clock
from regulars.staff.actions import create_territory
from regulars.web import resources
from regulars.web.listing import state
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


def found(typed):
    return set(find_parties(Party.objects.all(), typed).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("小明", {"王小明"}),
        ("王", {"王小明"}),
        ("ming wang", {"王小明"}),
        ("MARY", {"Mary Jones"}),
        ("台北", {"臺北商行"}),
        ("0912345678", {"王小明"}),
        ("0912-345-678", {"王小明"}),
        ("+886 912 345 678", {"王小明"}),
        ("09123", {"王小明"}),
        ("5678", {"王小明"}),
        ("mary@x.example", {"Mary Jones"}),
        ("Mary@X", {"Mary Jones"}),
        ("ERP-7", {"臺北商行"}),
        ("0999", set()),
        ("小華", set()),
        ("%", set()),
    ],
)
def test_search_finds_names_numbers_and_addresses(owner, typed, names):
    actions.create_party(by=owner, name="王小明", other_name="Ming Wang", contact_points=[("mobile", "0912 345 678")])
    actions.create_party(by=owner, name="Mary Jones", contact_points=[("email", "mary@x.example")])
    actions.create_party(by=owner, kind="organisation", name="臺北商行", identifiers=[("erp", "ERP-77")])
    assert found(typed) == names


def listed(user, /, **params):
    resource = resources.get("customers")
    query = QueryDict(mutable=True)
    query.update(params)
    told = state.read(resource, query, user)
    assert told.ignored == (), told.ignored
    return set(told.narrowed(user).values_list("name", flat=True))


@pytest.fixture
def two(owner):
    """甲 has every mark, 乙 none."""
    now = clock.now()
    territory = create_territory(name="北區")
    one = needing(
        actions.create_party(by=owner, name="甲", kind="organisation", city="台北市", source="shop", owner=owner, territory=create_territory(name="台北", parent=territory)),
        500_000, value_class="most_valuable", value_percentile=12.0, cycle_days=42.0, first_order_at=now, last_order_at=now, revenue_12m=100_000,
        risk=0.8, open_promises=1, open_complaints=1,
    )  # fmt: skip
    needing(actions.create_party(by=owner, name="乙"), 0, action="", stage="recruit", orders=0)
    Event.objects.create(customer=one, kind="commerce.order_placed", occurred_at=now)
    Event.objects.create(
        customer=one, kind="customers.stage_changed", occurred_at=now, payload={"from": "intensify", "to": "divorce"}
    )
    actions.record_consent(party=one, channel="email", state="withdrawn", by=owner)
    actions.record_consent(party=one, channel="email", state="granted", by=owner)
    actions.record_consent(party=one, channel="sms", state="withdrawn", by=owner)
    return {
        "month": timezone.localtime(now).strftime("%Y-%m"),
        "day": timezone.localdate(now),
        "territory": territory.pk,
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "pre_divorce"), ("stage", "pre_divorce,divorce"), ("class", "most_valuable"), ("kind", "organisation"), ("owner", "me"),
        ("city", "台北市"), ("source", "shop"), ("top", "20"), ("cycle", "40-50"), ("first_order", "{month}"), ("ordered_in", "{month}"),
        ("lost_in", "{month}"), ("moved", "intensify-divorce"), ("moved", "any-divorce"), ("revenue_12m", "1000.."), ("orders", "1.."),
        ("last_order", "last30"), ("risk", "0.5.."), ("promise", "1"), ("complaint", "1"), ("needs", "1"), ("permits", "email"),
        ("refuses", "sms"), ("at_stake", "5000.."), ("territory", "{territory}"),
    ],
)  # fmt: skip
def test_each_filter_finds_whom_it_says(owner, two, key, value):
    assert listed(owner, **{key: value.format(**two)}) == {"甲"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("top", "5"), ("cycle", "50-60"), ("cycle", "10-42"), ("moved", "intensify-recovery"), ("permits", "sms"), ("refuses", "email"), ("lost_in", "2001-01"), ("ordered_in", "2001-01")],
)  # fmt: skip
def test_each_filter_leaves_out_whom_it_does_not_mean(owner, two, key, value):
    assert listed(owner, **{key: value}) == set()


def test_moves_are_counted_since_a_day(owner, two):
    yesterday, tomorrow = (two["day"] + timedelta(days=days) for days in (-1, 1))
    assert listed(owner, moved="intensify-divorce", since=yesterday.isoformat()) == {"甲"}
    assert listed(owner, moved="intensify-divorce", since=tomorrow.isoformat()) == set()


def test_returning_is_an_order_in_the_month_and_one_before(owner, two):
    assert listed(owner, returned_in=two["month"]) == set()
    CustomerSummary.objects.filter(party__name="甲").update(first_order_at=clock.now() - timedelta(days=60))
    assert listed(owner, returned_in=two["month"]) == {"甲"}
    assert listed(owner, first_order=two["month"]) == set()


@pytest.mark.parametrize("key", ["top", "cycle", "moved", "relation", "since", "lost_in", "ordered_in"])
def test_nonsense_in_the_address_is_answered(client, owner, two, key):
    client.force_login(owner)
    assert client.get("/customers/", {key: "x'\"%-~"}).status_code == 200


def test_every_sortable_column_sorts_both_ways(client, owner, two):
    client.force_login(owner)
    for column in resources.get("customers").columns:
        if column.sort:
            for sort in (column.key, f"-{column.key}"):
                assert client.get("/customers/", {"sort": sort}).status_code == 200, sort
