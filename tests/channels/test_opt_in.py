"""Asking a customer by e-mail whether e-mail is welcome: by whom, whom, how often, in which language, and what a yes does."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.channels.models import Message, MessageBody
from regulars.customers import actions as customers
from regulars.customers.models import Confirmation, Party
from regulars.customers.permission import actions as permission
from regulars.kit import clock
from regulars.staff.models import FailedTries
from tests.conftest import MakeUser

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(make_user: MakeUser) -> Any:
    return make_user(role="owner")


@pytest.fixture
def browser(owner: Any) -> Client:
    made = Client()
    made.force_login(owner)
    return made


def customer(**facts: Any) -> Party:
    points = facts.pop("contact_points", [("email", "ming@example.com")])
    return customers.create_party(by=None, name="王小明", contact_points=points, **facts)


def ask(browser: Client, party: Party) -> Any:
    return browser.post(reverse("channels:ask-consent", args=[party.pk]), headers={"HX-Request": "true"})


def button(browser: Client, party: Party, page: str = "customers:customer") -> bool:
    return (
        reverse("channels:ask-consent", args=[party.pk]) in browser.get(reverse(page, args=[party.pk])).content.decode()
    )


def test_button_asks_by_mail_and_only_their_yes_permits(browser: Client) -> None:
    party = customer(language="zh-hant")
    assert button(browser, party)
    answer = ask(browser, party)
    assert (answer.status_code, "customer-changed" in answer.headers["HX-Trigger"]) == (204, True)
    assert permission.permits(party, "email") is None
    message = Message.objects.get()
    assert (message.party_id, message.address, message.purpose_class) == (party.pk, "ming@example.com", "transactional")
    words = MessageBody.objects.get(message=message)
    assert words.subject == "請確認您的電子郵件地址"
    link = re.search(r"https?://[^/]+(/\S+)", words.text)
    assert link
    assert Client().post(link[1]).status_code == 200
    assert permission.permits(party, "email") is True
    assert Confirmation.objects.get().text.language == "zh-hant"
    assert not button(browser, party)


def test_customer_is_asked_once_a_day(browser: Client) -> None:
    party = customer()
    assert ask(browser, party).status_code == 204
    assert ask(browser, party).status_code == 422
    assert Message.objects.count() == 1
    with clock.stopped_at(clock.now() + timedelta(days=1, minutes=1)):
        assert ask(browser, party).status_code == 204
    assert Message.objects.count() == 2


def test_whoever_asks_everybody_has_to_wait(browser: Client, owner: Any) -> None:
    ask(browser, customer())
    FailedTries.objects.filter(scope="choices").update(tries=100)
    ask(browser, customer(contact_points=[("email", "a@example.com")]))
    assert ask(browser, customer(contact_points=[("email", "b@example.com")])).status_code == 422
    assert not Message.objects.filter(address="b@example.com").exists()


@pytest.mark.parametrize("why", ["no address", "no", "yes", "suppressed"])
def test_nobody_is_asked_who_said_it_or_cannot_be_reached(browser: Client, why: str) -> None:
    party = customer(
        contact_points=[("mobile", "0912345678")] if why == "no address" else [("email", "ming@example.com")]
    )
    if why in {"no", "yes"}:
        state = "granted" if why == "yes" else "withdrawn"
        customers.record_consent(party=party, channel="email", state=state, by=None, evidence="said so")
    if why == "suppressed":
        permission.suppress(channel="email", address="ming@example.com", reason="complaint", by=None, party=party)
    assert not button(browser, party)
    assert ask(browser, party).status_code == 422
    assert not Message.objects.exists()
    assert not Confirmation.objects.exists()


def test_role_and_reach_decide_who_may_ask(make_user: MakeUser, owner: Any) -> None:
    party = customer(owner=owner)
    for role, status in (("analyst", 403), ("technician", 403), ("seller", 404)):
        browser = Client()
        browser.force_login(make_user(role=role))
        assert ask(browser, party).status_code == status
    viewer = Client()
    viewer.force_login(make_user(role="analyst", username="viewer"))
    assert not button(viewer, party)
    assert not Message.objects.exists()
