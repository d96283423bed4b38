"""What `visible_to` keeps from somebody stays hidden on every screen, although there is data that could leak."""

import pytest
from django.urls import reverse

from regulars.customers.models import Event, Party, PartyRelation, Task
from regulars.staff import rules
from regulars.web import palette, undo
from tests.customers.conftest import HIDDEN

pytestmark = pytest.mark.django_db
SECRETS = (
    HIDDEN,
    "SECRET-77",
    "secret@hidden",
    "55 000 111",
    "955000111",
    "不能外洩",
    "隱藏的承諾",
    "密約",
    "密機",
    "HID-1",
)


def content_of(answer) -> str:
    return (answer.getvalue() if answer.streaming else answer.content).decode()


def leaked(answer) -> list[str]:
    content = content_of(answer)
    return [secret for secret in SECRETS if secret in content]


@pytest.mark.parametrize(
    "address",
    [
        "/customers/",
        "/customers/export/?format=csv",
        "/orders/",
        "/orders/export/?format=csv",
        "/tasks/",
        "/tasks/export/?format=csv",
    ],
)
def test_lists_and_exports_leave_out_what_is_hidden(world, monkeypatch, address):
    monkeypatch.setitem(rules.CAPABILITIES, "seller", rules.CAPABILITIES["seller"] | {"customers.export"})
    answer = world.client.get(address)
    assert answer.status_code == 200
    content = content_of(answer)
    assert [secret for secret in SECRETS if secret in content] == []
    if address.startswith("/customers/"):
        assert "王小明" in content


@pytest.mark.parametrize("typed", [HIDDEN, "祕密", "SECRET-77", "secret@hidden.example", "0955-000-111", "000111"])
def test_search_finds_nothing_hidden(world, typed):
    answer = world.client.get("/customers/", {"q": typed})
    assert f'data-pk="{world.hidden.pk}"' not in answer.content.decode()
    candidates = world.client.get(reverse("customers:candidates", args=[world.mine.pk]), {"q": typed})
    assert "data-candidate" not in candidates.content.decode()
    assert not any(HIDDEN in str(entry.label) for entry in palette.search(world.seller, typed))
    assert not any(HIDDEN in str(entry.label) for entry in palette.search(world.seller, f"call {typed}"))


def test_search_finds_the_same_for_whoever_may_see_it(world, make_user):
    owner = make_user(role="owner")
    for typed in (HIDDEN, "祕密", "SECRET-77", "secret@hidden.example", "0955-000-111", "000111"):
        assert any(HIDDEN in str(entry.label) for entry in palette.search(owner, typed)), typed


@pytest.mark.parametrize(
    "name",
    [
        "customer",
        "parts",
        "peek",
        "timeline",
        "history",
        "candidates",
        "snooze",
        "add-point",
        "consent",
        "add-relation",
    ],
)
def test_pages_of_a_hidden_customer_are_not_found(world, name):
    assert world.client.get(reverse(f"customers:{name}", args=[world.hidden.pk])).status_code == 404


@pytest.mark.parametrize("name", ["snooze", "wake", "move-to-trash", "restore", "add-point", "consent", "add-relation"])
def test_acts_on_a_hidden_customer_are_not_found(world, name):
    before = Event.objects.filter(customer=world.hidden).count()
    answer = world.client.post(reverse(f"customers:{name}", args=[world.hidden.pk]), {"until": "2999-01-01"})
    assert answer.status_code in {403, 404}
    assert Event.objects.filter(customer=world.hidden).count() == before


def test_composer_and_log_of_a_hidden_customer_are_not_found(world):
    assert world.client.get(reverse("channels:composer", args=[world.hidden.pk])).status_code == 404
    answer = world.client.post(reverse("channels:log", args=[world.hidden.pk, "note"]), {"text": "x"})
    assert answer.status_code == 404


def test_slide_over_and_cell_of_a_hidden_customer_are_not_found(world):
    assert world.client.get("/customers/", {"open": world.hidden.pk}).status_code == 404
    cell = reverse("web:cell-customers", args=[world.hidden.pk, "name"])
    assert world.client.post(cell, {"value": "x", "was": HIDDEN}).status_code == 404
    assert Party.objects.get(pk=world.hidden.pk).name == HIDDEN


def test_page_of_a_visible_customer_does_not_name_a_hidden_relation(world):
    answer = world.client.get(world.mine.get_absolute_url())
    assert answer.status_code == 200
    body = answer.content.decode()
    side = body[body.index('id="customer-side"') :]
    assert HIDDEN not in side
    relation = PartyRelation.objects.get(party=world.mine, other=world.hidden)
    assert world.client.post(reverse("customers:end-relation", args=[world.mine.pk, relation.pk])).status_code == 404


def test_relation_cannot_be_made_with_a_hidden_customer(world):
    answer = world.client.post(
        reverse("customers:add-relation", args=[world.mine.pk]), {"kind": "down:referred_by", "other": world.hidden.pk}
    )
    assert answer.status_code == 422
    assert not PartyRelation.objects.filter(party=world.hidden, other=world.mine).exists()


@pytest.mark.parametrize("whose", ["mine", "team", "all"])
def test_today_shows_nothing_hidden_even_when_it_is_assigned_to_me(world, whose):
    answer = world.client.get("/", {"whose": whose})
    assert "王小明" in answer.content.decode()
    assert leaked(answer) == []
    sums = world.client.get("/", {"whose": whose, "part": "sum"}, headers={"HX-Request": "true"})
    assert leaked(sums) == []


def test_task_of_a_hidden_customer_cannot_be_done(world):
    task = Task.objects.get(title="隱藏的承諾")
    assert world.client.post(reverse("customers:task-done", args=[task.pk])).status_code == 404
    task.refresh_from_db()
    assert task.done_at is None


def test_bulk_leaves_hidden_customers_alone(world):
    world.client.post(
        reverse("web:bulk-customers", args=["task"]),
        {"pk": [world.hidden.pk, world.mine.pk], "confirmed": 1, "title": "Call all", "kind": "call"},
    )
    assert set(Task.objects.filter(title="Call all").values_list("party", flat=True)) == {world.mine.pk}


def test_undo_of_a_logged_note_of_a_hidden_customer_is_refused(world):
    event = Event.objects.get(kind="channels.note_written", customer=world.hidden)
    world.client.post(reverse("web:undo"), {"token": undo.offer("channels.logged", event=event.pk)})
    event.refresh_from_db()
    assert event.retracted_in is None
