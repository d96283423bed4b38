"""The page of relations: the chart on a day, sums of groups, what may not be seen, and what is changed there."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from regulars.customers import actions
from regulars.customers.models import CustomerSummary, Party, PartyRelation
from regulars.customers.queries import kinship
from regulars.kit import clock
from regulars.staff.models import Team
from tests.customers.conftest import HIDDEN

pytestmark = pytest.mark.django_db
HIDING = "somebody you may not see"


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def web(client, owner):
    client.force_login(owner)
    return client


def company(owner, name="遠東精密", **facts):
    return actions.create_party(by=owner, kind="organisation", name=name, **facts)


def employ(owner, firm, name, under=None, title="", since=date(2020, 1, 1), **facts):
    person = actions.create_party(by=owner, name=name, role="", **facts)
    actions.add_relation(party=person, other=firm, kind="employed_by", by=owner, title=title, valid_from=since)
    if under:
        actions.add_relation(party=person, other=under, kind="reports_to", by=owner, valid_from=since)
    return person


def sold(party, amount, orders=1, currency="TWD"):
    CustomerSummary.objects.filter(party=party).update(
        revenue=amount * 2, revenue_12m=amount, orders=orders * 2, orders_12m=orders, currency=currency
    )
    party.refresh_from_db()
    return party


def drawn(nodes):
    return [(node.party.name if node.party else None, drawn(node.below)) for node in nodes]


def today():
    return timezone.localdate(clock.now())


def test_the_chart_hangs_everybody_below_their_superior(owner):
    firm = company(owner)
    boss = employ(owner, firm, "董", title="董事長")
    general = employ(owner, firm, "總", boss)
    employ(owner, firm, "甲", general)
    employ(owner, firm, "乙", general)
    employ(owner, firm, "丙")
    chart = kinship.org_chart(firm, owner, today())
    assert (
        drawn(chart.top) == [("董", [("總", [("甲", []), ("乙", [])])]), ("丙", [])] or drawn(chart.top)[0][0] == "董"
    )
    assert {node.party.name: node.depth for node in chart.everybody()} == {"董": 0, "總": 1, "甲": 2, "乙": 2, "丙": 0}
    assert chart.people == 5


def test_the_chart_as_it_stood_on_a_day(owner):
    firm = company(owner)
    old = employ(owner, firm, "前總", title="總經理", since=date(2018, 1, 1))
    clerk = employ(owner, firm, "員", old, since=date(2019, 1, 1))
    new = employ(owner, firm, "新總", title="總經理", since=date(2023, 5, 1))
    actions.move_person(person=clerk, superior=new, company=firm, by=owner, on=date(2023, 5, 1))
    actions.end_relation(relation=old.relations.get(kind="employed_by"), by=owner, on=date(2023, 5, 1))
    assert drawn(kinship.org_chart(firm, owner, date(2018, 6, 1)).top) == [("前總", [])]
    assert drawn(kinship.org_chart(firm, owner, date(2023, 4, 30)).top) == [("前總", [("員", [])])]
    assert drawn(kinship.org_chart(firm, owner, date(2023, 5, 1)).top) == [("新總", [("員", [])])]
    assert kinship.org_chart(firm, owner, date(2017, 1, 1)).top == []
    former = kinship.org_chart(firm, owner, today(), former=True).former
    assert [node.party.name for node in former] == ["前總"]
    assert former[0].former


def test_a_circle_brought_by_an_import_is_still_drawn(owner):
    firm = company(owner)
    people = [employ(owner, firm, name) for name in "甲乙丙"]
    for one, two in zip(people, [*people[1:], people[0]], strict=True):
        PartyRelation.objects.create(party=one, other=two, kind="reports_to")
    chart = kinship.org_chart(firm, owner, today())
    assert {node.party.name for node in chart.everybody()} == set("甲乙丙")


def test_somebody_hidden_keeps_the_place_but_not_the_name(make_user, owner, client):
    mine, other = Team.objects.create(name="A"), Team.objects.create(name="B")
    seller = make_user(role="seller", team=mine)
    firm = company(owner, team=mine)
    boss = employ(owner, firm, HIDDEN, title="董事長", team=other)
    employ(owner, firm, "窗口", boss, team=mine)
    chart = kinship.org_chart(firm, seller, today())
    assert drawn(chart.top) == [(None, [("窗口", [])])]
    assert chart.hidden == 1
    client.force_login(seller)
    page = client.get(reverse("customers:relations", args=[firm.pk])).content.decode()
    assert HIDDEN not in page
    assert HIDING in page
    assert reverse("customers:move-person", args=[firm.pk, boss.pk]) not in page
    assert client.post(reverse("customers:move-person", args=[firm.pk, boss.pk]), {}).status_code == 404
    job = boss.relations.get(kind="employed_by")
    assert client.post(reverse("customers:end-relation", args=[firm.pk, job.pk])).status_code == 404
    dialog = client.get(reverse("customers:add-colleague", args=[firm.pk])).content.decode()
    assert HIDDEN not in dialog


def test_sums_roll_up_over_subsidiaries_by_currency(owner):
    top, middle, low, abroad = (sold(company(owner, name), 100) for name in ("總", "中", "下", "外"))
    CustomerSummary.objects.filter(party=abroad).update(currency="JPY")
    for one, two in ((middle, top), (low, middle), (abroad, top)):
        actions.add_relation(party=one, other=two, kind="subsidiary_of", by=owner)
    tree = kinship.tree_below(top, "subsidiary_of", owner, today())
    assert tree.whole.revenue_12m == {"TWD": 300, "JPY": 100}
    assert tree.whole.orders_12m == 4
    assert {node.party.name: node.whole.revenue_12m["TWD"] for node in tree.below} == {"中": 200, "外": 0}
    assert [node.party.name for node in kinship.chain_above(low, "subsidiary_of", owner, today())] == ["中", "總"]


def test_sums_leave_out_whom_one_may_not_see_and_say_so(make_user, owner):
    team = Team.objects.create(name="A")
    seller = make_user(role="seller", team=team)
    top = sold(company(owner, "總", team=team), 100)
    hidden, below = sold(company(owner, HIDDEN), 1_000), sold(company(owner, "下", team=team), 10)
    actions.add_relation(party=hidden, other=top, kind="subsidiary_of", by=owner)
    actions.add_relation(party=below, other=hidden, kind="subsidiary_of", by=owner)
    tree = kinship.tree_below(top, "subsidiary_of", seller, today())
    assert tree.whole.revenue_12m == {"TWD": 110}
    assert tree.hidden == 1
    chain = kinship.chain_above(below, "subsidiary_of", seller, today())
    assert [node.party for node in chain] == [None]


def test_what_the_referred_brought_is_summed_down_to_a_depth(owner):
    people = [sold(actions.create_party(by=owner, name=f"客{n}"), 10) for n in range(7)]
    for lower, upper in zip(people[1:], people, strict=False):
        actions.add_relation(party=lower, other=upper, kind="referred_by", by=owner)
    tree = kinship.tree_below(people[0], "referred_by", owner, today(), deepest=kinship.REFERRALS_DEEPEST)
    assert tree.below[0].whole.revenue["TWD"] == 4 * 20
    assert tree.more


def test_members_and_buyers_are_summed_in_the_database_when_there_are_many(owner, monkeypatch):
    monkeypatch.setattr(kinship, "MOST_SHOWN", 2)
    shop = company(owner, "經銷", role="reseller")
    for number in range(9):
        buyer = sold(actions.create_party(by=owner, name=f"客{number}"), 10 + number, orders=2)
        actions.add_relation(party=buyer, other=shop, kind="buys_through", by=owner)
    group = kinship.group_of(shop, "buys_through", owner, today())
    assert [node.party.name for node in group.nodes] == ["客8", "客7"]
    assert (group.count, group.more, group.whole.orders_12m) == (9, 7, 18)
    assert group.whole.revenue_12m["TWD"] == sum(range(10, 19))


@pytest.mark.parametrize("kind", ["person", "organisation", "household"])
def test_the_page_is_drawn_for_every_kind_of_party(web, owner, kind):
    party = actions.create_party(by=owner, kind=kind, name="某")
    assert web.get(reverse("customers:relations", args=[party.pk])).status_code == 200
    past = web.get(reverse("customers:relations", args=[party.pk]), {"on": "2020-02-30", "former": "1"})
    assert past.status_code == 200
    old = web.get(reverse("customers:relations", args=[party.pk]), {"on": "2020-02-28"}).content.decode()
    assert "only the present can be changed" in old
    assert "data-asks" not in old[old.index('id="kinship"') :]


def test_the_page_asks_as_often_for_many_people_as_for_few(web, owner):
    firm = company(owner)
    boss = employ(owner, firm, "董")
    employ(owner, firm, "甲", boss)
    address = reverse("customers:relations", args=[firm.pk])
    web.get(address)
    with CaptureQueriesContext(connection) as few:
        web.get(address)
    for number in range(30):
        employ(owner, firm, f"員{number}", boss)
    with CaptureQueriesContext(connection) as many:
        web.get(address)
    assert len(many) == len(few) <= 32


def test_a_new_person_is_added_with_position_superior_and_undo(web, owner):
    firm = company(owner)
    boss = employ(owner, firm, "董")
    told = {"q": "林大明", "title": "採購", "superior": boss.pk, "mobile": "0912-345-678", "valid_from": "2024-02-01"}
    answer = web.post(reverse("customers:add-colleague", args=[firm.pk]), told)
    assert answer.status_code == 204
    person = Party.objects.get(name="林大明")
    job = person.relations.get(kind="employed_by")
    assert (job.other, job.title, job.valid_from) == (firm, "採購", date(2024, 2, 1))
    assert person.relations.get(kind="reports_to").other == boss
    assert (person.summary.stage, person.roles.count()) == ("", 0)
    assert person.contact_points.get().normalised == "+886912345678"
    act = actions.batches.Batch.objects.get(pk=person.batch_id)
    actions.take_back(batch=act, by=owner)
    assert not PartyRelation.objects.filter(party=person).exists()
    assert Party.objects.get(pk=person.pk).trashed_at is not None


def test_somebody_known_is_added_and_nobody_is_refused(web, owner):
    firm = company(owner)
    known = actions.create_party(by=owner, name="舊識")
    address = reverse("customers:add-colleague", args=[firm.pk])
    assert web.post(address, {"title": "經理"}).status_code == 422
    assert web.post(address, {"other": known.pk, "q": known.name, "title": "經理"}).status_code == 204
    assert known.relations.get().title == "經理"
    assert web.get(reverse("customers:add-colleague", args=[known.pk])).status_code == 404


def test_moving_by_dialog_and_by_drop(web, owner):
    firm = company(owner)
    boss, one, two = employ(owner, firm, "董"), employ(owner, firm, "甲"), employ(owner, firm, "乙")
    address = reverse("customers:move-person", args=[firm.pk, two.pk])
    assert "董" in web.get(address).content.decode()
    assert web.post(address, {"superior": one.pk}).status_code == 204
    assert two.relations.get(kind="reports_to", valid_to=None).other == one
    circle = web.post(reverse("customers:move-person", args=[firm.pk, one.pk]), {"superior": two.pk})
    assert circle.status_code == 422
    assert "乙 reports to 甲" in circle.content.decode()
    assert web.post(address, {"superior": boss.pk, "on": today().isoformat()}).status_code == 204
    assert web.post(address, {"superior": ""}).status_code == 204
    assert not two.relations.filter(kind="reports_to", valid_to=None).exists()


def test_a_relation_is_ended_on_a_day_with_undo(web, owner):
    firm = company(owner)
    person = employ(owner, firm, "甲", since=date(2021, 1, 1))
    job = person.relations.get()
    address = reverse("customers:end-relation", args=[firm.pk, job.pk])
    assert "甲" in web.get(address).content.decode()
    assert web.post(address, {"on": "2020-01-01"}).status_code == 422
    answer = web.post(address, {"on": "2024-12-31"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    job.refresh_from_db()
    assert job.valid_to == date(2024, 12, 31)
    token = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"][0]["undo"]
    assert web.post(reverse("web:undo"), {"token": token}).status_code == 204
    job.refresh_from_db()
    assert job.valid_to is None


def test_a_household_is_made_from_the_page_and_from_the_list(web, owner):
    one, two, three, four = (actions.create_party(by=owner, family_name="林", given_name=name) for name in "甲乙丙丁")
    assert web.post(reverse("customers:make-household", args=[one.pk]), {"name": ""}).status_code == 422
    assert web.post(reverse("customers:make-household", args=[one.pk]), {"other": two.pk}).status_code == 204
    house = one.relations.get(kind="member_of").other
    page = web.get(reverse("customers:relations", args=[house.pk])).content.decode()
    assert "林甲" in page
    assert "林乙" in page
    bulk = reverse("web:bulk-customers", args=["household"])
    answer = web.post(bulk, {"pk": [three.pk, four.pk], "confirmed": "1", "name": "林家"})
    assert answer.status_code < 400
    assert three.relations.get(kind="member_of").other.name == "林家"


def test_roles_are_given_and_ended_on_the_page(web, owner):
    party = actions.create_party(by=owner, kind="organisation", name="某社", role="")
    assert (
        web.post(
            reverse("customers:add-role", args=[party.pk]), {"role": "vendor", "valid_from": "2022-01-01"}
        ).status_code
        == 204
    )
    role = party.roles.get()
    assert "Vendor" in web.get(reverse("customers:relations", args=[party.pk])).content.decode()
    address = reverse("customers:end-role", args=[party.pk, role.pk])
    assert web.post(address, {"on": "2021-01-01"}).status_code == 422
    assert web.post(address, {"on": "2023-01-01"}).status_code == 204
    assert web.get(address).status_code == 404


@pytest.mark.parametrize("name", ["add-colleague", "add-role", "make-household", "add-relation"])
def test_whoever_may_not_edit_changes_nothing(client, make_user, owner, name):
    firm = company(owner)
    client.force_login(make_user(role="analyst"))
    assert client.get(reverse("customers:relations", args=[firm.pk])).status_code == 200
    assert client.post(reverse(f"customers:{name}", args=[firm.pk]), {"q": "某", "role": "vendor"}).status_code == 403
    assert not PartyRelation.objects.exists()


def test_pages_of_hidden_ones_are_not_found(world):
    assert world.client.get(reverse("customers:relations", args=[world.hidden.pk])).status_code == 404
    page = world.client.get(reverse("customers:relations", args=[world.mine.pk])).content.decode()
    assert HIDDEN not in page
    assert HIDING in page


def test_days_before_today_count_from_the_companys_day(owner):
    firm = company(owner)
    person = employ(owner, firm, "甲", since=today() - timedelta(days=1))
    actions.end_relation(relation=person.relations.get(), by=owner)
    assert kinship.org_chart(firm, owner, today()).top == []
    assert drawn(kinship.org_chart(firm, owner, today() - timedelta(days=1)).top) == [("甲", [])]


def test_of_very_many_who_buy_through_a_shop_the_page_says_more_than(web, owner, monkeypatch):
    from regulars.customers.queries import profile

    shop = company(owner, "禮品行", role="reseller")
    for number in range(3):
        buyer = actions.create_party(by=owner, name=f"買家{number}")
        actions.add_relation(party=buyer, other=shop, kind="buys_through", by=owner)
    told = web.get(f"/customers/{shop.pk}/").content.decode()
    assert "3 customers" in told
    monkeypatch.setattr(profile, "MOST_SUMMED", 2)
    told = web.get(f"/customers/{shop.pk}/").content.decode()
    assert "more than 2" in told
    assert "3 customers" not in told
