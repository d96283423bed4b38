"""The screen pop: from what a telephone system hands over to one customer, several, or an unknown caller."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.customers import actions, timeline
from regulars.customers.models import Asset, Contract, Party
from regulars.customers.page.pop import screen_pop
from regulars.customers.queries.pop import read_caller
from regulars.kit import clock
from tests.customers.conftest import HIDDEN, needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def known(owner):
    """A customer of whom there is everything a call may be about, and the company they work for."""
    party = actions.create_party(
        by=owner, name="王小明", owner=owner, contact_points=[("mobile", "0912 345 678"), ("email", "ming@x.example")],
        identifiers=[("card", "VIP-0042")], preferred_channel="line", preferred_time="14:00 以後", language="zh-hant",
    )  # fmt: skip
    company = actions.create_party(by=owner, name="大同股份有限公司", kind="organisation")
    actions.add_relation(party=party, other=company, kind="employed_by", title="經理", by=owner)
    today = clock.now().date()
    Contract.objects.create(
        party=party,
        title="保養",
        number="C-1",
        starts_on=today - timedelta(days=400),
        ends_on=today - timedelta(days=3),
    )
    Contract.objects.create(
        party=company, kind="service", title="年約", number="C-2", starts_on=today, ends_on=today + timedelta(days=300)
    )
    Asset.objects.create(party=party, name="冷氣", serial="AC-9", warranty_until=today + timedelta(days=300))
    actions.add_task(party=party, title="回電報價", by=owner, kind="promise", due_at=clock.now())
    actions.add_task(party=party, title="漏水", by=owner, kind="complaint")
    actions.record_consent(party=party, channel="sms", state="withdrawn", by=owner)
    timeline.record(kind="channels.note_written", customer=party, by=owner, text="上次問了報價")
    timeline.record(
        kind="commerce.order_placed", customer=party, by=None, amount=123_400, currency="TWD", channel="web"
    )
    return needing(party, 500_000, value_class="most_valuable")


@pytest.mark.parametrize(
    ("told", "text", "kind"),
    [
        ("0912-345-678", "0912-345-678", "mobile"),
        ("tel:+886912345678", "+886912345678", "mobile"),
        ("sip:0912345678@10.0.0.1;user=phone", "0912345678", "mobile"),
        ("sips:ming@pbx.example", "ming@pbx.example", "email"),
        ("mailto:ming@x.example?subject=hi", "ming@x.example", "email"),
        ("０２ ２７１２ ３４５６", "０２ ２７１２ ３４５６", "phone"),
        ("\u202e0912345678\u200b", "0912345678", "mobile"),
        ("VIP-0042", "VIP-0042", ""),
        ("\x00", "", ""),
    ],
)
def test_what_is_handed_over_is_read(told, text, kind):
    caller = read_caller(told)
    assert (caller.text, caller.kind) == (text, kind)


@pytest.mark.parametrize(
    "told",
    ["0912345678", "+886 912 345 678", "tel:0912-345-678", "ming@x.example", "vip0042", "VIP-0042", "王小明", "345678"],
)
def test_one_match_brings_everything(owner, known, told):
    pop = screen_pop(owner, told)
    assert pop.state == "one"
    told = pop.as_dict()["customer"]
    assert told["name"] == "王小明"
    assert told["value"]["class"] == "most_valuable"
    assert told["stage"]["key"] == "pre_divorce"
    assert told["suggestion"]["step"] == "call"
    assert {one["title"] for one in told["open"]} == {"回電報價", "漏水"}
    assert [(one["number"], one["expired"]) for one in told["contracts"]] == [("C-1", True)]
    assert [(one["number"], one["expired"], one["of"]) for one in told["of_theirs"]] == [
        ("C-2", False, "大同股份有限公司")
    ]
    assert [(one["name"], one["entitlement"].split(" · ")[0]) for one in told["entitled_through"]] == [
        ("大同股份有限公司", "年約")
    ]
    assert [one["number"] for one in told["assets"]] == ["AC-9"]
    assert told["consent"]["sms"]["state"] == "withdrawn"
    assert (told["preferred_channel"], told["language"], told["preferred_time"]) == ("line", "zh-hant", "14:00 以後")
    assert told["relations"][0]["name"] == "大同股份有限公司"
    assert [one["text"] for one in told["last_contacts"]] == ["上次問了報價"]
    assert [one["amount"] for one in told["last_orders"]] == [123_400]


def test_page_shows_the_bundle_with_the_composer_open(client, owner, known):
    client.force_login(owner)
    for query in ({"phone": "0912345678"}, {"q": "0912345678"}, {"email": "ming@x.example"}, {"card": "VIP-0042"}):
        page = client.get("/pop/", query).content.decode()
        for words in (
            "王小明",
            "回電報價",
            "漏水",
            "C-1",
            "C-2",
            "AC-9",
            "上次問了報價",
            "14:00 以後",
            "大同股份有限公司",
        ):
            assert words in page, (query, words)
        assert f"/customers/{known.pk}/compose/?mode=call" in page


def test_caller_is_told_what_the_company_is_entitled_to(client, owner, known):
    client.force_login(owner)
    page = client.get("/pop/?q=0912345678").content.decode()
    assert page.index("through 大同股份有限公司") < page.index('class="customer-head"')
    assert "年約 · until" in page
    assert page.count("Service valid") == 3  # one's own warranty, the company at the top and above its contracts
    company = Party.objects.get(name="大同股份有限公司")
    Contract.objects.filter(party=company).update(starts_on="2020-01-01", ends_on="2020-12-31")
    through = screen_pop(owner, "0912345678").as_dict()["customer"]["entitled_through"]
    assert "expired" in through[0]["entitlement"]
    Contract.objects.filter(party=company).delete()
    assert screen_pop(owner, "0912345678").as_dict()["customer"]["entitled_through"] == []


def test_nothing_is_told_of_a_company_that_may_not_be_seen(world):
    company = actions.create_party(
        by=None, name="密密股份有限公司", kind="organisation", owner=world.hidden.owner, team=world.hidden.team
    )
    actions.add_relation(party=world.mine, other=company, kind="employed_by", title="經理", by=None)
    Contract.objects.create(party=company, title="密約二", kind="service", starts_on="2020-01-01")
    pop = screen_pop(world.seller, "0912345678")
    told = pop.as_dict()["customer"]
    assert (told["entitled_through"], told["of_theirs"]) == ([], [])
    assert {(one["id"], one["name"], one["title"]) for one in told["relations"]} == {(None, None, "")}
    for address in (f"/customers/{world.mine.pk}/", "/pop/?q=0912345678"):
        page = world.client.get(address).content.decode()
        assert page.count('class="kin-hidden"') == 2, address
        assert "密" not in page


def test_two_with_one_number_are_to_be_chosen(client, owner, known):
    wife = actions.create_party(by=owner, name="李美玲", contact_points=[("mobile", "0912345678")])
    pop = screen_pop(owner, "0912345678")
    assert pop.state == "several"
    assert {one.party.name for one in pop.matches} == {"王小明", "李美玲"}
    assert pop.as_dict()["customer"] is None
    client.force_login(owner)
    assert "李美玲" in client.get("/pop/?q=0912345678").content.decode()
    assert screen_pop(owner, "0912345678", chosen=wife.pk).bundle.party == wife


def test_similar_number_is_never_taken_for_the_caller(owner, known):
    pop = screen_pop(owner, "0912345679")
    assert pop.state == "several"
    assert pop.matches[0].hit.near


def test_unknown_caller_may_be_kept(client, owner, known):
    client.force_login(owner)
    page = client.get("/pop/?phone=0955000111").content.decode()
    assert "/customers/new/?mobile=0955000111" in page
    assert 'value="0955000111"' in client.get("/customers/new/?mobile=0955000111").content.decode()
    answer = client.post("/pop/keep/", {"q": "0955000111"})
    kept = Party.objects.get(contact_points__normalised="+886955000111")
    assert kept.name == "0955 000 111"
    assert answer.headers["Location"].endswith(f"party={kept.pk}")
    assert screen_pop(owner, "0955-000-111").bundle.party == kept


def test_pop_tells_nothing_of_hidden_customers(world):
    for told in ("0955000111", "secret@hidden.example", "SECRET-77", HIDDEN, "HID-1"):
        assert screen_pop(world.seller, told).state == "none", told
        assert screen_pop(world.seller, told, chosen=world.hidden.pk).state == "none", told
        assert HIDDEN not in world.client.get("/pop/", {"q": told}).content.decode().replace(
            f'value="{HIDDEN}"', ""
        ).replace(HIDDEN, "", 3 if told == HIDDEN else 0)


def test_whoever_may_not_edit_cannot_keep_a_caller(client, make_user):
    client.force_login(make_user(role="analyst"))
    assert client.post("/pop/keep/", {"q": "0955000111"}).status_code == 403
    assert "/pop/keep/" not in client.get("/pop/?q=0955000111").content.decode()


def test_number_of_queries_does_not_grow(owner, known):
    def count():
        with CaptureQueriesContext(connection) as queries:
            screen_pop(owner, "0912345678", chosen=known.pk).as_dict()
        return len(queries)

    first = count()
    for i in range(30):
        actions.add_task(party=known, title=f"T{i}", by=owner)
        timeline.record(kind="channels.note_written", customer=known, by=owner, text=str(i))
        actions.add_relation(
            party=actions.create_party(by=owner, name=f"友{i}"), other=known, kind="referred_by", by=owner
        )
    assert count() <= first
    assert first <= 45


@pytest.mark.parametrize(
    "told", ["", " ", "\x00", '"', "*", "(", "a" * 10_000, "🎉", "sip:", "tel:", "@", "%00", "' OR 1=1 --", "9" * 5_000]
)
def test_nonsense_is_answered(client, owner, told):
    client.force_login(owner)
    assert client.get("/pop/", {"q": told}).status_code == 200
    assert client.post("/pop/keep/", {"q": told}).status_code == 302
    assert client.get("/pop/", {"q": told, "party": "99999999999999999999"}).status_code == 200
