import json

import pytest
from django.urls import reverse

from regulars.customers import actions
from regulars.customers.models import Batch, Event, Party, Revision, Task
from regulars.customers.queries.history import history_of
from regulars.staff.models import Team
from regulars.web import undo

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
    return actions.create_party(by=owner, name="王小明", city="台北市")


def toasts(answer):
    return json.loads(answer.headers.get("HX-Trigger", "{}")).get("toast", {}).get("toasts", [])


def change(client, party, field, value, was):
    return client.post(
        reverse("web:cell-customers", args=[party.pk, field]),
        {"value": value, "was": was},
        headers={"HX-Request": "true"},
    )


def test_inline_edit_keeps_history_and_offers_undo(browser, owner, party):
    answer = change(browser, party, "city", "高雄市", "台北市")
    assert answer.status_code == 200
    party.refresh_from_db()
    assert party.city == "高雄市"
    (toast,) = toasts(answer)
    browser.post(reverse("web:undo"), {"token": toast["undo"]})
    party.refresh_from_db()
    assert party.city == "台北市"
    assert Revision.objects.filter(party_id=party.pk).count() == 2


def test_inline_edit_over_somebody_elses_change_is_a_conflict_that_shows_both(browser, owner, party):
    actions.change_party(party=party, changes={"city": "台南市"}, by=None)
    answer = change(browser, party, "city", "高雄市", "台北市")
    assert answer.status_code == 409
    body = answer.content.decode()
    assert "台南市" in body
    assert "高雄市" in body
    party.refresh_from_db()
    assert party.city == "台南市"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "1990-05-03"),
        ("about", "喜歡茶"),
        ("preferred_channel", "line"),
        ("language", "zh-hant"),
        ("address", "中山路 1 號"),
    ],
)
def test_every_detail_of_the_page_is_edited_in_place(browser, party, field, value):
    assert change(browser, party, field, value, "").status_code == 200
    party.refresh_from_db()
    assert str(getattr(party, field)) == value
    assert f"/customers/{party.pk}/cell/{field}/" in browser.get(party.get_absolute_url()).content.decode()


def test_name_cannot_be_emptied(browser, party):
    assert change(browser, party, "name", "  ", "王小明").status_code == 422
    party.refresh_from_db()
    assert party.name == "王小明"


def test_birthday_in_the_future_is_refused_with_a_sentence(browser, party):
    answer = change(browser, party, "birth_date", "2999-01-01", "")
    assert answer.status_code == 422
    assert "future" in answer.content.decode()


def test_whoever_may_not_edit_gets_no_field(client, make_user, party):
    client.force_login(make_user(role="analyst"))
    assert change(client, party, "city", "x", "台北市").status_code == 403
    assert "data-edit" not in client.get(party.get_absolute_url()).content.decode()


def test_history_names_who_what_and_both_values(browser, owner, make_user, party):
    team = Team.objects.create(name="業務一組")
    seller = make_user(role="seller", name="林美玲")
    actions.change_party(party=party, changes={"city": "台中市"}, by=owner)
    actions.change_party(party=party, changes={"owner": seller, "team": team}, by=owner)
    steps, _following = history_of(party)
    assert [(c.before, c.after) for c in steps[1].changes] == [("台北市", "台中市")]
    assert {c.after for c in steps[0].changes} == {"林美玲", "業務一組"}
    body = browser.get(reverse("customers:history", args=[party.pk])).content.decode()
    assert "林美玲" in body
    revision = Revision.objects.get(party_id=party.pk, after__city="台中市")
    assert browser.post(reverse("customers:undo-change", args=[party.pk, revision.pk])).status_code == 204
    party.refresh_from_db()
    assert party.city == "台北市"
    assert party.owner == seller


def test_undo_does_not_overwrite_what_was_changed_since(browser, owner, party):
    revision = actions.change_party(party=party, changes={"city": "台中市"}, by=owner)
    actions.change_party(party=party, changes={"city": "台東縣"}, by=None)
    browser.post(reverse("customers:undo-change", args=[party.pk, revision.pk]))
    party.refresh_from_db()
    assert party.city == "台東縣"


def test_undo_offered_to_one_is_refused_to_another(client, owner, make_user, party):
    revision = actions.change_party(party=party, changes={"city": "台中市"}, by=owner)
    client.force_login(make_user(role="manager"))
    client.post(reverse("web:undo"), {"token": undo.offer("customers.revision", revision=revision.pk)})
    party.refresh_from_db()
    assert party.city == "台中市"


def bulk(client, action, pks, **data):
    return client.post(
        reverse("web:bulk-customers", args=[action]),
        {"pk": pks, "confirmed": 1, **data},
        headers={"HX-Request": "true"},
    )


def test_bulk_assignment_is_one_batch_and_is_undone_as_one(browser, owner, make_user):
    seller = make_user(role="seller")
    parties = [actions.create_party(by=owner, name=f"客{n}") for n in range(4)]
    bulk(browser, "owner", [one.pk for one in parties[:3]], owner=seller.pk)
    assert Party.objects.filter(owner=seller).count() == 3
    batch = Batch.objects.get(kind="bulk_edit")
    browser.post(reverse("web:undo"), {"token": undo.offer("customers.batch", batch=batch.pk)})
    assert Party.objects.filter(owner=seller).count() == 0


def test_bulk_task_falls_to_each_owner_and_is_taken_back(browser, owner, make_user):
    seller = make_user(role="seller")
    parties = [actions.create_party(by=owner, name="甲", owner=seller), actions.create_party(by=owner, name="乙")]
    bulk(browser, "task", [one.pk for one in parties], title="年節問候", kind="call", due="2999-01-01")
    assert dict(Task.objects.values_list("party__name", "assignee")) == {"甲": seller.pk, "乙": owner.pk}
    parties[0].summary.refresh_from_db()
    assert parties[0].summary.open_tasks == 1
    assert Event.objects.filter(kind="customers.task_added").count() == 2
    batch = Batch.objects.get(title="年節問候")
    browser.post(reverse("web:undo"), {"token": undo.offer("customers.tasks", batch=batch.pk)})
    assert not Task.objects.open().exists()
    assert not Event.objects.live().filter(kind="customers.task_added").exists()
    parties[0].summary.refresh_from_db()
    assert parties[0].summary.open_tasks == 0


def test_bulk_trash_restore_and_the_page_between(browser, owner, party):
    bulk(browser, "trash", [party.pk])
    party.refresh_from_db()
    assert party.trashed_at is not None
    assert f'data-pk="{party.pk}"' not in browser.get("/customers/").content.decode()
    assert f'data-pk="{party.pk}"' in browser.get("/customers/trash/").content.decode()
    body = browser.get(party.get_absolute_url()).content.decode()
    assert "In the trash" in body
    assert "data-edit" not in body
    assert browser.get(reverse("channels:composer", args=[party.pk])).status_code == 404
    assert (
        browser.post(reverse("customers:restore", args=[party.pk])).headers["HX-Redirect"] == party.get_absolute_url()
    )
    party.refresh_from_db()
    assert party.trashed_at is None


def test_seller_may_not_assign_or_trash(client, make_user):
    seller = make_user(role="seller")
    party = actions.create_party(by=seller, name="甲", owner=seller)
    client.force_login(seller)
    assert bulk(client, "owner", [party.pk], owner="").status_code == 403
    assert client.post(reverse("customers:move-to-trash", args=[party.pk])).status_code == 403
