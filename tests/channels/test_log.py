import json
from datetime import timedelta

import pytest
from django.urls import reverse

from regulars.channels import actions
from regulars.customers import actions as customers
from regulars.customers.models import Event, Snooze, Task
from regulars.customers.queries import today
from regulars.customers.timeline import kind_of
from regulars.kit import clock
from regulars.kit.errors import UserError
from regulars.staff.models import Team
from tests.customers.conftest import needing

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(make_user):
    return make_user(role="seller", team=Team.objects.create(name="A", department="sales"))


@pytest.fixture
def party(seller):
    return needing(
        customers.create_party(by=seller, name="王小明", owner=seller, contact_points=[("mobile", "0912345678")])
    )


def log(client, party, mode, **data):
    return client.post(reverse("channels:log", args=[party.pk, mode]), data, headers={"HX-Request": "true"})


def call(**facts):
    return {"channel": "phone", "direction": "out", "outcome": "reached", "text": "很滿意", "minutes": "5", **facts}


def test_call_is_logged_with_outcome_duration_and_department(client, seller, party):
    client.force_login(seller)
    assert log(client, party, "call", **call()).status_code == 200
    event = Event.objects.get(kind="channels.call_logged")
    assert (event.channel, event.department, event.actor, event.body.text) == ("phone", "sales", seller, "很滿意")
    assert event.payload == {"direction": "out", "outcome": "reached", "minutes": 5}
    party.summary.refresh_from_db()
    assert party.summary.last_contact_at == event.occurred_at
    assert kind_of(event.kind).sentence(event) == "We called · Reached · 5 minutes"


def test_promise_in_a_call_becomes_a_task_in_the_same_act(client, seller, party):
    client.force_login(seller)
    log(client, party, "call", **call(promise="寄型錄", promise_due="2999-03-04"))
    task = Task.objects.get()
    assert (task.kind, task.title, task.assignee) == ("promise", "寄型錄", seller)
    party.summary.refresh_from_db()
    assert party.summary.open_promises == 1


def test_a_day_alone_promises_to_call_back(client, seller, party):
    client.force_login(seller)
    log(client, party, "note", text="要再聯絡", promise_due="2999-03-04")
    assert Task.objects.get().title == "Call back"


def test_attempt_is_no_contact_and_comes_back_tomorrow(client, seller, party):
    client.force_login(seller)
    answer = log(client, party, "call", **call(outcome="no_answer", place="today"))
    assert answer.headers["HX-Reswap"] == "delete"
    party.summary.refresh_from_db()
    assert party.summary.last_contact_at is None
    assert Event.objects.filter(kind="channels.call_attempted").count() == 1
    assert today.page_of_needs(seller, "mine")[0] == []
    with clock.stopped_at(clock.now() + timedelta(days=1, minutes=1)):
        assert today.page_of_needs(seller, "mine")[0] == [party]


def test_contact_from_today_takes_the_customer_off_today(client, seller, party):
    client.force_login(seller)
    answer = log(client, party, "done", **call(place="today"))
    assert answer.headers["HX-Retarget"] == f"#need-{party.pk}"
    assert today.page_of_needs(seller, "mine")[0] == []


def test_note_from_today_leaves_the_customer_there(client, seller, party):
    client.force_login(seller)
    answer = log(client, party, "note", text="x", place="today")
    assert "HX-Retarget" not in answer.headers
    assert today.page_of_needs(seller, "mine")[0] == [party]


def test_logging_is_undone_with_its_promise_and_its_snooze(client, seller, party):
    client.force_login(seller)
    answer = log(
        client, party, "call", **call(outcome="no_answer", promise="再試", promise_due="2999-01-01", place="today")
    )
    (toast,) = json.loads(answer.headers["HX-Trigger"])["toast"]["toasts"]
    client.post(reverse("web:undo"), {"token": toast["undo"]})
    assert not Event.objects.live().filter(customer=party).exclude(kind="customers.created").exists()
    assert not Task.objects.open().exists()
    assert not Snooze.objects.filter(until__gt=clock.now()).exists()
    assert today.page_of_needs(seller, "mine")[0] == [party]


def test_undo_brings_the_last_contact_back(seller, party):
    early = actions.log_contact(party=party, channel="phone", by=seller, occurred_at=clock.now() - timedelta(days=30))
    late = actions.log_contact(party=party, channel="email", by=seller)
    actions.take_back(by=seller, event=late.event)
    party.summary.refresh_from_db()
    assert party.summary.last_contact_at == early.event.occurred_at
    with pytest.raises(UserError):
        actions.take_back(by=seller, event=Event.objects.get(pk=late.event.pk))


def test_another_cannot_take_it_back(seller, party, make_user):
    logged = actions.log_note(party=party, text="x", by=seller)
    with pytest.raises(UserError):
        actions.take_back(by=make_user(role="owner"), event=logged.event)
    assert Event.objects.get(pk=logged.event.pk).retracted_in is None


@pytest.mark.parametrize(
    ("mode", "data"),
    [
        ("note", {"text": "   "}),
        ("call", {"channel": "phone", "direction": "out", "minutes": "-3"}),
        ("call", {"channel": "phone", "direction": "out", "minutes": "9999"}),
        ("call", {"channel": "phone", "direction": "out", "outcome": "nonsense"}),
        ("call", {"channel": "nonsense", "direction": "out"}),
        ("call", {"channel": "phone", "direction": "out", "when": "2999-01-01T10:00"}),
        ("call", {"channel": "phone", "direction": "out", "promise_due": "31/02/2026"}),
        ("write", {"channel": "phone", "direction": "out"}),
        ("task", {"title": ""}),
    ],
)
def test_nonsense_is_refused_and_what_was_written_stays(client, seller, party, mode, data):
    client.force_login(seller)
    before = Event.objects.count()
    answer = log(client, party, mode, **{"text": "保留這段文字", **data} if mode == "call" else data)
    assert answer.status_code == 422
    assert Event.objects.count() == before
    if mode == "call":
        assert "保留這段文字" in answer.content.decode()


def test_composer_shows_the_numbers_and_what_was_refused(client, seller, party):
    customers.record_consent(party=party, channel="phone", state="withdrawn", by=seller, evidence="不要來電")
    client.force_login(seller)
    body = client.get(reverse("channels:composer", args=[party.pk]), {"mode": "call"}).content.decode()
    assert "0912 345 678" in body
    assert "不要來電" in body


def test_whoever_may_not_log_has_no_composer(client, make_user, party):
    client.force_login(make_user(role="analyst"))
    assert log(client, party, "note", text="x").status_code == 403
    assert "composer-modes" not in client.get(party.get_absolute_url()).content.decode()


def test_palette_offers_logging_on_the_page_of_a_customer_and_by_name(client, seller, party):
    client.force_login(seller)
    here = client.get("/palette/", headers={"Referer": f"http://testserver{party.get_absolute_url()}"}).content.decode()
    assert "#compose=call" in here
    assert "#compose=call" not in client.get("/palette/", headers={"Referer": "http://testserver/"}).content.decode()
    named = client.get("/palette/", {"q": "電話 小明"}).content.decode()
    assert f"{party.get_absolute_url()}#compose=call" in named
