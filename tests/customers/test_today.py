from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Event, Party, Stage
from regulars.customers.queries import today
from regulars.kit import clock
from regulars.staff.models import Team
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


def names(user, scope="all"):
    return [party.name for party in today.page_of_needs(user, scope)[0]]


def person(name, by, stake=1_000, **facts):
    return needing(actions.create_party(by=by, name=name, **facts), stake)


def test_customers_come_by_money_at_stake(owner):
    for name, stake in (("甲", 300), ("乙", 900), ("丙", 500)):
        person(name, owner, stake)
    needing(actions.create_party(by=owner, name="無事"), action="")
    assert names(owner) == ["乙", "丙", "甲"]
    assert today.stakes(owner, "all") == today.Stakes(3, [("TWD", 1_700)])


def test_money_of_several_currencies_is_not_added_up(owner):
    person("甲", owner, 300)
    CustomerSummary.objects.filter(party=person("乙", owner, 900)).update(currency="GBP")
    assert today.stakes(owner, "all") == today.Stakes(2, [("GBP", 900), ("TWD", 300)])


def test_whoever_is_put_off_comes_back_on_the_day(owner):
    party = person("甲", owner)
    actions.snooze(party=party, until=clock.now() + timedelta(days=3), by=owner)
    assert names(owner) == []
    with clock.stopped_at(clock.now() + timedelta(days=3, minutes=1)):
        assert names(owner) == ["甲"]


def test_whoever_was_spoken_with_is_left_in_peace_for_a_week(owner):
    party = person("甲", owner)
    CustomerSummary.objects.filter(party=party).update(last_contact_at=clock.now() - timedelta(days=6))
    assert names(owner) == []
    CustomerSummary.objects.filter(party=party).update(last_contact_at=clock.now() - timedelta(days=8))
    assert names(owner) == ["甲"]


def test_trashed_customers_need_nobody(owner):
    party = person("甲", owner)
    actions.trash_parties(party_ids=[party.pk], by=owner)
    assert names(owner) == []


def test_scopes_follow_the_reach(make_user, owner):
    team = Team.objects.create(name="A")
    seller = make_user(role="seller", team=team)
    person("自己", owner, owner=seller)
    person("團隊", owner, team=team)
    person("別人", owner)
    assert today.scopes_of(seller) == ["mine", "team"]
    assert today.scopes_of(make_user(role="technician")) == ["mine"]
    assert today.scopes_of(owner) == ["mine", "all"]
    assert names(seller, "mine") == ["自己"]
    assert names(seller, "team") == ["團隊"]
    assert set(names(seller, "all")) == {"自己", "團隊"}
    assert len(names(owner)) == 3


def test_pages_go_on_by_key_although_stakes_are_equal(owner, monkeypatch):
    monkeypatch.setattr(today, "PAGE", 4)
    for number in range(11):
        person(f"客{number}", owner, 500)
    shown, after = [], None
    for _ in range(5):
        parties, after = today.page_of_needs(owner, "all", after)
        shown += [party.pk for party in parties]
        if after is None:
            break
        assert today.read_after(str(after)) == after
    assert len(shown) == len(set(shown)) == 11


def test_tasks_due_are_mine_or_of_the_customers_in_scope(make_user, owner):
    seller = make_user(role="seller")
    party = person("甲", owner, owner=seller)
    now = clock.now()
    actions.add_task(party=party, title="late", by=seller, due_at=now - timedelta(days=1))
    actions.add_task(party=party, title="later", by=seller, due_at=now + timedelta(days=3))
    actions.add_task(party=party, title="the owner's", by=owner, due_at=now - timedelta(days=2))
    assert [task.title for task in today.due_tasks(seller, "mine")] == ["late"]
    assert [task.title for task in today.due_tasks(owner, "all")] == ["the owner's", "late"]


def test_newcomers_are_those_nobody_has_spoken_with_since_their_first_order(owner):
    now = clock.now()
    new = needing(
        actions.create_party(by=owner, name="新"),
        action="",
        stage=Stage.WELCOME,
        first_order_at=now - timedelta(days=2),
    )
    needing(
        actions.create_party(by=owner, name="已歡迎"),
        action="",
        stage=Stage.WELCOME,
        first_order_at=now - timedelta(days=2),
        last_contact_at=now - timedelta(days=1),
    )
    assert today.newcomers(owner, "all") == [new]


def test_today_asks_as_often_for_one_customer_as_for_three_hundred(client, owner):
    def fill(count):
        for number in range(count):
            party = person(f"客{number}", owner, 100 + number)
            actions.add_task(party=party, title="t", by=owner, due_at=clock.now() - timedelta(days=1))

    client.force_login(owner)
    fill(1)
    client.get("/")
    with CaptureQueriesContext(connection) as one:
        assert client.get("/").status_code == 200
    fill(299)
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    # the sum of the first page is asked for by the page itself, later; two look what waits in the inbox
    assert len(many) <= len(one) <= 19


def test_empty_system_is_answered(client, owner):
    assert not Party.objects.exists()
    assert client.get("/").status_code in {200, 302}
    client.force_login(owner)
    assert client.get("/").status_code in {200, 302}


def test_reasons_are_sentences_of_the_customers_own_figures(client, make_user, owner):
    party = person("甲", owner)
    reason = {"code": "stage.silent", "values": {"usual_days": 23, "silence_days": 61, "one_in": 40}}
    CustomerSummary.objects.filter(party=party).update(stage_reasons=[reason])
    client.force_login(owner)
    assert "23 days" in client.get("/").content.decode()
    client.force_login(make_user(role="owner", language="zh-hant"))
    assert "23 天" in client.get("/").content.decode()


def test_snooze_from_today_takes_the_line_away_and_can_be_undone(client, owner):
    party = person("甲", owner)
    client.force_login(owner)
    answer = client.post(
        f"/customers/{party.pk}/snooze/?place=today",
        {"until": (clock.now() + timedelta(days=5)).date().isoformat(), "reason": "出國"},
    )
    assert answer.headers["HX-Retarget"] == f"#need-{party.pk}"
    assert answer.headers["HX-Reswap"] == "delete"
    assert names(owner) == []
    assert Event.objects.filter(customer=party, kind="customers.snoozed").count() == 1
    past = client.post(f"/customers/{party.pk}/snooze/", {"until": "2020-01-01"})
    assert past.status_code == 422
    assert client.post(f"/customers/{party.pk}/wake/").status_code == 204
    assert names(owner) == ["甲"]
