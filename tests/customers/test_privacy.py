"""Personal data on screen: handing out, erasing in two steps, rules of retention and the addresses of the erased."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.channels.actions import log_note
from regulars.customers import actions, tasks
from regulars.customers.models import Erasure, EventBody, Party, RetentionRule
from regulars.customers.queries.retention import affected, due
from regulars.kit import clock
from regulars.staff.models import AuditEntry, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user: Any) -> Any:
    return make_user(username="boss")


@pytest.fixture
def desk(owner: Any) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def person(owner: Any) -> Party:
    one = actions.create_party(by=owner, name="王小明", contact_points=[("email", "ming@x.example")])
    actions.record_consent(party=one, channel="email", state="granted", evidence="簽了同意書", source="store", by=owner)
    return one


def test_person_gets_everything_in_files_for_people_and_machines(desk: Client, person: Party) -> None:
    answer = desk.post(f"/customers/{person.pk}/privacy/data/")
    pack = zipfile.ZipFile(io.BytesIO(answer.content))
    told = json.loads(pack.read("personal-data.json"))
    assert told["tables"]["customers.contactpoint"][0]["raw"] == "ming@x.example"
    assert "All that is held" in pack.read("personal-data.html").decode()
    assert "個人資料" in pack.read("personal-data.zh-Hant.html").decode()
    entry = AuditEntry.objects.get(action="customers.personal_data_told")
    assert (entry.object_type, entry.object_id) == ("party", person.pk)
    assert "ming" not in str(entry.detail)


def test_page_shows_consent_with_its_proof(desk: Client, person: Party) -> None:
    page = desk.get(f"/customers/{person.pk}/privacy/").content.decode()
    assert "簽了同意書" in page
    assert "store" in page
    assert "Boss" in page


def test_erasing_wants_the_name(desk: Client, person: Party) -> None:
    wrong = desk.post(f"/customers/{person.pk}/privacy/erase/", {"name": "王大明"})
    assert wrong.status_code == 422
    assert not Erasure.objects.exists()
    desk.post(f"/customers/{person.pk}/privacy/erase/", {"name": "王小明", "reason": "asked"})
    assert Erasure.objects.get().party == person
    assert f"Erased person {person.pk}" in desk.get(f"/customers/{person.pk}/privacy/").content.decode()


def test_erasing_asks_again_who_one_is(desk: Client, person: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: moment)
    for address in ("erase", "data"):
        answer = desk.post(f"/customers/{person.pk}/privacy/{address}/", {"name": "王小明"})
        assert answer.headers["Location"].startswith("/confirm/")
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role.values if role not in {"owner", "administrator"}])
def test_others_neither_erase_nor_hand_out_nor_set_rules(role: str, make_user: Any, person: Party) -> None:
    user = make_user(role=role)
    Party.objects.filter(pk=person.pk).update(owner=user)
    client = Client()
    client.force_login(user)
    for address in (
        f"/customers/{person.pk}/privacy/erase/",
        f"/customers/{person.pk}/privacy/data/",
        "/privacy/rules/",
    ):
        assert client.post(address, {"name": "王小明"}).status_code == 403, address
    assert client.get("/privacy/").status_code == 403
    assert not Erasure.objects.exists()


def grow_old(party: Party, days: int) -> None:
    Party.objects.filter(pk=party.pk).update(created_at=clock.now() - timedelta(days=days))


def test_rule_touches_only_the_silent(owner: Any) -> None:
    silent, young, busy, bound, company = (
        actions.create_party(by=owner, name=name, kind="organisation" if name == "Company" else "person")
        for name in ("Silent", "Young", "Busy", "Bound", "Company")
    )
    for party in (silent, busy, bound, company):
        grow_old(party, 800)
    actions.add_task(party=busy, title="Call", by=owner)
    actions.add_contract(party=bound, title="Care", starts_on=clock.now().date(), by=owner)
    rule = actions.set_rule(act="erase_person", days=730, by=owner, active=True)
    assert [party.pk for party in affected(rule)] == [silent.pk]
    assert actions.carry_out(rule=rule) == 1
    assert Erasure.objects.get().party == silent
    ran = AuditEntry.objects.get(action="customers.retention_ran")
    assert ran.detail == {"act": "erase_person", "days": 730, "count": 1}
    assert young.name == "Young"


def test_rule_for_texts_leaves_the_entries(owner: Any, person: Party) -> None:
    log_note(party=person, text="old words", by=owner)
    rule = actions.set_rule(act="erase_text", days=30, by=owner, active=True)
    assert actions.carry_out(rule=rule) == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        entries = person.timeline.count()
        assert actions.carry_out(rule=rule) == 1
    assert not EventBody.objects.exists()
    assert person.timeline.count() == entries


def test_rule_for_the_trash(owner: Any, person: Party) -> None:
    actions.trash_parties(party_ids=[person.pk], by=owner)
    rule = actions.set_rule(act="purge_trash", days=30, by=owner, active=True)
    assert actions.carry_out(rule=rule) == 0
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        assert actions.carry_out(rule=rule) == 1
    assert Party.objects.get(pk=person.pk).name.startswith("Erased")


def test_rule_is_off_until_it_is_switched_on_and_runs_once_a_night(desk: Client) -> None:
    desk.post("/privacy/rules/", {"act": "erase_person", "days": 365, "stages": ["divorce"]})
    rule = RetentionRule.objects.get()
    assert (rule.active, rule.stages) == (False, ["divorce"])
    assert due() == []
    desk.post(f"/privacy/rules/{rule.pk}/on/")
    night = clock.now().replace(hour=20, minute=0)
    with clock.stopped_at(night):
        assert due() == [rule]
        tasks._asked.clear()
        actions.carry_out(rule=rule)
        assert due() == []
    with clock.stopped_at(night + timedelta(days=1)):
        assert [one.pk for one in due()] == [rule.pk]
    desk.post(f"/privacy/rules/{rule.pk}/drop/")
    assert not RetentionRule.objects.exists()
    assert AuditEntry.objects.filter(action="customers.retention_changed").count() == 3


def test_address_of_an_erased_person_is_allowed_again_on_screen(desk: Client, owner: Any, person: Party) -> None:
    actions.erase_person(party=person, by=owner)
    desk.post("/privacy/allow/", {"kind": "email", "value": "Ming@X.example"})
    actions.create_party(by=owner, name="王小明", contact_points=[("email", "ming@x.example")])
