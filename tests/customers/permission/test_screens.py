"""What people at work see: suppressed addresses on the customer page, lifting them, and the company's rules of contact."""

from typing import Any

import pytest
from django.test import Client

from regulars.customers.models import ContactRules, Party, Suppression
from regulars.customers.permission.actions import suppress
from regulars.customers.permission.queries import Rules, rules
from regulars.integrations.api.actions import create_token
from regulars.staff.models import AuditEntry, User
from regulars.web import undo
from tests.customers.permission.conftest import MAIL

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(make_user: Any) -> Client:
    client = Client()
    client.force_login(make_user())
    return client


def test_customer_page_tells_of_a_suppressed_address(ming: Party, desk: Client) -> None:
    assert "is-suppressed" not in desk.get(f"/customers/{ming.pk}/").content.decode()
    suppress(channel="email", address=MAIL, reason="hard_bounce", by=None, party=ming)
    page = desk.get(f"/customers/{ming.pk}/").content.decode()
    assert "consent is-suppressed" in page
    assert "way is-forbidden" in page
    assert "Address does not exist" in page


def test_suppression_is_lifted_by_whoever_may(ming: Party, desk: Client, make_user: Any) -> None:
    held = suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming)
    path = f"/customers/{ming.pk}/suppressions/{held.pk}/lift/"
    assert path in desk.get(f"/customers/{ming.pk}/privacy/").content.decode()
    marketer = Client()
    marketer.force_login(make_user(role="marketer"))
    page = marketer.get(f"/customers/{ming.pk}/privacy/").content.decode()
    assert "Reported as spam" in page
    assert path not in page
    assert marketer.post(path).status_code == 403
    assert desk.post(f"/customers/{ming.pk}/suppressions/{held.pk + 1}/lift/").status_code == 404
    assert desk.post(path).status_code == 302
    assert not Suppression.objects.standing().exists()
    assert desk.post(path).status_code == 404


def test_api_tells_of_words_agreed_to_and_suppression(ming: Party, make_user: Any) -> None:
    _token, key = create_token(user=make_user(), name="t", scopes=["customers:read"], by=None)
    held = suppress(channel="email", address=MAIL, reason="complaint", by=None, party=ming, source="fbl")
    client = Client(headers={"Authorization": f"Bearer {key}"})
    (word,) = client.get(f"/api/v1/customers/{ming.pk}/consents").json()
    assert word["text"] is None
    assert (word["suppressed"]["reason"], word["suppressed"]["scope"]) == ("complaint", "marketing")
    (told,) = client.get(f"/api/v1/customers/{ming.pk}/suppressions").json()
    assert (told["id"], told["source"]) == (held.pk, "fbl")
    assert client.get(f"/api/v1/customers/{ming.pk}").json()["consents"][0]["suppressed"]["id"] == held.pk


def form(**told: Any) -> dict[str, Any]:
    return {"quiet_from": "22:30", "quiet_until": "08:00", "most_together": "2", "days_together": "5"} | told


def test_rules_of_contact_are_set_on_screen_and_taken_back(desk: Client) -> None:
    page = desk.get("/settings/contact/").content.decode()
    assert 'value="21:00"' in page
    answer = desk.post("/settings/contact/", form(most_sms="1", days_sms="30"), follow=True)
    assert answer.status_code == 200
    told = rules()
    assert (told.quiet_from, told.quiet_until) == (22 * 60 + 30, 8 * 60)
    assert [(cap.channel, cap.most, cap.days) for cap in told.caps] == [("", 2, 5), ("sms", 1, 30)]
    assert AuditEntry.objects.filter(action="customers.contact_rules_set").count() == 1
    before = {"quiet_from": 21 * 60, "quiet_until": 9 * 60, "caps": [{"channel": "", "most": 4, "days": 7}]}
    assert undo.take_back(undo.offer("customers.contact_rules", **before), User.objects.get())
    assert rules() == Rules()


@pytest.mark.parametrize("told", [
    {"days_together": ""}, {"most_together": "0"}, {"quiet_from": "25:00"}, {"days_sms": "3"}, {"most_together": "x"},
])  # fmt: skip
def test_rules_that_are_none_are_refused(desk: Client, told: dict[str, str]) -> None:
    assert desk.post("/settings/contact/", form(**told)).status_code == 422
    assert not ContactRules.objects.exists()


def test_rules_without_limits_have_none(desk: Client) -> None:
    desk.post("/settings/contact/", {"quiet_from": "00:00", "quiet_until": "00:00"})
    assert rules().caps == ()


def test_rules_are_for_those_who_manage_settings(make_user: Any) -> None:
    client = Client()
    client.force_login(make_user(role="marketer"))
    assert client.get("/settings/contact/").status_code == 403
