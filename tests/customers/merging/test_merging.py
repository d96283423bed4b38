"""What a merge makes of two records, field by field and table by table."""

from datetime import date, timedelta

import pytest

from regulars.commerce.actions import rebuild_trade
from regulars.commerce.models import Order
from regulars.customers import actions, timeline
from regulars.customers.models import (
    Batch,
    Consent,
    ContactPoint,
    CustomerSummary,
    DuplicatePair,
    Event,
    Identifier,
    Merge,
    Party,
    PartyRelation,
    PartyRole,
    Revision,
)
from regulars.customers.queries.history import history_of
from regulars.customers.queries.merging import compare, parting_of, suggested_winner
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def two(owner):
    one = actions.create_party(by=owner, family_name="王", given_name="小明", city="台北市", about="愛喝烏龍")
    other = actions.create_party(
        by=owner, family_name="王", given_name="曉明", birth_date=date(1990, 5, 1), about="下午聯絡", owner=owner
    )
    return one, other


def order(party, number, source="shop"):
    made = Order.objects.create(
        source=source, number=number, customer=party, ordered_at=clock.now(), currency="TWD", amount=100, goods=100
    )
    timeline.record(
        kind="commerce.order_placed",
        customer=party,
        object_type="order",
        object_id=made.pk,
        source=source,
        source_key=number,
    )
    rebuild_trade(customer_ids=[party.pk])
    return made


def test_empty_fields_are_filled_and_the_others_are_the_winners(owner, two):
    one, other = two
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    one.refresh_from_db()
    assert (one.name, one.city, one.about) == ("王小明", "台北市", "愛喝烏龍")
    assert (one.birth_date, one.owner) == (date(1990, 5, 1), owner)
    assert merge.before == {"birth_date": None, "owner_id": None}
    assert Revision.objects.filter(party_id=one.pk, after__has_key="birth_date").exists()
    other.refresh_from_db()
    assert (other.merged_into, other.about, other.canonical()) == (one, "下午聯絡", one)


def test_choices_decide_field_by_field(owner, two):
    one, other = two
    Party.objects.filter(pk=other.pk).update(custom={"size": "L", "tea": "紅茶"})
    Party.objects.filter(pk=one.pk).update(custom={"tea": "綠茶"})
    other.refresh_from_db()
    choices = {"name": "loser", "about": "兩者都喜歡", "birth_date": "winner", "custom.tea": "loser"}
    actions.merge_parties(winner=one, loser=other, by=owner, choices=choices)
    one.refresh_from_db()
    assert (one.name, one.given_name, one.about, one.birth_date) == ("王曉明", "曉明", "兩者都喜歡", None)
    assert one.fold == "王曉明"
    assert one.custom == {"tea": "紅茶", "size": "L"}


def test_an_address_is_never_mixed_of_two(owner):
    one = actions.create_party(by=owner, name="甲", city="台北市")
    other = actions.create_party(by=owner, name="甲", city="台南市", address="中山路 1 號", postcode="700")
    actions.merge_parties(winner=one, loser=other, by=owner)
    one.refresh_from_db()
    assert (one.city, one.address, one.postcode) == ("台北市", "", "")


def test_a_number_for_a_name_gives_way_to_the_name(owner):
    one, other = actions.create_party(by=owner, name="#1007"), actions.create_party(by=owner, name="林美玲")
    actions.merge_parties(winner=one, loser=other, by=owner)
    one.refresh_from_db()
    assert one.name == "林美玲"


@pytest.mark.parametrize("field", ["pk", "batch_id", "nonsense"])
def test_an_unknown_field_is_refused(owner, two, field):
    with pytest.raises(UserError, match=field):
        actions.merge_parties(winner=two[0], loser=two[1], by=owner, choices={field: "loser"})
    assert not Merge.objects.exists()
    assert not Party.objects.exclude(merged_into=None).exists()


def test_contact_points_are_united_with_one_preferred_of_a_kind(owner, two):
    one, other = two
    actions.add_contact_point(party=one, kind="mobile", raw="0912345678", by=owner)
    actions.add_contact_point(party=other, kind="mobile", raw="0912-345-678", by=owner)
    actions.add_contact_point(party=other, kind="mobile", raw="0922111222", by=owner, preferred=True)
    actions.add_contact_point(party=other, kind="email", raw="a@example.com", by=owner)
    actions.merge_parties(winner=one, loser=other, by=owner)
    held = {(point.normalised, point.preferred) for point in one.contact_points.all()}
    assert held == {("+886912345678", True), ("+886922111222", False), ("a@example.com", True)}
    assert ContactPoint.objects.filter(party=other).count() == 1


def test_the_newest_word_on_consent_counts_whoever_it_was_said_of(owner, two):
    one, other = two
    actions.record_consent(
        party=one, channel="email", state="granted", by=owner, given_at=clock.now() - timedelta(days=9)
    )
    actions.record_consent(
        party=other, channel="email", state="withdrawn", by=owner, given_at=clock.now() - timedelta(days=1)
    )
    told = compare([Party.objects.select_related("summary").get(pk=pk) for pk in (one.pk, other.pk)], one)
    assert [(row.refused, row.differs) for row in told.consents] == [(True, True)]
    actions.merge_parties(winner=one, loser=other, by=owner)
    newest = Consent.objects.filter(party=one).order_by("given_at").last()
    assert newest.state == "withdrawn"
    assert Consent.objects.filter(party=one).count() == 2


def test_relations_are_kept_once_and_never_with_oneself(owner, two):
    one, other = two
    firm = actions.create_party(by=owner, kind="organisation", name="好茶有限公司")
    friend = actions.create_party(by=owner, name="陳美玲")
    for party in two:
        PartyRelation.objects.create(party=party, other=firm, kind="employed_by", title="經理")
    PartyRelation.objects.create(party=other, other=friend, kind="referred_by")
    PartyRelation.objects.create(party=friend, other=other, kind="referred_by")
    PartyRelation.objects.create(party=other, other=one, kind="referred_by")
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    assert set(one.relations.values_list("other", "kind")) == {(firm.pk, "employed_by"), (friend.pk, "referred_by")}
    assert list(one.relations_from.exclude(party=other).values_list("party", flat=True)) == [friend.pk]
    assert merge.counts["customers.partyrelation set aside"] == 2


def test_a_role_began_when_the_first_of_them_began(owner, two):
    one, other = two
    PartyRole.objects.filter(party__in=two).delete()
    today = clock.now().date()
    PartyRole.objects.create(party=one, role="customer", valid_from=today)
    PartyRole.objects.create(party=other, role="customer", valid_from=today - timedelta(days=500))
    PartyRole.objects.create(party=other, role="vendor", valid_from=today - timedelta(days=400), valid_to=today)
    actions.merge_parties(winner=one, loser=other, by=owner)
    held = set(one.roles.values_list("role", "valid_from"))
    assert held == {("customer", today - timedelta(days=500)), ("vendor", today - timedelta(days=400))}


def test_sums_tie_out_and_the_timeline_is_one(owner, two):
    one, other = two
    order(one, "1")
    order(other, "2")
    order(other, "3")
    actions.merge_parties(winner=one, loser=other, by=owner)
    mine, its = (CustomerSummary.objects.get(party=party) for party in two)
    assert (mine.orders, mine.revenue, its.orders, its.revenue) == (3, 300, 0, 0)
    assert Event.objects.filter(customer=one, kind="commerce.order_placed").count() == 3
    told = Event.objects.get(customer=one, kind="customers.merged")
    assert (told.object_id, told.body.subject) == (other.pk, "王曉明")
    assert AuditEntry.objects.filter(action="customers.merged", object_id=one.pk).count() == 1


def test_the_history_of_both_is_read_on_the_page_of_one(owner, two):
    one, other = two
    actions.change_party(party=other, changes={"city": "高雄市"}, by=owner)
    actions.merge_parties(winner=one, loser=other, by=owner)
    steps, _following = history_of(one)
    assert any(step.of == "王曉明" and not step.may_be_undone for step in steps)


def test_chains_lead_to_the_last_and_come_apart_from_the_outside(owner, two):
    one, other = two
    third = actions.create_party(by=owner, name="丙")
    inner = actions.merge_parties(winner=one, loser=other, by=owner)
    outer = actions.merge_parties(winner=third, loser=one, by=owner)
    other.refresh_from_db()
    assert other.merged_into == third
    with pytest.raises(UserError, match="was itself merged into “丙”"):
        actions.unmerge(merge=inner, by=owner)
    actions.unmerge(merge=outer, by=owner)
    actions.unmerge(merge=inner, by=owner)
    assert Party.objects.filter(merged_into=None).count() == 3
    with pytest.raises(UserError, match="undone already"):
        actions.unmerge(merge=inner, by=owner)


@pytest.mark.parametrize("state", ["same", "trashed", "merged", "kind", "erased"])
def test_what_cannot_be_merged_is_refused_in_words(owner, two, state):
    one, other = two
    if state == "trashed":
        actions.trash_parties(party_ids=[other.pk], by=owner)
    if state == "merged":
        actions.merge_parties(winner=actions.create_party(by=owner, name="丙"), loser=other, by=owner)
    if state == "kind":
        other = actions.create_party(by=owner, kind="organisation", name="好茶")
    if state == "erased":
        from regulars.customers.models import Erasure

        Erasure.objects.create(party=other)
    before = Merge.objects.count()
    with pytest.raises(UserError):
        actions.merge_parties(winner=one, loser=one if state == "same" else other, by=owner)
    assert Merge.objects.count() == before


def test_later_edits_of_the_winner_are_kept(owner, two):
    one, other = two
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    one.refresh_from_db()
    actions.change_party(party=one, changes={"birth_date": date(1991, 1, 1), "city": "花蓮市"}, by=owner)
    actions.unmerge(merge=merge, by=owner)
    one.refresh_from_db()
    assert (one.birth_date, one.city, one.owner) == (date(1991, 1, 1), "花蓮市", None)


def test_what_came_since_goes_with_the_only_number_it_can_have_come_by(owner, two):
    one, other = two
    Identifier.objects.create(party=one, system="shop", external_id="S1")
    Identifier.objects.create(party=other, system="shop", external_id="S2")
    Identifier.objects.create(party=other, system="till", external_id="T9")
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    by_till, by_shop = order(one, "11", source="till"), order(one, "12", source="shop")
    note = timeline.record(kind="channels.note_written", customer=one, by=owner)
    told = parting_of(merge)
    assert {moving.label: moving.count for moving in told.returning} == {"orders": 1, "entries on the timeline": 1}
    actions.unmerge(merge=merge, by=owner)
    assert Order.objects.get(pk=by_till.pk).customer == other
    assert Order.objects.get(pk=by_shop.pk).customer == one
    assert Event.objects.get(pk=note.pk).customer == one
    assert Event.objects.get(object_id=by_till.pk, kind="commerce.order_placed").customer == other
    assert CustomerSummary.objects.get(party=other).orders == 1


def test_pairs_follow_the_winner_and_different_stays_different(owner, two):
    one, other = two
    third, fourth = (actions.create_party(by=owner, name=name) for name in "丙丁")
    between = DuplicatePair.objects.create(left=one, right=other, probability=0.9, weight=4)
    asked = DuplicatePair.objects.create(left=other, right=third, probability=0.8, weight=3, evidence=[{"field": "name", "left": "b", "right": "c"}])  # fmt: skip
    apart = DuplicatePair.objects.create(left=other, right=fourth, probability=0.7, weight=2, verdict="different")
    both = DuplicatePair.objects.create(left=one, right=fourth, probability=0.7, weight=2)
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    for pair in (between, asked, apart, both):
        pair.refresh_from_db()
    assert (between.verdict, between.decided_by) == ("same", owner)
    assert (asked.left, asked.right, asked.verdict) == (one, third, "")
    assert both.verdict == "different"
    actions.propose_pairs([(one.pk, fourth.pk, 0.99, 9.0, [])])
    assert not DuplicatePair.objects.open().filter(right=fourth).exists()
    actions.unmerge(merge=merge, by=owner, different=True)
    between.refresh_from_db()
    asked.refresh_from_db()
    assert (between.verdict, asked.left) == ("different", other)


def test_several_become_one_as_one_act(owner):
    parties = [
        actions.create_party(by=owner, name=name, city=city)
        for name, city in zip("甲乙丙", ["", "台北", "台南"], strict=True)
    ]
    batch = actions.merge_many(
        winner=parties[0], losers=parties[1:], by=owner, choices={"address": parties[2].pk, "about": "兩段"}
    )
    parties[0].refresh_from_db()
    assert (parties[0].city, parties[0].about) == ("台南", "兩段")
    assert Party.objects.live().count() == 1
    assert actions.unmerge_batch(batch=batch, by=owner) == 2
    assert Party.objects.live().count() == 3
    parties[0].refresh_from_db()
    assert (parties[0].city, parties[0].about) == ("", "")


def test_undo_of_the_batch_is_the_undo_of_its_merges(owner, two):
    merge = actions.merge_parties(winner=two[0], loser=two[1], by=owner)
    actions.undo_batch(batch=Batch.objects.get(pk=merge.batch_id), by=owner)
    assert Party.objects.live().count() == 2


def test_pairs_are_merged_in_bulk_and_stop_when_undone(owner):
    made = [actions.create_party(by=owner, name=f"客{n}") for n in range(6)]
    pairs = [
        DuplicatePair.objects.create(left=made[n], right=made[n + 1], probability=0.9, weight=4) for n in (0, 1, 3)
    ]
    batch = Batch.objects.create(kind="merge")
    assert actions.merge_pairs(pair_ids=[pair.pk for pair in pairs], by=owner, batch=batch) == 3
    assert Party.objects.live().count() == 3
    actions.unmerge_batch(batch=batch, by=owner)
    assert Party.objects.live().count() == 6
    assert actions.merge_pairs(pair_ids=[pair.pk for pair in pairs], by=owner, batch=batch) == 0


def test_the_one_with_more_behind_it_is_kept(owner, two):
    one, other = two
    order(one, "1")
    pair = [Party.objects.select_related("summary").get(pk=pk) for pk in (other.pk, one.pk)]
    assert suggested_winner(pair) == one


def test_strays_go_to_the_winner_and_back(owner, two):
    one, other = two
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    stray = order(other, "99")
    assert actions.gather_strays() == 1
    stray.refresh_from_db()
    assert (stray.customer, CustomerSummary.objects.get(party=one).orders) == (one, 1)
    assert actions.gather_strays() == 0
    actions.unmerge(merge=merge, by=owner)
    stray.refresh_from_db()
    assert stray.customer == other
