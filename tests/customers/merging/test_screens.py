"""The inbox, the page side by side, taking apart, and the hint while typing: who sees and may do what."""

import pytest
from django.test import Client

from regulars.customers import actions
from regulars.customers.models import DuplicatePair, Event, Merge, Party
from regulars.staff.models import Team
from regulars.web import undo

pytestmark = pytest.mark.django_db
EVIDENCE = [
    {"field": "phone", "level": "exact", "weight": 19.9, "left": "+886912345678", "right": "+886912345678"},
    {"field": "given_name", "level": "different", "weight": -3.5, "left": "小明", "right": "曉明"},
]


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def two(owner):
    return [
        actions.create_party(by=owner, family_name="王", given_name=given, about=about, owner=owner,
                             contact_points=[("mobile", "0912345678")])
        for given, about in (("小明", "愛喝烏龍"), ("曉明", "下午聯絡"))
    ]  # fmt: skip


@pytest.fixture
def pair(two):
    return DuplicatePair.objects.create(left=two[0], right=two[1], probability=0.97, weight=5, evidence=EVIDENCE)


def test_inbox_lists_pairs_with_their_grounds(owner, pair):
    page = signed_in(owner).get("/duplicates/").content.decode()
    assert "王小明" in page
    assert "王曉明" in page
    assert "Phone the same" in page
    assert '<span class="rail-waiting num">1</span>' in page


def test_panel_weighs_each_field_in_words_and_bits(owner, pair):
    page = signed_in(owner).get(f"/duplicates/?open={pair.pk}&part=panel").content.decode()
    assert "+19.9" in page
    assert "−3.5" in page
    assert "0912 345 678" in page


def test_side_by_side_offers_the_fields_that_differ(owner, pair, two):
    page = signed_in(owner).get(f"/duplicates/{pair.pk}/").content.decode()
    assert page.count('name="f.name"') == 2
    assert page.count('name="f.about"') == 3
    assert 'name="f.salutation"' not in page


def test_the_other_may_be_kept_instead(owner, two):
    ids = f"{two[0].pk},{two[1].pk}"
    page = signed_in(owner).get("/customers/merge/", {"ids": ids, "winner": two[1].pk}).content.decode()
    assert f'value="{two[1].pk}" checked' in page


def test_posting_merges_with_the_choices_and_offers_undo(owner, pair, two):
    one, other = two
    client = signed_in(owner)
    answer = client.post(
        "/customers/merge/",
        {"ids": f"{one.pk},{other.pk}", "winner": one.pk, "f.name": other.pk, "f.about": "愛喝烏龍\n下午聯絡"},
    )
    assert (answer.status_code, answer.url) == (302, one.get_absolute_url())
    one.refresh_from_db()
    assert (one.name, one.about) == ("王曉明", "愛喝烏龍\n下午聯絡")
    page = client.get(one.get_absolute_url()).content.decode()
    assert "Two records are one now" in page
    assert "Take apart" in page
    merge = Merge.objects.get()
    undo.take_back(undo.offer("customers.merge", batch=merge.batch_id), owner)
    assert Party.objects.live().count() == 2


def test_address_of_the_merged_leads_to_the_winner(owner, two):
    one, other = two
    actions.merge_parties(winner=one, loser=other, by=owner)
    client = signed_in(owner)
    answer = client.get(other.get_absolute_url())
    assert (answer.status_code, answer.url) == (302, one.get_absolute_url())
    assert client.get(f"/customers/{other.pk}/timeline/").status_code == 200


def test_m_and_d_of_the_inbox(owner, pair, two):
    client = signed_in(owner)
    answer = client.post(f"/duplicates/{pair.pk}/apart/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Trigger"].count("pair-decided")) == (204, 1)
    assert client.post(f"/duplicates/{pair.pk}/merge/").status_code == 404
    undo.take_back(undo.offer("customers.apart", pairs=[pair.pk]), owner)
    assert client.post(f"/duplicates/{pair.pk}/merge/").status_code == 204
    assert Merge.objects.get().evidence == EVIDENCE


def test_taking_apart_says_first_what_it_means(owner, two):
    one, other = two
    merge = actions.merge_parties(winner=one, loser=other, by=owner)
    client = signed_in(owner)
    address = f"/customers/{one.pk}/merges/{merge.pk}/undo/"
    page = client.get(address).content.decode()
    assert "Goes back" in page
    assert "stay with 王小明" in page or "stays with 王小明" in page
    assert client.post(address, {"different": "1"}).status_code == 204
    assert DuplicatePair.objects.get().verdict == "different"
    assert Event.objects.filter(kind="customers.unmerged").count() == 2
    assert client.post(address).status_code == 404


def test_sellers_merge_what_is_theirs_and_see_nothing_of_others(make_user, owner, pair, two):
    team = Team.objects.create(name="A")
    seller = make_user(role="seller", team=team)
    client = signed_in(seller)
    assert client.get(f"/duplicates/{pair.pk}/").status_code == 404
    assert "王小明" not in client.get("/duplicates/").content.decode()
    Party.objects.update(team=team)
    page = client.get(f"/duplicates/{pair.pk}/").content.decode()
    assert "You may only merge customers whom you look after yourself." in page
    assert client.post(f"/duplicates/{pair.pk}/merge/").status_code == 403
    ids = {"ids": f"{two[0].pk},{two[1].pk}", "winner": two[0].pk}
    assert client.post("/customers/merge/", ids).status_code == 403
    Party.objects.update(owner=seller)
    assert client.post("/customers/merge/", ids).status_code == 302


@pytest.mark.parametrize("role", ["technician", "dispatcher", "analyst"])
def test_whoever_may_not_merge_is_refused(make_user, pair, two, role):
    client = signed_in(make_user(role=role))
    for address in ("/duplicates/", f"/duplicates/{pair.pk}/", "/customers/merge/?ids=1,2"):
        assert client.get(address).status_code == 403
    assert client.post(f"/duplicates/{pair.pk}/merge/").status_code in {403, 404}


@pytest.mark.parametrize("ids", ["", "1", "abc", "1,99999", "1,1", "9" * 40 + ",1", "1,2;drop"])
def test_ids_that_lead_nowhere_are_not_found(owner, two, ids):
    assert signed_in(owner).get("/customers/merge/", {"ids": ids}).status_code == 404


def test_different_kinds_are_explained_before_anybody_tries(owner, two):
    firm = actions.create_party(by=owner, kind="organisation", name="好茶")
    client = signed_in(owner)
    ids = f"{two[0].pk},{firm.pk}"
    assert "different kinds" in client.get("/customers/merge/", {"ids": ids}).content.decode()
    assert client.post("/customers/merge/", {"ids": ids, "winner": firm.pk}).status_code == 302
    assert not Merge.objects.exists()


def test_bulk_bar_puts_the_selected_side_by_side(owner, two):
    answer = signed_in(owner).post("/customers/bulk/merge/", {"pk": [one.pk for one in two]})
    assert answer.headers["HX-Redirect"] == f"/customers/merge/?ids={two[0].pk},{two[1].pk}"


def test_bulk_merge_counts_first_and_is_undone_as_one(owner, pair):
    third = actions.create_party(by=owner, name="丙")
    fourth = actions.create_party(by=owner, name="丙")
    DuplicatePair.objects.create(left=third, right=fourth, probability=0.99, weight=6)
    client = signed_in(owner)
    asked = client.post("/duplicates/bulk/merge/?probability=95", {"scope": "view"}).content.decode()
    assert "2 rows" in asked
    client.post("/duplicates/bulk/merge/?probability=95", {"scope": "view", "confirmed": "1"})
    batches = set(Merge.objects.values_list("batch_id", flat=True))
    assert (Merge.objects.count(), len(batches)) == (2, 1)
    undo.take_back(undo.offer("customers.merge", batch=batches.pop()), owner)
    assert Party.objects.live().count() == 4


def test_hint_while_typing_names_who_is_in_the_book(owner, two):
    client = signed_in(owner)
    page = client.get("/customers/new/likely/", {"kind": "person", "family_name": "王", "given_name": "小明", "mobile": "0912-345-678"})  # fmt: skip
    assert "王小明" in page.content.decode()
    assert client.get("/customers/new/likely/", {"kind": "person"}).content.decode().strip() == ""


def test_candidates_to_merge_with_leave_out_oneself(owner, two):
    one, other = two
    page = signed_in(owner).get(
        f"/customers/{one.pk}/merge-with/", {"q": "王"}, headers={"HX-Target": "merge-candidates"}
    )
    assert f"ids={one.pk},{other.pk}" in page.content.decode()
    assert f"ids={one.pk},{one.pk}" not in page.content.decode()


def test_customer_page_tells_of_a_twin(owner, pair, two):
    page = signed_in(owner).get(two[0].get_absolute_url()).content.decode()
    assert "Perhaps also 王曉明" in page


def test_hostile_names_stay_text(owner):
    made = [actions.create_party(by=owner, name=f"<img src=x onerror=alert({n})>") for n in range(2)]
    pair = DuplicatePair.objects.create(left=made[0], right=made[1], probability=0.9, weight=1, evidence=[{"field": "<b>", "level": "<i>", "weight": 3, "left": "<script>", "right": None}])  # fmt: skip
    client = signed_in(owner)
    for address in ("/duplicates/", f"/duplicates/?open={pair.pk}&part=panel", f"/duplicates/{pair.pk}/"):
        page = client.get(address).content.decode()
        assert "<img src=x" not in page
        assert "<b>" not in page
        assert "<script>&" not in page
