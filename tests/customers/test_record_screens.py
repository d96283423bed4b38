import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.customers import actions
from regulars.customers.models import Asset, Consent, ContactPoint, Contract, Event, Party, PartyRelation, Task
from regulars.kit import clock
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user):
    return make_user(role="owner")


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def party(owner):
    return actions.create_party(
        by=owner, name="王小明", contact_points=[("mobile", "0912-345-678"), ("email", "ming@example.com")]
    )


def test_new_person_is_named_in_chinese_order_and_reachable(browser):
    facts = {
        "kind": "person",
        "family_name": "王",
        "given_name": "小明",
        "role": "prospect",
        "mobile": "0912 345 678",
        "line": "ming",
        "city": "台北市",
    }
    answer = browser.post("/customers/new/", facts)
    party = Party.objects.get()
    assert answer.headers["Location"] == party.get_absolute_url()
    assert party.name == "王小明"
    assert set(party.contact_points.values_list("kind", flat=True)) == {"mobile", "line"}


def test_new_organisation_keeps_its_tax_id(browser):
    browser.post(
        "/customers/new/", {"kind": "organisation", "name": "海風旅行社", "role": "reseller", "tax_id": "04595257"}
    )
    party = Party.objects.get()
    assert party.identifiers.get().external_id == "04595257"
    assert party.roles.get().role == "reseller"


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "person"},
        {"kind": "organisation", "name": "  "},
        {"kind": "person", "family_name": "王", "email": "not an address"},
    ],
)
def test_new_customer_without_a_name_or_with_a_wrong_address_is_refused(browser, facts):
    answer = browser.post("/customers/new/", {"role": "prospect", **facts})
    assert answer.status_code == 422
    assert not Party.objects.exists()


def test_contact_points_are_added_preferred_corrected_and_ended(browser, party):
    add = reverse("customers:add-point", args=[party.pk])
    assert browser.post(add, {"kind": "mobile", "raw": "0987654321"}).status_code == 204
    assert browser.post(add, {"kind": "email", "raw": "nonsense"}).status_code == 422
    second = ContactPoint.objects.get(normalised="+886987654321")
    browser.post(reverse("customers:prefer-point", args=[party.pk, second.pk]))
    second.refresh_from_db()
    assert second.preferred
    browser.post(
        reverse("customers:replace-point", args=[party.pk, second.pk]),
        {"kind": "mobile", "raw": "0987000111", "preferred": "on"},
    )
    second.refresh_from_db()
    assert second.ended_at is not None
    third = ContactPoint.objects.get(normalised="+886987000111")
    assert third.preferred
    browser.post(reverse("customers:end-point", args=[party.pk, third.pk]))
    assert "0987 000 111" not in browser.get(party.get_absolute_url()).content.decode()


def test_consent_needs_its_proof_and_strikes_the_channel(browser, party):
    address = reverse("customers:consent", args=[party.pk])
    assert browser.post(address, {"channel": "email", "state": "withdrawn"}).status_code == 422
    assert (
        browser.post(address, {"channel": "email", "state": "withdrawn", "evidence": "電話中表示不要再寄"}).status_code
        == 204
    )
    body = browser.get(party.get_absolute_url()).content.decode()
    ways = body[body.index('class="ways"') : body.index("</ul>", body.index('class="ways"'))]
    assert "is-forbidden" in ways
    assert "電話中表示不要再寄" in ways
    assert "mailto:" not in ways
    assert "tel:+886912345678" in ways
    browser.post(address, {"channel": "email", "state": "granted", "evidence": "form"})
    assert "mailto:" in browser.get(party.get_absolute_url()).content.decode()
    assert Consent.objects.filter(party=party).count() == 2


def test_company_shows_its_people_under_their_superiors_and_their_sums(browser, owner):
    company = actions.create_party(by=owner, kind="organisation", name="海風旅行社")
    boss, worker, other = (actions.create_party(by=owner, name=name) for name in ("丁老闆", "甲員工", "乙員工"))
    for one in (boss, worker, other):
        actions.add_relation(party=one, other=company, kind="employed_by", by=owner, title="職員")
        needing(one, revenue_12m=100_000)
    actions.add_relation(party=worker, other=boss, kind="reports_to", by=owner)
    body = browser.get(company.get_absolute_url()).content.decode()
    side = body[body.index('id="customer-side"') :]
    assert side.index("丁老闆") < side.index("甲員工")
    assert 'class="kin kin-1"' in side
    assert "NT$3,000" in side


def test_relation_is_made_both_ways_and_ended(browser, owner, party):
    company = actions.create_party(by=owner, kind="organisation", name="海風旅行社")
    address = reverse("customers:add-relation", args=[company.pk])
    assert browser.post(address, {"kind": "down:employed_by", "other": party.pk, "title": "經理"}).status_code == 204
    relation = PartyRelation.objects.get()
    assert (relation.party, relation.other, relation.title) == (party, company, "經理")
    assert browser.post(address, {"kind": "up:subsidiary_of", "other": party.pk}).status_code == 422
    assert browser.post(address, {"kind": "down:employed_by", "other": ""}).status_code == 422
    assert browser.post(reverse("customers:end-relation", args=[party.pk, relation.pk])).status_code == 204
    relation.refresh_from_db()
    assert relation.valid_to is not None


def test_task_is_done_with_its_outcome_and_reopened_by_undo(browser, owner, party):
    task = actions.add_task(party=party, title="回電", by=owner, kind="promise")
    answer = browser.post(
        reverse("customers:task-done", args=[task.pk]), {"outcome": "已回"}, headers={"HX-Request": "true"}
    )
    task.refresh_from_db()
    assert task.outcome == "已回"
    (toast,) = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"]
    browser.post(reverse("web:undo"), {"token": toast["undo"]})
    assert Task.objects.open().filter(pk=task.pk).exists()


def test_contracts_show_whether_they_hold(browser, party):
    today = clock.now().date()
    Contract.objects.create(
        party=party, title="舊約", starts_on=today - timedelta(days=400), ends_on=today - timedelta(days=10)
    )
    Contract.objects.create(party=party, title="新約", starts_on=today, ends_on=today + timedelta(days=10))
    Asset.objects.create(party=party, name="行李箱", warranty_until=today + timedelta(days=900))
    body = browser.get(party.get_absolute_url()).content.decode()
    assert "expired" in body
    assert body.count("belonging-until is-warn") == 1


def test_merged_customer_leads_to_the_one_it_was_merged_into(browser, owner, party):
    other = actions.create_party(by=owner, name="王小明二")
    Party.objects.filter(pk=other.pk).update(merged_into=party)
    answer = browser.get(other.get_absolute_url())
    assert answer.status_code == 302
    assert answer.headers["Location"] == party.get_absolute_url()


def test_customer_page_asks_as_often_for_one_entry_as_for_three_hundred(browser, owner, party):
    def fill(count):
        now = clock.now()
        Event.objects.bulk_create(
            Event(
                customer=party,
                kind="channels.call_logged",
                channel="phone",
                occurred_at=now - timedelta(hours=n),
                actor=owner,
                payload={"outcome": "reached"},
            )
            for n in range(count)
        )
        for number in range(min(count, 20)):
            other = actions.create_party(by=owner, name=f"友{number}")
            actions.add_relation(party=other, other=party, kind="referred_by", by=owner)
            actions.add_task(party=party, title=f"t{number}", by=owner)
            actions.add_contact_point(party=party, kind="line", raw=f"line{count}{number}", by=owner)

    fill(1)
    for address in (
        party.get_absolute_url(),
        f"/customers/?open={party.pk}",
        reverse("customers:parts", args=[party.pk]),
    ):
        browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(party.get_absolute_url())
    with CaptureQueriesContext(connection) as one_panel:
        browser.get(f"/customers/?open={party.pk}")
    fill(300)
    with CaptureQueriesContext(connection) as many:
        browser.get(party.get_absolute_url())
    with CaptureQueriesContext(connection) as many_panel:
        browser.get(f"/customers/?open={party.pk}")
    assert len(many) == len(one) <= 30
    assert len(many_panel) == len(one_panel) <= 41
