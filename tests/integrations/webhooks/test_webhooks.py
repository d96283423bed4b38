"""What happens is told: to whom it may be, signed, again until it is accepted, never to the inside of a network."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from regulars.customers.actions.parties import create_party
from regulars.customers.actions.tasks import add_task
from regulars.customers.timeline import NewEvent, record_many
from regulars.integrations.webhooks import actions, address, signing, wire
from regulars.integrations.webhooks.models import Delivery, DeliveryState, OutboxEntry, Subscription
from regulars.integrations.webhooks.tasks import tidy, work_once
from regulars.kit import clock
from regulars.kit.errors import Forbidden, UserError
from regulars.staff.models import AuditEntry, Team
from tests.integrations.webhooks.conftest import Receiver, Subscribe

pytestmark = pytest.mark.django_db
MakeUser = Callable[..., Any]


def test_entry_of_the_timeline_is_told_signed_and_without_personal_details(
    subscribe: Subscribe, receiver: Receiver
) -> None:
    subscription = subscribe("customers.*")
    party = create_party(by=None, name="王小明", contact_points=[("mobile", "0912345678")])
    assert work_once() == 2
    (message,), ((headers, body),) = receiver.told, receiver.received
    assert message["kind"] == headers["Regulars-Kind"] == "customers.created"
    assert message["customer"] == party.pk
    assert message["id"] == headers["Regulars-Message"]
    assert "details" not in message
    assert "王" not in body.decode()
    assert signing.verify(subscription.secret, body, headers["Regulars-Signature"])
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.answer) == (DeliveryState.DELIVERED, 200, "thanks")
    assert work_once() == 0


def test_signature_of_another_secret_body_or_time_is_refused() -> None:
    header = signing.sign("whsec_1", b"{}", 1_000)
    assert signing.verify("whsec_1", b"{}", header, now=1_010)
    assert not signing.verify("whsec_2", b"{}", header, now=1_010)
    assert not signing.verify("whsec_1", b"{ }", header, now=1_010)
    assert not signing.verify("whsec_1", b"{}", header, now=1_000 + signing.TOLERANCE_SECONDS + 1)
    assert not signing.verify("whsec_1", b"{}", "t=,v1=", now=1_000)


def test_only_what_was_asked_for_is_told(subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("customers.task_*", "commerce.order_placed")
    add_task(party=create_party(by=None, name="王小明"), title="Call", by=None)
    work_once()
    assert [one["kind"] for one in receiver.told] == ["customers.task_added"]


def test_owner_hears_of_the_customers_they_see_only(
    subscribe: Subscribe, receiver: Receiver, make_user: MakeUser
) -> None:
    mine, others = Team.objects.create(name="Mine"), Team.objects.create(name="Others")
    seller = make_user(role="seller", team=mine)
    subscribe("customers.created", owner=seller)
    seen = create_party(by=None, name="王小明", team=mine)
    create_party(by=None, name="陳大文", team=others)
    work_once()
    assert [one["customer"] for one in receiver.told] == [seen.pk]


def test_details_are_told_where_they_were_asked_for(subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("customers.task_added", details=True)
    add_task(party=create_party(by=None, name="王小明"), title="Call back about tea", by=None)
    work_once()
    assert receiver.told[0]["details"]["payload"]["title"] == "Call back about tea"


def test_entries_of_an_import_are_not_told_one_by_one(subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe()
    party = create_party(by=None, name="王小明")
    work_once()
    told = len(receiver.received)
    record_many(
        [
            NewEvent("channels.note_written", party.pk, clock.now(), batch_id=1, source="x", source_key=str(n))
            for n in range(50)
        ]
    )
    actions.tell_house("imports.finished", {"accepted": 50})
    work_once()
    assert [(one["kind"], one["accepted"]) for one in receiver.told[told:]] == [("imports.finished", 50)]


def test_nothing_is_noted_while_nobody_listens(subscribe: Subscribe, receiver: Receiver) -> None:
    create_party(by=None, name="王小明")
    assert not OutboxEntry.objects.exists()
    subscription = subscribe()
    create_party(by=None, name="陳大文")
    assert OutboxEntry.objects.exists()
    actions.pause(subscription=subscription, by=None)
    tidy()
    assert not OutboxEntry.objects.exists()


def test_refused_message_is_sent_again_later_with_growing_pauses(subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("customers.created")
    receiver.answers = [500, 503, 200]
    now = clock.now()
    with clock.stopped_at(now):
        create_party(by=None, name="王小明")
        work_once()
        first = Delivery.objects.get()
        assert (first.state, first.attempts, first.status) == (DeliveryState.WAITING, 1, 500)
        assert first.due_at is not None
        assert timedelta(seconds=4) <= first.due_at - now <= timedelta(seconds=6)
        assert work_once() == 0
    with clock.stopped_at(now + timedelta(seconds=10)):
        assert work_once() == 1
    with clock.stopped_at(now + timedelta(minutes=2)):
        assert work_once() == 1
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
    assert len({headers["Regulars-Message"] for headers, _body in receiver.received}) == 1


def test_subscription_is_paused_after_three_days_of_failures_and_goes_on_when_resumed(
    subscribe: Subscribe, receiver: Receiver
) -> None:
    subscription = subscribe("customers.created")
    receiver.answers = [500]
    now = clock.now()
    with clock.stopped_at(now):
        create_party(by=None, name="王小明")
    spent = timedelta()
    for pause in (timedelta(), *actions.RETRY_AFTER):
        spent += pause * 1.21
        with clock.stopped_at(now + spent):
            work_once()
    assert sum(actions.RETRY_AFTER, timedelta()) > timedelta(days=2, hours=20)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.due_at) == (DeliveryState.GIVEN_UP, None)
    subscription.refresh_from_db()
    assert subscription.paused_at is not None
    assert "500" in subscription.paused_reason
    assert AuditEntry.objects.filter(action="webhooks.paused").exists()
    receiver.answers = [200]
    actions.resume(subscription=subscription, by=None)
    assert actions.replay(deliveries=[delivery], by=None) == 1
    work_once()
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_receiver_that_is_gone_pauses_at_once(subscribe: Subscribe, receiver: Receiver) -> None:
    subscription = subscribe("customers.created")
    receiver.answers = [410]
    create_party(by=None, name="王小明")
    work_once()
    subscription.refresh_from_db()
    assert subscription.paused_at is not None


def test_range_is_replayed_under_the_same_ids(subscribe: Subscribe, receiver: Receiver) -> None:
    subscription = subscribe("customers.created")
    for name in ("王小明", "陳大文", "林美麗"):
        create_party(by=None, name=name)
    work_once()
    first, second, _third = Delivery.objects.order_by("pk")
    assert actions.replay_range(subscription=subscription, first=first.pk, last=second.pk, by=None) == 2
    work_once()
    ids = [headers["Regulars-Message"] for headers, _body in receiver.received]
    assert ids[3:] == [first.message_id, second.message_id] == ids[:2]


def test_redirect_is_not_followed(subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("customers.created")
    receiver.answers, receiver.location = [302], "http://169.254.169.254/latest/"
    create_party(by=None, name="王小明")
    work_once()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.state) == (302, DeliveryState.WAITING)
    assert len(receiver.received) == 1


def test_answer_is_read_to_a_bound(subscribe: Subscribe, receiver: Receiver) -> None:
    subscribe("customers.created")
    receiver.body = b"\x00\xff" + b"x" * 1_000_000
    create_party(by=None, name="王小明")
    work_once()
    assert len(Delivery.objects.get().answer) <= wire.ANSWER_BYTES


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.8/x", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data",
        "http://localhost:8000/", "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://printer.local/",
        "http://100.64.0.1/", "http://[2002:7f00:1::]/",
    ],
)  # fmt: skip
def test_inside_of_a_network_is_refused(url: str, make_user: MakeUser) -> None:
    with pytest.raises(UserError):
        actions.subscribe(owner=make_user(role="owner"), url=url, kinds=["*"], by=None)


@pytest.mark.parametrize(
    "url", ["ftp://example.com/", "file:///etc/passwd", "https://a:b@example.com/", "https://", "nothing", "https://exa mple.com/", "http://x\r\nHost: y/", "http://[/"]
)  # fmt: skip
def test_address_that_makes_no_sense_is_refused(url: str, make_user: MakeUser) -> None:
    with pytest.raises(UserError):
        actions.subscribe(owner=make_user(role="owner"), url=url, kinds=["*"], by=None)


def test_name_that_leads_inside_is_refused_when_it_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: told)
    with pytest.raises(UserError):
        address.resolve("http://rebinding.example.com/")
    outcome = wire.send("http://rebinding.example.com/", secret="s", message_id="m", kind="k", body=b"{}")
    assert outcome.status is None
    assert outcome.error
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: told[:1])
    assert address.resolve("http://example.com/").ip == "93.184.216.34"


def test_only_administrators_make_webhooks(make_user: MakeUser) -> None:
    seller = make_user(role="seller")
    with pytest.raises(Forbidden):
        actions.subscribe(owner=seller, url="https://example.com/", kinds=["*"], by=seller)


@pytest.mark.parametrize("kinds", [[], ["**"], ["Commerce.*"], ["[a-z]"], ["x" * 49]])
def test_kind_that_makes_no_sense_is_refused(kinds: list[str], make_user: MakeUser) -> None:
    with pytest.raises(UserError):
        actions.subscribe(owner=make_user(role="owner"), url="https://example.com/", kinds=kinds, by=None)


def test_removed_subscription_is_told_nothing(subscribe: Subscribe, receiver: Receiver) -> None:
    subscription = subscribe()
    create_party(by=None, name="王小明")
    actions.remove(subscription=subscription, by=None)
    work_once()
    assert receiver.received == []
    assert not Subscription.objects.live().exists()


def test_subscription_of_somebody_who_left_is_told_nothing(
    subscribe: Subscribe, receiver: Receiver, make_user: MakeUser
) -> None:
    leaver = make_user(role="owner")
    subscribe(owner=leaver)
    leaver.is_active = False
    leaver.save()
    create_party(by=None, name="王小明")
    work_once()
    assert receiver.received == []
