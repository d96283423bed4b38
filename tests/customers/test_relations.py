"""Who works where and reports to whom, who lives together, who brought whom: dated, without circles, on both timelines."""

from datetime import date, timedelta

import pytest

from regulars.customers import actions
from regulars.customers.models import Event, Party, PartyRelation, Revision
from regulars.kit import clock
from regulars.kit.errors import UserError

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def firm(owner):
    return actions.create_party(by=owner, kind="organisation", name="遠東精密")


@pytest.fixture
def people(owner, firm):
    """Five people of the firm, each reporting to the one before."""
    found = [actions.create_party(by=owner, name=name, role="") for name in ("董", "總", "經", "副", "員")]
    for number, one in enumerate(found):
        actions.add_relation(party=one, other=firm, kind="employed_by", by=owner, title=f"職{number}")
        if number:
            actions.add_relation(party=one, other=found[number - 1], kind="reports_to", by=owner)
    return found


def superior_of(person: Party) -> Party | None:
    found = person.relations.filter(kind="reports_to", valid_to=None).first()
    return found.other if found else None


def test_a_circle_is_refused_however_long_and_says_who_stands_where(owner, firm, people):
    boss, general, *_middle, clerk = people
    with pytest.raises(UserError, match="總 reports to 董, so 董 cannot report to 總"):
        actions.move_person(person=boss, superior=general, company=firm, by=owner)
    with pytest.raises(UserError, match="員 stands below 董"):
        actions.move_person(person=boss, superior=clerk, company=firm, by=owner)
    assert superior_of(boss) is None


def test_a_subsidiary_of_itself_through_a_chain_is_refused(owner):
    firms = [actions.create_party(by=owner, kind="organisation", name=f"公司{n}") for n in range(4)]
    for lower, upper in zip(firms[1:], firms, strict=False):
        actions.add_relation(party=lower, other=upper, kind="subsidiary_of", by=owner)
    with pytest.raises(UserError, match="公司3 belongs to 公司0"):
        actions.add_relation(party=firms[0], other=firms[3], kind="subsidiary_of", by=owner)
    with pytest.raises(UserError, match="stands with another already"):
        actions.add_relation(party=firms[3], other=firms[0], kind="subsidiary_of", by=owner)


def test_who_was_brought_cannot_have_brought_the_bringer(owner):
    one, two = (actions.create_party(by=owner, name=name) for name in "甲乙")
    actions.add_relation(party=two, other=one, kind="referred_by", by=owner)
    with pytest.raises(UserError, match="甲 brought 乙 here"):
        actions.add_relation(party=one, other=two, kind="referred_by", by=owner)


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("employed_by", "organisation", "organisation"), ("employed_by", "person", "person"),
        ("reports_to", "organisation", "person"), ("member_of", "organisation", "household"),
        ("member_of", "person", "organisation"), ("subsidiary_of", "person", "organisation"), ("loves", "person", "person"),
    ],
)  # fmt: skip
def test_only_those_who_fit_are_related(owner, kind, one, two):
    party, other = (actions.create_party(by=owner, kind=what, name=f"某{what}") for what in (one, two))
    with pytest.raises(UserError):
        actions.add_relation(party=party, other=other, kind=kind, by=owner)
    assert not PartyRelation.objects.exists()


def test_moving_somebody_ends_what_stood_and_is_taken_back_whole(owner, firm, people):
    boss, general, manager, *_rest = people
    act = actions.new_act(by=owner)
    actions.move_person(person=manager, superior=boss, company=firm, by=owner, batch=act)
    assert superior_of(manager) == boss
    old = PartyRelation.objects.get(party=manager, other=general)
    assert old.valid_to == clock.now().date() or old.valid_to is not None
    actions.take_back(batch=act, by=owner)
    assert superior_of(manager) == general
    assert not PartyRelation.objects.filter(party=manager, other=boss, kind="reports_to").exists()
    assert not Event.objects.live().filter(batch_id=act.pk).exists()
    with pytest.raises(UserError, match="undone already"):
        actions.take_back(batch=act, by=owner)


def test_moving_to_where_one_is_changes_nothing(owner, firm, people):
    before = Event.objects.count()
    actions.move_person(person=people[1], superior=people[0], company=firm, by=owner)
    assert Event.objects.count() == before
    actions.move_person(person=people[1], superior=None, company=firm, by=owner)
    assert superior_of(people[1]) is None


def test_only_people_of_the_company_are_moved_there(owner, firm, people):
    stranger = actions.create_party(by=owner, name="外人")
    with pytest.raises(UserError, match="Both have to work at 遠東精密"):
        actions.move_person(person=stranger, superior=people[0], company=firm, by=owner)


def test_whoever_leaves_reports_to_nobody_and_nobody_to_them(owner, firm, people):
    general = people[1]
    job = general.relations.get(kind="employed_by")
    actions.end_relation(relation=job, by=owner)
    assert superior_of(general) is None
    assert superior_of(people[2]) is None
    assert superior_of(people[3]) == people[2]
    actions.end_relation(relation=job, by=owner, on=date(1999, 1, 1))
    job.refresh_from_db()
    assert job.valid_to.year > 2000


def test_one_who_keeps_another_position_keeps_the_superior(owner, firm, people):
    general = people[1]
    second = actions.add_relation(party=general, other=firm, kind="employed_by", by=owner, title="發言人")
    assert second.title == "發言人"
    assert general.relations.filter(kind="employed_by", valid_to=None).count() == 2
    actions.end_relation(relation=second, by=owner)
    assert superior_of(general) == people[0]


def test_entries_stand_on_both_timelines_and_in_the_history(owner, firm, people):
    job = people[0].relations.get(kind="employed_by")
    entries = Event.objects.filter(kind="customers.relation_added", object_id=job.pk)
    assert {one.customer_id for one in entries} == {people[0].pk, firm.pk}
    assert {one.payload["way"] for one in entries} == {"up", "down"}
    actions.end_relation(relation=job, by=owner)
    revision = Revision.objects.filter(table="customers.partyrelation", object_id=job.pk).latest("pk")
    assert revision.after["valid_to"] == job.valid_to.isoformat()


def test_a_relation_does_not_end_before_it_began(owner, firm):
    person = actions.create_party(by=owner, name="甲")
    since = date(2020, 5, 1)
    job = actions.add_relation(party=person, other=firm, kind="employed_by", by=owner, valid_from=since)
    with pytest.raises(UserError, match="before it began"):
        actions.end_relation(relation=job, by=owner, on=since - timedelta(days=1))
    actions.end_relation(relation=job, by=owner, on=since)
    assert PartyRelation.objects.get(pk=job.pk).valid_to == since


def test_a_household_is_made_of_persons_and_taken_back(owner):
    one = actions.create_party(by=owner, family_name="林", given_name="大明", city="臺北市", address="松仁路 1 號")
    two = actions.create_party(by=owner, family_name="林", given_name="小美")
    act = actions.new_act(by=owner)
    house = actions.make_household(members=[one, two, one], by=owner, batch=act)
    assert (house.kind, house.city, house.address) == ("household", "臺北市", "松仁路 1 號")
    assert house.name == "林 household"
    assert not house.roles.exists()
    assert {one.party_id for one in house.relations_from.all()} == {one.pk, two.pk}
    third = actions.create_party(by=owner, name="丙")
    with pytest.raises(UserError, match="lives in a household already"):
        actions.make_household(members=[third, two], by=owner)
    actions.take_back(batch=act, by=owner)
    assert not PartyRelation.objects.exists()
    assert Party.objects.get(pk=house.pk).trashed_at is not None


def test_a_household_needs_two_persons(owner, firm):
    one = actions.create_party(by=owner, name="甲")
    for members in ([one], [one, one], [one, firm]):
        with pytest.raises(UserError):
            actions.make_household(members=members, by=owner)


def test_somebody_moves_out_on_a_day(owner):
    people = [actions.create_party(by=owner, name=name) for name in ("甲", "乙")]
    house = actions.make_household(members=people, by=owner, valid_from=date(2021, 1, 1), name="同住")
    member = house.relations_from.get(party=people[1])
    actions.move_out(member=member, by=owner, on=date(2024, 6, 30))
    member.refresh_from_db()
    assert member.valid_to == date(2024, 6, 30)
    job = PartyRelation(party=people[0], other=people[1], kind="reports_to")
    with pytest.raises(UserError):
        actions.move_out(member=job, by=owner)


def test_the_timeline_does_not_name_whom_one_may_not_see(world):
    from tests.customers.conftest import HIDDEN

    page = world.client.get(f"/customers/{world.mine.pk}/timeline/").content.decode()
    assert HIDDEN not in page
    assert "somebody you may not see" in page
